"""The archive in SQL and the library's archive agree on any sequence of candidates."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from elmweb.archives.models import Cell
from elmweb.archives.services import Elites, create_archive
from elmweb.runs.models import Run
from elmweb.walkers.models import Walker
from evolution.archive import Archive, Entry, niche_of
from evolution.config import ArchiveConfig

GRID = ArchiveConfig(cells=(2, 3, 2), height=(0, 4), width=(0, 6), mass=(1, 5))


@dataclass(frozen=True)
class Candidate:
    measures: tuple[float, float, float]
    objective: float
    robust: float
    length: int


# Few different values, so that ties and collisions are frequent.
distances = st.one_of(st.sampled_from([0.0, 1.0, 1.5, 2.0]), st.floats(0, 100))
candidates = st.builds(
    Candidate,
    measures=st.tuples(st.floats(-1, 9), st.floats(-1, 9), st.floats(0, 9)),
    objective=distances,
    robust=distances,
    length=st.integers(1, 5),
)
batches = st.lists(st.lists(candidates, max_size=12), max_size=6)


def row(run: Run, batch: int, position: int, candidate: Candidate) -> Walker:
    height, width, mass = candidate.measures
    return Walker(
        run=run, batch=batch, index_in_batch=position, niche=niche_of(candidate.measures, GRID),
        objective=candidate.objective, robust=candidate.robust, height=height, width=width,
        mass=mass, joints=1, muscles=0, digest="", program_length=candidate.length, walker={},
        program="x" * candidate.length,
    )  # fmt: skip


class AgreementTest(TestCase):
    @settings(max_examples=80)
    @given(batches)
    def test_sql_archive_agrees_with_the_librarys(self, sequence: list[list[Candidate]]) -> None:
        run = Run.objects.create(name="contract", config={})
        stored = create_archive(run, GRID)
        library = Archive(GRID)
        places: list[tuple[int, int]] = []
        for batch, offered in enumerate(sequence):
            elites = Elites(stored)
            self.assertEqual(list(elites.thresholds()), list(library.thresholds()))
            rows = [row(run, batch, *numbered) for numbered in enumerate(offered)]
            admissions = [elites.offer(walker) for walker in rows]
            for walker, admission in zip(rows, admissions, strict=True):
                entry = Entry(
                    len(places), walker.program, walker.objective, walker.robust,
                    (walker.height, walker.width, walker.mass),
                )  # fmt: skip
                places.append((walker.batch, walker.index_in_batch))
                self.assertIs(admission, library.add(entry))
            admitted = [
                walker
                for walker, admission in zip(rows, admissions, strict=True)
                if admission.is_admitted
            ]
            Walker.objects.bulk_create(admitted)
            elites.save()
            self.assertEqual(elites.coverage, library.coverage)
            self.assertEqual(elites.qd_score, library.qd_score)
            self.assertEqual(elites.best, library.best)
            self.assert_same_cells(stored.pk, library, places)

    def assert_same_cells(
        self, archive: int, library: Archive, places: list[tuple[int, int]]
    ) -> None:
        cells = Cell.objects.filter(archive=archive).order_by("niche").values_list(
            "niche", "walker__batch", "walker__index_in_batch", "objective", "robust",
            "program_length",
        )  # fmt: skip
        expected = [
            (niche, *places[entry.walker], entry.objective, entry.robust_objective, entry.length)
            for niche, entry in library.elites()
        ]
        self.assertEqual(list(cells), expected)
