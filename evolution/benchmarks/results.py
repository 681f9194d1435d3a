"""Results of finished searches, kept in a folder: one JSON file each, named by its config."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import evolution
from evolution.benchmarks.models import content_hash
from evolution.benchmarks.searches import WORKERS, FinishedSearch, Mark
from evolution.config import RunConfig

_CURVE = 50  # points that are kept of a search


@dataclass(frozen=True, slots=True)
class Result:
    """What a search found and what it took.

    Attributes:
        walkers: share of the children that made a walker, 0 to 1.
        seconds: wall-clock.
        curve: (seconds, evaluations, niches, QD score in metres) on the way.
    """

    evaluations: int
    seconds: float
    niches: int
    coverage: float
    qd_score: float
    best: float
    walkers: float
    failures: dict[str, int]
    curve: tuple[Mark, ...]


def result_of(search: FinishedSearch) -> Result:
    statistics, marks = search.statistics, search.marks
    steps = sorted({round(k * (len(marks) - 1) / _CURVE) for k in range(_CURVE + 1)})
    return Result(
        evaluations=statistics.evaluations,
        seconds=search.seconds,
        niches=statistics.filled,
        coverage=statistics.coverage,
        qd_score=statistics.qd_score,
        best=statistics.best,
        walkers=search.walkers,
        failures=statistics.failures,
        curve=tuple(marks[step] for step in steps),
    )


@dataclass(frozen=True, slots=True)
class Job:
    """A search that is to be run: from a named seed, perhaps with a limit of minutes."""

    seed: str
    config: RunConfig
    minutes: float | None = None

    @property
    def identity(self) -> dict[str, Any]:
        """All that decides its result; of the model its hash, wherever it lies."""
        fields = self.config.model_dump(mode="json")
        fields["model"] = content_hash(self.config.model) or self.config.model
        return {
            "seed": self.seed,
            "config": fields,
            "minutes": self.minutes,
            "workers": WORKERS,
            "evolution": evolution.__version__,
        }

    @property
    def file_name(self) -> str:
        text = json.dumps(self.identity, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        operator, random_seed = self.config.operator, self.config.random_seed
        model = f"-{self.identity['config']['model']}" if self.config.model else ""
        words = re.sub(r"[^\w-]+", "-", f"{self.seed}-{operator}{model}-{random_seed}")
        return f"{words}-{digest}.json"


class Results:
    """A folder of results, one file a job; without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def find(self, job: Job) -> Result | None:
        """The job's result, or None if it must be run (again)."""
        if self._folder is None:
            return None
        try:
            text = (self._folder / job.file_name).read_text(encoding="utf-8")
            values = json.loads(text)["result"]
            values["curve"] = tuple(Mark(*mark) for mark in values["curve"])
            return Result(**values)
        except (OSError, ValueError, KeyError, TypeError):  # none, or a damaged one
            return None

    def keep(self, job: Job, result: Result) -> None:
        """Write the result, whole or not at all."""
        if self._folder is None:
            return
        record = {**job.identity, "cores": os.cpu_count(), "result": asdict(result)}
        path = self._folder / job.file_name
        draft = path.with_suffix(".part")
        draft.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        draft.replace(path)
