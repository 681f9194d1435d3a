"""What an edit is worth: it makes another walker, as asked, and one that a search wants."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evolution.language_model.corpus.change import Change
from evolution.language_model.corpus.judging import Judge, niche
from evolution.language_model.corpus.requests import CHANGED
from evolution.practice.attempts import Attempt
from evolution.practice.tasks import Task
from evolution.sandbox import Built, Sandbox
from evolution.types import Failure
from evolution.walkers import Walker

# Of an edit that makes another walker, but not in the way that was asked for. A change of a
# number alone is nearly always valid, so under the message that leaves everything open it
# counts as such: else a model soon changes nothing but numbers, whatever is asked of it.
ASTRAY = 0.3
# Beside 1 for an edit that does what a general message asks for: what a search hopes for,
# another niche or a longer way. With 1 for the niche, loops that add spikes took over: each
# is valid, of a niche of its own, and long.
NEW_NICHE = 0.3
FURTHER = 0.3
# Less for an edit, if all of its siblings do as it does to the number of joints: a search
# wants some that add, some that take away and some that move.
ALIKE = 0.4
# For each token: a short edit is read, tried and passed on sooner.
TOKEN = 0.005


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an attempt.

    Attributes:
        different: a valid walker that is not its parent's.
        obeyed: what the request's own check says; for a general message also `different`.
        new_niche: it is of another size than its parent and goes half as far, at least.
        reward: what it is worth.
    """

    different: bool = False
    obeyed: bool = False
    new_niche: bool = False
    reward: float = 0.0

    @property
    def is_of_use(self) -> bool:
        """Another walker, or else what was asked for: some requests want the same one."""
        return self.different or self.obeyed


@dataclass(frozen=True, slots=True)
class _Made:
    """An attempt that made a valid walker; ``is_liked`` where a search would like it."""

    attempt: Attempt
    parent: Walker
    child: Walker
    different: bool
    obeyed: bool
    is_liked: bool

    @property
    def is_free(self) -> bool:
        return self.different and self.attempt.request.is_general

    @property
    def is_new_niche(self) -> bool:
        return self.is_liked and niche(self.parent) != niche(self.child)

    @property
    def walker_key(self) -> object:
        return self.attempt.task, self.attempt.request.name, self.child.digest

    @property
    def kind_key(self) -> object:
        more = len(self.child.joints) - len(self.parent.joints)
        return self.attempt.task, (more > 0) - (more < 0)

    @property
    def niche_key(self) -> object:
        return self.attempt.task, niche(self.child)


def judge(
    tasks: Sequence[Task], attempts: Sequence[Attempt], sandbox: Sandbox, distances: Judge
) -> list[Verdict]:
    """Build and simulate what was written, once each.

    Attempts of one task share the reward of what several of them made: a search wants
    siblings that differ.
    """
    texts = list(dict.fromkeys(a.program for a in attempts if isinstance(a.program, str)))
    built = dict(zip(texts, sandbox.build(texts), strict=True))
    distances.watch(task.walker for task in tasks)
    distances.watch(b.walker for b in built.values() if isinstance(b, Built))
    made = [_made(tasks[a.task], a, built, distances) for a in attempts]
    copies = Counter(one.walker_key for one in made if one)
    crowds = Counter(one.niche_key for one in made if one and one.is_new_niche)
    free = [one for one in made if one and one.is_free]
    kinds, siblings = Counter(o.kind_key for o in free), Counter(o.attempt.task for o in free)
    verdicts: list[Verdict] = []
    for attempt, one in zip(attempts, made, strict=True):
        price = TOKEN * attempt.length
        if one is None:
            verdicts.append(Verdict(reward=-price))
            continue
        reward = 1.0 if one.obeyed else ASTRAY * one.different
        reward += FURTHER * (one.is_liked and not one.is_new_niche)
        reward /= copies[one.walker_key]
        if one.is_new_niche:
            reward += NEW_NICHE / crowds[one.niche_key]
        if one.is_free:
            others = max(siblings[attempt.task] - 1, 1)
            reward *= 1 - ALIKE * (kinds[one.kind_key] - 1) / others
        reward -= price
        verdicts.append(Verdict(one.different, one.obeyed, one.is_new_niche, reward))
    return verdicts


def _made(
    task: Task, attempt: Attempt, built: Mapping[str, Built | Failure], distances: Judge
) -> _Made | None:
    if not isinstance(attempt.program, str):
        return None
    child = built[attempt.program]
    if not isinstance(child, Built):
        return None
    walkers = (task.walker, child.walker)
    change = Change(task.program, attempt.program, walkers)
    different = not change.same_walker
    obeyed = attempt.request.holds(task.program, attempt.program, walkers)
    liked = False
    if attempt.request.is_general:
        obeyed &= different and not (attempt.request.message == CHANGED and change.numbers_only)
        liked = obeyed and distances.likes(*walkers)
    return _Made(attempt, *walkers, different, obeyed, liked)


def advantages(attempts: Sequence[Attempt], verdicts: Sequence[Verdict]) -> list[float]:
    """Each reward less the mean of the others that were asked the same of the same program.

    That mean is what to expect of such a task, so a hard one pushes no less than an easy one
    (leave-one-out baseline, https://arxiv.org/abs/2402.14740). One attempt alone gets 0.
    """
    groups: defaultdict[tuple[int, str], list[float]] = defaultdict(list)
    keys = [(a.task, a.request.name) for a in attempts]
    for key, verdict in zip(keys, verdicts, strict=True):
        groups[key].append(verdict.reward)
    result: list[float] = []
    for key, verdict in zip(keys, verdicts, strict=True):
        group = groups[key]
        others = len(group) - 1
        result.append(verdict.reward - (sum(group) - verdict.reward) / others if others else 0.0)
    return result
