"""What a model practises on: programs, each with messages that fit it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import Field

from evolution.config import PAPER_MESSAGES, Frozen
from evolution.language_model.corpus.chance import Rng, pick, weighted
from evolution.language_model.corpus.domain import MOST_JOINTS
from evolution.language_model.corpus.intentions import INTENTIONS, Intention
from evolution.language_model.corpus.requests import PAPER, Request
from evolution.sandbox import Built, Sandbox
from evolution.walkers import Walker

_PAPER = tuple(zip(PAPER, (weight for _, weight in PAPER_MESSAGES), strict=True))
_TAUGHT = tuple((i, i.weight) for i in INTENTIONS if i.name not in ("fix-bugs", "small-change"))
_TRIES = 4  # intentions looked at for each that is wanted
_SPARE = 1.5  # programs looked at for each that is wanted


class Amounts(Frozen):
    """How much is practised in a step."""

    programs: int = Field(default=12, ge=1)
    general: int = Field(default=10, ge=2, description="Edits under one of the paper's messages.")
    intentions: int = Field(default=2, ge=0, description="Asked of a program besides.")
    each: int = Field(default=3, ge=2, description="Edits of each intention.")


@dataclass(frozen=True, slots=True)
class Task:
    """A program, its walker, and what is asked of it, each request as often as it is tried."""

    program: str
    walker: Walker
    requests: tuple[Request, ...]


def draw_tasks(programs: Sequence[str], amounts: Amounts, sandbox: Sandbox, rng: Rng) -> list[Task]:
    """Tasks, fewer than wanted where too many of the programs drawn make no walker."""
    count = round(amounts.programs * _SPARE)
    texts = list(dict.fromkeys(pick(rng, programs) for _ in range(count)))
    usable = [
        (text, built.walker)
        for text, built in zip(texts, sandbox.build(texts), strict=True)
        if isinstance(built, Built) and len(built.walker.joints) <= MOST_JOINTS
    ]
    tasks: list[Task] = []
    for text, walker in usable[: amounts.programs]:
        requests = [weighted(rng, _PAPER)] * amounts.general
        for request in _offered(text, amounts.intentions, rng):
            requests += [request] * amounts.each
        tasks.append(Task(text, walker, tuple(requests)))
    return tasks


def _offered(text: str, count: int, rng: Rng) -> list[Request]:
    """Requests of different intentions that the program offers a place for."""
    found: dict[str, Request] = {}
    for _ in range(count * _TRIES):
        intention: Intention = weighted(rng, _TAUGHT)
        if intention.name in found or len(found) == count:
            continue
        edit = intention.apply(text, rng)
        if edit is not None and not edit.parent:
            message = intention.message(rng, edit.values)
            found[intention.name] = Request(intention.name, message, intention.holds)
    return list(found.values())
