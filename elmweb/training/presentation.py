"""How a comparison is put into words and charts. No queries here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from elmweb.runs.protocol import HistoryPoint
from elmweb.runs.templatetags.run_words import grouped, metres, percent
from elmweb.training.charts import Chart, Line, chart
from elmweb.training.models import Training
from elmweb.training.selectors import Comparison

STATES = {
    Training.State.QUEUED: "waiting for its turn",
    Training.State.PREPARING: "gathering what to learn from",
    Training.State.TRAINING: "training",
    Training.State.JUDGING: "learning which of its edits work",
    Training.State.FINISHED: "finished",
    Training.State.CANCELLED: "cancelled",
    Training.State.FAILED: "stopped by a failure",
}


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One measure before and after, in words."""

    name: str
    before: float
    after: float
    before_words: str
    after_words: str
    change_words: str

    @property
    def is_better(self) -> bool:
        return self.after > self.before

    @property
    def is_worse(self) -> bool:
        return self.after < self.before


def report_rows(compared: Comparison) -> list[ReportRow]:
    """The measures of the paper's figure 11, and the best distance."""
    before, after = compared.before, compared.after
    points = (after.valid - before.valid) * 100
    return [
        _row("Niches filled", before.niches, after.niches, lambda value: grouped(round(value))),
        _row("QD score", before.qd_score, after.qd_score, metres),
        _row("Best distance", before.best, after.best, metres),
        ReportRow(
            "Children that are valid",
            before.valid,
            after.valid,
            percent(before.valid),
            percent(after.valid),
            f"{signed(points)} points",
        ),
    ]


def _row(name: str, before: float, after: float, words: Callable[[float], str]) -> ReportRow:
    change = f"× {after / before:.2f}" if before > 0 else "–"
    return ReportRow(name, before, after, words(before), words(after), change)


def signed(value: float) -> str:
    """3.21 -> "+3.2", -3.21 -> "−3.2"."""
    return f"{value:+.1f}".replace("-", "−")


def report_charts(compared: Comparison) -> list[Chart]:
    """Niches and QD score over evaluations."""
    cells = compared.before.run.run_config.archive.cells
    total = cells[0] * cells[1] * cells[2]
    titles: dict[str, Callable[[HistoryPoint], float]] = {
        "Niches filled": lambda point: point.coverage * total,
        "QD score, metres": lambda point: point.qd_score,
    }
    sides = {"before": compared.before, "after": compared.after}
    charts = []
    for title, value in titles.items():
        lines = [
            Line(kind, kind, [(float(p.evaluations), value(p)) for p in side.history])
            for kind, side in sides.items()
        ]
        charts.append(chart(title, lines))
    return [found for found in charts if found]


def loss_chart(training: Training) -> Chart | None:
    """Loss of held-out examples over the steps."""
    lines = [
        Line(words, kind, [(p["step"], p[name]) for p in training.curve if name in p])
        for name, words, kind in (
            ("accepted", "accepted diffs", "after"),
            ("rehearsal", "what it knew", "before"),
        )
    ]
    return chart("Loss on held-out edits, nats a token", lines, from_zero=False)
