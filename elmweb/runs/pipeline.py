"""The work on batches, as Celery's tasks call it.

A batch goes planned -> mutated -> evaluated -> applied. Each step claims the batch by
one conditional UPDATE with a lease, works outside any transaction, and stores its
result in one transaction that also checks the state, so doing a step twice changes
nothing. Batches are applied strictly in order; applying batch k plans batch
``k + batches_in_flight``. The steps themselves are `evolution.search`'s functions, so
a run here equals the library's run of the same config.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import numpy as np
from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import F, Q
from django.utils import timezone

from elmweb import leases
from elmweb.runs import services, transport, trouble
from elmweb.runs.applying import apply_next
from elmweb.runs.evaluators import evaluator_for, operators_for
from elmweb.runs.models import Batch, Run
from elmweb.walkers.models import Walker
from evolution.archive import EMPTY, niche_count
from evolution.config import RunConfig
from evolution.operators import OperatorUnavailable
from evolution.sandbox import SandboxUnavailable
from evolution.search import SEED_BATCH, BatchRequest, evaluate, mutate, seed_request

logger = logging.getLogger(__name__)

State = Batch.State


def mutate_step(key: int) -> None:
    """Make the children of a planned batch and send it on."""
    with _trouble_pauses(key):
        batch = _claim(key, State.PLANNED)
        if batch is None:
            return
        config = batch.run.run_config
        with _keeping_lease(key):
            children = mutate(_request(batch, config), operators_for(config, batch.run_id))
        with transaction.atomic():
            mutated = Batch.objects.filter(pk=key, state=State.PLANNED).update(
                state=State.MUTATED,
                children=transport.children_to_json(children),
                lease_until=None,
                attempts=0,
            )
            if mutated:
                batch.state = State.MUTATED
                services.dispatch_after_commit([batch])


def evaluate_step(key: int) -> None:
    """Evaluate the children of a mutated batch, then apply every batch whose turn it is."""
    with _trouble_pauses(key):
        batch = _claim(key, State.MUTATED)
        if batch is not None:
            config = batch.run.run_config
            with _keeping_lease(key):
                children = transport.children_from_json(batch.children)
                thresholds = _thresholds(batch, config)
                evaluations = evaluate(children, evaluator_for(config), thresholds)
            Batch.objects.filter(pk=key, state=State.MUTATED).update(
                state=State.EVALUATED,
                results=transport.results_to_json(children, evaluations, config.archive),
                children=[],
                lease_until=None,
            )
        while apply_next(key):
            pass


def _claim(key: int, state: Batch.State) -> Batch | None:
    """Take the lease of a batch in ``state``; None if it is taken, done or not wanted now."""
    now = timezone.now()
    claimed = (
        Batch.objects.filter(pk=key, state=state, run__status__in=services.ACTIVE)
        .filter(Q(lease_until=None) | Q(lease_until__lt=now))
        .update(lease_until=now + settings.BATCH_LEASE, attempts=F("attempts") + 1)
    )
    return Batch.objects.select_related("run").get(pk=key) if claimed else None


def _keeping_lease(key: int) -> AbstractContextManager[None]:
    return leases.kept(Batch.objects.filter(pk=key, lease_until__isnull=False))


@contextmanager
def _trouble_pauses(key: int) -> Iterator[None]:
    """Storage, sandbox or the only operator out of order: the run pauses and says why."""
    try:
        yield
    except OperationalError as error:
        logger.warning("Batch %s waits: %s", key, error)
        trouble.report(key, trouble.explain(error), mends_itself=True)
    except (SandboxUnavailable, OperatorUnavailable) as error:
        logger.error("Batch %s waits: %s", key, error)
        trouble.report(key, str(error), mends_itself=False)


def _request(batch: Batch, config: RunConfig) -> BatchRequest:
    if batch.number == SEED_BATCH:
        return seed_request(config)
    parents: list[int] = batch.request["parents"]
    programs = dict(Walker.objects.filter(pk__in=set(parents)).values_list("pk", "program"))
    return BatchRequest(
        number=batch.number,
        parents=tuple(parents),
        programs=tuple(programs[parent] for parent in parents),
        messages=tuple(batch.request["messages"]),
        operators=_operators(batch, config),
        random_seed=config.random_seed,
        thresholds=_thresholds(batch, config),
    )


def _operators(batch: Batch, config: RunConfig) -> tuple[str, ...]:
    """Who makes each child; not stored in batches from before there were mixes."""
    return tuple(batch.request.get("operators") or config.operators * batch.size)


def _thresholds(batch: Batch, config: RunConfig) -> np.ndarray:
    if batch.number == SEED_BATCH:
        return np.full(niche_count(config.archive), EMPTY)
    return np.frombuffer(bytes(batch.thresholds), dtype="<f8")


def sweep() -> bool:
    """Look after everything that a lost worker, broker or message left behind.

    Called every few seconds, by any number of workers at once. Pauses runs while
    storage is in trouble (False), else resumes them, gives up batches that killed too
    many workers, and sends batches again that nobody holds.
    """
    reason = trouble.storage_trouble()
    if reason:
        trouble.pause_all(reason)
        return False
    for run in Run.objects.filter(paused_by=Run.PausedBy.TROUBLE):
        services.resume(run)
    now = timezone.now()
    unclaimed = Batch.objects.filter(run__status__in=services.ACTIVE).filter(
        Q(lease_until=None) | Q(lease_until__lt=now)
    )
    unclaimed.filter(
        state__in=(State.PLANNED, State.MUTATED), attempts__gte=settings.BATCH_ATTEMPTS
    ).update(state=State.FAILED, lease_until=None)
    again = unclaimed.exclude(state=State.APPLIED).filter(
        Q(dispatched_at=None) | Q(dispatched_at__lt=now - settings.BATCH_LEASE)
    )
    batches = list(again.order_by("run", "number"))
    if batches:
        with transaction.atomic():
            services.dispatch_after_commit(batches)
    return True
