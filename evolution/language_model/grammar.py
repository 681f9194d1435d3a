"""What an edit can be: which tokens may come next while a model writes one.

A model that may only write edits of the lines that it was shown cannot name a line or a
text that is not there, change a line twice, or go on in the middle of one. What is ruled
out loses its probability to the rest, so all of its samples apply.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from evolution.diffs.within_lines import units_of
from evolution.language_model.tokenizer import EditTokenizer

Mask = NDArray[np.bool_]


class EditRules:
    """A tokenizer's marks and pieces, sorted for `EditGrammar`; made once for a model."""

    def __init__(self, tokenizer: EditTokenizer) -> None:
        self.tokenizer = tokenizer
        self.line_starts = np.array(tokenizer.line_starts(), dtype=np.int64)

    def grammar(self, lines: Sequence[str]) -> EditGrammar:
        """The edits of a window's lines."""
        return EditGrammar(self, lines)


class EditGrammar:
    """The edits of one window; `start` for each of its children."""

    def __init__(self, rules: EditRules, lines: Sequence[str]) -> None:
        self.rules = rules
        self.lines = lines
        self._places: dict[int, _Places] = {}

    def start(self) -> EditState:
        return EditState(self)

    def places(self, number: int) -> _Places:
        """Where a change within line ``number`` can begin and end."""
        if number not in self._places:
            self._places[number] = _Places(self.rules.tokenizer, self.lines[number - 1])
        return self._places[number]


class _Places:
    """A line's tokens, its newline in front, and which of them bound a unit.

    Attributes:
        tokens: of the line.
        starts, ends: for each token whether a unit begins before it, ends behind it.
    """

    def __init__(self, tokenizer: EditTokenizer, line: str) -> None:
        bounds = {0}
        at = 0
        for unit in units_of("\n" + line):
            at += len(unit)
            bounds.add(at)
        pieces = tokenizer.pieces(line)
        self.tokens = [token for token, _, _ in pieces]
        # A character of several tokens has the same place in each of them.
        before = [0, *(last for _, _, last in pieces[:-1])]
        after = [*(first for _, first, _ in pieces[1:]), at]
        self.starts = [
            first in bounds and first >= end
            for (_, first, _), end in zip(pieces, before, strict=True)
        ]
        self.ends = [
            last in bounds and last <= start
            for (_, _, last), start in zip(pieces, after, strict=True)
        ]


class _Expects(Enum):
    ADDRESS = auto()  # of the first line
    BOTTOM = auto()  # address of the last line, or a mark
    LINES = auto()  # new lines
    OLD = auto()  # text within the line
    NEW = auto()  # what it gives way to


class EditState:
    """How far one child's edit is. The same steps as `EditTokenizer.parse` takes."""

    def __init__(self, grammar: EditGrammar) -> None:
        self._grammar = grammar
        self._tokenizer = grammar.rules.tokenizer
        self._count = len(grammar.lines)
        self._expects = _Expects.ADDRESS
        self._free = 1  # the first line that no edit has changed yet
        self._first = 0  # line of the edit that is being written
        self._must_start_line = False  # a newline has to come first
        self._can_stop = False  # what was written so far is an edit
        self._behind = 0  # tokens of the line that are behind the last change within it
        # Of a text within a line: (first token, next token) of the places that read so.
        self._matches: list[tuple[int, int]] = []
        self._begun = False

    def allow(self, mask: Mask) -> None:
        """Set to True which tokens may come next; ``mask`` [vocabulary] is False before."""
        tokenizer = self._tokenizer
        match self._expects:
            case _Expects.ADDRESS:
                self._allow_addresses(mask, self._free, self._count + 1)
            case _Expects.BOTTOM:
                mask[tokenizer.insert] = True
                self._allow_addresses(mask, self._first, self._count)
                mask[tokenizer.old] = self._first <= self._count
            case _Expects.OLD:
                places = self._grammar.places(self._first)
                for _, at in self._matches:
                    if at < len(places.tokens):
                        mask[places.tokens[at]] = True
                mask[tokenizer.new] = self._begun and self._match() is not None
            case _Expects.LINES | _Expects.NEW:
                if self._must_start_line:
                    mask[self._grammar.rules.line_starts] = True
                else:
                    mask[: tokenizer.text_end] = True
                if self._can_stop:
                    mask[tokenizer.end] = True
                    self._allow_addresses(mask, self._free, self._count + 1)
                    if self._expects is _Expects.NEW and self._starts():
                        mask[tokenizer.old] = True

    def advance(self, token: int) -> None:
        """Go on behind an allowed token."""
        tokenizer = self._tokenizer
        if token == tokenizer.old:
            self._expects = _Expects.OLD
            self._matches = self._starts()
            self._begun = False
        elif token == tokenizer.new:
            first, self._behind = self._match() or (0, 0)
            self._expects = _Expects.NEW
            # The first token is the line's newline; what comes in its place begins with one.
            self._must_start_line = first == 0
            self._can_stop = first > 0
            self._free = self._first + 1
        elif token == tokenizer.insert:
            self._begin_lines(self._first, is_insertion=True)
        elif token < tokenizer.text_end:
            if self._expects is _Expects.OLD:
                tokens = self._grammar.places(self._first).tokens
                self._matches = [
                    (first, at + 1)
                    for first, at in self._matches
                    if at < len(tokens) and tokens[at] == token
                ]
                self._begun = True
            else:
                self._must_start_line = False
                self._can_stop = True
        elif token != tokenizer.end:
            number = token - tokenizer.addresses[0]
            if self._expects is _Expects.BOTTOM:
                self._begin_lines(number + 1, is_insertion=False)
            else:
                self._expects = _Expects.BOTTOM
                self._first = number
                self._behind = 0

    def _begin_lines(self, free: int, is_insertion: bool) -> None:
        self._expects = _Expects.LINES
        self._free = free
        self._must_start_line = True
        self._can_stop = not is_insertion  # lines can be deleted, not inserted without any

    def _allow_addresses(self, mask: Mask, first: int, last: int) -> None:
        start = self._tokenizer.addresses[0]
        mask[start + first : start + last + 1] = True

    def _starts(self) -> list[tuple[int, int]]:
        """Places behind the last change where another one can begin."""
        places = self._grammar.places(self._first)
        return [(at, at) for at in range(self._behind, len(places.tokens)) if places.starts[at]]

    def _match(self) -> tuple[int, int] | None:
        """The place that is meant: the first that reads so and ends where a unit ends."""
        places = self._grammar.places(self._first)
        return next(((first, at) for first, at in self._matches if places.ends[at - 1]), None)
