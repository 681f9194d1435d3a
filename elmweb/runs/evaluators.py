"""This process's evaluator and operators, made when the first task wants them.

A worker's children are forked; a sandbox belongs to the process that started it, so
the cache is emptied in a new child by starting with a new process id.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from functools import cache

from evolution.config import ArchiveConfig, RunConfig
from evolution.evaluation import Evaluator
from evolution.operators import Operator
from evolution.simulation import terrain_named

KEPT = 2  # each holds a sandbox process of about 30 MB

_evaluators: OrderedDict[tuple[int, str, str], Evaluator] = OrderedDict()


def evaluator_for(config: RunConfig) -> Evaluator:
    return evaluator(config.terrain, config.archive)


def evaluator(terrain: str, archive: ArchiveConfig) -> Evaluator:
    """The evaluator of a terrain and a grid in this process."""
    name = (os.getpid(), terrain, archive.model_dump_json())
    found = _evaluators.pop(name, None)
    if found is None:
        while len(_evaluators) >= KEPT:
            _evaluators.popitem(last=False)[1].close()
        found = Evaluator(terrain_named(terrain), archive)
    _evaluators[name] = found
    return found


@cache
def operator_for(name: str) -> Operator:
    from evolution.operators.registry import operator_named

    return operator_named(name)
