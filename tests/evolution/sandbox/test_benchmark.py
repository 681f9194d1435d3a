"""The benchmark measures what it says; its figures are judged elsewhere, on a quiet machine."""

from __future__ import annotations

import pytest

from evolution.benchmarks import sandbox as benchmark
from evolution.sandbox import Sandbox
from tests.evolution.sandbox.samples import built


def test_every_figure_of_the_project_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark, "ROUNDS", 1)
    monkeypatch.setattr(benchmark, "STARTS", 1)
    monkeypatch.setattr(benchmark, "PROGRAMS", 10)
    shares: list[float] = []
    report = benchmark.run(lambda share, _: shares.append(share))
    targets = {figure.name: figure.target for figure in report.figures if figure.target}
    assert targets == {
        "start of a sandbox": "<= 500",
        "CPU against bare exec, alone": "<= 12",
        "CPU against bare exec, in batches of 10": "<= 3.5",
        "CPU against bare exec, in batches of 50": "<= 2.2",
    }
    assert all(figure.value > 0 for figure in report.figures)
    assert shares == sorted(shares)


def test_its_programs_are_distinct_and_build(sandbox: Sandbox) -> None:
    programs = benchmark.choose_programs(sandbox)
    assert programs == benchmark.choose_programs(sandbox)
    assert len(set(programs)) == len(programs) == benchmark.PROGRAMS
    assert all(built(result) for result in sandbox.build(programs))
