"""Writing the archive: the same rules as `evolution.archive`, kept in SQL."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from elmweb.archives.models import Archive, Cell
from elmweb.runs.models import Run
from elmweb.walkers.models import Walker
from evolution import archive as rules
from evolution.archive import Admission
from evolution.config import ArchiveConfig


def create_archive(run: Run, config: ArchiveConfig) -> Archive:
    return Archive.objects.create(run=run, config=config.model_dump(mode="json"))


class Elites:
    """The elites of one archive: read once, changed in memory, written once.

    Use it within one transaction that holds the run's lock. Who is admitted is
    decided by `evolution.archive.admits`, so any sequence of offers ends as it
    would in the library's archive (a contract test says so).
    """

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.config = archive.archive_config
        self._cells = {cell.niche: cell for cell in archive.cells.all()}
        self._changed: set[int] = set()

    def admits(self, niche: int, robust: float, program_length: int) -> bool:
        """Whether such a walker would be admitted now."""
        return self._judge(niche, robust, program_length).is_admitted

    def _judge(self, niche: int, robust: float, program_length: int) -> Admission:
        incumbent = self._cells.get(niche)
        return rules.admits(
            incumbent.robust if incumbent else None,
            incumbent.program_length if incumbent else None,
            robust,
            program_length,
        )

    def offer(self, walker: Walker) -> Admission:
        """Offer one walker; it may be unsaved until `save`."""
        admission = self._judge(walker.niche, walker.robust, walker.program_length)
        if admission.is_admitted:
            self._changed.add(walker.niche)
            self._cells[walker.niche] = Cell(
                archive=self.archive,
                niche=walker.niche,
                walker=walker,
                objective=walker.objective,
                robust=walker.robust,
                program_length=walker.program_length,
            )
        return admission

    def save(self) -> None:
        """Write the changed cells; their walkers must have been saved."""
        cells = [self._cells[niche] for niche in sorted(self._changed)]
        for cell in cells:
            cell.walker_id = cell.walker.pk  # known only since the walker was saved
        Cell.objects.bulk_create(
            cells,
            update_conflicts=True,
            unique_fields=("archive", "niche"),
            update_fields=("walker", "objective", "robust", "program_length"),
        )
        self._changed.clear()

    def walker_keys(self) -> list[int]:
        """Keys of the elites' walkers, sorted by niche."""
        return [self._cells[niche].walker_id for niche in sorted(self._cells)]

    def thresholds(self) -> NDArray[np.float64]:
        """The bar of each niche, shape (niches,), metres; ``-inf`` where empty."""
        bars = np.full(rules.niche_count(self.config), rules.EMPTY)
        for niche, cell in self._cells.items():
            bars[niche] = rules.bar_of(cell.objective, cell.robust)
        return bars

    @property
    def filled(self) -> int:
        return len(self._cells)

    @property
    def coverage(self) -> float:
        return rules.coverage(self.filled, rules.niche_count(self.config))

    @property
    def qd_score(self) -> float:
        """Metres."""
        return rules.qd_score(cell.robust for cell in self._cells.values())

    @property
    def best(self) -> float:
        """Metres."""
        return rules.best(cell.robust for cell in self._cells.values())
