"""Types that several rooms share. Units everywhere: metres, seconds, kilograms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Where on its way a candidate failed."""

    OPERATOR = "operator"  # the operator could not make a child
    DIFF = "diff"  # an edit did not parse or apply
    SANDBOX = "sandbox"  # the program did not run, or was stopped
    WALKER = "walker"  # the program ran, its walker breaks a limit
    SIMULATION = "simulation"  # the walker's motion left the physical range


@dataclass(frozen=True, slots=True)
class Failure:
    """A named failure: counted and shown, never swallowed.

    Attributes:
        stage: where it happened.
        code: short stable name for counting, kebab-case, e.g. ``"time-limit"``.
        reason: one plain sentence that tells a person what to do.
        line: 1-based line of the program text, where one is to blame.
    """

    stage: Stage
    code: str
    reason: str
    line: int | None = None

    def to_json(self) -> dict[str, str | int | None]:
        return {
            "stage": self.stage.value,
            "code": self.code,
            "reason": self.reason,
            "line": self.line,
        }
