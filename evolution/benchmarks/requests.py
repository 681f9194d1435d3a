"""What a benchmark asks models for: held-out programs, each with messages that fit it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from evolution.benchmarks.held_out import fresh_bases
from evolution.language_model.corpus.bases import BENCHMARKS
from evolution.language_model.corpus.chance import Rng, pick
from evolution.language_model.corpus.intentions import INTENTIONS, Edit, Intention
from evolution.language_model.corpus.requests import PAPER, Request
from evolution.sandbox import Built, Sandbox
from evolution.walkers import Walker

# Some intentions fit one program in twenty: so many programs are looked through for each wanted.
LOOKED_THROUGH = 25


@dataclass(frozen=True, slots=True)
class Asked:
    """One program and all that is asked of it.

    Attributes:
        walker: None for a program whose bug lets it make none.
        other: asked too, as a control: how often does its edit fulfil the other requests?
    """

    program: str
    walker: Walker | None
    requests: tuple[Request, ...]
    other: Request


def make_requests(
    tell: Callable[[float], None], sandbox: Sandbox, programs: int, first: int = 0
) -> list[Asked]:
    """Requests of each intention for ``programs`` programs, as far as so many offer a place.

    A program offers a place for an intention if the intention's own edit of it makes a
    walker and is recognised as such. The paper's messages are asked of the first programs.

    Args:
        tell: told the share done, 0 to 1.
        first: number of the first program in the held-out stream.

    Raises:
        SandboxUnavailable: if programs cannot be run safely on this machine.
    """
    counts: Counter[str] = Counter()
    found: list[Asked] = []
    for looked, (number, text, walker) in enumerate(fresh_bases(sandbox, first)):
        lacking = [i for i in INTENTIONS if counts[i.name] < programs]
        if looked >= programs and (not lacking or looked >= programs * LOOKED_THROUGH):
            return found
        rng = np.random.default_rng([BENCHMARKS, number, 1])
        new = _asked_of(text, walker, lacking, PAPER if looked < programs else (), sandbox, rng)
        for asked in new:
            counts.update(request.name for request in asked.requests)
        found += new
        full = sum(min(counts[i.name], programs) for i in INTENTIONS)
        tell(max(full / programs / len(INTENTIONS), looked / programs / LOOKED_THROUGH))
    raise AssertionError("the stream of programs has no end")


def _asked_of(
    text: str,
    walker: Walker,
    intentions: list[Intention],
    always: tuple[Request, ...],
    sandbox: Sandbox,
    rng: Rng,
) -> list[Asked]:
    """The program with its requests, and a variant with planted faults for each that has one."""
    edits = [(i, edit) for i in intentions if (edit := i.apply(text, rng)) is not None]
    texts = {edit.child for _, edit in edits} | {e.parent for _, e in edits if e.parent}
    order = sorted(texts)
    built = dict(zip(order, sandbox.build(order), strict=True))
    walkers = {t: b.walker for t, b in built.items() if isinstance(b, Built)} | {text: walker}
    plain: list[Request] = list(always)
    found: list[Asked] = []
    for intention, edit in edits:
        if not _is_sound(intention, edit, text, walkers):
            continue
        message = intention.message(rng, edit.values)
        request = Request(intention.name, message, intention.holds)
        if edit.parent:
            parent = walkers.get(edit.parent)
            found.append(Asked(edit.parent, parent, (request,), _other(rng)))
        else:
            plain.append(request)
    if plain:
        found.append(Asked(text, walker, tuple(plain), _other(rng)))
    return found


def _is_sound(intention: Intention, edit: Edit, text: str, walkers: dict[str, Walker]) -> bool:
    """Whether the intention's own edit makes a walker and passes its check."""
    parent, child = walkers.get(edit.parent or text), walkers.get(edit.child)
    if child is None:
        return False
    if parent is None:  # a planted bug; whatever makes a walker again is a repair
        return intention.name == "fix-bugs"
    return intention.holds(edit.parent or text, edit.child, (parent, child))


def _other(rng: Rng) -> Request:
    intention = pick(rng, INTENTIONS)
    return Request(intention.name, intention.message(rng, {}), intention.holds)
