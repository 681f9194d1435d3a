"""Benchmark of obedience: does a model do what a message asks for?

Held-out generated programs are each edited under one message of every intention that
they offer a place for, and under the paper's three. An edit obeys if its program makes a
valid walker and the intention's own check finds the change in it. As a control, an edit
of the same program that was asked for something else is checked in the same way.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import mean

import numpy as np

from evolution.benchmarks.intervals import wilson
from evolution.benchmarks.models import compared_models, sampled_once
from evolution.benchmarks.report import Figure, Progress, Report, at_least
from evolution.benchmarks.requests import Asked, make_requests
from evolution.language_model.corpus.intentions import INTENTIONS
from evolution.language_model.corpus.requests import PAPER, Request
from evolution.operators import Child, Operator
from evolution.sandbox import Built, Sandbox
from evolution.types import Failure

PROGRAMS = 200
RANDOM_SEEDS = 3
TARGETS = {"paper: parameters": 70, "add-joint": 60}  # % of all sampled edits
_AT_ONCE = 128  # edits that are sampled together, about
_REQUESTS_SHARE = 0.2  # of the progress

Answers = list[Child | Failure]


@dataclass(slots=True)
class Tally:
    """What became of the edits that were asked for one thing.

    ``others`` are control edits, asked for something else; ``asked`` and ``obeyed`` count
    by random seed.
    """

    asked: Counter[int] = field(default_factory=Counter)
    obeyed: Counter[int] = field(default_factory=Counter)
    valid: int = 0
    others: int = 0
    others_obeyed: int = 0


def run(
    progress: Progress,
    *,
    models: Sequence[str],
    programs: int = PROGRAMS,
    random_seeds: int = RANDOM_SEEDS,
) -> Report:
    """Ask models for every intention.

    Args:
        progress: told how far it is.
        models: of the operator diff-model: registered names, folders or hub names.
        programs: that are asked for each intention, where so many offer a place for it.
        random_seeds: so many equal parts the programs have, for the spread.
    """
    figures: list[Figure] = []
    compared = compared_models(models)
    with Sandbox() as sandbox:
        requests = make_requests(
            lambda done: progress(done * _REQUESTS_SHARE, "held-out programs"), sandbox, programs
        )
        for number, model in enumerate(compared):
            tallies: defaultdict[str, Tally] = defaultdict(Tally)
            sampled = answers(sampled_once(model.name), requests, random_seeds)
            for done, (seed, asked, children) in enumerate(sampled, start=1):
                count(tallies, seed, asked, children, sandbox)
                share = (number + done / len(requests)) / len(compared)
                progress(_REQUESTS_SHARE + (1 - _REQUESTS_SHARE) * share, model.label)
            figures += figures_of(model.label, tallies)
    return Report("obedience", _conditions(models, programs, random_seeds, requests), figures)


def answers(
    operator: Operator, requests: Sequence[Asked], random_seeds: int
) -> Iterator[tuple[int, Asked, Answers]]:
    """(random seed, what was asked of a program, its edits: one a request, last the other)."""
    for seed in range(random_seeds):
        own = requests[seed::random_seeds]
        for start, part in _parts(own):
            parents = [asked.program for asked in part for _ in range(len(asked.requests) + 1)]
            messages = [r.message for asked in part for r in (*asked.requests, asked.other)]
            rng = np.random.default_rng([seed, start])
            children = iter(operator.propose(parents, messages, rng))
            for asked in part:
                yield seed, asked, [next(children) for _ in range(len(asked.requests) + 1)]


def _parts(requests: Sequence[Asked]) -> Iterator[tuple[int, Sequence[Asked]]]:
    """Consecutive programs with about as many edits as are sampled together."""
    start = size = 0
    for at, asked in enumerate(requests):
        size += len(asked.requests) + 1
        if size >= _AT_ONCE or at + 1 == len(requests):
            yield start, requests[start : at + 1]
            start, size = at + 1, 0


def count(
    tallies: defaultdict[str, Tally], seed: int, asked: Asked, children: Answers, sandbox: Sandbox
) -> None:
    """Judge one program's edits."""
    texts = list(dict.fromkeys(c.program for c in children if isinstance(c, Child)))
    built = dict(zip(texts, sandbox.build(texts), strict=True))
    made = [built[c.program] if isinstance(c, Child) else c for c in children]
    for request, child, result in zip(asked.requests, children, made, strict=False):
        tally = tallies[request.name]
        tally.asked[seed] += 1
        tally.valid += isinstance(result, Built)
        tally.obeyed[seed] += _obeys(request, asked, child, result)
        if asked.other.name != request.name:
            tally.others += 1
            tally.others_obeyed += _obeys(request, asked, children[-1], made[-1])


