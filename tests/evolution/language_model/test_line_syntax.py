"""Lines as they are written: what can become Python goes on, what cannot is refused."""

from __future__ import annotations

import pytest

from evolution.language_model.layout import layout_of
from evolution.language_model.line_state import LineState
from evolution.language_model.line_syntax import after, can_end
from evolution.language_model.program_facts import facts_of
from evolution.walkers.seeds import SEEDS
from tests.evolution.language_model.tiny import examples

PROGRAM = """
def leg(wc, x, y, length=1.0):
    foot = wc.add_joint(x, y)
    return foot

def make_walker():
    wc = walker_creator()
    a = leg(wc, 0, 0)
    b = leg(wc, 1, 0, length=2.0)
    wc.add_muscle(a, b)
    return wc.get_walker()
"""
PROGRAM_FACTS = facts_of(PROGRAM)
assert PROGRAM_FACTS is not None
FACTS = PROGRAM_FACTS.at(10)


def is_read(line: str, stack: str = "", *, by: int | None = None) -> bool:
    """Whether the line is taken, written whole or ``by`` characters at a time."""
    state: LineState | None = LineState.start(stack)
    step = by or len(line)
    for at in range(0, len(line), step or 1):
        state = state and after(state, line[at : at + step], FACTS)
    return state is not None and can_end(state, FACTS)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "c = leg(wc, 2, 0)",
        "c = leg(wc, 2.5, -1e-3, length=.5)",
        "c, d = a, b",
        "for k in range(3):",
        "joints = [leg(wc, k, 0) for k in range(3)]",
        "if a != b and not (a is None):",
        "else:",
        "return wc.get_walker()",
        "def knee(wc, angle=math.pi, *rest):",
        "wc.add_muscle(a, b, False, amplitude=2.0 ** -1, phase=math.pi / 2)",
        "wc.add_muscle(*[a, b])",
        "points = {1: (a, b), 2: a[1:]}  # all of them",
        "best = leg(wc, 1, 2, length=lambda k: -k)",
        "c = max('it moves', \"or not\")",
        '"""Docs."""',
        "a: int = 3",
        "a += 1; b -= 1",
        "import numpy as numbers",
        "from math import tau",
        "class Hip(object):",
        "legs = [",
        "pass",
        "x = 2",
    ],
)
def test_python_is_taken(line: str) -> None:
    assert is_read(line)
    assert is_read(f"    {line}" if line else line)


@pytest.mark.parametrize(
    "line",
    [
        "c = leg(wc, 2)",  # one argument too few
        "c = leg(wc, 2, 3, 4, 5)",  # and one too many
        "wc.add_joint(1)",
        "c = a b",
        "c = 1 2",
        "c = * 2",
        "c = (a, b",  # as long as nothing follows it is a bracket over several lines
        "c = a +",
        "c = nobody",
        "nobody",
        "nobody(1)",
        "wc.add_jiont(1, 2)",
        "for k in range(3)",
        "if a == b",
        "c = )",
        "c = 'open",
        "leg(wc, 1, 2, 3 = 4)",
        "return = 3",
        "c = 1.2.3",
        "c = a..b",
        "c = 5(a)",
        "else a:",
    ],
)
def test_what_cannot_be_python_is_refused(line: str) -> None:
    assert is_read(line) == (line == "c = (a, b")


@pytest.mark.parametrize("line", ["leg(wc, 2, 0),", "]", "a, b] = 1, 2", "for k in range(2)]"])
def test_lines_within_brackets_begin_anyhow(line: str) -> None:
    assert is_read(line, "[") or line == "a, b] = 1, 2"


def test_a_line_in_small_pieces_reads_the_same() -> None:
    for line in ("c = leg(wc, 12.5, a)", "for k in range(3):", "c = leg(wc, 2, 3, 4, 5)"):
        assert is_read(line, by=1) == is_read(line)


def test_what_calls_of_a_new_function_take_is_not_known() -> None:
    state = after(LineState.start(""), "def knee(wc):", FACTS)
    assert state is not None
    assert after(LineState.start("", state.bound), "knee(wc, 1, 2, 3)", FACTS) is not None


@pytest.mark.parametrize(
    "line",
    [
        "def leg(wc, x, y, length=1.0):",
        "def leg(wc, foot, y, length):",
        "def leg(wc, x, y, length=1.0, width=2.0):",
        "def leg(wc, x, y, *lengths):",
    ],
)
def test_a_walkers_function_still_takes_what_calls_give(line: str) -> None:
    assert is_read(line)


@pytest.mark.parametrize(
    "line",
    [
        "def leg(wc, x):",
        "def leg(wc, x, y, length, width):",
        "def leg(wc, x.y, y, length):",
        "def leg(wc, x, y=0, length):",
        "def leg(wc, x and y, y, length):",
    ],
)
def test_a_walkers_function_does_not_ask_for_more(line: str) -> None:
    assert not is_read(line)


