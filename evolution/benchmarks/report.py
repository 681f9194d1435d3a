"""What every benchmark of this project returns: figures with their targets.

A benchmark is a function ``run(progress) -> Report``. Its JSON form is one object
``{"benchmark", "conditions", "figures": [{"name", "value", "unit", "target", "holds"}]}``;
`table` is the same for people.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, TextIO

Progress = Callable[[float, str], None]
"""Called with the share done, 0 to 1, and what is measured now."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number.

    Attributes:
        name: what was measured, in words that stand alone in a table.
        value: the number.
        unit: e.g. ``"x"``, ``"evaluations/s"``, ``"%"``.
        target: what was aimed at, in words, e.g. ``">= 2.2"``; None if the number
            is only reported.
        holds: whether the target was met; None without a target.
        low, high: ends of its confidence interval, or of its spread over random seeds,
            in ``unit``; None, and not in the JSON, where there is one measurement.
    """

    name: str
    value: float
    unit: str
    target: str | None = None
    holds: bool | None = None
    low: float | None = None
    high: float | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            name: value
            for name, value in asdict(self).items()
            if value is not None or name not in ("low", "high")
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one benchmark and the conditions that they were taken under."""

    benchmark: str
    conditions: dict[str, Any]
    figures: list[Figure]

    @property
    def holds(self) -> bool:
        """Whether no figure missed its target."""
        return all(figure.holds is not False for figure in self.figures)

    def to_json(self) -> dict[str, Any]:
        return {
            "benchmark": self.benchmark,
            "conditions": self.conditions,
            "figures": [figure.to_json() for figure in self.figures],
        }

    def dump(self, stream: TextIO) -> None:
        """Write the JSON object and a newline."""
        stream.write(json.dumps(self.to_json(), indent=2) + "\n")


def at_least(name: str, value: float, unit: str, bound: float) -> Figure:
    """A figure whose target is ``>= bound``."""
    return Figure(name, value, unit, f">= {bound:g}", value >= bound)


def at_most(name: str, value: float, unit: str, bound: float) -> Figure:
    """A figure whose target is ``<= bound``."""
    return Figure(name, value, unit, f"<= {bound:g}", value <= bound)


def table(report: Report) -> str:
    """The report as aligned plain text; ends without a newline."""
    rows = [("figure", "value", "unit", "target", "")]
    for figure in report.figures:
        verdict = {None: "", True: "holds", False: "MISSED"}[figure.holds]
        rows.append((figure.name, _value(figure), figure.unit, figure.target or "-", verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [f"{report.benchmark} benchmark"]
    lines += [f"  {name}: {value}" for name, value in report.conditions.items()]
    lines.append("")
    for number, (name, value, unit, target, verdict) in enumerate(rows):
        cells = (
            name.ljust(widths[0]),
            value.rjust(widths[1]),
            unit.ljust(widths[2]),
            target.ljust(widths[3]),
            verdict,
        )
        lines.append("  ".join(cells).rstrip())
        if number == 0:
            lines.append("-" * (sum(widths) + 8))
    return "\n".join(lines)


def _value(figure: Figure) -> str:
    value = f"{figure.value:,.4g}"
    if figure.low is None or figure.high is None:
        return value
    return f"{value} [{figure.low:,.3g}, {figure.high:,.3g}]"
