"""Failure codes in words, for the run page; how often each came is in the statistics.

Who asks about one program gets the failure's own sentence; here are names for thousands.
"""

from __future__ import annotations

NAMES: dict[str, str] = {
    # operator
    "no-valid-child": "No valid mutation found",
    "nothing-to-change": "Nothing to change",
    "parent-too-long": "Parent too long to change",
    "unparseable-parent": "Parent that does not parse",
    "duplicate": "Same program as its parent or a sibling",
    # diff
    "bad-line": "Diff with a line that is none",
    "hunk-ambiguous": "Diff that fits in several places",
    "hunk-not-found": "Diff that fits nowhere",
    "no-change": "Diff that changes nothing",
    "no-hunk": "Diff without a change",
    # sandbox
    "batch-lost": "Lost with a crashed worker",
    "blocked-system-call": "Asked for something of the machine",
    "crashed": "Crashed Python",
    "empty-program": "Empty program",
    "exception": "Raised an exception",
    "import-refused": "Import of a module that is not there",
    "memory-limit": "Too much memory",
    "no-entry-point": "No function that makes a walker",
    "not-a-walker": "Returned something else",
    "not-repeatable": "Another walker at every run",
    "null-byte": "Null character in the program",
    "output": "Too much output",
    "recursion": "Endless recursion",
    "syntax-error": "Syntax error",
    "time-limit": "Too slow",
    "too-long": "Program too long",
    # walker
    "coordinate": "Joint too far out",
    "duplicate-muscle": "Two muscles in one place",
    "too-tall": "Too tall a walker",
    "joint-count": "Too few or too many joints",
    "joint-degree": "Too many muscles at a joint",
    "muscle-count": "Too many muscles",
    "muscle-length": "Muscle too short",
    "non-finite": "Number that is not finite",
    "shape": "Not in a walker's form",
    "type": "Value of the wrong type",
    "unknown-joint": "Muscle to a joint that is not there",
    # simulation
    "does-not-fit": "Too large for the terrain",
    "left-physical-range": "Exploded",
}


def name_of(code: str) -> str:
    """The code in words; one that is new here is read as it is: ``a-code`` as "A code"."""
    return NAMES.get(code) or code.replace("-", " ").capitalize()