def test_a_parameter_goes_on_as_the_rest_of_the_line_allows() -> None:
    line = after(LineState.start(""), "def leg(wc, x", FACTS)
    assert line is not None
    before = line.before(", y, length=1.0):")
    assert after(before, ", z", FACTS) is None
    assert after(before, "=1", FACTS) is None
    last = after(line, ", y, length=1.0", FACTS)
    assert last is not None
    assert after(last.before("):"), ", z=1", FACTS) is not None


@pytest.mark.parametrize("line", ["2 * a", "(a, b)", "-a", "[a, b]", ".5", "True"])
def test_a_statement_begins_with_a_name_a_keyword_or_a_string(line: str) -> None:
    assert is_read(line) == (line == "True")
    assert is_read(f"c = {line}")


def test_the_lines_of_programs_are_taken() -> None:
    programs = [seed.program for seed in SEEDS.values()]
    programs += [text for example in examples() for text in (example.parent, example.child)]
    for program in programs:
        facts = facts_of(program)
        layout = layout_of(program.splitlines())
        assert facts is not None
        assert layout is not None
        for number, line in enumerate(layout.lines, 1):
            here = facts.at(number)
            state = after(LineState.start(layout.before[number - 1].stack), line, here)
            assert state is not None, line
            assert can_end(state, here), line


@pytest.mark.parametrize(
    ("line", "is_taken"),
    [
        ("c = abs(a)", True),
        ("c = abs", False),
        ("c = 2 * min + a", False),
        ("c = math.sin(a) * math.pi", True),
        ("c = math.sin", False),
        ("c = math.sin * a", False),
        ("wc.add_joint", False),
        ("c = leg", True),
        ("c = np.sin(a)", True),
        ("c = 2.0 * np", False),
        ("c = wc.pi", False),
        ("c = a.append(b)", True),
        ("for k in range(2 * a):", True),
        ("for k in range(2.0):", False),
        ("for k in range(a / 2):", False),
        ("for k in range(int(2.5)):", True),
        ("c = issubclass", False),
    ],
)
def test_functions_that_are_only_called_are_called(line: str, *, is_taken: bool) -> None:
    assert is_read(line) == is_taken


def test_functions_that_a_program_passes_on_are_values() -> None:
    facts = facts_of(f"{PROGRAM}\nbest = map(abs, [math.sin])\n")
    assert facts is not None
    for line in ("c = abs", "c = math.sin"):
        state = after(LineState.start(""), line, facts.at(10))
        assert state is not None
        assert can_end(state, facts.at(10))


def test_what_is_assigned_does_not_become_more() -> None:
    line = after(LineState.start(""), "c", FACTS)
    assert line is not None
    assert after(line.before(" = []"), ", d", FACTS) is None
    assert after(line.before(".sort()"), ", d", FACTS) is not None
    pair = line.before(", d = a, b").released()
    assert after(pair, ", d = a, b", FACTS) is not None


def test_names_are_known_where_they_are_bound() -> None:
    assert PROGRAM_FACTS is not None
    inside, outside = PROGRAM_FACTS.at(4), PROGRAM_FACTS.at(10)
    assert {"foot", "length", "leg"} <= inside.names
    assert "foot" not in outside.names
    assert {"a", "b", "wc", "leg"} <= outside.names
    assert "length" in outside.keywords
    assert not is_read("c = length")
    assert not is_read("c = leg(wc, 1, length)")
    assert is_read("c = leg(wc, 1, 2, length=3)")


def test_names_are_known_behind_the_line_that_binds_them() -> None:
    facts = facts_of(
        """
def make_walker():
    feet = [foot for foot in range(3)]
    for k in feet:
        total = sum(k * side for side in feet)
    def later(length):
        return total + helper(length)
    return later(1)

def helper(x):
    return x

scale = 2
"""
    )
    assert facts is not None
    names = [facts.at(line).names for line in range(16)]
    assert [line for line in range(1, 10) if "feet" in names[line]] == [4, 5, 6, 7, 8, 9]
    assert [line for line in range(1, 10) if "foot" in names[line]] == [3]
    assert [line for line in range(1, 10) if "k" in names[line]] == [5, 6, 7, 8, 9]
    assert [line for line in range(1, 10) if "length" in names[line]] == [7, 8]
    # Functions see what the module binds at last; the module's own lines do not.
    assert {"helper", "scale"} <= names[4]
    assert not {"make_walker", "helper", "scale"} & names[2]
    assert {"make_walker", "helper", "scale"} <= names[14]


def test_a_program_with_a_star_import_or_none_at_all_has_no_facts() -> None:
    assert facts_of("from math import *\n") is None
    assert facts_of("def broken(:\n") is None
