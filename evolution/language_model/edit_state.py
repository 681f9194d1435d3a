"""How far the edit that a model writes is, and which tokens may come next."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evolution.language_model.layout import (
    Blocks,
    behind,
    brackets_of,
    code_of,
    lowest,
    opened,
)
from evolution.language_model.line_masks import LineMasks
from evolution.language_model.line_state import LineState
from evolution.language_model.line_syntax import after, can_end, finished

if TYPE_CHECKING:
    from evolution.language_model.grammar import EditGrammar

Mask = NDArray[np.bool_]

_LANDING = 24  # tokens before the last one: from here on an edit ends as soon as it can


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
        self._rules = grammar.rules
        self._tokenizer = grammar.rules.tokenizer
        self._layout = grammar.layout
        self._count = len(grammar.lines)
        self._left = grammar.longest  # tokens
        self._expects = _Expects.ADDRESS
        self._free = 1  # the first line that no edit has changed yet
        self._first = 0  # line of the edit that is being written
        # What is written: new lines, or a line from its start; newlines in front.
        self._text = ""
        self._rest = ""  # of the line, behind a change within it
        self._old = ""  # what all of it takes the place of
        self._stack, self._target = "", ""  # brackets that are open, and have to be at last
        self._floor = 0  # how many of them have to stay open
        self._blocks = Blocks()  # before the edit; behind it once it is done
        self._masks: LineMasks | None = None  # for the lines of the edit
        self._line: LineState | None = None  # of what is written; None where all is free
        self._bound: frozenset[str] = frozenset()  # names that this edit brought in
        # Of a text within a line: (first token, next token) of the places that read so.
        self._matches: list[tuple[int, int]] = []
        self._behind = 0  # tokens of the line that are behind the last change within it
        self._gone: set[int] = set()  # lines of the program that are no longer as they were
        self._written = ""  # by the edits before this one
        self._tokens: list[int] = []

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
                mask[tokenizer.new] = self._match() is not None
            case _Expects.LINES | _Expects.NEW:
                self._allow_text(mask[: tokenizer.text_end])
                self._allow_closing(mask)
        if not mask.any():
            mask[tokenizer.end] = True
        if self._left <= _LANDING:
            self._land(mask)

    def _land(self, mask: Mask) -> None:
        """Leave only what brings the edit nearer to its end, if there is such a token."""
        end, text = self._tokenizer.end, mask[: self._tokenizer.text_end]
        if mask[end]:
            mask[:] = False
            mask[end] = True
            return
        for pieces in (self._rules.closing, self._rules.starting):
            if (text & pieces).any():
                mask[self._tokenizer.text_end :] = False
                text &= pieces
                return

    def advance(self, token: int) -> None:
        """Go on behind an allowed token."""
        tokenizer = self._tokenizer
        self._left -= 1
        self._tokens.append(token)
        if token == tokenizer.old:
            self._expects = _Expects.OLD
            self._matches = list(self._starts())
        elif token == tokenizer.new:
            self._begin_within()
        elif token == tokenizer.insert:
            self._begin_lines(self._first - 1)
        elif token < tokenizer.text_end:
            if self._expects is _Expects.OLD:
                tokens = self._grammar.places(self._first).tokens
                self._matches = [
                    (first, at + 1)
                    for first, at in self._matches
                    if at < len(tokens) and tokens[at] == token
                ]
            else:
                self._write(self._rules.texts[token])
        elif token != tokenizer.end:
            number = token - tokenizer.addresses[0]
            if self._expects is _Expects.BOTTOM:
                self._begin_lines(number)
            else:
                self._begin_edit(number)

    def holds(self) -> bool:
        """Whether the edit is of use as it is; see `EditRules.grammar`."""
        return self._grammar.holds(self._tokens)

    def _write(self, text: str) -> None:
        self._text += text
        if text.startswith("\n"):
            self._end_line()
            self._begin_line()
        elif self._line is not None and self._masks:
            self._line = after(self._line, text, self._masks.facts)
        self._stack = opened(self._stack, brackets_of(text)) or ""

    def _begin_line(self) -> None:
        self._line = None
        if self._masks:
            self._line = LineState.start(self._stack, self._bound).before(self._rest)

    def _end_line(self) -> None:
        """Remember the names that the line bound."""
        if self._line is not None and self._masks:
            done = finished(self._line, self._masks.facts)
            self._bound = done.bound if done else self._bound
        self._line = None

    def _begin_edit(self, first: int) -> None:
        self._end_line()
        self._written += self._text + self._rest
        self._masks = self._grammar.masks(first)
        if self._layout:
            blocks = self._done() if self._first else None
            if blocks and first <= self._layout.next_code[self._free - 1]:
                # No statement begins between, but one may go on there, within its brackets.
                blocks = behind(blocks, self._grammar.lines[self._free - 1 : first - 1])
            else:
                blocks = None
            self._blocks = blocks or self._layout.before[first - 1]
        self._expects = _Expects.BOTTOM
        self._first = first
        self._behind = 0
        self._text = self._rest = ""

    def _begin_lines(self, last: int) -> None:
        """New lines take the place of those from the edit's first to ``last``."""
        self._expects = _Expects.LINES
        self._free = last + 1
        self._gone.update(self._grammar.numbers(self._first, last))
        self._old = "".join("\n" + line for line in self._grammar.lines[self._first - 1 : last])
        if self._layout:
            self._stack, self._target = self._blocks.stack, self._layout.before[last].stack
            self._floor = 0

    def _begin_within(self) -> None:
        """New text takes the place of the one that was found."""
        first, end = self._match() or (0, 0)
        places = self._grammar.places(self._first)
        between = places.text[places.firsts[self._behind] : places.firsts[first]]
        old = places.text[places.firsts[first] : places.firsts[end]]
        self._expects = _Expects.NEW
        self._free = self._first + 1
        self._gone.update(self._grammar.numbers(self._first, self._first))
        self._text += between
        self._rest = places.text[places.firsts[end] :]
        self._old = places.text
        if self._layout:
            self._stack = opened(self._blocks.stack, brackets_of(self._text)) or ""
            self._target = opened(self._stack, brackets_of(old)) or ""
            # One more may close and open again: `1` gives way to `1), (2`.
            kept = lowest(self._stack, brackets_of(old))
            self._floor = kept - 1 if kept > 1 else kept
        self._behind = end
        if self._masks and self._text:
            start = LineState.start(self._blocks.stack, self._bound)
            line = after(start, self._text.removeprefix("\n"), self._masks.facts)
            self._line = line and line.before(self._rest)

    def _allow_text(self, mask: Mask) -> None:
        """What can be written next; ``mask`` is that of the pieces of text."""
        rules = self._rules
        if self._layout is None:
            mask[:] = bool(self._text)
            mask |= rules.starting
            return
        *lines, last = self._text.split("\n")[1:] or [""]
        blocks = self._reached(behind(self._blocks, lines) or self._blocks)
        if not self._text:
            self._allow_lines(mask, blocks)
        elif last.strip(" "):
            self._allow_pieces(mask)
            mask &= rules.within(self._stack[self._floor :])
            # A bracket is closed on its line, unless it ends the line or the lines around
            # are within one.
            is_done = self._stack in ("", blocks.stack, self._target) or last[-1] in "([{"
            if is_done and self._expects is _Expects.LINES and self._line_can_end():
                self._allow_lines(mask, self._reached(blocks.after(last) or blocks))
        else:
            if blocks.allow(len(last)):
                self._allow_pieces(mask)
                mask &= rules.within(self._stack[self._floor :]) & ~rules.begins_with_space
            for spaces, token in rules.spaces.items():
                mask[token] = len(last) + spaces <= blocks.deepest
            if self._expects is _Expects.LINES:
                self._allow_lines(mask, blocks)

    def _allow_pieces(self, mask: Mask) -> None:
        """The pieces with which the line can go on, brackets aside."""
        if self._line is None or self._masks is None:
            mask[:] = True
        else:
            self._masks.allow(self._line, mask)

    def _line_can_end(self, rest: str = "") -> bool:
        """Whether the line that is written can end with ``rest``."""
        if self._line is None or self._masks is None:
            return True
        if self._line.word and _goes_on(rest):
            return False
        facts = self._masks.facts
        line = after(self._line.released(), rest, facts)
        return line is not None and can_end(line, facts)

    def _allow_lines(self, mask: Mask, blocks: Blocks) -> None:
        """The starts of lines that can stand behind these blocks, spaces added perhaps."""
        for indentation, token in self._rules.line_starts.items():
            mask[token] = indentation <= blocks.deepest

    def _allow_closing(self, mask: Mask) -> None:
        """What can follow an edit, if this one can end here."""
        whole = self._text + self._rest
        within = self._expects is _Expects.NEW
        if (within and not self._text) or (self._layout and self._stack != self._target):
            return
        if self._is_as_before(whole):
            return
        is_end, last = True, self._count + 1
        # What the line still lacks may stand further on in it.
        mask[self._tokenizer.old] = within and any(self._starts())
        if self._layout is not None:
            done = self._done()
            if done is None or not self._line_can_end(self._rest):
                return
            is_end = self._layout.can_go_on(done, self._free)
            if not is_end:  # unless the next line of code is changed, too
                last = self._layout.next_code[self._free - 1]
        mask[self._tokenizer.end] = is_end and (self._left <= _LANDING or self._keeps_names(whole))
        self._allow_addresses(mask, self._free, last)

    def _reached(self, blocks: Blocks) -> Blocks:
        """Where new lines can stand and are run."""
        return blocks.reached() if self._grammar.is_walker else blocks

    def _is_as_before(self, whole: str) -> bool:
        """Whether the edit changes nothing, or nothing that a walker could show."""
        if whole == self._old:
            return True
        return self._grammar.is_walker and code_of(whole) == code_of(self._old)

    def _keeps_names(self, whole: str) -> bool:
        """Whether all that is read has a value, and all new values of a walker are read."""
        names, text = self._grammar.names, self._written + whole
        if names is None:
            return True
        is_vain = self._grammar.is_walker and names.gives_in_vain(self._gone, text)
        return not (is_vain or names.loses(self._gone, text))

    def _done(self) -> Blocks | None:
        """The blocks behind what is written; None if it breaks them."""
        return behind(self._blocks, (self._text + self._rest).split("\n")[1:])

    def _allow_addresses(self, mask: Mask, first: int, last: int) -> None:
        start = self._tokenizer.addresses[0]
        mask[start + first : start + last + 1] = True

    def _starts(self) -> Iterator[tuple[int, int]]:
        """Places behind the last change where another one can begin."""
        places, masks = self._grammar.places(self._first), self._masks
        line, read = self._line and self._line.released(), self._behind
        for at in range(self._behind, len(places.tokens)):
            if not places.starts[at]:
                continue
            if line is not None and masks:
                between = places.text[places.firsts[read] : places.firsts[at]]
                line = after(line, between, masks.facts)
                read = at
                if line is None or finished(line, masks.facts) is None:
                    return
                if line.word and _goes_on(places.text[places.firsts[at] :]):
                    continue
            yield (at, at)

    def _match(self) -> tuple[int, int] | None:
        """The place that is meant: the first that reads so and ends where a unit ends."""
        places = self._grammar.places(self._first)
        ended = ((first, at) for first, at in self._matches if at > first and places.ends[at - 1])
        return next(ended, None)


def _goes_on(text: str) -> bool:
    """Whether a word in front would go on with the text."""
    return text[:1].isalnum() or text[:1] == "_"
