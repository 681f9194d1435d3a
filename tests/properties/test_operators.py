"""Whatever the program: the syntax-tree operator makes a program of it, repeatably."""

from __future__ import annotations

import ast

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evolution.operators import Child
from evolution.operators.registry import operator_named
from evolution.operators.syntax_tree import RATES
from evolution.operators.syntax_tree_reader import read_program
from evolution.operators.syntax_tree_values import apply_splices
from evolution.types import Failure

NAMES = st.sampled_from(["a", "b", "wc", "größe"])
ATOMS = st.one_of(
    NAMES,
    st.integers(-3, 9).map(str),
    st.floats(-9, 9).map(repr),
    st.sampled_from(["True", "None", "'text'", "'ü'", "f'{a + 1}'", "[]", "()"]),
)
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("{} {} {}".format, inner, st.sampled_from("+-*/%<>"), inner),
        st.builds("({} and not {})".format, inner, inner),
        st.builds("f({}, k={})".format, inner, inner),
        st.builds("{}.add_joint({},\n  {})".format, NAMES, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("a[{}]".format, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("[{} for a in range({})]".format, inner, inner),
        st.builds("(lambda b: {})".format, inner),
    ),
    max_leaves=5,
)
SIMPLE = st.one_of(
    st.builds("{} = {}".format, NAMES, EXPRESSIONS),
    st.builds("{} += {}  # größer".format, NAMES, EXPRESSIONS),
    st.builds("a, b = {}".format, EXPRESSIONS),
    st.builds("f({}); b = {}".format, EXPRESSIONS, EXPRESSIONS),
    st.sampled_from(["pass", "import math", "# nothing", "", "'''a\n b'''"]),
)


def indented(header: str, body: list[str], indent: str) -> str:
    lines = "\n".join([*body, "pass"]).split("\n")
    return "\n".join([header, *(indent + line for line in lines)])


STATEMENTS = st.recursive(
    SIMPLE,
    lambda inner: st.builds(
        indented,
        st.one_of(
            st.builds("for a in {}:".format, EXPRESSIONS),
            st.builds("if {}:".format, EXPRESSIONS),
            st.sampled_from(["def f(a, b=2):", "class A:", "while a:  # ü", "with a as wc:"]),
        ),
        st.lists(inner, max_size=3),
        st.sampled_from(["    ", "\t", " "]),
    ),
    max_leaves=6,
)
PROGRAMS = st.builds(
    lambda statements, newline: newline.join("\n".join(statements).split("\n")),
    st.lists(STATEMENTS, min_size=1, max_size=4),
    st.sampled_from(["\n", "\n", "\r\n"]),
)


@settings(max_examples=60)
@given(PROGRAMS, st.integers(0, 2**32))
def test_children_are_programs_and_repeatable(program: str, seed: int) -> None:
    def propose() -> list[Child | Failure]:
        operator = operator_named("syntax-tree")
        return operator.propose([program] * 4, [""] * 4, np.random.default_rng(seed))

    children = propose()
    assert propose() == children
    for child in children:
        if isinstance(child, Child):
            ast.parse(child.program)
            assert child.program != program
        else:
            assert child.code in ("no-valid-child", "nothing-to-change")


@settings(max_examples=60)
@given(PROGRAMS)
def test_sites_are_where_the_text_says(program: str) -> None:
    sites = read_program(program)
    text = sites.data
    for number in sites.numbers:
        assert ast.literal_eval(text[number.start : number.end].decode()) == number.value
    for name in sites.names:
        assert text[name.start : name.end].decode() == name.text
    for symbol in sites.symbols:
        assert text[symbol.start : symbol.end].split() == symbol.text.split()
    for expression in sites.expressions:
        source = text[expression.start : expression.end].decode()
        ast.parse(f"({source})", mode="eval")
    for start, end, value in sites.flags:
        assert text[start:end].decode() == str(value)
    for statement in sites.statements:
        assert text[statement.start :].startswith(statement.indent)
        assert text[statement.end - 1 : statement.end] in (b"\n", b"\r")


@settings(max_examples=60)
@given(PROGRAMS, st.sampled_from([edit for edit, _ in RATES]), st.integers(0, 2**32))
def test_what_lies_outside_an_edit_stays(program: str, edit: object, seed: int) -> None:
    sites = read_program(program)
    assert callable(edit)
    splices = edit(sites, np.random.default_rng(seed)) or []
    child = apply_splices(sites.data, splices)
    first = min((start for start, _, _ in splices), default=0)
    last = max((end for _, end, _ in splices), default=0)
    assert child.startswith(sites.data[:first])
    assert child.endswith(sites.data[last:])
    child.decode()


@settings(max_examples=60)
@given(st.text())
def test_any_text_is_changed_or_refused_by_name(text: str) -> None:
    operator = operator_named("syntax-tree")
    (result,) = operator.propose([text], [""], np.random.default_rng(0))
    if isinstance(result, Failure):
        assert result.code in ("unparseable-parent", "nothing-to-change", "no-valid-child")
    else:
        ast.parse(result.program)
