"""The form that every benchmark's figures take."""

from __future__ import annotations

import io
import json

from evolution.benchmarks.report import Figure, Report, at_least, at_most, table

REPORT = Report(
    "example",
    {"cores": 2},
    [
        at_least("speed", 3.0, "x", 2.5),
        at_most("size", 2500, "bytes", 2000),
        Figure("rate", 12345.678, "1/s"),
    ],
)


def test_targets_are_judged() -> None:
    assert [figure.holds for figure in REPORT.figures] == [True, False, None]
    assert [figure.target for figure in REPORT.figures] == [">= 2.5", "<= 2000", None]
    assert not REPORT.holds
    assert Report("fine", {}, [REPORT.figures[0], REPORT.figures[2]]).holds


def test_borders_hold() -> None:
    assert at_least("a", 2.0, "x", 2.0).holds
    assert at_most("a", 2.0, "x", 2.0).holds


def test_json_is_one_object() -> None:
    stream = io.StringIO()
    REPORT.dump(stream)
    read = json.loads(stream.getvalue())
    assert set(read) == {"benchmark", "conditions", "figures"}
    assert read["figures"][0] == {
        "name": "speed",
        "value": 3.0,
        "unit": "x",
        "target": ">= 2.5",
        "holds": True,
    }


def test_table_is_aligned_and_names_what_was_missed() -> None:
    lines = table(REPORT).splitlines()
    assert lines[:2] == ["example benchmark", "  cores: 2"]
    head, _, speed, size, rate = lines[3:]
    assert speed.endswith("holds")
    assert size.endswith("MISSED")
    assert "12,350 " in rate or "1.235e+04" in rate
    assert head.index("unit") == speed.index("x ") == size.index("bytes")


def test_an_interval_is_shown_and_in_the_json_only_where_there_is_one() -> None:
    report = Report("example", {}, [Figure("share", 0.5, "%", low=0.25, high=1.0)])
    assert "0.5 [0.25, 1]" in table(report)
    assert report.to_json()["figures"][0]["low"] == 0.25
    assert "low" not in REPORT.to_json()["figures"][0]


def test_what_is_compared_stands_side_by_side() -> None:
    report = Report(
        "example",
        {},
        [
            Figure("lines", 7.0, "lines"),
            at_least("share", 91.0, "%", 90, low=89.0, high=93.0, column="first"),
            Figure("tokens", 20.0, "tokens", column="first"),
            at_least("share", 94.0, "%", 95, column="second"),
        ],
    )
    lines = table(report).splitlines()
    single, (head, _, share, tokens) = lines[2:5], lines[6:]
    assert single[2].split() == ["lines", "7", "lines", "-"]
    assert head.split() == ["figure", "first", "second", "unit"]
    assert "91 [89, 93] (>= 90: holds)  94 (>= 95: MISSED)" in share
    assert tokens.split() == ["tokens", "20", "-", "tokens"]
    assert head.index("second") == share.index("94") == tokens.index("-")
    assert report.to_json()["figures"][1]["column"] == "first"
    assert "column" not in report.to_json()["figures"][0]
