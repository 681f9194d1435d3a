"""Bug repair in one step (the paper's appendix A): which operator mends what it has not seen?

4-Parity with one to five bugs and Quadratic with one and two; each trial is one mutation
of the buggy program with the message "Fixed bugs."; it succeeds if all unit tests pass in
the sandbox. Compared are Tiny GP's node mutation at its best rate, the project's
syntax-tree mutation, and language models by name.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from evolution.benchmarks.models import ComparedModel, compared_models, sampled_once
from evolution.benchmarks.repair import tuning
from evolution.benchmarks.repair.plot import plot_svg
from evolution.benchmarks.repair.problems import PROBLEMS, Problem
from evolution.benchmarks.repair.trials import (
    MESSAGE,
    Entrant,
    Judge,
    NodeMutationEntrant,
    OperatorEntrant,
    Point,
    point_name,
)
from evolution.benchmarks.report import Figure, Progress, Report
from evolution.config import InstructConfig, RunConfig
from evolution.operators.messages import BLIND
from evolution.operators.registry import operator_named
from evolution.sandbox import Sandbox

NODE_MUTATION = "node-mutation"
WITHOUT_MODEL = (NODE_MUTATION, *BLIND)
"""Operators that do not read the message; the others are held to the paper's findings."""

# Trials at each point over all random seeds, and seconds a trial, roughly.
_TRIALS = {NODE_MUTATION: 100_000, "syntax-tree": 20_000}
_COSTS = {NODE_MUTATION: 0.0006, "syntax-tree": 0.002}
_MODEL_TRIALS, _MODEL_COST = 3_000, 0.02

_TUNING_SHARE = 0.1  # of the progress
_LARGEST_FALL = 10.0  # of a model's success from one to four bugs


def run(
    progress: Progress,
    *,
    operators: Sequence[str] = WITHOUT_MODEL,
    models: Sequence[str] = (),
    instruct: InstructConfig | None = None,
    trials: int | None = None,
    random_seeds: int = 3,
    plot: Path | None = None,
) -> Report:
    """Compare operators.

    Args:
        progress: told how far it is.
        operators: names of operators without a model, `NODE_MUTATION` among them.
        models: of the operator diff-model: registered names, folders or hub names.
        instruct: an endpoint and its model, for the operator instruct.
        trials: of each operator at each point, over all random seeds; by default 100,000
            for the node mutation, 20,000 for syntax-tree and 3,000 for a model.
        random_seeds: so many equal parts the trials have, for the spread.
        plot: write a picture (SVG) there.
    """
    entrants = [_operator(name, trials) for name in operators if name != NODE_MUTATION]
    entrants += [_model(model, trials) for model in compared_models(models)]
    if instruct is not None:
        entrants.append(_instruct(instruct, trials))
    with Sandbox() as sandbox:
        judge, conditions = Judge(sandbox), {}
        start = 0.0
        if NODE_MUTATION in operators:
            start = _TUNING_SHARE
            entrant, swept = _tuned(judge, trials, lambda done: progress(done * start, "tuning"))
            entrants.insert(0, entrant)
            conditions = {f"rates tried: {point}": line for point, line in swept.items()}
        points = compare(
            lambda done, what: progress(start + done * (1 - start), what),
            entrants,
            judge,
            random_seeds,
        )
    if plot is not None:
        plot.write_text(plot_svg(points), encoding="utf-8")
    return report(points, conditions)


def compare(
    progress: Progress, entrants: Sequence[Entrant], judge: Judge, random_seeds: int
) -> list[Point]:
    """All trials of all entrants, point by point."""
    whole = sum(entrant.trials * entrant.cost for entrant in entrants) * len(list(_points()))
    done = 0.0
    result = []
    for entrant in entrants:
        for number, (problem, bugs) in enumerate(_points()):
            what = f"{entrant.name}: {point_name(problem.name, bugs)}"
            counts = []
            for seed in range(random_seeds):
                trials = _part(entrant.trials, random_seeds, seed)
                rng = np.random.default_rng([seed, number])
                texts = successes = 0
                for children in entrant.batches(problem, bugs, trials, rng):
                    texts += children.total()
                    successes += judge.successes(problem, children)
                    progress(min((done + texts * entrant.cost) / whole, 1.0), what)
                done += trials * entrant.cost
                counts.append((trials, texts, successes))
            of_trials, of_texts, of_successes = zip(*counts, strict=True)
            result.append(
                Point(entrant.name, problem.name, bugs, of_trials, of_texts, of_successes)
            )
    return result


