"""Edits as a diff model writes them: the tokens, and the child or failure that they make.

All children of one parent share the computation of the parent's tokens; a parent longer
than the context is shown through a window.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from evolution.diffs.line_edits import apply_line_edits, lines_of
from evolution.language_model.program_facts import facts_of
from evolution.language_model.sampling import Group, Sampled, Sampling
from evolution.operators.candidates import child_failure
from evolution.types import Failure, Stage

if TYPE_CHECKING:
    from evolution.language_model.generation import Sampler
    from evolution.language_model.grammar import EditGrammar, EditRules
    from evolution.language_model.tokenizer import EditTokenizer, Window

# Edits sampled side by side: their keys and values are kept, about 0.6 MB each.
_MOST_ROWS = 128


@dataclass(frozen=True, slots=True)
class Written:
    """One sampled edit.

    Attributes:
        window: the lines that the model was shown.
        grammar: what it could write.
        sample: what it wrote.
        program: the child's text, or why there is none.
    """

    window: Window
    grammar: EditGrammar
    sample: Sampled
    program: str | Failure

    def seen(self, parent: str) -> str:
        """Words on what the model was shown, empty where that was the whole parent."""
        last = len(self.window.lines)
        if last == len(lines_of(parent)):
            return ""
        return f"only lines {self.window.before + 1} to {self.window.before + last} were shown"


@dataclass(frozen=True, slots=True)
class _Shown:
    """A parent as the model is shown it, and what becomes of edits."""

    parent: str
    window: Window
    tokenizer: EditTokenizer
    _children: dict[tuple[int, ...], str | Failure] = field(default_factory=dict)

    def child(self, tokens: Sequence[int]) -> str | Failure:
        """The program that an edit makes."""
        key = tuple(tokens)
        if key not in self._children:
            self._children[key] = self._edited(tokens)
        return self._children[key]

    def is_of_use(self, tokens: Sequence[int]) -> bool:
        return isinstance(self.child(tokens), str)

    def _edited(self, tokens: Sequence[int]) -> str | Failure:
        edits = self.tokenizer.parse(tokens, self.window.lines)
        if isinstance(edits, Failure):
            return edits
        last = len(self.window.lines)
        if any(edit.first > last + 1 or edit.last > last for edit in edits):
            return _OUT_OF_SIGHT
        program = apply_line_edits(self.parent, [e.moved(self.window.before) for e in edits])
        if isinstance(program, Failure):
            return program
        return child_failure(self.parent, program) or program


def write_edits(
    asked: Sequence[tuple[str, str]],
    sampler: Sampler,
    rules: EditRules,
    sampling: Sampling,
    rng: np.random.Generator,
) -> list[Written | Failure]:
    """One edit for each pair of a parent and a clean message.

    A failure of code ``line-too-long`` stands where a parent cannot be shown at all.
    """
    from evolution.language_model.windows import PARENT_TOKENS, window_at_random

    tokenizer = rules.tokenizer
    by_parent: defaultdict[str, list[int]] = defaultdict(list)
    for at, (parent, _) in enumerate(asked):
        by_parent[parent].append(at)
    results: dict[int, Written | Failure] = {}
    groups: list[Group] = []
    members: list[tuple[list[int], _Shown, EditGrammar]] = []
    for parent, ats in by_parent.items():
        window = window_at_random(lines_of(parent), tokenizer, PARENT_TOKENS, rng)
        if window is None:
            results.update(dict.fromkeys(ats, _NO_WINDOW))
            continue
        suffixes = [tokenizer.message(asked[at][1]) for at in ats]
        shown = _Shown(parent, window, tokenizer)
        grammar = rules.grammar(
            window.lines, facts_of(parent), window.before, sampling.longest, shown.is_of_use
        )
        groups.append(Group(tokenizer.program(window.lines), suffixes, grammar))
        members.append((ats, shown, grammar))
    sampled = [found for part in _parts(groups) for found in sampler.sample(part, sampling, rng)]
    for (ats, shown, grammar), group in zip(members, sampled, strict=True):
        for at, sample in zip(ats, group, strict=True):
            program = shown.child(sample.tokens) if sample.ended else _TOO_LONG
            results[at] = Written(shown.window, grammar, sample, program)
    return [results[at] for at in range(len(asked))]


def _parts(groups: Sequence[Group]) -> Iterator[list[Group]]:
    """The groups in order, so many together as fit into `_MOST_ROWS`, one at least."""
    part: list[Group] = []
    for group in groups:
        if part and sum(len(g.suffixes) for g in [*part, group]) > _MOST_ROWS:
            yield part
            part = []
        part.append(group)
    if part:
        yield part


_NO_WINDOW = Failure(
    Stage.OPERATOR, "line-too-long", "A line of the parent alone is longer than the model reads."
)
_TOO_LONG = Failure(Stage.DIFF, "edit-too-long", "The model's edit did not end in time.")
_OUT_OF_SIGHT = Failure(
    Stage.DIFF, "bad-address", "The edit names a line that the model was not shown."
)
