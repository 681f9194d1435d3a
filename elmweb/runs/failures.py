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
    "empty-message": "Message with nothing in it",
    "line-too-long": "Line longer than the model reads",
    "cannot-work": "Model's program cannot work",
    "not-python": "Model's program is not Python",
    "program-too-long": "Model's program too long",
    "unchanged-program": "Model gave the parent back",
    # operator: a model here
    "hub-unreachable": "Model hub out of reach",
    "model-files-corrupt": "Model with damaged files",
    "model-files-missing": "Model with missing files",
    "model-folder-missing": "Model that is not there",
    "model-library-missing": "Library of the model missing",
    "model-not-on-hub": "Model unknown to the hub",
    "model-unavailable": "Model that cannot be used",
    "out-of-memory": "Too little memory for the model",
    "sampling-failed": "Model that could not answer",
    # operator: a model behind an endpoint
    "access-denied": "Endpoint denied access",
    "answer-cut": "Answer cut off",
    "answer-refused": "Model declined to answer",
    "answer-too-long": "Endless answer",
    "broken-json": "Answer that is not valid JSON",
    "budget-spent": "Budget of requests spent",
    "connection-lost": "Connection to the endpoint lost",
    "empty-answer": "Empty answer",
    "endpoint-error": "Endpoint failed",
    "endpoint-garbage": "Endpoint answered nonsense",
    "endpoint-not-found": "Endpoint not at its address",
    "endpoint-redirect": "Endpoint sends elsewhere",
    "endpoint-timeout": "Endpoint did not answer in time",
    "endpoint-unreachable": "Endpoint out of reach",
    "model-not-found": "Model unknown to the endpoint",
    "no-program": "Answer without a program",
    "prompt-too-long": "Prompt too long for the model",
    "quota-spent": "Endpoint's quota spent",
    "rate-limited": "Endpoint limits its use",
    "request-refused": "Endpoint refused the request",
    # diff
    "bad-address": "Edit of a line that is not there",
    "bad-edit": "Edit that cannot be read",
    "bad-format": "Diff in no known form",
    "diff-cut": "Diff cut off",
    "edit-too-long": "Edit that did not end",
    "edits-overlap": "Edits that overlap",
    "empty-search": "Edit that searches for nothing",
    "no-edit": "Answer without an edit",
    "text-not-found": "Edit of a text that is not in its line",
    "tag-in-text": "Program with a mark of the model's format",
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
