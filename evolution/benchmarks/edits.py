"""Benchmark of single edits: do they apply, run, and give another valid walker?

Every model edits the same programs of a held-out lineage under the paper's messages,
one sample an edit, none sampled anew. Syntax-tree mutation does the same, to compare.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import ceil

import numpy as np

from evolution.archive import niche_count
from evolution.benchmarks.held_out import EVALUATIONS, PROGRAMS, SEED, HeldOut, held_out_programs
from evolution.benchmarks.intervals import Interval, clustered
from evolution.benchmarks.models import ComparedModel, compared_models, sampled_once
from evolution.benchmarks.report import Figure, Progress, Report, at_least
from evolution.config import PAPER_MESSAGES, ArchiveConfig
from evolution.evaluation import Evaluator
from evolution.language_model.corpus.change import Change
from evolution.operators import Child, Operator
from evolution.operators.diff_model import DiffModelOperator
from evolution.operators.registry import operator_named
from evolution.types import Failure

BASELINE = "syntax-tree"
SAMPLES = 1_008  # of each model: 48 programs, 3 random seeds, 7 edits
RANDOM_SEEDS = 3
_AT_ONCE = 8  # programs whose edits are sampled together

# Targets in %: (applies, valid and different), and those of a fine-tuned model.
_TARGETS, _TUNED_TARGETS = (90, 80), (95, 90)
_HELD_OUT_SHARE = 0.4  # of the progress


class Reach(IntEnum):
    """How far an edit came; each step includes those before."""

    NOWHERE = 0
    APPLIED = 1  # it parses as an edit and gives a changed text
    COMPILED = 2
    VALID = 3  # the program runs and makes a walker that keeps the limits and can be simulated
    DIFFERENT = 4  # whose joints or muscles are not its parent's


# By the operator's failures; all others gave no changed text.
_REACHED = {
    "not-python": Reach.APPLIED,
    "program-too-long": Reach.APPLIED,
    "cannot-work": Reach.COMPILED,
}

_NAMES = {
    Reach.APPLIED: "applies",
    Reach.COMPILED: "compiles",
    Reach.VALID: "gives a runnable, valid walker",
    Reach.DIFFERENT: "gives a valid walker that differs from its parent's",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one sampled edit; ``failure`` is a code, empty if it gave a walker."""

    program: int
    seed: int
    reach: Reach
    failure: str = ""


def run(
    progress: Progress,
    *,
    models: Sequence[str] = (),
    programs: int = PROGRAMS,
    samples: int = SAMPLES,
    random_seeds: int = RANDOM_SEEDS,
    evaluations: int = EVALUATIONS,
) -> Report:
    """Compare models with each other and with syntax-tree mutation.

    Args:
        progress: told how far it is.
        models: of the operator diff-model: registered names, folders or hub names.
        programs: of the held-out lineages.
        samples: edits of each model at least, over all programs and seeds.
        evaluations: of the search that makes each lineage.
    """
    held_out = held_out_programs(
        lambda done: progress(done * _HELD_OUT_SHARE, "held-out programs"), programs, evaluations
    )
    each = ceil(samples / (programs * random_seeds))
    total = programs * random_seeds * each
    entrants: list[tuple[str, Operator, ComparedModel | None]]
    entrants = [(m.label, sampled_once(m.name), m) for m in compared_models(models)]
    entrants += [(BASELINE, operator_named(BASELINE), None)]
    figures: list[Figure] = []
    with Evaluator() as evaluator:
        for number, (label, operator, model) in enumerate(entrants):
            outcomes: list[Outcome] = []
            for outcome in sampled(operator, held_out, each, random_seeds, evaluator):
                outcomes.append(outcome)
                done = (number + len(outcomes) / total) / len(entrants)
                progress(_HELD_OUT_SHARE + (1 - _HELD_OUT_SHARE) * done, label)
            figures += figures_of(label, outcomes, held_out, operator, model)
    conditions = {
        "models": list(models),
        "held-out programs": _described(held_out),
        "edits of each": f"{total}, {each} of each program and random seed",
        "random seeds": random_seeds,
        "messages": "the paper's three, by their weights",
        "in brackets": "95% confidence, as edits of one program are alike (design effect); "
        "lowest and highest seed",
    }
    if any(model is not None and model.parent for _, _, model in entrants):
        conditions["note"] = (
            f"a model tuned on runs from {SEED} knows relatives of that lineage: read its line"
        )
    return Report("edits", conditions, figures)


def _described(programs: Sequence[HeldOut]) -> str:
    depths = [program.depth for program in programs]
    lineages = ", ".join(dict.fromkeys(program.lineage for program in programs))
    return (
        f"{len(programs)}, {min(depths)} to {max(depths)} mutations from their lineage's first, "
        f"of {lineages}"
    )


