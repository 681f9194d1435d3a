"""The pages of one run: live archive and charts, and its lineage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.views.decorators.http import require_safe

from elmweb.runs import operators, selectors
from elmweb.runs.api import find_run
from elmweb.runs.failures import NAMES, name_of
from elmweb.runs.models import Run
from elmweb.runs.protocol import Elite, RunState, RunStatus, Statistics
from elmweb.runs.services import TERMINAL
from elmweb.runs.templatetags.run_words import grouped, metres
from elmweb.visitors import may_control
from elmweb.walkers.api import absolute
from elmweb.walkers.models import Walker
from elmweb.walkers.selectors import ancestors
from evolution.config import RunConfig
from evolution.operators.messages import BLIND

T = TypeVar("T")

BEST = 12  # elites in the first table
TABLE_POINTS = 24  # rows of the progress table
STRIP = 24  # walkers that stand for a line of descent
PLACEHOLDER = "ID"  # what scripts replace by a walker's id

CONTROLS = (
    ("pause", "Pause", (RunStatus.QUEUED, RunStatus.RUNNING)),
    ("resume", "Resume", (RunStatus.PAUSED,)),
    ("cancel", "End run", (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.PAUSED)),
)


@dataclass(frozen=True)
class Control:
    """A button that changes the run's status."""

    action: str
    label: str
    shown: bool


@dataclass(frozen=True)
class FailureRow:
    """A named failure and how often it came."""

    name: str
    count: int
    share: float  # of all children

    @property
    def share_css(self) -> str:
        return f"{self.share * 100:.2f}%"


@require_safe
def run_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the run has found, live where the browser can."""
    run = find_run(public_id)
    state = _state(request, run)
    champion = max(state.elites, key=lambda elite: elite.robust, default=None)
    context = {
        **_frame(request, run, state),
        "champion": champion,
        "barren": not state.elites and state.status in TERMINAL,
        "best": sorted(state.elites, key=lambda elite: -elite.robust)[:BEST],
        **_makers(state, run.run_config),
        "can_improve": bool(operators.models()),
        "trainings": run.trainings.filter(state="finished").order_by("pk"),
        "niches": state.cells[0] * state.cells[1] * state.cells[2],
        "config": run.run_config,
        "seed": Walker.objects.filter(run=run, depth=0).order_by("pk").first(),
        "controls": controls(state),
        "summary": summary(state, run.run_config),
        "rate": rate_words(state.statistics.rate if state.status == RunStatus.RUNNING else 0),
        "remaining": remaining_words(state),
        "failures": failure_rows(state.statistics),
        "failure_names": NAMES,
        "valid": valid_share(state.statistics),
        "history": thinned(state.history, TABLE_POINTS),
        "done": done_words(state, champion),
        "trail": [("Runs", reverse("home") + "#runs"), (state.name, "")],
    }
    return render(request, "runs/run.html", context)


def _makers(state: RunState, config: RunConfig) -> dict[str, object]:
    """The panel of who makes the children, and what they are asked for."""
    models = {code: operators.model_of(code, config) for code in config.operators}
    return {
        "makers": operators.makers(state.statistics, config),
        "models": {operators.name_of(code): model for code, model in models.items() if model},
        "messages": operators.messages_of(config),
        "blind": [operators.name_of(code) for code in config.operators if code in BLIND],
        "operator_names": operators.NAMES,
        "blind_operators": BLIND,
    }


@require_safe
def lineage_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Every walker that was ever admitted, as a tree."""
    run = find_run(public_id)
    state = _state(request, run)
    champion = Walker.objects.filter(run=run).order_by("-robust", "pk").first()
    line = _ancestry(champion) if champion else []
    context = {
        **_frame(request, run, state),
        "champion": champion,
        "ancestry": line,
        "descent": [(walker, generation_words(walker)) for walker in thinned(line[::-1], STRIP)],
        "trail": [
            ("Runs", reverse("home") + "#runs"),
            (state.name, reverse("run", args=[state.id])),
            ("Lineage", ""),
        ],
    }
    return render(request, "runs/lineage.html", context)


def _state(request: HttpRequest, run: Run) -> RunState:
    return selectors.run_state(run, may_control(request, run))


def _frame(request: HttpRequest, run: Run, state: RunState) -> dict[str, object]:
    """What both pages need: the first state, addresses with a place for a walker's id, a card."""
    best = max(state.elites, key=lambda elite: elite.robust, default=None)
    poster = reverse("walker-poster-png", args=[best.walker]) if best else ""
    names = {"walker": "walker", "motion": "walker-motion", "poster": "walker-poster-svg"}
    return {
        "run": run,
        "state": state,
        "state_json": state.model_dump(mode="json"),
        "addresses": {key: reverse(name, args=[PLACEHOLDER]) for key, name in names.items()},
        "share_url": absolute(request, request.path),
        "share_image": absolute(request, poster) if poster else "",
    }


def _ancestry(walker: Walker) -> list[Walker]:
    """The walker, its parent and so on to the seed."""
    return [walker, *ancestors(walker, limit=walker.depth)]


def controls(state: RunState) -> list[Control]:
    """Buttons for whoever may press them; scripts show those that fit the status."""
    return [Control(action, label, state.status in shown) for action, label, shown in CONTROLS]


def summary(state: RunState, config: RunConfig) -> str:
    """The run's set-up in a line."""
    names = [operators.name_of(code) for code in config.operators]
    makers = " and ".join([names[0], *(name.lower() for name in names[1:])])
    return (
        f"{makers} on {state.terrain} terrain, "
        f"{grouped(state.budget)} evaluations, random seed {config.random_seed}."
    )


def rate_words(rate: float) -> str:
    """Evaluations a second; nothing while unknown."""
    if rate <= 0:
        return ""
    return f"{rate:.1f} / s" if rate < 10 else f"{rate:,.0f} / s"


def remaining_words(state: RunState) -> str:
    """What a reader without scripts should know about the time."""
    return {
        RunStatus.QUEUED: "waiting for a worker",
        RunStatus.RUNNING: "running",
        RunStatus.PAUSED: "paused",
        RunStatus.FINISHED: "complete",
        RunStatus.CANCELLED: "stopped early",
        RunStatus.FAILED: "stopped by a failure",
    }[state.status]


def failure_rows(statistics: Statistics) -> list[FailureRow]:
    """Failures by count, in words."""
    tried = max(1, statistics.evaluations)
    rows = [
        FailureRow(name_of(code), count, count / tried)
        for code, count in statistics.failures.items()
    ]
    return sorted(rows, key=lambda row: (-row.count, row.name))


def valid_share(statistics: Statistics) -> float:
    """Share of the children that could be measured; 1 before the first."""
    if statistics.evaluations == 0:
        return 1.0
    return 1 - sum(statistics.failures.values()) / statistics.evaluations


def done_words(state: RunState, champion: Elite | None) -> str:
    """One calm sentence for the end."""
    tried = grouped(state.statistics.evaluations)
    if champion is None:
        return f"{tried} children were tried."
    return (
        f"{tried} children were tried, {grouped(state.statistics.filled)} niches are filled, and "
        f"the champion goes {metres(champion.robust)} in ten seconds, "
        f"{champion.depth} generation{pluralize(champion.depth)} from its seed."
    )


def generation_words(walker: Walker) -> str:
    """Its place in the line of descent."""
    return f"generation {walker.depth}" if walker.depth else "the seed"


def thinned(things: list[T], limit: int) -> list[T]:
    """At most ``limit`` of them, evenly, the last one always."""
    stride = max(1, -(-len(things) // limit))
    return things[::-1][::stride][::-1]
