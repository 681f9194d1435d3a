"""Syntax-tree mutation: what each edit does to a program's text."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

import numpy as np
import pytest

from evolution.operators import syntax_tree_statements as statements
from evolution.operators import syntax_tree_values as values
from evolution.operators.base import Child
from evolution.operators.candidates import MAX_CHARACTERS
from evolution.operators.syntax_tree import RATES, SyntaxTreeOperator
from evolution.operators.syntax_tree_reader import read_program
from evolution.operators.syntax_tree_sites import Program, Splice
from evolution.types import Failure
from evolution.walkers.seeds import seed_program

Edit = Callable[[Program, np.random.Generator], list[Splice] | None]


def results(edit: Edit, text: str, times: int = 200) -> set[str]:
    """What the edit makes of ``text`` in many trials; everything must parse."""
    program = read_program(text)
    rng = np.random.default_rng(0)
    found = set()
    for _ in range(times):
        splices = edit(program, rng)
        if splices is not None:
            child = values.apply_splices(program.data, splices).decode()
            ast.parse(child)
            found.add(child)
    return found


def test_numbers_move_near_and_far_and_counts_stay_whole() -> None:
    floats = {float(t.split("=")[1]) for t in results(values.perturb_number, "x = 5.0\n")}
    assert min(floats) < 0 < 4 < max(floats)
    assert sum(4 < value < 6 for value in floats) > len(floats) / 3
    counts = results(values.perturb_number, "for i in range(8):\n    x[i]\n")
    assert {"for i in range(7):\n    x[i]\n", "for i in range(9):\n    x[i]\n"} <= counts
    assert not any("." in child for child in counts)


def test_counts_are_known_through_names_and_calls() -> None:
    text = "def f(n):\n    return [0 for i in range(n)]\n\n\nrows = 3\nf(8)\nrange(rows)\n"
    changed = results(values.perturb_number, text) | results(values.replace_number, text)
    numbers = {tuple(re.findall(r"(?:rows = |f\()(-?[\d.e+-]+)", child)) for child in changed}
    assert len(numbers) > 4
    assert not any("." in number for pair in numbers for number in pair)


def test_a_minus_sign_belongs_to_its_number() -> None:
    assert "x = -5\ny = -5\n" in results(values.replace_number, "x = 3\ny = -5\n")


def test_symbols_are_exchanged_within_their_family() -> None:
    assert results(values.swap_symbol, "a = (b) + (c)\n") == {
        f"a = (b) {symbol} (c)\n" for symbol in ("-", "*", "/", "//", "%", "**")
    }
    assert results(values.swap_symbol, "a += 1\n") == {f"a {s} 1\n" for s in ("-=", "*=", "/=")}
    assert results(values.swap_symbol, "a = b and c\n") == {"a = b or c\n"}
    assert results(values.swap_symbol, "a = b not  in c\n") == {"a = b in c\n"}
    assert results(values.swap_symbol, "a = b < c\n") == {
        f"a = b {symbol} c\n" for symbol in ("<=", ">", ">=", "==", "!=")
    }


def test_flags_flip() -> None:
    assert results(values.flip_flag, "f(a, False)\n") == {"f(a, True)\n"}


def test_names_are_exchanged_with_visible_ones_of_their_kind() -> None:
    text = "def parity(b1, b2):\n    other = 1\n    return sum([c1, b2]) % 2\n"
    children = results(values.swap_name, text)
    assert text.replace("c1", "b1") in children
    assert text.replace("c1", "other") in children
    assert not any("[parity" in child for child in children)


def test_names_of_another_kind_or_bound_later_are_not_taken() -> None:
    text = "items = [1]\nn = 2\nprint(items[0] + n)\nlate = 3\n"
    for child in results(values.swap_name, text):
        assert "print(n[" not in child
        assert "late" not in child.splitlines()[2]


def test_expressions_are_copied_with_parentheses_where_needed() -> None:
    children = results(values.copy_expression, "x = a + b\ny = f(c) * d\n", times=1000)
    assert "x = a + b\ny = (a + b) * d\n" in children
    assert "x = f(c) * d\ny = f(c) * d\n" in children


def test_expressions_grow_and_shrink() -> None:
    grown = results(values.grow_expression, "n = 2\nx = n * 3\n")
    assert "n = 2\nx = (n * 3) * n\n" in grown
    assert "n = 2\nx = abs(n * 3)\n" in grown
    assert results(values.shrink_expression, "x = a * 3\n") == {"x = a\n", "x = 3\n"}


def test_calls_jiggle_as_a_whole_and_swap_arguments() -> None:
    assert any(
        re.fullmatch(r"f\((?!1\.0,)\S+, (?!2\.0,)\S+, (?!3\.0\))\S+\)\n", child)
        for child in results(values.jiggle_call, "f(1.0, 2.0, 3.0)\n")
    )
    assert results(values.swap_arguments, "f(a, g(b), c)\n") == {
        "f(g(b), a, c)\n",
        "f(a, c, g(b))\n",
    }


def test_list_elements_are_repeated() -> None:
    assert any(
        "], f(" not in c and c.count("f(") == 3
        for c in results(values.copy_item, "x = [\n    f(1.0),\n    f(2.0),\n]\n")
    )


TEXT = """def f(n):
    total = 0  # the sum
    # every number
    for k in range(n):
        total += k
    offset = 5
    g(offset)
    h(offset, 1)
    return total
