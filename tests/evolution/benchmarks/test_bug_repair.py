"""The bug-repair benchmark: its problems, its baseline, its statistics, its command."""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from evolution.benchmarks import bug_repair
from evolution.benchmarks.intervals import wilson
from evolution.benchmarks.repair import tuning
from evolution.benchmarks.repair.node_mutation import NodeMutation
from evolution.benchmarks.repair.plot import plot_svg
from evolution.benchmarks.repair.problems import PROBLEMS, Problem
from evolution.benchmarks.repair.trials import (
    MESSAGE,
    Judge,
    NodeMutationEntrant,
    OperatorEntrant,
    Point,
)
from evolution.cli import main
from evolution.language_model.corpus.exclusion import check
from evolution.operators import Child
from evolution.sandbox import Sandbox
from evolution.types import Failure, Stage

PARITY, QUADRATIC = PROBLEMS


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Sandbox() as sandbox:
        yield Judge(sandbox)


def ignore(done: float, what: str = "") -> None:
    pass


class Scripted:
    """Repairs one parent in ``every``; the others stay broken, or are no programs."""

    name = "scripted"

    def __init__(self, every: int = 1) -> None:
        self._every = every

    def propose(
        self, parents: Sequence[str], messages: Sequence[str], rng: np.random.Generator
    ) -> list[Child | Failure]:
        assert set(messages) == {MESSAGE}
        assert len(set(parents)) == 1
        right = {text: problem.programs[0] for problem in PROBLEMS for text in problem.programs}
        children: list[Child | Failure] = []
        for number, parent in enumerate(parents):
            if number % self._every == 0:
                children.append(Child(right[parent], self.name, MESSAGE))
            elif number % self._every == 1:
                children.append(Failure(Stage.OPERATOR, "no-valid-child", "None."))
            else:
                children.append(Child(f"{parent}\nx = (", self.name, MESSAGE))
        return children


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_only_the_program_without_bugs_passes(judge: Judge, problem: Problem) -> None:
    solved = [judge.successes(problem, Counter([text])) for text in problem.programs]
    assert solved == [1] + [0] * problem.most_bugs


def test_there_are_as_many_bugs_as_in_the_paper() -> None:
    assert [problem.most_bugs for problem in PROBLEMS] == [5, 2]
    assert len(PARITY.arguments) == 16
    for problem in PROBLEMS:
        trees = [ast.dump(ast.parse(text)) for text in problem.programs]
        assert len(set(trees)) == len(trees)


def test_other_ways_to_be_right_count_and_near_misses_do_not(judge: Judge) -> None:
    right = [
        "def f(p, q, r, s):\n    return p ^ q ^ r ^ s\n",
        "parity = lambda *b: sum(b) % 2 == 1\n",
    ]
    wrong = [
        "def parity(*b):\n    return str(sum(b) % 2)\n",
        "def parity(*b):\n    return 1\n",
        "def parity(*b):\n    while True:\n        pass\n",
    ]
    children = Counter(dict.fromkeys(right + wrong, 3))
    assert judge.successes(PARITY, children) == 6


def test_all_problems_are_kept_out_of_training_data() -> None:
    for problem in PROBLEMS:
        for text in problem.programs:
            assert check(text)
            mutation = NodeMutation(text, problem.names)
            nameless = text.replace("parity", "f").replace("quadratic", "f").splitlines()
            body = "\n".join(line for line in nameless if '"""' not in line)
            assert check(body)
            assert all(map(check, mutation.children(20, 0.1, np.random.default_rng(0))))


def test_node_mutation_changes_nodes_to_others_of_their_kind() -> None:
    mutation = NodeMutation("def f(a, b):\n    return a + g(b, 3)\n", ("z",))
    assert len(mutation) == 4
    children = mutation.children(400, 0.5, np.random.default_rng(0))
    assert children.total() == 400
    for text in children:
        tree = ast.parse(text)
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert names <= {"a", "b", "z", "g"}
        assert "g(" in text
    assert "def f(a, b):\n    return a + g(b, 3)\n" in children
    assert len(children) > 100


def test_node_mutation_changes_nothing_at_rate_zero_and_repeats() -> None:
    mutation = NodeMutation(PARITY.programs[2], PARITY.names)
    still = mutation.children(50, 0.0, np.random.default_rng(0))
    assert still == Counter({PARITY.programs[2]: 50})
    first = mutation.children(50, 0.3, np.random.default_rng(1))
    assert first == mutation.children(50, 0.3, np.random.default_rng(1))


def test_node_mutation_repairs_one_bug_as_often_as_it_must(judge: Judge) -> None:
    """One of 7 nodes must change, to one of its 8 alternatives, and the others not."""
    rate, trials = 0.15, 4_000
    mutation = NodeMutation(PARITY.programs[1], PARITY.names)
    successes = judge.successes(PARITY, mutation.children(trials, rate, np.random.default_rng(0)))
    low, high = wilson(successes, trials)
    assert successes > 0
    assert low * 0.9 < rate / 8 * (1 - rate) ** 6 < high * 1.1


