"""Edits as a diff model writes them: the tokens, and the child or failure that they make.

All children of one parent share the computation of the parent's tokens; a parent longer
than the context is shown through a window.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evolution.diffs.line_edits import apply_line_edits, lines_of
from evolution.operators.candidates import child_failure
from evolution.types import Failure, Stage

if TYPE_CHECKING:
    from evolution.language_model.generation import Sampler
    from evolution.language_model.grammar import EditGrammar, EditRules
    from evolution.language_model.sampling import Group, Sampled, Sampling
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
    from evolution.language_model.program_facts import facts_of
    from evolution.language_model.sampling import Group
    from evolution.language_model.windows import PARENT_TOKENS, window_at_random

    tokenizer = rules.tokenizer
    by_parent: defaultdict[str, list[int]] = defaultdict(list)
    for at, (parent, _) in enumerate(asked):
        by_parent[parent].append(at)
    results: dict[int, Written | Failure] = {}
    groups: list[Group] = []
    members: list[tuple[list[int], Window, EditGrammar]] = []
    for parent, ats in by_parent.items():
        window = window_at_random(lines_of(parent), tokenizer, PARENT_TOKENS, rng)
        if window is None:
            results.update(dict.fromkeys(ats, _NO_WINDOW))
            continue
        suffixes = [tokenizer.message(asked[at][1]) for at in ats]
        facts = facts_of(parent)
        grammar = rules.grammar(window.lines, facts, window.before, sampling.longest)
        groups.append(Group(tokenizer.program(window.lines), suffixes, grammar))
        members.append((ats, window, grammar))
    sampled = [found for part in _parts(groups) for found in sampler.sample(part, sampling, rng)]
    for (ats, window, grammar), group in zip(members, sampled, strict=True):
        for at, sample in zip(ats, group, strict=True):
            program = _applied(asked[at][0], window, sample, tokenizer)
            results[at] = Written(window, grammar, sample, program)
    return [results[at] for at in range(len(asked))]


def _applied(
    parent: str, window: Window, sample: Sampled, tokenizer: EditTokenizer
) -> str | Failure:
    if not sample.ended:
        return _TOO_LONG
    edits = tokenizer.parse(sample.tokens, window.lines)
    if isinstance(edits, Failure):
        return edits
    last = len(window.lines)
    if any(edit.first > last + 1 or edit.last > last for edit in edits):
        return _OUT_OF_SIGHT
    program = apply_line_edits(parent, [edit.moved(window.before) for edit in edits])
    if isinstance(program, Failure):
        return program
    return child_failure(parent, program) or program


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
