"""A run, its batches in flight and its numbered events."""

from __future__ import annotations

from django.db import models

from elmweb.identifiers import new_public_id
from elmweb.runs.protocol import RunStatus
from evolution.config import RunConfig

OPEN_STATUSES = (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.PAUSED)


class Run(models.Model):
    """One search, with the counters that its events carry."""

    class PausedBy(models.TextChoices):
        NOBODY = "", "nobody"
        PERSON = "person", "a person"
        TROUBLE = "trouble", "trouble"  # resumes by itself when the trouble is over

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=120)
    config = models.JSONField(help_text="RunConfig: with the library's version it repeats the run.")
    status = models.CharField(
        max_length=16,
        choices=[(status.value, status.value) for status in RunStatus],
        default=RunStatus.QUEUED.value,
        db_index=True,
    )
    reason = models.CharField(max_length=300, blank=True, help_text="For people.")
    paused_by = models.CharField(
        max_length=8, choices=PausedBy, default=PausedBy.NOBODY, blank=True
    )
    owner_key = models.CharField(
        max_length=64, blank=True, help_text="Session key of whoever started the run."
    )
    statistics = models.JSONField(default=dict, help_text="protocol.Statistics, as of the event.")
    mix = models.JSONField(
        default=dict, blank=True, help_text="Standings of the operators: evolution.operators.mix."
    )
    planned_batches = models.PositiveIntegerField(default=0, help_text="Batches 0 to this - 1.")
    applied_batches = models.PositiveIntegerField(default=0, help_text="The next one to apply.")
    event_number = models.PositiveIntegerField(default=0, help_text="Of the last event.")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    resumed_at = models.DateTimeField(
        null=True, blank=True, help_text="When it last began to run; rates count from here."
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.name} ({self.public_id})"

    def get_absolute_url(self) -> str:
        return f"/r/{self.public_id}/"

    @property
    def run_config(self) -> RunConfig:
        return RunConfig.model_validate(self.config)

    @property
    def is_open(self) -> bool:
        """Whether anything can still happen."""
        return self.status in OPEN_STATUSES


class Batch(models.Model):
    """One numbered batch of children on its way through the pipeline.

    Whoever works on it holds a lease. The work is a function of the request
    alone, so a batch that two workers did twice has one result.
    """

    class State(models.TextChoices):
        PLANNED = "planned"  # parents chosen
        MUTATED = "mutated"  # children made
        EVALUATED = "evaluated"  # waits for its turn to be applied
        APPLIED = "applied"
        FAILED = "failed"  # gave up after several attempts; counted when its turn comes

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="batches")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    size = models.PositiveIntegerField(help_text="Children, failures included.")
    lease_until = models.DateTimeField(null=True, blank=True)
    dispatched_at = models.DateTimeField(null=True, blank=True, help_text="Last sent to a queue.")
    attempts = models.PositiveSmallIntegerField(default=0)
    applied_at = models.DateTimeField(null=True, blank=True)
    # The charts' points: the statistics after this batch.
    evaluations = models.PositiveIntegerField(null=True, blank=True)
    coverage = models.FloatField(null=True, blank=True)
    qd_score = models.FloatField(null=True, blank=True)
    best = models.FloatField(null=True, blank=True)
    # What travels; emptied when the batch is applied.
    request = models.JSONField(default=dict, blank=True)
    thresholds = models.BinaryField(default=b"", blank=True, help_text="float64, one a niche.")
    children = models.JSONField(default=list, blank=True)
    results = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ("run", "number")
        verbose_name_plural = "batches"
        constraints = (
            models.UniqueConstraint(fields=("run", "number"), name="one_batch_a_number"),
        )
        indexes = (
            models.Index(
                fields=("lease_until",),
                name="open_batches",
                condition=models.Q(state__in=("planned", "mutated", "evaluated", "failed")),
            ),
        )

    def __str__(self) -> str:
        return f"batch {self.number} of {self.run_id}"


class Event(models.Model):
    """What the browser is told; numbers rise by one without gaps."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=16)
    payload = models.JSONField(help_text="One of protocol.Event.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("run", "number")
        constraints = (
            models.UniqueConstraint(fields=("run", "number"), name="one_event_a_number"),
        )

    def __str__(self) -> str:
        return f"event {self.number} of {self.run_id}"
