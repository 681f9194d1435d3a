"""Trainings: how a language model became another one. The models themselves are folders,
see `evolution.language_model.registry`."""

from __future__ import annotations

from django.db import models

from elmweb.identifiers import new_public_id
from elmweb.runs.models import Run


class Training(models.Model):
    """One fine-tuning of a model on the diffs that runs accepted, and what came of it.

    Whoever works on it holds a lease under a claim of its own, so that two workers never
    train into one folder.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        PREPARING = "preparing"  # gathers what to learn from
        TRAINING = "training"
        JUDGING = "judging"  # tries its edits, and learns to judge them
        FINISHED = "finished"
        CANCELLED = "cancelled"
        FAILED = "failed"

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=80, unique=True, help_text="Of the model that it makes.")
    parent = models.CharField(max_length=120, help_text="Exact name of the model it starts from.")
    runs = models.ManyToManyField(Run, related_name="trainings", help_text="What it learns from.")
    settings = models.JSONField(help_text="TrainingSettings of the library.")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED, db_index=True)
    reason = models.CharField(max_length=300, blank=True, help_text="For people.")
    owner_key = models.CharField(max_length=64, blank=True)

    step = models.PositiveIntegerField(default=0)
    tried = models.PositiveIntegerField(default=0, help_text="Edits of the new model so far.")
    seconds_left = models.FloatField(null=True, blank=True)
    examples = models.JSONField(default=dict, blank=True, help_text="Part -> examples.")
    curve = models.JSONField(default=list, blank=True, help_text="Step, loss, held-out losses.")
    model = models.CharField(max_length=120, blank=True, help_text="Exact name, once made.")
    before = models.ForeignKey(
        Run, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        help_text="A run with the parent model.",
    )  # fmt: skip
    after = models.ForeignKey(
        Run, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        help_text="The same run with the new model.",
    )  # fmt: skip

    claim = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    dispatched_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Without getting further.")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.name} ({self.public_id})"

    def get_absolute_url(self) -> str:
        return f"/models/trainings/{self.public_id}/"

    @property
    def is_open(self) -> bool:
        """Whether anything can still happen."""
        return self.state in OPEN

    @property
    def steps(self) -> int:
        return int(self.settings["steps"])


WORKING = (Training.State.PREPARING, Training.State.TRAINING, Training.State.JUDGING)
OPEN = (Training.State.QUEUED, *WORKING)
