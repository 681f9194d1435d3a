"""Previewing a submitted seed: the one place of this app that runs programs."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from elmweb.runs.evaluators import evaluator
from elmweb.runs.protocol import Problem
from elmweb.walkers import services
from elmweb.walkers.models import SeedSubmission, Walker
from evolution.config import ArchiveConfig
from evolution.evaluation import Evaluation
from evolution.sandbox import SandboxUnavailable
from evolution.types import Failure

ATTEMPTS = 3


def preview_step(key: int) -> None:
    """Evaluate a waiting submission (key) and store the outcome; any number of times."""
    waiting = SeedSubmission.objects.filter(pk=key, state=SeedSubmission.State.WAITING)
    if not waiting.update(attempts=F("attempts") + 1):
        return
    submission = waiting.get()
    if submission.attempts > ATTEMPTS:
        services.refuse(submission, _LOST)
        return
    archive = ArchiveConfig()
    try:
        result = evaluator("flat", archive).evaluate([submission.program])[0]
    except SandboxUnavailable as error:
        services.refuse(submission, Problem(code="no-sandbox", reason=str(error), line=None))
        return
    if isinstance(result, Failure):
        problem = Problem(code=result.code, reason=result.reason, line=result.line)
        services.refuse(submission, problem)
    else:
        _accept(submission, result, archive)


_LOST = Problem(
    code="worker-lost",
    reason="The program stopped the workers that tried it; make it smaller and try again.",
    line=None,
)


def _accept(submission: SeedSubmission, result: Evaluation, archive: ArchiveConfig) -> None:
    assert result.robust_objective is not None, "without thresholds every walker is confirmed"
    assert result.motion is not None
    columns = services.columns_of(
        result.walker,
        archive,
        program=submission.program,
        objective=result.objective,
        robust=result.robust_objective,
        repairs=result.repairs,
    )
    services.accept(submission, Walker(**columns), result.motion)


def sweep() -> None:
    """Send waiting submissions again whose message or worker was lost."""
    before = timezone.now() - settings.BATCH_LEASE
    lost = SeedSubmission.objects.filter(state=SeedSubmission.State.WAITING).filter(
        Q(dispatched_at=None) | Q(dispatched_at__lt=before)
    )
    for submission in lost:
        with transaction.atomic():
            services.dispatch_after_commit(submission)
