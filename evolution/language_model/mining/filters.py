"""The filters of mining by name: why a commit gives no example."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum


class Filter(StrEnum):
    """The first filter that left a commit out; they are asked in about this order."""

    NOT_ONE_PARENT = "not-one-parent"
    BOT = "bot"
    REVERT = "revert"
    VERSION_BUMP = "version-bump"
    VAGUE_MESSAGE = "vague-message"
    LONG_MESSAGE = "long-message"
    UNCLEAR_MESSAGE = "unclear-message"
    NOT_ONE_FILE = "not-one-file"
    NOT_PYTHON = "not-python"
    GENERATED = "generated"
    LARGE_FILE = "large-file"
    NOT_TEXT = "not-text"
    LARGE_CHANGE = "large-change"
    NO_CODE_CHANGE = "no-code-change"
    OTHER_STYLE = "other-style"
    PYTHON_2 = "python-2"
    LICENCE_THEN = "licence-then"
    MISSING_OBJECT = "missing-object"
    BENCHMARK = "benchmark"
    DUPLICATE = "duplicate"
    REPEATED_MESSAGE = "repeated-message"


MEANING = {
    Filter.NOT_ONE_PARENT: "a merge, or a first commit",
    Filter.BOT: "made by a program, not by a person",
    Filter.REVERT: "takes another commit back, or merges",
    Filter.VERSION_BUMP: "changes a version number, makes a release",
    Filter.VAGUE_MESSAGE: "no message, or one that says nothing: wip, fix, update",
    Filter.LONG_MESSAGE: "the first line is long, or more than one sentence",
    Filter.UNCLEAR_MESSAGE: "cut off, not English, or with addresses and hashes",
    Filter.NOT_ONE_FILE: "does not modify exactly one file",
    Filter.NOT_PYTHON: "the file is not Python",
    Filter.GENERATED: "generated or vendored code, migrations",
    Filter.LARGE_FILE: "the file is too large to be written by hand",
    Filter.NOT_TEXT: "a version is not UTF-8 text",
    Filter.LARGE_CHANGE: "too many lines, or too far apart for one window",
    Filter.NO_CODE_CHANGE: "changes white space or comments only",
    Filter.OTHER_STYLE: "tabs, very long lines, an empty parent or child",
    Filter.PYTHON_2: "the child is written in Python 2",
    Filter.LICENCE_THEN: "the repository had another licence at that time",
    Filter.MISSING_OBJECT: "the repository lacks an object of the commit",
    Filter.BENCHMARK: "resembles a function of the bug-repair benchmark",
    Filter.DUPLICATE: "the same parent and child were seen before (forks, ports)",
    Filter.REPEATED_MESSAGE: "the message was seen too often",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is small.

    Attributes:
        characters: of a window, parent and child each; about 700 tokens.
        whole_lines: files up to this many lines are taken whole, if they fit.
        around: lines kept above and below an enclosing function, where they fit.
        changed_lines: removed and added ones together.
        line_characters: of the longest line in a window.
        file_bytes: of the whole file.
        message_characters, message_words: of a message.
        same_message: examples that may share one message.
    """

    characters: int = 2_400
    whole_lines: int = 120
    around: int = 3
    changed_lines: int = 24
    line_characters: int = 160
    file_bytes: int = 200_000
    message_characters: int = 100
    message_words: int = 16
    same_message: int = 100

    def to_json(self) -> dict[str, int]:
        return asdict(self)