def sampled(
    operator: Operator,
    programs: Sequence[HeldOut],
    each: int,
    random_seeds: int,
    evaluator: Evaluator,
) -> Iterator[Outcome]:
    """``each`` edits of every program from every random seed, and what became of them."""
    texts = [text for text, _ in PAPER_MESSAGES]
    weights = [weight for _, weight in PAPER_MESSAGES]
    for seed in range(random_seeds):
        for start in range(0, len(programs), _AT_ONCE):
            rng = np.random.default_rng([seed, start])
            here = range(start, min(start + _AT_ONCE, len(programs)))
            numbers = [number for number in here for _ in range(each)]
            parents = [programs[number] for number in numbers]
            messages = rng.choice(texts, size=len(numbers), p=np.array(weights) / sum(weights))
            children = operator.propose([p.program for p in parents], messages.tolist(), rng)
            judged = _judged(children, parents, evaluator)
            for number, (reach, failure) in zip(numbers, judged, strict=True):
                yield Outcome(number, seed, reach, failure)


def _judged(
    children: Sequence[Child | Failure], parents: Sequence[HeldOut], evaluator: Evaluator
) -> Iterator[tuple[Reach, str]]:
    """How far each child comes; walkers are simulated once."""
    texts = list(dict.fromkeys(child.program for child in children if isinstance(child, Child)))
    unreachable = np.full(niche_count(ArchiveConfig()), np.inf)  # nothing is confirmed
    evaluations = dict(zip(texts, evaluator.evaluate(texts, unreachable), strict=True))
    for child, parent in zip(children, parents, strict=True):
        if isinstance(child, Failure):
            yield _REACHED.get(child.code, Reach.NOWHERE), child.code
            continue
        found = evaluations[child.program]
        if isinstance(found, Failure):
            yield Reach.COMPILED, found.code
            continue
        change = Change(parent.program, child.program, (parent.walker, found.walker))
        yield Reach.VALID if change.same_walker else Reach.DIFFERENT, ""


def figures_of(
    label: str,
    outcomes: Sequence[Outcome],
    programs: Sequence[HeldOut],
    operator: Operator,
    model: ComparedModel | None,
) -> list[Figure]:
    """One column of the table; targets are for the project's models only."""
    figures: list[Figure] = []
    targets: dict[Reach, int] = {}
    if model is not None and model.is_ours:
        bounds = _TUNED_TARGETS if model.parent else _TARGETS
        targets = dict(zip((Reach.APPLIED, Reach.DIFFERENT), bounds, strict=True))
    for reach, name in _NAMES.items():
        if model is None and reach is Reach.APPLIED:
            continue  # the baseline writes no edits
        figures.append(_share(label, name, reach, outcomes, targets.get(reach)))
    last = _NAMES[Reach.DIFFERENT]
    figures.append(_over_seeds(label, f"{last}, over seeds", outcomes))
    for lineage in dict.fromkeys(program.lineage for program in programs):
        own = [o for o in outcomes if programs[o.program].lineage == lineage]
        figures.append(_share(label, f"the same, {lineage}", Reach.DIFFERENT, own))
    if isinstance(operator, DiffModelOperator) and operator.samples:
        tokens = operator.tokens / operator.samples
        figures.append(Figure("tokens an edit", tokens, "tokens", column=label))
    failures = Counter(outcome.failure for outcome in outcomes if outcome.failure)
    for code, count in failures.most_common():
        share = 100 * count / len(outcomes)
        figures.append(Figure(f"failed: {code}", share, "%", column=label))
    return figures


def _share(
    label: str, name: str, reach: Reach, outcomes: Sequence[Outcome], target: int | None = None
) -> Figure:
    share, interval = _reaching(outcomes, reach)
    low, high = (100 * end for end in interval)
    if target is None:
        return Figure(name, 100 * share, "%", low=low, high=high, column=label)
    return at_least(name, 100 * share, "%", target, low=low, high=high, column=label)


def _reaching(outcomes: Sequence[Outcome], reach: Reach) -> tuple[float, Interval]:
    tried = Counter(outcome.program for outcome in outcomes)
    won = Counter(outcome.program for outcome in outcomes if outcome.reach >= reach)
    groups = [(won[program], count) for program, count in tried.items()]
    return won.total() / tried.total(), clustered(groups)


def _over_seeds(label: str, name: str, outcomes: Sequence[Outcome]) -> Figure:
    seeds = sorted({outcome.seed for outcome in outcomes})
    shares = [
        100 * _reaching([o for o in outcomes if o.seed == seed], Reach.DIFFERENT)[0]
        for seed in seeds
    ]
    mean = sum(shares) / len(shares)
    return Figure(name, mean, "%", low=min(shares), high=max(shares), column=label)