"""


def test_a_clone_is_used_like_its_original() -> None:
    children = results(statements.clone_variable, TEXT)
    assert any(
        re.search(r"offset = 5\n    offset2 = .+\n    g\(offset\)\n    g\(offset2\)\n", child)
        for child in children
    )


def test_statements_are_repeated_with_changes_alone_and_together() -> None:
    children = results(statements.repeat_statements, TEXT)
    assert any(re.search(r"    h\(offset, 1\)\n    h\(offset, \S+\)\n", c) for c in children)
    run = r"(    offset = \S+\n    g\(offset\)\n)(    h\(offset, \S+\)\n)?"
    assert any(re.search(run + run, child) for child in children)


def test_a_deleted_variable_takes_its_uses_along() -> None:
    children = results(statements.delete_statement, TEXT)
    for child in children:
        if "offset = 5" not in child:
            assert "offset" not in child
    assert any("offset" not in child for child in children)
    # the rest of a block that would be empty
    assert TEXT.replace("total += k", "pass") in children


def test_statements_move_with_their_indentation_and_never_above_what_they_read() -> None:
    children = results(statements.move_statement, TEXT)
    assert any("        offset = 5\n        total += k\n" in child for child in children)
    assert any("    offset = 5\n    total += k\n" in child for child in children)
    for child in children:
        assert child.index("offset = 5") < child.index("g(offset)")


def test_swaps_keep_what_is_read_bound() -> None:
    swapped = TEXT.replace("    g(offset)\n    h(offset, 1)\n", "    h(offset, 1)\n    g(offset)\n")
    children = results(statements.swap_statements, TEXT)
    assert swapped in children
    for child in children:
        assert child.index("offset = 5") < child.index("g(offset)")


def test_loops_are_wrapped_around_and_their_variable_enters() -> None:
    children = results(statements.wrap_in_loop, "if a:\n    f(b, 2.5)\n")
    assert any(
        re.fullmatch(
            r"if a:\n    for i in range\(\d+\):\n        f\(b, 2\.5 \+ i \* \S+\)\n", child
        )
        for child in children
    )


def test_a_loop_can_hold_a_variable_with_what_uses_it() -> None:
    children = results(statements.wrap_in_loop, "a = f(1.0)\ng(a, b)\nh()\n")
    assert any(
        re.fullmatch(
            r"for i in range\(\d+\):\n    a = f\(1\.0 \+ i \* \S+\)\n    g\(a, b\)\nh\(\)\n", child
        )
        for child in children
    )


def test_loops_are_unwrapped() -> None:
    assert any(
        re.fullmatch(r"k = \d\nx = k\n\ny = 2 \* k\n", child)
        for child in results(
            statements.unwrap_loop, "for k in range(3):\n    x = k\n\n    y = 2 * k\n"
        )
    )


def test_what_is_not_edited_keeps_its_format() -> None:
    text = 'x  =  ( 1,2 )   # größer\n"""ä\n  b"""\ny = f( "é", 10 ) # ende'
    for child in results(values.perturb_number, text):
        assert "   # größer\n" in child
        assert '"""ä\n  b"""\n' in child
        assert child.endswith(" ) # ende\n")
        assert '"é"' in child


# fmt: off
ODD_PROGRAMS = {
    "windows line ends": "def f(a):\r\n    x = 1\r\n    return a + x\r\n",
    "tabs": "def f(a):\n\tx = 1\n\tif a:\n\t\tx = 2\n\treturn a + x\n",
    "one line": "if a: x = 1; y = 2\nfor i in b: print(i, 1)",
    "elif": "if a:\n    x = 1\nelif b:\n    x = 2\nelse:\n    x = 3\n",
    "decorator": "@d(1)\ndef f(a=1, *b, c=2, **e):\n    return a\n",
    "f-string": "x = 1\ny = f'{x + 1} {x!r:>{x}} {\"a\" if x else 2}'\nz = x + 2\n",
    "match": "match a:\n    case [1, x]:\n        y = x + 1\n    case _:\n        y = 2\n",
    "exceptions": "try:\n    x = 1\nexcept ValueError as e:\n    y = e\nfinally:\n    z = 3\n",
    "lambda": "f = lambda a, b=2: a * b + 1\ng = {k: v + 1 for k, v in f(1) if k > 2}\n",
    "walrus": "if (n := f(1)) > 2:\n    print(n, *a[1:n], **{'k': 3})\n",
    "async": "async def f():\n  async with a as b:\n    await b(1)\n  [x async for x in b]\n",
    "class": "class A(B, k=1):\n    x: int = 1\n\n    def f(self):\n        return self.x + A.x\n",
    "backslash": "x = 1 + \\\n    2\nassert x > 2, \\\n    'no'\n",
    "strings": "x = '''a\n  b'''\ndef f():\n    '''Doc.'''\n    y = '''c\n'''\n    return y * 2\n",
    "byte order mark": "\ufeffx = 1\ny = 2\n",
    "form feed": "x = 1\n\f\ny = x + 2\n",
    "globals": "x = 1\ndef f():\n    global x\n    x += 2\n    def g():\n        y = x\n    del x",
    "parentheses": "x = ((a) + ((b))) * (c, (d))[0]\ny = (a), (b)\n",
    "complex": "x = 1j + 2.5e-3 + 0x10 + 1_000\ny = -x ** -2\n",
}
# fmt: on


@pytest.mark.parametrize("name", list(ODD_PROGRAMS))
def test_odd_programs_have_valid_children(name: str) -> None:
    text = ODD_PROGRAMS[name]
    children = SyntaxTreeOperator().propose([text] * 100, [""] * 100, np.random.default_rng(0))
    made = {child.program for child in children if isinstance(child, Child)}
    assert len(made) > 10
    for child in made:
        ast.parse(child)


@pytest.mark.parametrize(("edit", "rate"), RATES)
def test_every_edit_finds_work_in_a_seed(edit: Edit, rate: float) -> None:
    assert rate > 0
    assert results(edit, seed_program("square")) - {seed_program("square")}


def test_a_program_over_the_length_limit_does_not_grow() -> None:
    text = "x = 1.0\nf(x, 2)\n" * (MAX_CHARACTERS // 10)
    assert len(text) > MAX_CHARACTERS
    children = SyntaxTreeOperator().propose([text] * 20, [""] * 20, np.random.default_rng(0))
    made = [child.program for child in children if isinstance(child, Child)]
    assert made
    assert max(map(len, made)) <= len(text)


def test_a_parent_beyond_all_measure_is_a_named_failure() -> None:
    text = "x = 1\n" * 20_000
    (failure,) = SyntaxTreeOperator().propose([text], [""], np.random.default_rng(0))
    assert isinstance(failure, Failure)
    assert failure.code == "parent-too-long"


def test_splices_that_overlap_give_way_to_the_first() -> None:
    splices = [(2, 4, b"X"), (3, 5, b"Y"), (4, 4, b"Z"), (0, 2, b"")]
    assert values.apply_splices(b"abcdef", splices) == b"XZef"
