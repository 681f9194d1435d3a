"""Which file a commit changes, found by comparing trees by their object ids.

No diff is made: two trees are read side by side, and equal ids mean equal content.
A commit that also touches a test or a changelog is left out, not cut: its message
speaks of the whole, and single-file commits are plenty.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from evolution.language_model.mining.filters import Filter

Entry = tuple[bytes, bytes, bytes]  # mode, name, object id
Entries = Callable[[bytes], list[Entry]]  # of the tree with this id

_ENTRY = re.compile(rb"(\d+) ([^\0]+)\0(.{20})", re.DOTALL)
TREE = b"40000"
_FILES = (b"100644", b"100755")
_GENERATED = re.compile(
    r"(?:^|/)(?:_?vendor(?:ed|ized)?|third_?party|externals?|extern|ext|node_modules|site-packages"
    r"|bundled|packages|migrations|alembic|dist|debian|locale|compat/_?six|_dist_ver)/"
    r"|_pb2(?:_grpc)?\.py$|(?:^|/)(?:_?_?version_?_?|__about__|release|versioneer|ez_setup|get-pip|six"
    r"|distribute_setup|parsetab|lextab|yacctab|_lexer|_parser|ui_\w+|\w+_rc)\.py$",
    re.IGNORECASE,
)
_GENERATED_HEAD = re.compile(
    r"do not edit|auto-?generated|generated (?:by|from|automatically)|@generated|machine.generated",
    re.IGNORECASE,
)
_HEAD_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True)
class FileChange:
    """The one file that a commit modifies: its path and both object ids."""

    path: str
    parent: bytes
    child: bytes


def entries_of(tree: bytes) -> list[Entry]:
    """The entries of a tree object from its raw content."""
    return _ENTRY.findall(tree)


def changed_file(entries: Entries, parent: bytes, child: bytes) -> FileChange | Filter:
    """The one Python file that differs between two trees, or why there is none."""
    path = ""
    while True:
        old, new = entries(parent), entries(child)
        if len(old) != len(new):
            return Filter.NOT_ONE_FILE
        differing = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
        if len(differing) != 1:
            return Filter.NOT_ONE_FILE
        (mode, name, parent), (new_mode, new_name, child) = differing[0]
        if mode != new_mode or name != new_name:  # renamed, or its mode changed
            return Filter.NOT_ONE_FILE
        path += name.decode("utf-8", "replace")
        if mode != TREE:
            break
        path += "/"
    if mode not in _FILES or not path.endswith(".py"):
        return Filter.NOT_PYTHON
    return Filter.GENERATED if _GENERATED.search(path) else FileChange(path, parent, child)


def says_generated(text: str) -> bool:
    """Whether the head of a file says that a program wrote it."""
    return _GENERATED_HEAD.search(text, 0, _HEAD_CHARACTERS) is not None