def _obeys(request: Request, asked: Asked, child: Child | Failure, built: Built | Failure) -> bool:
    if not isinstance(child, Child) or not isinstance(built, Built):
        return False
    if asked.walker is None:
        return True  # a repair: the program made no walker before
    return request.holds(asked.program, child.program, (asked.walker, built.walker))


def figures_of(label: str, tallies: dict[str, Tally]) -> list[Figure]:
    """Three columns of the table: of all edits, of those that are valid, and the control."""
    of_all, of_valid, by_chance = (f"{label}: {what}" for what in ("all", "valid", "by chance"))
    order = [*(request.name for request in PAPER), *(intention.name for intention in INTENTIONS)]
    names = [name for name in order if name in tallies]
    figures: list[Figure] = []
    for name in names:
        tally = tallies[name]
        obeyed, asked = tally.obeyed.total(), tally.asked.total()
        figures += [
            *_share(name, obeyed, asked, of_all, TARGETS.get(name)),
            *_share(name, obeyed, tally.valid, of_valid),
            *_share(name, tally.others_obeyed, tally.others, by_chance),
        ]
        if name in TARGETS:
            shares = [100 * tally.obeyed[s] / n for s, n in tally.asked.items() if n]
            low, high = min(shares), max(shares)
            over = f"{name}, over seeds"
            figures.append(Figure(over, mean(shares), "%", low=low, high=high, column=of_all))
    for column in (of_all, of_valid, by_chance):
        taught = {i.name for i in INTENTIONS}
        values = [f.value for f in figures if f.column == column and f.name in taught]
        if values:
            figures.append(Figure("mean over intentions", mean(values), "%", column=column))
    asked = sum(tally.asked.total() for tally in tallies.values())
    valid = sum(tally.valid for tally in tallies.values())
    return [*figures, *_share("edits that give a valid walker", valid, asked, of_all)]


def _share(
    name: str, won: int, tried: int, column: str, target: int | None = None
) -> Iterator[Figure]:
    """The share in % with Wilson's interval; nothing where nothing was tried."""
    if not tried:
        return
    low, high = (100 * end for end in wilson(won, tried))
    value = 100 * won / tried
    if target is None:
        yield Figure(name, value, "%", low=low, high=high, column=column)
    else:
        yield at_least(name, value, "%", target, low=low, high=high, column=column)


def _conditions(
    models: Sequence[str], programs: int, random_seeds: int, requests: Sequence[Asked]
) -> dict[str, object]:
    counts = Counter(request.name for asked in requests for request in asked.requests)
    fewer = [f"{name} {number}" for name, number in counts.items() if number < programs]
    return {
        "models": list(models),
        "edits asked for": f"{programs} of each kind, of as many held-out generated programs"
        + (f"; fewer fit {', '.join(fewer)}" if fewer else ""),
        "random seeds": random_seeds,
        "wordings": "those that the corpus teaches; none is held out",
        "obeys": "the program makes a valid walker and the intention's check finds the change; "
        "paper: parameters edits only numbers, paper: changed changes the walker, "
        "paper: small change changes it in at most as many lines as the intention small-change",
        "by chance": "edits of the same programs that were asked for something else, at random",
        "in brackets": "95% confidence (Wilson); lowest and highest seed",
    }
