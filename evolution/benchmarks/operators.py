"""Benchmark of operators in searches: who fills the archive better, at equal cost?

Searches from each seed program with each operator, at equal evaluations or at equal
wall-clock on two worker processes. A full comparison takes hours, so each finished
search can be kept in a folder and is not run again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from statistics import geometric_mean, mean
from typing import Any

from evolution.benchmarks.intervals import ratio_interval
from evolution.benchmarks.models import ComparedModel, compared_models, content_hash
from evolution.benchmarks.report import Figure, Progress, Report
from evolution.benchmarks.results import Job, Result, Results, result_of
from evolution.benchmarks.searches import WORKERS, run_search
from evolution.config import RunConfig
from evolution.operators.recommended import recommended
from evolution.walkers.seeds import SEEDS, seed_program

BASELINE = "syntax-tree"
# Operators by their names on the command line -> the members of each.
MEMBERS = {
    BASELINE: (BASELINE,),
    "diff-model": ("diff-model",),
    "mix": ("diff-model", BASELINE),
}
# QD score against the baseline's, at equal evaluations.
_TARGETS = {"square": 1.3}
_OTHER_TARGET = 1.0
_MOST_EVALUATIONS = 100_000_000  # where time is the limit


@dataclass(frozen=True, slots=True)
class Entrant:
    """What is compared: an operator, and its model where it has one."""

    label: str
    operator: str
    fields: dict[str, Any]  # of RunConfig
    model: ComparedModel | None = None

    @property
    def hash(self) -> str:
        """Of its model's files; "" without a model."""
        return content_hash(self.fields.get("model", ""))


# (seed, label of the entrant) -> results, one a random seed.
Found = dict[tuple[str, str], list[Result]]


def run(
    progress: Progress,
    *,
    operators: Sequence[str] = tuple(MEMBERS),
    models: Sequence[str] = (),
    seeds: Sequence[str] = tuple(SEEDS),
    evaluations: int = 20_000,
    random_seeds: int = 3,
    minutes: float | None = None,
    out: Path | None = None,
) -> Report:
    """Run the searches that are not in ``out`` yet and compare all.

    Args:
        progress: told how far it is.
        operators: names in `MEMBERS`.
        models: of diff-model and mix, one entrant each: registered names or folders.
        seeds: names of seed programs.
        evaluations: children of each search, where ``minutes`` is None.
        random_seeds: searches from each seed program.
        minutes: wall-clock of each search instead.
        out: a folder that keeps each finished search as a JSON file.

    Raises:
        UnknownModel: if a model is not here.
        ValueError: if an operator lacks its model.
    """
    entrants = entrants_of(operators, models)
    most = _MOST_EVALUATIONS if minutes else evaluations
    found = _search_all(progress, entrants, seeds, most, random_seeds, minutes, Results(out))
    figures = [figure for seed in seeds for figure in _figures(seed, entrants, found, minutes)]
    limit = f"{minutes:g} minutes" if minutes else f"{evaluations:,} evaluations"
    conditions = {
        "each search": f"{limit}, {WORKERS} worker processes, terrain flat",
        "random seeds": random_seeds,
        **{entrant.label: _described(entrant) for entrant in entrants},
        "cores": os.cpu_count(),
        "in brackets": "lowest and highest random seed; of ratios 95% confidence (Welch's t)",
        **_winners(seeds, entrants, found),
    }
    return Report("operators", conditions, figures)


def _search_all(
    progress: Progress,
    entrants: Sequence[Entrant],
    seeds: Sequence[str],
    evaluations: int,
    random_seeds: int,
    minutes: float | None,
    results: Results,
) -> Found:
    """All searches; random seed by random seed, so that what is done can be compared early."""
    whole = list(product(range(random_seeds), seeds, entrants))
    found: Found = {}
    for number, (random_seed, seed, entrant) in enumerate(whole):
        config = RunConfig(
            seed_program=seed_program(seed),
            evaluations=evaluations,
            random_seed=random_seed,
            **entrant.fields,
        )
        job = Job(seed, config, minutes)
        result = results.find(job)
        if result is None:
            what = f"{entrant.label}: {seed}, random seed {random_seed}"
            tell = partial(_tell, progress, number, len(whole), what)
            result = result_of(run_search(config, tell, seconds=minutes and 60 * minutes))
            results.keep(job, result)
        found.setdefault((seed, entrant.label), []).append(result)
    return found


def entrants_of(operators: Sequence[str], models: Sequence[str]) -> list[Entrant]:
    """Each operator, with each model if it needs one; fields as recommended for new runs.

    Raises:
        UnknownModel: if a model is not here.
        ValueError: if an operator lacks its model.
    """
    entrants: list[Entrant] = []
    for operator in operators:
        members = MEMBERS[operator]
        if "diff-model" not in members:
            entrants.append(Entrant(operator, operator, recommended(members)))
            continue
        if not models:
            raise ValueError(f"The operator {operator} needs a model; name one.")
        entrants += [
            Entrant(f"{operator} {model.label}", operator, recommended(members, model.name), model)
            for model in compared_models(models)
        ]
    return entrants


