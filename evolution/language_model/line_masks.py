"""Which pieces of text keep a line on the way to Python; see `line_syntax`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from evolution.language_model.line_state import LineState, Want, Words
from evolution.language_model.line_syntax import after, finished
from evolution.language_model.program_facts import (
    MATH_ATTRIBUTES,
    USUAL_ATTRIBUTES,
    USUAL_KEYWORDS,
    Facts,
)
from evolution.language_model.python_words import (
    BEFORE_OPERANDS,
    BETWEEN_OPERANDS,
    STRING_PREFIXES,
    VALUES,
)

Mask = NDArray[np.bool_]

_BESIDES = {  # the names that are given
    Words.NAMES: VALUES | BEFORE_OPERANDS,
    Words.ARGUMENTS: USUAL_KEYWORDS | VALUES | BEFORE_OPERANDS,
    Words.BOTH: USUAL_KEYWORDS | VALUES | BEFORE_OPERANDS | BETWEEN_OPERANDS,
}
_USUAL = {
    Words.ATTRIBUTES: USUAL_ATTRIBUTES,
    Words.OF_MATH: MATH_ATTRIBUTES,
    Words.OF_NUMPY: MATH_ATTRIBUTES,
    Words.OPERATORS: BETWEEN_OPERANDS,
}
_LONGEST_NUMBER = 10  # characters; a model that lost its way writes digits for ever
_NO_FACTS = Facts(frozenset(), frozenset(), frozenset(), {}, {})
_MOST_MASKS = 1_000  # of each kind: some four kilobytes each


class LinePieces:
    """A tokenizer's pieces of text by what they begin with; made once for a model."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.count = len(texts)
        self.words: dict[str, int] = {}
        self.spaced_words: dict[str, int] = {}
        self._signs: list[tuple[int, str]] = []
        self.digits, self.spaced_digits, self.spaces = (
            np.zeros(self.count, dtype=bool) for _ in range(3)
        )
        for token, text in enumerate(texts):
            bare = text.removeprefix(" ")
            if not bare.strip(" "):
                self.spaces[token] = True
            elif bare.isdecimal():
                (self.digits if bare == text else self.spaced_digits)[token] = True
            elif bare.isidentifier():
                (self.words if bare == text else self.spaced_words)[bare] = token
            elif bare.isascii() and not bare[0].isspace():
                self._signs.append((token, text))
        self.quotes = self._mask(token for token, text in self._signs if text[0] in "'\"")
        self.letters, self.spaced_letters = (
            self._mask(token for word, token in words.items() if len(word) == 1)
            for words in (self.words, self.spaced_words)
        )
        self.values = self._mask(
            words[value]
            for words in (self.words, self.spaced_words)
            for value in VALUES & words.keys()
        )
        self._exponents = self._mask(t for word, t in self.words.items() if word in "eEjJ")
        self._by_state: dict[LineState, Mask] = {}
        self._usual: dict[tuple[Words, str, bool, frozenset[str]], Mask] = {}

    def _mask(self, tokens: Iterable[int]) -> Mask:
        mask = np.zeros(self.count, dtype=bool)
        mask[list(tokens)] = True
        return mask

    def usual(self, kind: Words, begun: str, spaced: bool, given: frozenset[str]) -> Mask:
        """The pieces with which words go on that every program of its kind knows."""
        key = (kind, begun, spaced, given)
        mask = self._usual.get(key)
        if mask is None:
            if len(self._usual) > _MOST_MASKS:
                self._usual.clear()
            if kind is Words.ANY:
                mask = self._mask((self.spaced_words if spaced else self.words).values())
                mask |= self.digits if begun else False
            else:
                known = given | _BESIDES[kind] if kind in _BESIDES else _USUAL[kind]
                mask = self.going_on(begun, known, spaced)
            self._usual[key] = mask
        return mask

    def going_on(self, begun: str, names: Iterable[str], spaced: bool) -> Mask:
        """The pieces with which one of the names goes on."""
        tokens = self.spaced_words if spaced else self.words
        found: set[int] = set()
        has_digit = False
        for name in names:
            if name.startswith(begun):
                rest = name[len(begun) :]
                ends = range(1, len(rest) + 1)
                found.update(tokens[rest[:end]] for end in ends if rest[:end] in tokens)
                has_digit = has_digit or rest[:1].isdecimal()
        mask = self._mask(found)
        return mask | self.digits if has_digit else mask

    def after_number(self, word: str) -> Mask:
        """What a number can go on with that is neither sign nor space."""
        if len(word) >= _LONGEST_NUMBER:
            return np.zeros(self.count, dtype=bool)
        return self.digits | self._exponents if word[-1].isdigit() else self.digits

    def signs(self, state: LineState) -> Mask:
        """The signs that can follow; the state's word is a number or finished."""
        state = state.for_signs()
        mask = self._by_state.get(state)
        if mask is None:
            if len(self._by_state) > _MOST_MASKS:
                self._by_state.clear()
            mask = self._by_state[state] = np.zeros(self.count, dtype=bool)
            for token, text in self._signs:
                mask[token] = after(state, text, _NO_FACTS) is not None
        return mask


