"""Syntax-tree mutation: the genetic-programming baseline, on plain Python text.

A child is its parent after one or a few edits of Python's own syntax tree:
numbers move, operators and names are exchanged, expressions are copied, grow
and shrink, statements are repeated, cloned, moved, deleted, looped. Edits are
spliced into the text, so formatting and comments stay. The commit message is
not read: this is the blind baseline that language models are measured against.
"""

from __future__ import annotations

import warnings
from bisect import bisect
from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import accumulate

import numpy as np

from evolution.operators import syntax_tree_statements as statements
from evolution.operators import syntax_tree_values as values
from evolution.operators.base import Child
from evolution.operators.candidates import (
    MAX_CHARACTERS,
    MAX_PARENT_CHARACTERS,
    compile_problem,
)
from evolution.operators.syntax_tree_reader import read_program
from evolution.operators.syntax_tree_sites import Program, Splice
from evolution.types import Failure, Stage

Edit = Callable[[Program, np.random.Generator], list[Splice] | None]

# How often each edit is tried, relative to the others.
RATES: tuple[tuple[Edit, float], ...] = (
    (values.perturb_number, 22.0),
    (values.jiggle_call, 6.0),
    (values.replace_number, 6.0),
    (values.flip_flag, 4.0),
    (values.swap_symbol, 5.0),
    (values.swap_name, 4.0),
    (values.copy_expression, 9.0),
    (values.grow_expression, 5.0),
    (values.shrink_expression, 3.0),
    (values.swap_arguments, 3.0),
    (values.copy_item, 4.0),
    (statements.repeat_statements, 9.0),
    (statements.clone_variable, 12.0),
    (statements.delete_statement, 8.0),
    (statements.move_statement, 3.0),
    (statements.swap_statements, 2.0),
    (statements.wrap_in_loop, 6.0),
    (statements.unwrap_loop, 2.0),
)
_CUMULATIVE = list(accumulate(rate for _, rate in RATES))

MORE_EDITS = 0.4  # chance of one more edit, after each: 1.67 edits on average
TRIES = 12  # for a child that parses, compiles and differs
_REMEMBERED = 512  # parsed parents, about 40 kB each: elites are chosen again and again


class SyntaxTreeOperator:
    """Mutates any Python program; see the module's text and `RATES`."""

    name = "syntax-tree"

    def __init__(self) -> None:
        self._programs: OrderedDict[str, Program | Failure] = OrderedDict()

    def propose(
        self, parents: Sequence[str], messages: Sequence[str], rng: np.random.Generator
    ) -> list[Child | Failure]:
        """Mutate each parent once; see `evolution.operators.base.Operator`."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return [
                self._child(parent, message, rng)
                for parent, message in zip(parents, messages, strict=True)
            ]

    def _child(self, parent: str, message: str, rng: np.random.Generator) -> Child | Failure:
        program = self._read(parent)
        if isinstance(program, Failure):
            return program
        longest = max(MAX_CHARACTERS, len(parent))
        for _ in range(TRIES):
            text = _mutated(program, rng)
            if text is None or text == parent or len(text) > longest or compile_problem(text):
                continue
            return Child(text, self.name, message)
        return Failure(
            Stage.OPERATOR,
            "no-valid-child",
            f"{TRIES} mutations of this program gave none that is different and compiles.",
        )

    def _read(self, text: str) -> Program | Failure:
        known = self._programs.get(text)
        if known is not None:
            self._programs.move_to_end(text)
            return known
        program = _read(text)
        self._programs[text] = program
        if len(self._programs) > _REMEMBERED:
            self._programs.popitem(last=False)
        return program


def _read(text: str) -> Program | Failure:
    if len(text) > MAX_PARENT_CHARACTERS:
        reason = f"The parent is longer than {MAX_PARENT_CHARACTERS:,} characters; shorten it."
        return Failure(Stage.OPERATOR, "parent-too-long", reason)
    try:
        program = read_program(text)
    except SyntaxError as error:
        reason = f"The parent is not a Python program: {error.msg}."
        return Failure(Stage.OPERATOR, "unparseable-parent", reason, error.lineno)
    except ValueError:  # null bytes, lone surrogates
        reason = "The parent holds characters that no Python program can have."
        return Failure(Stage.OPERATOR, "unparseable-parent", reason)
    except (RecursionError, MemoryError):
        reason = "The parent is nested too deeply to be edited."
        return Failure(Stage.OPERATOR, "unparseable-parent", reason)
    if not (program.statements or program.expressions):
        reason = "The parent holds no statement and no value that could change."
        return Failure(Stage.OPERATOR, "nothing-to-change", reason)
    return program


def _mutated(program: Program, rng: np.random.Generator) -> str | None:
    """The text after one or more edits, or None where the chosen edits found no site."""
    splices: list[Splice] = []
    while True:
        edit = RATES[bisect(_CUMULATIVE, rng.random() * _CUMULATIVE[-1])][0]
        splices += edit(program, rng) or ()
        if rng.random() >= MORE_EDITS:
            break
    if not splices:
        return None
    return values.apply_splices(program.data, splices).decode()
