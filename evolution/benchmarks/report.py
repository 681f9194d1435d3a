"""What every benchmark of this project returns: figures with their targets.

A benchmark is a function ``run(progress) -> Report``. Its JSON form is one object
``{"benchmark", "conditions", "figures": [{"name", "value", "unit", "target", "holds"}]}``;
`table` is the same for people.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TextIO

_VERDICTS = {None: "", True: "holds", False: "MISSED"}

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
        column: what it was measured for, where a table compares several; else as `low`.
    """

    name: str
    value: float
    unit: str
    target: str | None = None
    holds: bool | None = None
    low: float | None = None
    high: float | None = None
    column: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            name: value
            for name, value in asdict(self).items()
            if value is not None or name not in ("low", "high", "column")
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


def at_least(name: str, value: float, unit: str, bound: float, **more: Any) -> Figure:
    """A figure whose target is ``>= bound``; ``more`` are other fields of `Figure`."""
    return Figure(name, value, unit, f">= {bound:g}", value >= bound, **more)


def at_most(name: str, value: float, unit: str, bound: float) -> Figure:
    """A figure whose target is ``<= bound``."""
    return Figure(name, value, unit, f"<= {bound:g}", value <= bound)


def table(report: Report) -> str:
    """The report as aligned plain text; ends without a newline."""
    lines = [f"{report.benchmark} benchmark"]
    lines += [f"  {name}: {value}" for name, value in report.conditions.items()]
    single = [figure for figure in report.figures if figure.column is None]
    compared = [figure for figure in report.figures if figure.column is not None]
    for rows in (_rows(single), _compared_rows(compared)):
        if len(rows) > 1:
            lines += ["", *_aligned(rows)]
    return "\n".join(lines)


def _rows(figures: Sequence[Figure]) -> list[list[str]]:
    """A head and a row a figure."""
    rows = [["figure", "value", "unit", "target", ""]]
    for figure in figures:
        verdict = _VERDICTS[figure.holds]
        rows.append([figure.name, _value(figure), figure.unit, figure.target or "-", verdict])
    return rows


def _compared_rows(figures: Sequence[Figure]) -> list[list[str]]:
    """A head with what is compared, and a row a name."""
    columns = list(dict.fromkeys(figure.column or "" for figure in figures))
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for figure in figures:
        target = f" ({figure.target}: {_VERDICTS[figure.holds]})" if figure.target else ""
        row = cells.setdefault((figure.name, figure.unit), {})
        row[figure.column or ""] = _value(figure) + target
    rows = [["figure", *columns, "unit"]]
    for (name, unit), row in cells.items():
        rows.append([name, *(row.get(column, "-") for column in columns), unit])
    return rows


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table; the column behind the names is aligned right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for number, row in enumerate(rows):
        cells = [
            cell.rjust(width) if place == 1 else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
        if number == 0:
            lines.append("-" * (sum(widths) + 2 * (len(widths) - 1)))
    return lines


def _value(figure: Figure) -> str:
    value = f"{figure.value:,.4g}"
    if figure.low is None or figure.high is None:
        return value
    return f"{value} [{figure.low:,.3g}, {figure.high:,.3g}]"
