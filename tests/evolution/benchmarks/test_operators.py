"""The benchmark of operators: its searches, what it keeps of them, how it compares."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evolution.benchmarks import operators
from evolution.benchmarks.models import ComparedModel, compared_models
from evolution.benchmarks.operators import MEMBERS, Entrant, entrants_of
from evolution.benchmarks.report import Figure
from evolution.benchmarks.results import Job, Result, Results, result_of
from evolution.benchmarks.searches import FinishedSearch, Mark, run_search
from evolution.cli import main
from evolution.cli.model_benchmarks import OPERATORS
from evolution.config import RunConfig
from evolution.language_model.registry import UnknownModel
from evolution.walkers.seeds import seed_program
from tests.evolution.language_model.registered import put_model, use_models

SQUARE = seed_program("square")
CONFIG = RunConfig(seed_program=SQUARE, evaluations=32, batch_size=16)
Output = pytest.CaptureFixture[str]


def result(qd_score: float, **more: float) -> Result:
    fields = {"niches": 10, "coverage": 0.1, "best": 3.0, "walkers": 0.8, "seconds": 2.0} | more
    return Result(evaluations=100, qd_score=qd_score, failures={}, curve=(), **fields)  # type: ignore[arg-type]


def entrant(operator: str, model: str = "", parent: str = "") -> Entrant:
    if not model:
        return Entrant(operator, operator, {})
    compared = ComparedModel(model, model[0], parent)
    return Entrant(f"{operator} {model[0]}", operator, {"model": model}, compared)


@pytest.fixture(scope="module")
def search() -> FinishedSearch:
    done: list[float] = []
    found = run_search(CONFIG, done.append, workers=1)
    assert done == sorted(done)
    assert done[-1] == 1.0
    return found


def test_a_search_is_run_to_its_end_and_measured(search: FinishedSearch) -> None:
    assert search.statistics.evaluations == 32
    assert [mark.evaluations for mark in search.marks] == [0, 16, 32]
    assert search.marks[-1].niches == search.statistics.filled > 1
    assert 0 < search.seed_distance <= search.statistics.best
    assert search.usage is not None
    assert search.usage.total > 0


def test_time_ends_a_search() -> None:
    endless = CONFIG.model_copy(update={"evaluations": 10_000_000})
    found = run_search(endless, lambda done: None, seconds=1e-3, workers=1)
    assert found.statistics.evaluations == 0  # the seed always counts
    assert found.usage is None
    assert found.walkers == 0.0


def test_results_are_kept_by_config_and_hash(tmp_path: Path, search: FinishedSearch) -> None:
    results, job, kept = Results(tmp_path / "new"), Job("square", CONFIG), result_of(search)
    assert results.find(job) is None
    results.keep(job, kept)
    assert Results(tmp_path / "new").find(job) == kept
    others = [
        Job("square", CONFIG, minutes=2.0),
        *(
            Job("square", CONFIG.model_copy(update=change))
            for change in ({"random_seed": 1}, {"children_per_parent": 16}, {"evaluations": 33})
        ),
    ]
    assert all(results.find(other) is None for other in others)
    (file,) = (tmp_path / "new").iterdir()
    record = json.loads(file.read_text())
    assert record["config"]["evaluations"] == 32
    file.write_text(file.read_text()[:-40])
    assert results.find(job) is None


def test_a_model_is_its_hash_wherever_it_lies() -> None:
    names = [
        Job(
            "square",
            RunConfig(seed_program=SQUARE, operator="diff-model", model=model),
        ).file_name
        for model in ("/here/a@012345", "a@012345", "a@543210")
    ]
    assert names[0] == names[1] != names[2]
    assert names[0].startswith("square-diff-model-012345-0-")


def test_long_searches_keep_a_short_curve(search: FinishedSearch) -> None:
    marks = [Mark(float(n), n, n, float(n)) for n in range(1_000)]
    kept = result_of(
        FinishedSearch(search.seed_distance, search.statistics, marks, 0.0, search.usage)
    )
    assert len(kept.curve) == 51
    assert (kept.curve[0], kept.curve[-1]) == (marks[0], marks[-1])


def test_every_model_enters_with_every_operator_that_needs_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = use_models(tmp_path, monkeypatch)
    first = put_model(folder / "first")
    second = put_model(folder / "second", parent=first)
    found = entrants_of(list(MEMBERS), [first, second])
    assert [entrant.label for entrant in found] == [
        "syntax-tree",
        "diff-model first",
        "diff-model second",
        "mix first",
        "mix second",
    ]
    configs = [RunConfig(seed_program=SQUARE, **entrant.fields) for entrant in found]
    assert [config.operator for config in configs] == ["syntax-tree"] + ["diff-model"] * 2 + [
        "mix"
    ] * 2
    assert configs[2].model == configs[4].model == second
    assert configs[0].children_per_parent == 1 < configs[1].children_per_parent
    with pytest.raises(ValueError, match="needs a model"):
        entrants_of(["diff-model"], [])
    with pytest.raises(UnknownModel):
        entrants_of(["diff-model"], ["third"])


def test_models_of_one_name_are_told_apart() -> None:
    labels = [model.label for model in compared_models(["/a/m@0123456", "/b/m@6543210", "n"])]
    assert labels == ["m@0123", "m@6543", "n"]


def figures(minutes: float | None = None) -> dict[tuple[str, str | None], Figure]:
    entrants = [
        entrant("syntax-tree"),
        entrant("diff-model", "a@01"),
        entrant("diff-model", "b@02", parent="elsewhere/a@01"),
        entrant("mix", "b@02", parent="elsewhere/a@01"),
    ]
    found = {}
    for seed in ("square", "radial"):
        for one, score in zip(entrants, (100.0, 120.0, 150.0, 110.0), strict=True):
            found[seed, one.label] = [result(score - 5), result(score + 5, niches=12)]
    return {
        (figure.name, figure.column): figure
        for seed in ("square", "radial")
        for figure in operators._figures(seed, entrants, found, minutes)
    }


def test_diff_models_are_held_to_the_baseline() -> None:
    found = figures()
    name = "square: QD score against syntax-tree"
    assert found[name, "diff-model a"].value == pytest.approx(1.2)
    assert found[name, "diff-model a"].holds is False
    assert found[name, "diff-model b"].holds is True
    assert found[name, "mix b"].holds is None
    assert (name, "syntax-tree") not in found
    low, high = found[name, "diff-model b"].low, found[name, "diff-model b"].high
    assert low is not None
    assert high is not None
    assert low < 1.5 < high
    assert found["radial: QD score against syntax-tree", "diff-model a"].target == ">= 1"


def test_a_tuned_model_is_held_to_its_parent_under_the_same_operator() -> None:
    found = figures()
    name = "square: QD score against before tuning"
    assert found[name, "diff-model b"].value == pytest.approx(1.25)
    assert found[name, "diff-model b"].holds is True
    assert found["square: niches against before tuning", "diff-model b"].holds is False
    assert (name, "diff-model a") not in found
    assert (name, "mix b") not in found  # there is no mix with its parent


def test_spreads_are_those_of_the_random_seeds() -> None:
    niches = figures()["square: niches", "mix b"]
    assert (niches.value, niches.low, niches.high) == (11, 10, 12)
    assert figures()["square: rate", "mix b"].value == 50


def test_at_equal_time_there_are_evaluations_and_no_targets() -> None:
    found = figures(minutes=2.0)
    assert found["square: evaluations", "mix b"].value == 100
    assert found["square: QD score against syntax-tree", "diff-model b"].target is None
    assert ("square: wall-clock", "mix b") not in found


def test_who_is_slower_is_compared_when_the_baseline_had_ended() -> None:
    slow, fast = entrant("diff-model", "a@01"), entrant("syntax-tree")
    curve = (Mark(1.0, 50, 5, 60.0), Mark(3.0, 100, 9, 200.0))
    found = {
        ("square", slow.label): [replace(result(200.0), curve=curve, seconds=3.0)],
        ("square", fast.label): [replace(result(100.0), seconds=2.0)],
    }
    figures = operators._figures("square", [slow, fast], found, None)
    values = {(figure.name, figure.column): figure.value for figure in figures}
    assert values["square: QD score against syntax-tree", slow.label] == 2
    assert values["square: the same, when syntax-tree had ended", slow.label] == 0.6


def test_winners_are_named() -> None:
    entrants = [entrant("syntax-tree"), entrant("diff-model", "a@01")]
    found = {
        ("square", "syntax-tree"): [result(1.0)],
        ("square", "diff-model a"): [result(8.0)],
        ("radial", "syntax-tree"): [result(4.0)],
        ("radial", "diff-model a"): [result(2.0)],
    }
    lines = operators._winners(["square", "radial"], entrants, found)
    assert lines["winner from square"] == "diff-model a, 8 times the QD score of syntax-tree"
    assert lines["winner from radial"].startswith("syntax-tree, 2 times")
    assert lines["winner over all"].startswith("diff-model a, 2 times")


COMMAND = ["benchmarks", "operators", "--json", "--operators", "syntax-tree", "--seeds", "square"]


def test_the_command_goes_on_where_it_was(
    tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [*COMMAND, "--evaluations", "64", "--out", str(tmp_path)]
    assert main([*command, "--random-seeds", "1"]) == 0
    first = json.loads(capsys.readouterr().out)
    (kept,) = tmp_path.glob("*.json")
    searched = []
    run = operators.run_search
    monkeypatch.setattr(
        operators, "run_search", lambda *a, **more: searched.append(a[0]) or run(*a, **more)
    )
    assert main([*command, "--random-seeds", "2"]) == 0
    second = json.loads(capsys.readouterr().out)
    assert [config.random_seed for config in searched] == [1]
    assert kept in tmp_path.glob("*.json")
    scores = [
        next(f for f in report["figures"] if f["name"] == "square: QD score")
        for report in (first, second)
    ]
    assert first["benchmark"] == "operators"
    assert scores[0]["value"] in (scores[1]["low"], scores[1]["high"])


def test_the_command_says_what_it_cannot_compare(capsys: Output) -> None:
    assert set(OPERATORS) == set(MEMBERS)
    for options, words in (
        (["--minutes", "1", "--evaluations", "9"], "give one of them"),
        (["--models", "m"], "belong to diff-model and mix"),
        (["--operators", "mix", "--models", "no/where"], "no diff model 'no/where'"),
        (["--operators", "instruct"], "syntax-tree, diff-model, mix"),
        (["--programs", "5"], "belongs to edits, obedience only"),
    ):
        assert main([*COMMAND, *options]) == 1
        assert words in capsys.readouterr().err
