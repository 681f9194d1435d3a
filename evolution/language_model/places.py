"""Where a change within a line can begin and end, in tokens."""

from __future__ import annotations

from evolution.diffs.within_lines import units_of
from evolution.language_model.tokenizer import EditTokenizer


class Places:
    """A line's tokens, its newline in front, and which of them bound a unit.

    Attributes:
        text: the line, its newline in front.
        tokens: of the line.
        firsts: for each token the index of its first character, and at last the text's length.
        starts, ends: for each token whether a unit begins before it, ends behind it.
    """

    def __init__(self, tokenizer: EditTokenizer, line: str) -> None:
        self.text = "\n" + line
        bounds = {0}
        at = 0
        for unit in units_of(self.text):
            at += len(unit)
            bounds.add(at)
        pieces = tokenizer.pieces(line)
        self.tokens = [token for token, _, _ in pieces]
        self.firsts = [*(first for _, first, _ in pieces), at]
        # A character of several tokens has the same place in each of them.
        before = [0, *(last for _, _, last in pieces[:-1])]
        self.starts = [
            first in bounds and first >= end
            for (_, first, _), end in zip(pieces, before, strict=True)
        ]
        self.ends = [
            last in bounds and last <= start
            for (_, _, last), start in zip(pieces, self.firsts[1:], strict=True)
        ]
