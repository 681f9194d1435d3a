"""Applying a batch: walkers, lineage, cells, counters and event in one transaction."""

from __future__ import annotations

import base64
from collections import Counter
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from elmweb.archives.services import Elites
from elmweb.runs import services
from elmweb.runs.models import Batch, Run
from elmweb.runs.protocol import BatchEvent, Elite, OperatorShare, RunStatus, Statistics
from elmweb.runs.selectors import statistics
from elmweb.walkers.models import Lineage, Walker, WalkerMotion
from evolution.archive import Admission
from evolution.config import RunConfig
from evolution.diffs import unified_diff
from evolution.operators.mix import Mix
from evolution.search import (
    SEED_BATCH,
    batch_count,
    choose_messages,
    choose_operators,
    choose_parents,
    mix_of,
    shares_of,
    size_of_batch,
    tally,
)

RATE_BATCHES = 8  # the shown rate is measured over so many batches
LOST = "batch-lost"  # failure code of children whose batch killed its workers


def apply_next(key: int) -> bool:
    """Apply the next batch of the run that batch ``key`` is of, if it is due; whether it was."""
    due = Batch.objects.filter(
        run__batches=key,
        run__status__in=services.ACTIVE,
        number=F("run__applied_batches"),
        state__in=(Batch.State.EVALUATED, Batch.State.FAILED),
    )
    run_key = due.values_list("run_id", flat=True).first()
    if run_key is None:  # mostly; and it takes no lock to know
        return False
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run_key)
        batch = due.first()
        if batch is None:  # somebody else was faster
            return False
        _apply(run, batch)
        return True


def _apply(run: Run, batch: Batch) -> None:
    config = run.run_config
    results = batch.results or {"failures": {}, "first_failure": None, "candidates": []}
    if batch.number == SEED_BATCH and not results["candidates"]:
        _fail(run, results["first_failure"])
        return
    elites = Elites(run.archive)
    admitted, admissions = _admit(run, batch, elites, results["candidates"])
    mix = mix_of(config, run.mix)
    if batch.number != SEED_BATCH:
        makers = batch.request.get("operators") or config.operators * batch.size
        mix.apply(tally(makers, results.get("unmade", ()), admissions))
    if batch.number == SEED_BATCH:
        services.set_status(run, RunStatus.RUNNING)
    counts = _counters(run, batch, elites, mix, results["failures"], len(admitted))
    _close(batch, counts)
    run.statistics = counts.model_dump(mode="json")
    run.mix = mix.to_json()
    run.applied_batches = batch.number + 1
    _plan(run, config, elites, mix, batch.number)
    event = BatchEvent(
        number=run.event_number + 1,
        batch=batch.number,
        statistics=counts,
        elites=[_elite(walker, edge) for walker, edge in admitted],
    )
    services.store_event(run, event)
    if batch.number == batch_count(config):
        services.set_status(run, RunStatus.FINISHED, "All planned evaluations are done.")
    run.save()


def _fail(run: Run, failure: dict[str, Any] | None) -> None:
    why = failure["reason"] if failure else "it stopped the worker that evaluated it."
    services.set_status(run, RunStatus.FAILED, f"The seed program failed: {why}")
    run.save()


def _admit(
    run: Run, batch: Batch, elites: Elites, candidates: list[dict[str, Any]]
) -> tuple[list[tuple[Walker, Lineage | None]], dict[int, Admission]]:
    """Offer the candidates in order; store those that were admitted, with all that is theirs.

    Returns:
        The walkers, each with its edge, and how each got in, by position in the batch.
    """
    keys = batch.request.get("parents", [])
    parents = Walker.objects.only("pk", "depth", "program").in_bulk(
        {keys[entry["index"]] for entry in candidates} if keys else ()
    )
    admitted: list[tuple[Walker, Lineage | None]] = []
    admissions: dict[int, Admission] = {}
    motions = []
    for entry in candidates:
        columns = entry["columns"]
        if not elites.admits(columns["niche"], columns["robust"], columns["program_length"]):
            continue
        parent = parents[keys[entry["index"]]] if keys else None
        walker = Walker(
            **columns,
            run=run,
            batch=batch.number,
            index_in_batch=entry["index"],
            depth=parent.depth + 1 if parent else 0,
        )
        admissions[entry["index"]] = elites.offer(walker)
        admitted.append((walker, _edge(walker, parent, entry) if parent else None))
        motions.append(WalkerMotion(walker=walker, data=base64.b64decode(entry["motion"])))
    Walker.objects.bulk_create([walker for walker, _ in admitted])
    Lineage.objects.bulk_create([edge for _, edge in admitted if edge])
    WalkerMotion.objects.bulk_create(motions)
    elites.save()
    return admitted, admissions