def test_a_perfect_operator_repairs_all(judge: Judge) -> None:
    perfect = OperatorEntrant("perfect", Scripted(), 9, 0.01)
    points = bug_repair.compare(ignore, [perfect], judge, 3)
    assert [point.share for point in points] == [1.0] * 7
    figures = {figure.name: figure for figure in bug_repair.report(points, {}).figures}
    assert figures["perfect: 4-Parity, 1 bug against 4"].holds
    assert figures["perfect: 4-Parity, all 5 bugs"].holds
    assert figures["perfect: trials that gave a program"].value == 100


def test_shares_count_every_trial(judge: Judge) -> None:
    some = OperatorEntrant("some", Scripted(every=4), 240, 0.01)
    points = bug_repair.compare(ignore, [some], judge, 3)
    for point in points:
        assert point.trials == (80, 80, 80)
        assert point.texts == (60, 60, 60)
        assert point.share == 0.25


def test_trials_are_shared_out_among_the_seeds(judge: Judge) -> None:
    shares: list[float] = []
    points = bug_repair.compare(
        lambda done, what: shares.append(done),
        [OperatorEntrant("perfect", Scripted(), 100, 0.01)],
        judge,
        3,
    )
    assert all(sum(point.trials) == 100 and max(point.trials) == 34 for point in points)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)


def test_tuning_reports_every_rate_and_takes_the_best(judge: Judge) -> None:
    shares = tuning.sweep(judge, np.random.default_rng(0), ignore, trials=10)
    assert all(set(of_rates) == set(tuning.RATES) for of_rates in shares.values())
    rates = tuning.best_rates({
        ("A", 1): {0.1: 0.02, 0.2: 0.03, 0.3: 0.0},
        ("A", 2): {0.1: 0.0, 0.2: 0.0, 0.3: 0.001},
        ("A", 3): {0.1: 0.0, 0.2: 0.0, 0.3: 0.0},
    })  # fmt: skip
    assert rates == {("A", 1): 0.2, ("A", 2): 0.3, ("A", 3): 0.3}
    assert "chosen" in tuning.described(shares, tuning.best_rates(shares))["4-Parity, 1 bug"]


def test_wilson_intervals() -> None:
    assert wilson(0, 100_000)[0] == 0.0
    assert wilson(0, 100_000)[1] == pytest.approx(3.84e-5, rel=0.01)
    assert wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson(7, 7)[1] == 1.0


def _point(name: str, problem: Problem, bugs: int, successes: int) -> Point:
    return Point(name, problem.name, bugs, (100, 100), (90, 95), (successes, successes // 2))


POINTS = [
    _point(name, problem, bugs, of_bugs[bugs - 1])
    for name, of_bugs in (("blind <1>", (20, 4, 0, 0, 0)), ("model", (60, 50, 40, 20, 4)))
    for problem in PROBLEMS
    for bugs in range(1, problem.most_bugs + 1)
]


def test_targets_are_for_models_and_ratios_are_numbers() -> None:
    report = bug_repair.report(POINTS, {"more": "words"})
    figures = {figure.name: figure for figure in report.figures}
    assert figures["model: 4-Parity, 1 bug against 4"].holds
    assert figures["blind <1>: 4-Parity, 1 bug against 4"].holds is False
    assert figures["blind <1>: 4-Parity, 1 bug against 4"].value == pytest.approx(30)
    point = figures["model: 4-Parity, 2 bugs"]
    assert point.low is not None
    assert point.high is not None
    assert point.low < point.value < point.high
    json.loads(json.dumps(report.to_json(), allow_nan=False))


def test_the_plot_is_an_svg_that_shows_every_point() -> None:
    svg = ElementTree.fromstring(plot_svg(POINTS))
    titles = [element.text for element in svg.iter("{http://www.w3.org/2000/svg}title")]
    assert len(titles) == 1 + len(POINTS)
    assert "blind <1>, bugs 4: 0%" in titles
    assert "nan" not in plot_svg(POINTS[:1])


def test_the_command_prints_one_json_object_and_plots(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning, "RATES", (0.1,))
    plot = tmp_path / "plot.svg"
    command = ["benchmarks", "bug-repair", "--json", "--operators", "node-mutation", "syntax-tree"]
    assert main([*command, "--trials", "30", "--plot", str(plot)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["benchmark"] == "bug-repair"
    assert report["conditions"]["trials at each point"] == "node-mutation 30, syntax-tree 30"
    assert any("chosen 0.1" in str(value) for value in report["conditions"].values())
    assert len(report["figures"]) == 2 * (7 + 7 + 1)
    assert plot.read_text().startswith("<svg")


def test_the_command_says_what_it_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmarks", "bug-repair", "--endpoint", "http://localhost:1/v1"]) == 1
    assert "--endpoint-model" in capsys.readouterr().err
    assert main(["benchmarks", "replay", "--trials", "5"]) == 1
    assert "belongs to bug-repair only" in capsys.readouterr().err


def test_a_model_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = str(tmp_path / "nothing")
    command = ["benchmarks", "bug-repair", "--operators", "--trials", "3", "--models", model]
    assert main(command) == 1
    assert "nothing" in capsys.readouterr().err


def test_the_rates_of_the_node_mutation_are_used(judge: Judge) -> None:
    rates = {(p.name, k): 0.0 for p in PROBLEMS for k in range(1, p.most_bugs + 1)}
    entrant = NodeMutationEntrant("still", 10, 0.01, rates)
    assert all(point.share == 0 for point in bug_repair.compare(ignore, [entrant], judge, 1))