def _tell(progress: Progress, number: int, total: int, what: str, share: float) -> None:
    progress((number + share) / total, what)


def _described(entrant: Entrant) -> str:
    fields = {name: value for name, value in entrant.fields.items() if name != "operator"}
    return ", ".join(f"{name} {value}" for name, value in fields.items()) or "as by default"


def _figures(
    seed: str,
    entrants: Sequence[Entrant],
    found: Found,
    minutes: float | None,
) -> Iterator[Figure]:
    """What the searches from one seed program found; a column an entrant."""
    by_hash = {(e.operator, e.hash): e for e in entrants if e.hash}
    for entrant in entrants:
        own = found[seed, entrant.label]
        column = entrant.label
        yield _spread(f"{seed}: QD score", [r.qd_score for r in own], "m", column)
        yield _spread(f"{seed}: niches", [r.niches for r in own], "niches", column)
        yield _spread(f"{seed}: coverage", [100 * r.coverage for r in own], "%", column)
        yield _spread(f"{seed}: best", [r.best for r in own], "m", column)
        walkers = [100 * r.walkers for r in own]
        yield _spread(f"{seed}: children that are walkers", walkers, "%", column)
        rates = [r.evaluations / r.seconds for r in own]
        yield _spread(f"{seed}: rate", rates, "evaluations/s", column)
        if minutes:
            counts = [r.evaluations for r in own]
            yield _spread(f"{seed}: evaluations", counts, "evaluations", column)
        else:
            yield _spread(f"{seed}: wall-clock", [r.seconds for r in own], "s", column)
        baseline = found.get((seed, BASELINE))
        if baseline and entrant.label != BASELINE:
            is_aimed = entrant.operator == "diff-model" and not minutes
            target = _TARGETS.get(seed, _OTHER_TARGET) if is_aimed else None
            name = f"{seed}: QD score against {BASELINE}"
            yield _ratio(name, _qd(own), _qd(baseline), column, target)
            if not minutes:
                then = [_qd_after(r, b.seconds) for r, b in zip(own, baseline, strict=True)]
                name = f"{seed}: the same, when {BASELINE} had ended"
                yield _ratio(name, then, _qd(baseline), column)
        tuned_from = content_hash(entrant.model.parent) if entrant.model else ""
        parent = by_hash.get((entrant.operator, tuned_from))
        if parent is not None:
            yield from _tuned(seed, own, found[seed, parent.label], column)


def _tuned(
    seed: str, own: Sequence[Result], parent: Sequence[Result], column: str
) -> Iterator[Figure]:
    """A fine-tuned model against the one that it was made from (the paper's figure 11)."""
    compared: dict[str, tuple[Sequence[float], Sequence[float]]] = {
        "niches": ([r.niches for r in own], [r.niches for r in parent]),
        "QD score": (_qd(own), _qd(parent)),
        "children that are walkers": ([r.walkers for r in own], [r.walkers for r in parent]),
    }
    for name, (ours, theirs) in compared.items():
        figure = _ratio(f"{seed}: {name} against before tuning", ours, theirs, column)
        yield replace(figure, target="> 1", holds=figure.value > 1)


def _qd(results: Sequence[Result]) -> list[float]:
    return [result.qd_score for result in results]


def _qd_after(result: Result, seconds: float) -> float:
    """The QD score that a search had so long after its start; 0 before its first batch."""
    return max((mark.qd_score for mark in result.curve if mark.seconds <= seconds), default=0.0)


def _spread(name: str, values: Sequence[float], unit: str, column: str) -> Figure:
    several = len(values) > 1
    low, high = (min(values), max(values)) if several else (None, None)
    return Figure(name, mean(values), unit, low=low, high=high, column=column)


def _ratio(
    name: str,
    values: Sequence[float],
    baseline: Sequence[float],
    column: str,
    target: float | None = None,
) -> Figure:
    """The ratio of two means; a baseline of nothing counts as one millionth."""
    value = mean(values) / max(mean(baseline), 1e-6)
    low, high = ratio_interval(values, baseline) or (None, None)
    if target is None:
        return Figure(name, value, "x", low=low, high=high, column=column)
    return Figure(name, value, "x", f">= {target:g}", value >= target, low, high, column)


def _winners(seeds: Sequence[str], entrants: Sequence[Entrant], found: Found) -> dict[str, str]:
    """Who has the highest mean QD score from each seed, and over all by the geometric mean."""
    if len(entrants) < 2:
        return {}
    scores = {
        entrant.label: {seed: max(mean(_qd(found[seed, entrant.label])), 1e-6) for seed in seeds}
        for entrant in entrants
    }
    lines = {}
    for seed in seeds:
        lines[f"winner from {seed}"] = _winner({label: s[seed] for label, s in scores.items()})
    lines["winner over all"] = _winner(
        {label: geometric_mean(s.values()) for label, s in scores.items()}
    )
    return lines


def _winner(scores: dict[str, float]) -> str:
    first, second, *_ = sorted(scores, key=lambda label: -scores[label])
    return f"{first}, {scores[first] / scores[second]:.3g} times the QD score of {second}"
