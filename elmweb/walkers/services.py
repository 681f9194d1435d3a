"""Writing walkers: submitted seeds, and runs that start from what somebody found."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from elmweb.runs.models import Run
from elmweb.runs.protocol import Problem
from elmweb.runs.services import RunRefused, create_run
from elmweb.walkers.models import SeedSubmission, Walker, WalkerMotion
from evolution.archive import niche_of
from evolution.config import ArchiveConfig, RunConfig
from evolution.walkers import Walker as Phenotype

logger = logging.getLogger(__name__)


class SeedRefused(ValueError):
    """The text cannot be a program; nothing was stored. ``problem`` is for the form."""

    def __init__(self, code: str, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.problem = Problem(code=code, reason=reason, line=line)


def columns_of(
    phenotype: Phenotype,
    archive: ArchiveConfig,
    *,
    program: str,
    objective: float,
    robust: float,
    repairs: dict[str, int],
) -> dict[str, Any]:
    """The columns of a `Walker` that was evaluated, as JSON can carry them; distances in metres."""
    return {
        "niche": niche_of(phenotype.measures, archive),
        "objective": objective,
        "robust": robust,
        "height": phenotype.height,
        "width": phenotype.width,
        "mass": phenotype.mass,
        "joints": len(phenotype.joints),
        "muscles": len(phenotype.muscles),
        "digest": phenotype.digest,
        "program_length": len(program),
        "repairs": repairs,
        "walker": phenotype.to_json(),
        "program": program,
    }


@transaction.atomic
def submit_seed(program: str, owner_key: str = "") -> SeedSubmission:
    """Store a program and send it to be previewed.

    Raises:
        SeedRefused: for text that needs no sandbox to be refused.
    """
    program = program.replace("\r\n", "\n").replace("\r", "\n")
    _require_text(program)
    submission = SeedSubmission.objects.create(program=program, owner_key=owner_key)
    dispatch_after_commit(submission)
    return submission


def _require_text(program: str) -> None:
    if not program.strip():
        raise SeedRefused("empty", "There is no program: write one that defines make_walker.")
    size = len(program.encode("utf-8", "replace"))
    if size > settings.MAX_PROGRAM_BYTES:
        raise SeedRefused(
            "too-long",
            f"The program has {size // 1024} KB; at most "
            f"{settings.MAX_PROGRAM_BYTES // 1024} KB are allowed.",
        )
    for number, line in enumerate(program.split("\n"), start=1):
        # Django decodes a form with replacement characters where it was not UTF-8.
        if any(sign in line for sign in ("\0", "\ufffd")) or _has_surrogate(line):
            raise SeedRefused(
                "not-text", "This line is not UTF-8 text; paste the program as text.", number
            )


def _has_surrogate(line: str) -> bool:
    return any(0xD800 <= ord(sign) <= 0xDFFF for sign in line)


def dispatch_after_commit(submission: SeedSubmission) -> None:
    """Send a submission to the workers once the transaction is through."""
    SeedSubmission.objects.filter(pk=submission.pk).update(dispatched_at=timezone.now())
    transaction.on_commit(lambda: _dispatch(submission.pk))


def _dispatch(key: int) -> None:
    from elmweb.walkers import tasks

    try:
        tasks.preview_seed.apply_async(args=(key,), retry=False)
    except BrokerError as error:  # the sweep sends it again
        logger.warning("Submission %s could not be sent, the broker is away: %s", key, error)


@transaction.atomic
def refuse(submission: SeedSubmission, problem: Problem) -> bool:
    """Store why a waiting submission was refused; False if it was decided before."""
    waiting = SeedSubmission.objects.filter(pk=submission.pk, state=SeedSubmission.State.WAITING)
    return bool(
        waiting.update(
            state=SeedSubmission.State.REFUSED, problems=[problem.model_dump(mode="json")]
        )
    )


@transaction.atomic
def accept(submission: SeedSubmission, walker: Walker, motion: bytes) -> bool:
    """Store the walker of a waiting submission; False if it was decided before."""
    waiting = SeedSubmission.objects.select_for_update().filter(
        pk=submission.pk, state=SeedSubmission.State.WAITING
    )
    if not waiting.exists():
        return False
    walker.save()
    WalkerMotion.objects.create(walker=walker, data=motion)
    waiting.update(state=SeedSubmission.State.ACCEPTED, walker=walker)
    return True


def start_run_from(
    source: Walker | SeedSubmission, name: str = "", owner_key: str = "", **choices: Any
) -> Run:
    """Start a run whose seed is a walker's program or an accepted submission's.

    Args:
        choices: further fields of RunConfig, e.g. ``evaluations`` or ``terrain``.

    Raises:
        RunRefused: for a submission that was not accepted.
        pydantic.ValidationError: for choices that RunConfig does not take.
    """
    if isinstance(source, SeedSubmission) and source.state != SeedSubmission.State.ACCEPTED:
        raise RunRefused("Only an accepted program can seed a run; wait for its preview.")
    config = RunConfig(seed_program=source.program, **choices)
    return create_run(config, name or f"From {source.public_id}", owner_key)
