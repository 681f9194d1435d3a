"""What an edit can be: which tokens may come next while a model writes one.

A model that may only write edits of the lines that it was shown cannot name a line or a
text that is not there, change a line twice, leave everything as it was, or go on in the
middle of a line. Nor can it leave a bracket open or break a block, see `layout`. What is
ruled out loses its probability to the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from evolution.language_model.edit_state import EditState, Mask
from evolution.language_model.layout import brackets_of, layout_of, opened
from evolution.language_model.line_masks import LineMasks, LinePieces
from evolution.language_model.places import Places
from evolution.language_model.program_facts import ProgramFacts
from evolution.language_model.tokenizer import EditTokenizer

_DEEPEST = 6  # brackets, one in the other; a model that lost its way opens them for ever
NO_LIMIT = 1_000_000


class EditRules:
    """A tokenizer's pieces of text, sorted for `EditGrammar`; made once for a model.

    Attributes:
        texts: of each piece.
        line_starts: indentation -> the piece that starts a line with it.
        spaces: how many -> the piece that is nothing else.
        begins_with_space: [pieces].
    """

    def __init__(self, tokenizer: EditTokenizer) -> None:
        self.tokenizer = tokenizer
        self.texts = tokenizer.texts()
        self.line_starts: dict[int, int] = {
            len(text) - 1: token
            for token, text in enumerate(self.texts)
            if text.startswith("\n") and not text.strip("\n ")
        }
        self.spaces = {
            len(text): token for token, text in enumerate(self.texts) if not text.strip(" ")
        }
        self.begins_with_space = np.array([text.startswith(" ") for text in self.texts])
        self.pieces = LinePieces(self.texts)
        self.closing = np.array([text.startswith((")", "]", "}")) for text in self.texts])
        self.starting = np.zeros(len(self.texts), dtype=bool)
        self.starting[list(self.line_starts.values())] = True
        self._with_brackets: defaultdict[str, list[int]] = defaultdict(list)
        for token, text in enumerate(self.texts):
            self._with_brackets[brackets_of(text)].append(token)
        self._within: dict[str, Mask] = {}

    def grammar(
        self,
        lines: Sequence[str],
        facts: ProgramFacts | None = None,
        before: int = 0,
        longest: int = NO_LIMIT,
        holds: Callable[[Sequence[int]], bool] = lambda _: True,
    ) -> EditGrammar:
        """The edits of a window's lines.

        Args:
            before: lines of the program above the window.
            facts: about the program; with them new lines keep to Python's order of operands
                and operators, and to names that there are, and what is still read keeps its
                value. A walker's program gets no lines that are never run or whose values
                are never read, and more than its comments change.
            longest: tokens that there is room for; an edit that nears them is brought to
                an end.
            holds: whether the edit of these tokens is of use, for what the grammar cannot
                tell; asked once the edit has ended.
        """
        return EditGrammar(self, lines, facts, before, longest, holds)

    def within(self, stack: str) -> Mask:
        """[pieces]: which fit behind these open brackets; none that starts a line."""
        known = self._within.get(stack)
        if known is None:
            if len(self._within) > 1_000:
                self._within.clear()
            known = self._within[stack] = np.zeros(len(self.texts), dtype=bool)
            for brackets, tokens in self._with_brackets.items():
                then = opened(stack, brackets)
                known[tokens] = then is not None and len(then) <= max(len(stack), _DEEPEST)
            known &= ~self.starting
        return known


class EditGrammar:
    """The edits of one window; `start` for each of its children."""

    def __init__(
        self,
        rules: EditRules,
        lines: Sequence[str],
        facts: ProgramFacts | None,
        before: int,
        longest: int,
        holds: Callable[[Sequence[int]], bool],
    ) -> None:
        self.rules = rules
        self.longest = longest
        self.holds = holds
        self.lines = lines
        self.layout = layout_of(lines)
        self._facts = facts if self.layout is not None else None
        self.names = self._facts.names if self._facts else None
        self.is_walker = self._facts is not None and self._facts.is_walker
        self._before = before
        self._masks: dict[int, LineMasks] = {}
        self._places: dict[int, Places] = {}

    @property
    def is_judged(self) -> bool:
        return self.is_walker  # critics have seen nothing else

    def start(self) -> EditState:
        return EditState(self)

    def masks(self, number: int) -> LineMasks | None:
        """What lines can be in front of line ``number`` or in its place; None if anything."""
        if self._facts is None:
            return None
        facts = self._facts.at(self._before + number)
        if id(facts) not in self._masks:
            self._masks[id(facts)] = LineMasks(self.rules.pieces, facts)
        return self._masks[id(facts)]

    def numbers(self, first: int, last: int) -> range:
        """What lines of the window are in the program, both included."""
        return range(self._before + first, self._before + last + 1)

    def places(self, number: int) -> Places:
        """Where a change within line ``number`` can begin and end."""
        if number not in self._places:
            self._places[number] = Places(self.rules.tokenizer, self.lines[number - 1])
        return self._places[number]
