"""What operators refuse: parents they cannot edit, children of no use.

Nothing is executed: programs are parsed and compiled only.
"""

from __future__ import annotations

import ast
import warnings

from evolution.operators.static_checks import static_problems
from evolution.types import Failure, Stage

MAX_CHARACTERS = 8_000  # a child longer than this must not be longer than its parent
MAX_PARENT_CHARACTERS = 64_000  # editing more would hold up the search


def parent_failure(parent: str) -> Failure | None:
    """Why no model should be asked about this parent, or None.

    Codes: ``parent-too-long``, ``unparseable-parent``, ``nothing-to-change``.
    """
    if len(parent) > MAX_PARENT_CHARACTERS:
        reason = f"The parent is longer than {MAX_PARENT_CHARACTERS:,} characters; shorten it."
        return Failure(Stage.OPERATOR, "parent-too-long", reason)
    problem = compile_problem(parent)
    if problem:
        reason = f"The parent is not a Python program: {problem[0]}."
        return Failure(Stage.OPERATOR, "unparseable-parent", reason, problem[1])
    if not ast.parse(parent).body:
        reason = "The parent holds no statement that could change."
        return Failure(Stage.OPERATOR, "nothing-to-change", reason)
    return None


def child_failure(parent: str, child: str) -> Failure | None:
    """Why a model's child is not worth running, or None.

    Codes: ``unchanged-program``, ``program-too-long``, ``not-python``, ``cannot-work``; the
    last where the child names what is not there, or calls what takes other arguments, and
    its parent does not.
    """
    if child.rstrip() == parent.rstrip():
        return Failure(Stage.OPERATOR, "unchanged-program", "The model gave the parent back.")
    longest = max(MAX_CHARACTERS, len(parent))
    if len(child) > longest:
        reason = f"The model's program has {len(child):,} characters; {longest:,} are allowed."
        return Failure(Stage.OPERATOR, "program-too-long", reason)
    problem = compile_problem(child)
    if problem:
        reason = f"The model's program is not Python: {problem[0]}."
        return Failure(Stage.OPERATOR, "not-python", reason, problem[1])
    old = static_problems(parent)
    for what, line in static_problems(child).items():
        if what not in old:
            reason = f"The model's program cannot work: {what}."
            return Failure(Stage.OPERATOR, "cannot-work", reason, line)
    return None


def compile_problem(program: str) -> tuple[str, int | None] | None:
    """Why Python does not compile it, and the line; None if it does."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            compile(program, "<program>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.msg, error.lineno
    except ValueError:  # null bytes, lone surrogates
        return "it holds characters that no program can have", None
    except (RecursionError, MemoryError):
        return "it is nested too deeply", None
    return None
