"""The MAP-Elites archive of a run, in SQL."""

from __future__ import annotations

from django.db import models

from elmweb.runs.models import Run
from elmweb.walkers.models import Walker
from evolution.config import ArchiveConfig


class Archive(models.Model):
    """The niches of one run. Empty niches have no row."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="archive")
    config = models.JSONField(help_text="evolution.config.ArchiveConfig")

    def __str__(self) -> str:
        return f"archive of {self.run_id}"

    @property
    def archive_config(self) -> ArchiveConfig:
        return ArchiveConfig.model_validate(self.config)


class Cell(models.Model):
    """An occupied niche and its elite."""

    archive = models.ForeignKey(Archive, on_delete=models.CASCADE, related_name="cells")
    niche = models.PositiveIntegerField(help_text="Flat index, height-major.")
    walker = models.ForeignKey(Walker, on_delete=models.CASCADE, related_name="cells")
    objective = models.FloatField(help_text="Metres, at the screening setting.")
    robust = models.FloatField(help_text="Metres; what the archive ranks by.")
    program_length = models.PositiveIntegerField(help_text="Characters, for parsimony.")

    class Meta:
        ordering = ("archive", "niche")
        constraints = (
            models.UniqueConstraint(fields=("archive", "niche"), name="one_elite_a_niche"),
        )

    def __str__(self) -> str:
        return f"niche {self.niche} of {self.archive_id}"
