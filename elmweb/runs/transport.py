"""Children and results of a batch as JSON, between one task and the next.

Only what applying needs travels: failures as counts, and the children that were
confirmed. A child that was not confirmed cannot be admitted.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence
from typing import Any

from elmweb.walkers.services import columns_of
from evolution.config import ArchiveConfig
from evolution.evaluation import Evaluation
from evolution.operators import Child
from evolution.search import unmade
from evolution.types import Failure, Stage


def children_to_json(children: Sequence[Child | Failure]) -> list[dict[str, Any]]:
    return [
        {"failure": child.to_json()}
        if isinstance(child, Failure)
        else {"program": child.program, "operator": child.operator, "message": child.message}
        for child in children
    ]


def children_from_json(entries: list[dict[str, Any]]) -> list[Child | Failure]:
    return [
        failure_from_json(entry["failure"]) if "failure" in entry else Child(**entry)
        for entry in entries
    ]


def failure_from_json(entry: dict[str, Any]) -> Failure:
    return Failure(Stage(entry["stage"]), entry["code"], entry["reason"], entry["line"])


def results_to_json(
    children: Sequence[Child | Failure],
    evaluations: Sequence[Evaluation | Failure],
    archive: ArchiveConfig,
) -> dict[str, Any]:
    """What applying needs.

    Failure counts, the first failure in full (a seed's is shown), positions where an
    operator made no child, and the candidates.
    """
    failures = [entry for entry in evaluations if isinstance(entry, Failure)]
    candidates = [
        _candidate(position, child, evaluation, archive)
        for position, (child, evaluation) in enumerate(zip(children, evaluations, strict=True))
        if isinstance(child, Child)
        and isinstance(evaluation, Evaluation)
        and evaluation.robust_objective is not None
        and evaluation.motion is not None
    ]
    return {
        "failures": dict(Counter(failure.code for failure in failures)),
        "first_failure": failures[0].to_json() if failures else None,
        "unmade": unmade(children),
        "candidates": candidates,
    }


def _candidate(
    position: int, child: Child, evaluation: Evaluation, archive: ArchiveConfig
) -> dict[str, Any]:
    assert evaluation.robust_objective is not None
    assert evaluation.motion is not None
    return {
        "index": position,
        "operator": child.operator,
        "message": child.message,
        "columns": columns_of(
            evaluation.walker,
            archive,
            program=child.program,
            objective=evaluation.objective,
            robust=evaluation.robust_objective,
            repairs=evaluation.repairs,
        ),
        "motion": base64.b64encode(evaluation.motion).decode(),
    }