class LineMasks:
    """The pieces that can follow in the lines of one program."""

    def __init__(self, pieces: LinePieces, facts: Facts) -> None:
        self.facts = facts
        self._pieces = pieces
        names = facts.names - facts.given
        arguments = names | (facts.keywords - USUAL_KEYWORDS)
        self._own = {
            Words.NAMES: names,
            Words.ARGUMENTS: arguments,
            Words.BOTH: arguments,
            Words.ATTRIBUTES: (facts.attributes or frozenset()) - USUAL_ATTRIBUTES,
            Words.OF_NUMPY: facts.of_numpy - MATH_ATTRIBUTES,
        }
        self._known: dict[tuple[Words, str, bool], Mask] = {}

    def allow(self, state: LineState, mask: Mask) -> None:
        """Set to True which pieces may follow; ``mask`` [pieces] is False before."""
        pieces = self._pieces
        if state.quote or state.is_free:
            mask[:] = True
            return
        done = finished(state, self.facts)
        if state.word and not _is_number(state.word):
            self._allow_words(state, state.word, mask, spaced=False)
            if state.word.lower() in STRING_PREFIXES:
                mask |= pieces.quotes
        elif state.word:
            mask |= pieces.after_number(state.word)
            mask |= pieces.signs(state)
        elif state.want is not Want.OPERATOR:
            self._allow_words(state, "", mask, spaced=False)
        if done is None:
            return
        mask |= pieces.spaces
        if done.last != ".":
            self._allow_words(done, "", mask, spaced=True)
        if done.want is not Want.OPERATOR and done.last != "." and done.takes_numbers():
            mask |= pieces.spaced_digits
            if not state.word:
                mask |= pieces.digits
        mask |= pieces.signs(done)

    def _allow_words(self, state: LineState, begun: str, mask: Mask, *, spaced: bool) -> None:
        """Words that go on behind what is begun of one."""
        kind = state.words()
        if kind is Words.NONE:
            return
        if self.facts.attributes is None and kind in {Words.ATTRIBUTES, Words.OF_NUMPY}:
            kind = Words.ANY
        usual = self._pieces.usual(kind, begun, spaced, self.facts.given)
        mask |= usual if begun or state.takes_values() else usual & ~self._pieces.values
        if kind in self._own:
            key = (kind, begun, spaced)
            if key not in self._known:
                self._known[key] = self._pieces.going_on(begun, self._own[kind], spaced)
            mask |= self._known[key]
            if state.bound and kind in _BESIDES:
                mask |= self._pieces.going_on(begun, state.bound, spaced)
        if not begun and kind in {Words.NAMES, Words.ARGUMENTS} and state.can_precede_for:
            mask |= self._pieces.spaced_letters if spaced else self._pieces.letters


def _is_number(word: str) -> bool:
    return word[0].isdigit() or word[0] == "."
