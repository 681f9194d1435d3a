"""Reading runs: page state, events, lineage."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from elmweb.archives.models import Cell
from elmweb.identifiers import can_be_public_id
from elmweb.runs.models import Batch, Event, Run
from elmweb.runs.protocol import (
    Elite,
    HistoryPoint,
    LineageNode,
    LineagePage,
    RunState,
    RunStatus,
    Statistics,
)
from elmweb.walkers.models import SEED_OPERATOR, Walker

HISTORY_POINTS = 400  # of the charts, whatever the run's length
NEWEST = 12  # walkers in `RunState.newest`
MAX_EVENTS = 200  # in one read
MAX_LINEAGE = 5_000  # nodes in one page
OPTIMISTIC_READS = 3

NO_STATISTICS = Statistics(
    evaluations=0, failures={}, admitted=0, filled=0, coverage=0, qd_score=0, best=0, rate=0
)


def run_by_id(public_id: str) -> Run | None:
    return Run.objects.filter(public_id=public_id).first() if can_be_public_id(public_id) else None


def running_runs(limit: int = 12) -> list[Run]:
    """Runs that are not over, newest first."""
    open_statuses = (RunStatus.RUNNING, RunStatus.QUEUED, RunStatus.PAUSED)
    return list(Run.objects.filter(status__in=open_statuses)[:limit])


def recent_runs(limit: int = 12) -> list[Run]:
    """Runs of any status, newest first."""
    return list(Run.objects.all()[:limit])


def statistics(run: Run) -> Statistics:
    """The counters as of the run's last event."""
    return Statistics.model_validate(run.statistics) if run.statistics else NO_STATISTICS


def run_state(run: Run, may_control: bool) -> RunState:
    """All that a run page shows. Equals an older state plus the events since.

    Its parts come from several reads. If the run moved on in between they are read
    again, at last under the run's lock.
    """
    for _ in range(OPTIMISTIC_READS):
        current = Run.objects.get(pk=run.pk)
        state = _read_state(current, may_control)
        if Run.objects.filter(pk=run.pk, event_number=state.number).exists():
            return state
    with transaction.atomic():
        return _read_state(Run.objects.select_for_update().get(pk=run.pk), may_control)


def _read_state(run: Run, may_control: bool) -> RunState:
    config = run.run_config
    archive = config.archive
    return RunState(
        id=run.public_id,
        name=run.name,
        status=RunStatus(run.status),
        reason=run.reason,
        number=run.event_number,
        budget=config.evaluations,
        cells=archive.cells,
        ranges=[archive.height, archive.width, archive.mass],
        terrain=config.terrain,
        operator=config.operator,
        may_control=may_control,
        statistics=statistics(run),
        elites=elites(run),
        newest=newest(run),
        history=history(run),
    )


def elites(run: Run) -> list[Elite]:
    """One an occupied niche, by niche."""
    rows = Cell.objects.filter(archive__run=run).order_by("niche").values_list(
        "niche", "walker__public_id", "objective", "robust",
        "walker__height", "walker__width", "walker__mass",
        "walker__lineage__operator", "walker__lineage__message", "walker__depth",
    )  # fmt: skip
    return [_elite(*row) for row in rows]


def _elite(
    niche: int,
    walker: str,
    objective: float,
    robust: float,
    height: float,
    width: float,
    mass: float,
    operator: str | None,
    message: str | None,
    depth: int,
) -> Elite:
    return Elite(
        niche=niche,
        walker=walker,
        objective=objective,
        robust=robust,
        height=height,
        width=width,
        mass=mass,
        operator=operator or SEED_OPERATOR,
        message=message or "",
        depth=depth,
    )


def newest(run: Run, limit: int = NEWEST) -> list[str]:
    """Public ids of the walkers admitted last, newest first."""
    rows = Walker.objects.filter(run=run).order_by("-pk").values_list("public_id", flat=True)
    return list(rows[:limit])


def history(run: Run) -> list[HistoryPoint]:
    """The charts' points: every n-th batch and the last one, oldest first."""
    stride = max(1, run.applied_batches // HISTORY_POINTS)
    rows = (
        Batch.objects.filter(run=run, applied_at__isnull=False)
        .extra(where=["number %% %s = 0 OR number = %s"], params=[stride, run.applied_batches - 1])
        .order_by("number")
        .values_list("evaluations", "coverage", "qd_score", "best")
    )
    return [
        HistoryPoint(evaluations=evaluations, coverage=coverage, qd_score=qd_score, best=best)
        for evaluations, coverage, qd_score, best in rows
    ]


def events_after(run: Run, number: int, limit: int = MAX_EVENTS) -> list[dict[str, Any]]:
    """Payloads of the events after ``number``, in order, at most ``limit``."""
    rows = Event.objects.filter(run=run, number__gt=number).order_by("number")
    return list(rows.values_list("payload", flat=True)[:limit])


def lineage_page(run: Run, after: int = 0, limit: int = 1_000) -> LineagePage:
    """Walkers in order of admission, those with a key above ``after`` (0: from the start)."""
    limit = max(1, min(limit, MAX_LINEAGE))
    walkers: QuerySet[Walker] = Walker.objects.filter(run=run)
    admitted = walkers.filter(pk__gt=after).order_by("pk")
    rows = admitted.annotate(
        is_elite=Exists(Cell.objects.filter(walker=OuterRef("pk")))
    ).values_list(
        "pk", "public_id", "lineage__parent__public_id", "depth", "batch", "robust", "niche",
        "lineage__message", "is_elite",
    )  # fmt: skip
    read = list(rows[:limit])
    nodes = [
        LineageNode(
            id=public_id,
            parent=parent,
            depth=depth,
            batch=batch,
            robust=robust,
            niche=niche,
            message=message or "",
            is_elite=is_elite,
        )
        for _, public_id, parent, depth, batch, robust, niche, message, is_elite in read
    ]
    cursor = read[-1][0] if len(read) == limit else None
    return LineagePage(nodes=nodes, cursor=cursor, total=walkers.count())
