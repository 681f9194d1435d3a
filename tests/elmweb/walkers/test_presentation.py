"""Words and coloured lines: nothing of a program is lost, nothing of it becomes markup."""

from __future__ import annotations

import html
import re

import pytest

from elmweb.walkers.presentation import CONTEXT, diff_rows, program_lines, repair_notes
from evolution.walkers.creator import REPAIRS
from evolution.walkers.seeds import SEEDS

HOSTILE = 'x = "</code><script>alert(1)</script>"  # <img onerror=alert(1)>\n\n"""a\n<b>b\n"""\n'


def plain(lines: list[str]) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", "\n".join(lines)))


@pytest.mark.parametrize("program", [*(seed.program for seed in SEEDS.values()), HOSTILE])
def test_program_lines_are_the_program(program: str) -> None:
    lines = program_lines(program)
    assert plain(lines) == program.rstrip("\n")


def test_markup_in_a_program_stays_text() -> None:
    page = "".join(program_lines(HOSTILE))
    assert set(re.findall(r"</?(\w+)", page)) == {"span"}


def test_every_line_closes_its_own_tags() -> None:
    for line in program_lines(HOSTILE):
        assert line.count("<span") == line.count("</span>")


def test_a_diff_shows_changes_with_their_surroundings() -> None:
    parent = [f"line {i}" for i in range(1, 31)]
    child = [*parent[:14], "changed", *parent[15:]]
    rows = diff_rows("\n".join(parent), "\n".join(child))
    assert [row.kind for row in rows] == [
        "gap", *["same"] * CONTEXT, "removed", "added", *["same"] * CONTEXT, "gap"
    ]  # fmt: skip
    removed, added = rows[CONTEXT + 1 : CONTEXT + 3]
    assert (removed.old, removed.new, removed.text, removed.sign) == (15, None, "line 15", "−")
    assert (added.old, added.new, added.text, added.sign) == (None, 15, "changed", "+")
    assert rows[0].text == "11 equal lines"
    assert rows[-1].text == "12 equal lines"


def test_one_left_out_line_is_written_in_the_singular() -> None:
    parent = "\n".join(["first", *"abc", "old"])
    assert diff_rows(parent, parent.replace("old", "new"))[0].text == "1 equal line"


def test_equal_programs_have_no_diff() -> None:
    program = SEEDS["square"].program
    assert diff_rows(program, program) == []


def test_repairs_are_told_in_words_most_often_first() -> None:
    notes = repair_notes({"self-muscle": 1, "joint-merged": 25, "of-another-version": 3})
    assert notes == [
        (REPAIRS["joint-merged"], 25),
        ("of-another-version", 3),
        (REPAIRS["self-muscle"], 1),
    ]