def _edge(child: Walker, parent: Walker, entry: dict[str, Any]) -> Lineage:
    return Lineage(
        child=child,
        parent=parent,
        operator=entry["operator"],
        message=entry["message"][:200],
        diff=unified_diff(parent.program, child.program),
    )


def _elite(walker: Walker, edge: Lineage | None) -> Elite:
    return Elite(
        niche=walker.niche,
        walker=walker.public_id,
        objective=walker.objective,
        robust=walker.robust,
        height=walker.height,
        width=walker.width,
        mass=walker.mass,
        operator=edge.operator if edge else walker.operator,
        message=edge.message if edge else "",
        depth=walker.depth,
    )


def _counters(
    run: Run, batch: Batch, elites: Elites, mix: Mix, failures: dict[str, int], admitted: int
) -> Statistics:
    before = statistics(run)
    tried = 0 if batch.number == SEED_BATCH else batch.size
    total = Counter(before.failures)
    total.update({LOST: tried} if batch.state == Batch.State.FAILED else failures)
    evaluations = before.evaluations + tried
    return Statistics(
        evaluations=evaluations,
        failures=dict(sorted(total.items())),
        admitted=before.admitted + admitted,
        filled=elites.filled,
        coverage=elites.coverage,
        qd_score=elites.qd_score,
        best=elites.best,
        rate=_rate(run, batch.number, evaluations, timezone.now()),
        operators=[OperatorShare(**asdict(operator)) for operator in shares_of(mix)],
    )


def _rate(run: Run, number: int, evaluations: int, now: datetime) -> float:
    """Evaluations a second since a few batches ago, pauses left out; 0 while there are none."""
    earlier = (
        run.batches.filter(number__gte=number - RATE_BATCHES, applied_at__gte=run.resumed_at or now)
        .order_by("number")
        .values_list("evaluations", "applied_at")
        .first()
    )
    then, since = earlier or (None, None)
    if then is None or since is None:
        return 0.0
    seconds = (now - since).total_seconds()
    return round((evaluations - then) / seconds, 1) if seconds > 0 else 0.0


def _close(batch: Batch, counts: Statistics) -> None:
    """Keep the charts' point; let go of what travelled."""
    batch.state, batch.applied_at, batch.lease_until = Batch.State.APPLIED, timezone.now(), None
    batch.evaluations, batch.coverage = counts.evaluations, counts.coverage
    batch.qd_score, batch.best = counts.qd_score, counts.best
    batch.request, batch.thresholds, batch.children, batch.results = {}, b"", [], []
    batch.save()


def _plan(run: Run, config: RunConfig, elites: Elites, mix: Mix, applied: int) -> None:
    """Plan what may be under way now that batch ``applied`` is applied."""
    ahead = config.batches_in_flight
    first = 1 if applied == SEED_BATCH else applied + ahead
    last = min(applied + ahead, batch_count(config))
    if first > last:
        return
    shares = mix.shares()
    keys, bars = elites.walker_keys(), elites.thresholds().astype("<f8").tobytes()
    batches = [
        Batch(
            run=run,
            number=number,
            size=size_of_batch(config, number),
            thresholds=bars,
            request={
                "parents": choose_parents(keys, config, number),
                "messages": choose_messages(config, number),
                "operators": choose_operators(shares, config, number),
            },
        )
        for number in range(first, last + 1)
    ]
    Batch.objects.bulk_create(batches)
    run.planned_batches = last + 1
    services.dispatch_after_commit(batches)
