"""RunConfig: everything that decides a run's outcome, and nothing else."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

# The paper's commit messages and their probabilities (section on the diff model).
PAPER_MESSAGES: tuple[tuple[str, float], ...] = (
    ("Changed `make_walker` function.", 0.4),
    ("Changed parameters in `make_walker` function.", 0.3),
    ("Small change to `make_walker` function.", 0.3),
)


class Frozen(BaseModel):
    """A frozen record that rejects unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ArchiveConfig(Frozen):
    """The niches: a grid over height (m), width (m) and mass (kg).

    Defaults are the paper's 12 x 12 x 12 = 1,728 niches. Values beyond a range
    fall into the outermost cell.
    """

    cells: tuple[int, int, int] = (12, 12, 12)
    height: tuple[float, float] = (0.0, 24.0)
    width: tuple[float, float] = (0.0, 24.0)
    mass: tuple[float, float] = (1.0, 49.0)


class RunConfig(Frozen):
    """One search. Together with the library's version it repeats a run exactly.

    Children are made in numbered batches. Batch k chooses its parents from the
    archive as it stood after batch ``k - batches_in_flight`` was applied, and
    batches are applied in order, so the outcome depends neither on timing nor
    on the number of workers.
    """

    seed_program: str
    operator: str = "syntax-tree"
    evaluations: Annotated[int, Field(ge=1, le=100_000_000)] = 20_000
    batch_size: Annotated[int, Field(ge=1, le=1024)] = 64
    batches_in_flight: Annotated[int, Field(ge=1, le=64)] = 6
    random_seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    terrain: str = "flat"
    messages: tuple[tuple[str, float], ...] = PAPER_MESSAGES
    archive: ArchiveConfig = ArchiveConfig()