def _points() -> Iterator[tuple[Problem, int]]:
    for problem in PROBLEMS:
        for bugs in range(1, problem.most_bugs + 1):
            yield problem, bugs


def _part(whole: int, parts: int, number: int) -> int:
    """The size of one of ``parts`` nearly equal parts."""
    return whole * (number + 1) // parts - whole * number // parts


def _tuned(
    judge: Judge, trials: int | None, tell: Callable[[float], None]
) -> tuple[Entrant, dict[str, str]]:
    """The node mutation at its best rates, and all rates that were tried."""
    tries = tuning.TRIALS if trials is None else min(tuning.TRIALS, max(trials // 10, 1))
    shares = tuning.sweep(judge, np.random.default_rng(0), tell, tries)
    rates = tuning.best_rates(shares)
    count = trials or _TRIALS[NODE_MUTATION]
    entrant = NodeMutationEntrant(NODE_MUTATION, count, _COSTS[NODE_MUTATION], rates)
    return entrant, tuning.described(shares, rates)


def _operator(name: str, trials: int | None) -> Entrant:
    count, cost = trials or _TRIALS.get(name, _MODEL_TRIALS), _COSTS.get(name, _MODEL_COST)
    return OperatorEntrant(name, operator_named(name), count, cost)


def _model(model: ComparedModel, trials: int | None) -> Entrant:
    operator = sampled_once(model.name)
    label = f"diff-model {model.label}"
    return OperatorEntrant(label, operator, trials or _MODEL_TRIALS, _MODEL_COST)


def _instruct(instruct: InstructConfig, trials: int | None) -> Entrant:
    config = RunConfig(seed_program="", operator="instruct", instruct=instruct)
    operator = operator_named("instruct", config)
    label = f"instruct {instruct.model}"
    return OperatorEntrant(label, operator, trials or _MODEL_TRIALS, _MODEL_COST)


def report(points: Sequence[Point], conditions: dict[str, str]) -> Report:
    """The figures of finished trials."""
    figures: list[Figure] = []
    for name in dict.fromkeys(point.entrant for point in points):
        own = [point for point in points if point.entrant == name]
        figures += [_figure(point) for point in own]
        figures += [_seeds(point) for point in own]
        texts, trials = (
            sum(sum(counts) for counts in each)
            for each in zip(*((point.texts, point.trials) for point in own), strict=True)
        )
        figures.append(Figure(f"{name}: trials that gave a program", 100 * texts / trials, "%"))
        if name not in WITHOUT_MODEL:
            figures += _targets(name, [point for point in own if point.problem == "4-Parity"])
    trials = ", ".join(
        f"{name} {sum(point.trials):,}" for name, point in {p.entrant: p for p in points}.items()
    )
    return Report(
        "bug-repair",
        {
            "message": MESSAGE,
            "trials at each point": trials,
            "random seeds": len(points[0].trials) if points else 0,
            "in brackets": "95% confidence (Wilson) over all trials; lowest and highest seed",
            "machine": f"{platform.machine()}, Python {platform.python_version()}",
            **conditions,
        },
        figures,
    )


def _named(point: Point) -> str:
    return f"{point.entrant}: {point_name(point.problem, point.bugs)}"


def _figure(point: Point) -> Figure:
    low, high = point.interval
    return Figure(_named(point), 100 * point.share, "%", low=100 * low, high=100 * high)


def _seeds(point: Point) -> Figure:
    low, high = point.spread
    name = f"{_named(point)}, over seeds"
    return Figure(name, 100 * point.share, "%", low=100 * low, high=100 * high)


def _targets(name: str, points: Sequence[Point]) -> list[Figure]:
    """What a model should do. A success that never came counts as one in the ratio."""
    shares = {point.bugs: point.share for point in points}
    four = next(point for point in points if point.bugs == 4)
    fall = shares[1] / max(four.share, 1 / sum(four.trials))
    holds = fall < _LARGEST_FALL and four.share > 0
    return [
        Figure(f"{name}: 4-Parity, 1 bug against 4", fall, "x", f"< {_LARGEST_FALL:g}", holds),
        Figure(f"{name}: 4-Parity, all 5 bugs", 100 * shares[5], "%", "> 0", shares[5] > 0),
    ]
