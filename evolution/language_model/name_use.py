"""What an edit does to the names of a program: reads that lose their value, values unread."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from evolution.language_model.python_words import WORD
from evolution.language_model.scopes import Scope, Variable

_ASSIGNMENT = re.compile(r"^ *([^\W\d]\w*) *=(?!=)(.*)$", re.MULTILINE)
_CALL = re.compile(r"([^\W\d]\w*) *\(")


class NameUse:
    """Which lines give and read a program's names.

    Args:
        scopes, reads: see `scopes_of`.
        effectless: names of functions whose calls change nothing by themselves.
    """

    def __init__(
        self,
        scopes: Sequence[Scope],
        reads: Mapping[str, Collection[int]],
        effectless: Collection[str],
    ) -> None:
        self._effectless = effectless
        self._reads = {name: frozenset(lines) for name, lines in reads.items()}
        self._given_on: defaultdict[int, list[Variable]] = defaultdict(list)
        for scope in scopes:
            for name, variable in scope.names.items():
                # What a scope around gives is read where this one does not any more.
                if scope.outer is None or scope.outer.find(name) is None:
                    for line in variable.given:
                        self._given_on[line].append(variable)

    def loses(self, gone: Collection[int], text: str) -> bool:
        """Whether a line that is left reads a name that only lines gave that are gone.

        Args:
            gone: the lines, counted from 1.
            text: what takes their place; names in it are taken for given.
        """
        words: set[str] | None = None
        for line in gone:
            for name, given, read in self._given_on.get(line, ()):
                if given.issubset(gone) and not read.issubset(gone):
                    words = words or set(WORD.findall(text))
                    if name not in words:
                        return True
        return False

    def gives_in_vain(self, gone: Collection[int], text: str) -> bool:
        """Whether the text gives a name a value that neither it nor a line left reads."""
        words: list[str] | None = None
        for name, value in _ASSIGNMENT.findall(text):
            if self._reads.get(name, frozenset()).issubset(gone):
                words = words or WORD.findall(text)
                has_effect = any(call not in self._effectless for call in _CALL.findall(value))
                if words.count(name) == 1 and not has_effect:
                    return True
        return False
