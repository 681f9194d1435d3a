"""This process's evaluator and operators, made when the first task wants them.

A worker's children are forked; a sandbox belongs to the process that started it, so
the cache is emptied in a new child by starting with a new process id.
"""

from __future__ import annotations

import os
from collections import OrderedDict

from evolution.config import ArchiveConfig, RunConfig
from evolution.evaluation import Evaluator
from evolution.operators import Operator
from evolution.operators.registry import operator_named
from evolution.simulation import terrain_named

KEPT = 2  # each holds a sandbox process of about 30 MB
KEPT_OPERATORS = 4  # some hold a language model

_evaluators: OrderedDict[tuple[int, str, str], Evaluator] = OrderedDict()
_operators: OrderedDict[tuple[int, str, str | int], Operator] = OrderedDict()


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


def operators_for(config: RunConfig, run: int) -> dict[str, Operator]:
    """The operators of a run (key) by name, in the config's order.

    Runs share an operator with its model, but not one that counts what the run may spend.
    """
    return {name: _operator(name, config, run) for name in config.operators}


def _operator(name: str, config: RunConfig, run: int) -> Operator:
    key = (os.getpid(), name, run if name == "instruct" else config.model)
    found = _operators.pop(key, None)
    if found is None:
        while len(_operators) >= KEPT_OPERATORS:
            _operators.popitem(last=False)
        found = operator_named(name, config)
    _operators[key] = found
    return found
