"""Builds a corpus: edits are made, tried in the sandbox, checked, and written as groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from evolution.language_model.corpus.bases import base_program
from evolution.language_model.corpus.chance import Rng, chance, pick
from evolution.language_model.corpus.change import Change
from evolution.language_model.corpus.domain import (
    MOST_DEPTH,
    MOST_JOINTS,
    Candidate,
    candidates,
    fits,
)
from evolution.language_model.corpus.intentions import INTENTIONS
from evolution.language_model.corpus.judging import Judge
from evolution.language_model.corpus.kinship import close_seed
from evolution.language_model.examples import EditExample
from evolution.sandbox import Built, Sandbox
from evolution.types import Failure
from evolution.walkers import Walker

Exclude = Callable[[str], str | None]
"""Why a text must not be trained on, or None; see `corpus.exclusion`."""

LINES_AT_ONCE = 48  # fills the sandbox's batches
_SPARE = 1.6  # edits made for each that is wanted: some make no walker, some miss the intention
_GOES_ON = 0.72  # chance that a child is the next parent of its line


@dataclass(slots=True)
class Report:
    """What became of the edits that were made.

    Attributes:
        kept: intention -> examples.
        dropped: (intention, reason) -> how many; a reason is a sandbox failure's code or
            one of ``not-held``, ``duplicate``, ``close-to-seed``, ``excluded: ...``.
        bases: programs that were tried as the start of a line; ``bad_bases`` made no walker.
        measures: height (m), width (m) and joints of each child.
        sizes: characters of the parent, lines of the edit.
        liked: whether a search would like the child, see `judging`.
        messages: how often each was given.
    """

    kept: Counter[str] = field(default_factory=Counter)
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter)
    bases: int = 0
    bad_bases: Counter[str] = field(default_factory=Counter)
    groups: int = 0
    measures: list[tuple[float, float, int]] = field(default_factory=list)
    sizes: list[tuple[int, int]] = field(default_factory=list)
    liked: Counter[bool] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)

    @property
    def examples(self) -> int:
        return self.kept.total()


@dataclass(slots=True)
class _Line:
    """A line of descent: the program that is edited now."""

    text: str
    walker: Walker
    depth: int


class CorpusBuilder:
    """Makes groups of verified examples; the same generator gives the same corpus.

    Args:
        rng: decides everything.
        exclude: texts to keep out of training, e.g. those near a benchmark's functions.
        edits_per_base: examples wanted of each program.
        lines: programs that are edited side by side.
    """

    def __init__(
        self,
        rng: Rng,
        exclude: Exclude = lambda text: None,
        edits_per_base: int = 16,
        lines: int = LINES_AT_ONCE,
    ) -> None:
        self.report = Report()
        self._rng = rng
        self._exclude = exclude
        self._wanted = edits_per_base
        self._at_once = lines
        self._judge = Judge()
        self._seen: set[int] = set()
        self._lines: list[_Line] = []

    def groups(self, sandbox: Sandbox) -> Iterator[list[EditExample]]:
        """Endless groups; the examples of one have the same parent.

        Raises:
            SandboxUnavailable: if programs cannot be run safely on this machine.
        """
        while True:
            self._fill(sandbox)
            made = [self._made(line) for line in self._lines]
            walkers = self._built(sandbox, made)
            self._watch(self._lines, walkers)
            lines: list[_Line] = []
            for line, edits in zip(self._lines, made, strict=True):
                children = []
                group: list[EditExample] = []
                for candidate in edits:
                    if len(group) >= self._wanted and not candidate.is_planted:
                        continue
                    example = self._checked(candidate, line, walkers)
                    if example is None:
                        continue
                    child = walkers[candidate.edit.child]
                    assert isinstance(child, Built)
                    self._count(example, child.walker)
                    if candidate.is_planted:
                        yield [example]
                    else:
                        group.append(example)
                        children.append(_Line(example.child, child.walker, line.depth + 1))
                if group:
                    self.report.groups += 1
                    yield group
                following = self._following(line, children)
                if following is not None:
                    lines.append(following)
            self._lines = lines

    def every_intention(self, bases: int, sandbox: Sandbox) -> Iterator[list[EditExample]]:
        """Groups with one edit of every intention that each of ``bases`` programs offers.

        For measuring. The programs are fresh ones, each intention has three tries.
        """
        while bases > 0:
            self._lines = []
            self._fill(sandbox)
            lines = self._lines[:bases]
            bases -= len(lines)
            made = [
                [c for i in INTENTIONS for c in candidates(line.text, self._rng, 3, ((i, 1.0),))]
                for line in lines
            ]
            walkers = self._built(sandbox, made)
            self._watch(lines, walkers)
            for line, edits in zip(lines, made, strict=True):
                found: dict[str, EditExample] = {}
                for candidate in edits:
                    name = candidate.intention.name
                    if name in found:
                        continue
                    example = self._checked(candidate, line, walkers)
                    if example is not None:
                        child = walkers[candidate.edit.child]
                        assert isinstance(child, Built)
                        self._count(example, child.walker)
                        found[name] = example
                self.report.groups += 1
                yield [example for example in found.values() if example.parent == line.text]
                yield from ([e] for e in found.values() if e.parent != line.text)

    def _fill(self, sandbox: Sandbox) -> None:
        """New base programs in place of the lines that ended."""
        while len(self._lines) < self._at_once:
            missing = self._at_once - len(self._lines)
            texts = [base_program(self._rng) for _ in range(missing)]
            self.report.bases += missing
            for text, built in zip(texts, sandbox.build(texts), strict=True):
                if isinstance(built, Failure):
                    self.report.bad_bases[built.code] += 1
                elif (reason := self._kept_out(text)) is not None:
                    self.report.bad_bases[reason] += 1
                else:
                    self._lines.append(_Line(text, built.walker, 0))

    def _made(self, line: _Line) -> list[Candidate]:
        return candidates(line.text, self._rng, round(self._wanted * _SPARE))

    def _watch(self, lines: list[_Line], walkers: dict[str, Built | Failure]) -> None:
        self._judge.watch(line.walker for line in lines)
        self._judge.watch(b.walker for b in walkers.values() if isinstance(b, Built))

    def _built(self, sandbox: Sandbox, made: list[list[Candidate]]) -> dict[str, Built | Failure]:
        """Every child and every planted parent, run once."""
        texts: dict[str, None] = {}
        for candidate in (c for edits in made for c in edits):
            texts[candidate.edit.child] = None
            if candidate.is_planted:
                texts[candidate.parent] = None
        order = list(texts)
        return dict(zip(order, sandbox.build(order), strict=True))

    def _checked(
        self, candidate: Candidate, line: _Line, walkers: dict[str, Built | Failure]
    ) -> EditExample | None:
        """The example, or None with the reason counted."""
        reason = self._fault(candidate, line, walkers)
        if reason is None:
            child = walkers[candidate.edit.child]
            assert isinstance(child, Built)
            if candidate.is_planted:
                return candidate.example(self._rng)
            liked = self._judge.likes(line.walker, child.walker)
            self.report.liked[liked] += 1
            return candidate.example(self._rng, liked)
        self.report.dropped[candidate.intention.name, reason] += 1
        return None

    def _fault(
        self, candidate: Candidate, line: _Line, walkers: dict[str, Built | Failure]
    ) -> str | None:
        intention, child = candidate.intention, candidate.edit.child
        built = walkers[child]
        if isinstance(built, Failure):
            return built.code
        parent: Walker | None = line.walker
        if candidate.is_planted:
            planted = walkers[candidate.parent]
            parent = planted.walker if isinstance(planted, Built) else None
        if parent is None and intention.name != "fix-bugs":
            return "invalid-parent"
        if parent is not None and not intention.holds(
            candidate.parent, child, (parent, built.walker)
        ):
            return "not-held"
        key = hash((candidate.parent, child))
        if key in self._seen:
            return "duplicate"
        self._seen.add(key)
        return self._kept_out(child) or (
            self._kept_out(candidate.parent) if candidate.is_planted else None
        )

    def _kept_out(self, text: str) -> str | None:
        if close_seed(text) is not None:
            return "close-to-seed"
        reason = self._exclude(text)
        return None if reason is None else f"excluded: {reason}"

    def _following(self, line: _Line, children: list[_Line]) -> _Line | None:
        """The next program of a line, or None where it ends."""
        fitting = [
            child
            for child in children
            if fits(child.text)
            and child.walker.is_active
            and len(child.walker.joints) <= MOST_JOINTS
            and child.depth <= MOST_DEPTH
        ]
        if not fitting or not chance(self._rng, _GOES_ON):
            return None
        # As in evolution, those that go further have more children.
        rivals = [pick(self._rng, fitting) for _ in range(2)]
        return max(rivals, key=lambda child: self._judge.distance(child.walker))

    def _count(self, example: EditExample, walker: Walker) -> None:
        self.report.kept[example.intention] += 1
        self.report.messages[example.message] += 1
        self.report.measures.append((walker.height, walker.width, len(walker.joints)))
        lines = Change(example.parent, example.child).lines
        self.report.sizes.append((len(example.parent), lines))


def percentiles(values: list[float]) -> list[float]:
    """The 5th, 25th, 50th, 75th and 95th percentile."""
    return [float(v) for v in np.percentile(values, (5, 25, 50, 75, 95))] if values else []
