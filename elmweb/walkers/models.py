"""Walkers that were admitted, how they descend, how they move, and submitted seeds."""

from __future__ import annotations

from django.db import models

from elmweb.identifiers import new_public_id
from elmweb.runs.models import Run

SEED_OPERATOR = "seed"


class Walker(models.Model):
    """A walker that was admitted to an archive, or accepted as a seed. Kept for ever."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    run = models.ForeignKey(
        Run, on_delete=models.CASCADE, related_name="walkers", null=True, blank=True
    )
    batch = models.PositiveIntegerField(default=0)
    index_in_batch = models.PositiveIntegerField(default=0)
    depth = models.PositiveIntegerField(default=0, help_text="Generations since the seed.")
    niche = models.PositiveIntegerField(help_text="Flat index, height-major.")
    objective = models.FloatField(help_text="Metres, at the screening setting.")
    robust = models.FloatField(help_text="Metres; what the archive ranks by.")
    height = models.FloatField(help_text="Metres.")
    width = models.FloatField(help_text="Metres.")
    mass = models.FloatField(help_text="Kilograms.")
    joints = models.PositiveSmallIntegerField()
    muscles = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=32, help_text="Content hash of the walker.")
    program_length = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    repairs = models.JSONField(default=dict, blank=True, help_text="Repair code -> count.")
    walker = models.JSONField(help_text="The paper's intermediate form.")
    program = models.TextField(help_text="The genotype.")

    class Meta:
        ordering = ("pk",)
        constraints = (
            # Applying a batch twice cannot store its walkers twice.
            models.UniqueConstraint(
                fields=("run", "batch", "index_in_batch"), name="one_walker_a_place_in_a_batch"
            ),
        )
        indexes = (
            models.Index(fields=("run", "id"), name="walkers_by_admission"),
            models.Index(fields=("-robust",), name="walkers_by_distance"),
        )

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return f"/w/{self.public_id}/"

    @property
    def parent(self) -> Walker | None:
        return self.lineage.parent if hasattr(self, "lineage") else None

    @property
    def operator(self) -> str:
        return self.lineage.operator if hasattr(self, "lineage") else SEED_OPERATOR

    @property
    def message(self) -> str:
        return self.lineage.message if hasattr(self, "lineage") else ""

    @property
    def diff(self) -> str:
        """Unified diff from the parent's program; empty for a seed."""
        return self.lineage.diff if hasattr(self, "lineage") else ""


class Lineage(models.Model):
    """The edge from a child to its parent: who, by which operator, with which message.

    A table of its own keeps the tree slim: walking it reads no program text. A
    seed has no edge.
    """

    child = models.OneToOneField(
        Walker, on_delete=models.CASCADE, primary_key=True, related_name="lineage"
    )
    parent = models.ForeignKey(Walker, on_delete=models.CASCADE, related_name="offspring")
    operator = models.CharField(max_length=64)
    message = models.CharField(max_length=200)
    diff = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "lineage"

    def __str__(self) -> str:
        return f"{self.parent_id} -> {self.child_id}"


class WalkerMotion(models.Model):
    """The recorded motion: replayed for everybody, never simulated again."""

    walker = models.OneToOneField(
        Walker, on_delete=models.CASCADE, primary_key=True, related_name="motion"
    )
    data = models.BinaryField(help_text="evolution.simulation Motion.encode()")

    def __str__(self) -> str:
        return f"motion of {self.walker_id}"


class SeedSubmission(models.Model):
    """A program that a person submitted, and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        ACCEPTED = "accepted"
        REFUSED = "refused"

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    program = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    problems = models.JSONField(default=list, blank=True, help_text="protocol.Problem")
    walker = models.ForeignKey(
        Walker, on_delete=models.SET_NULL, null=True, blank=True, related_name="submissions"
    )
    owner_key = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    dispatched_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return f"/seeds/{self.public_id}/"
