"""The generation benchmark measures what it says; how fast it is, is not tested."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from evolution.benchmarks import generation, gpu_generation
from evolution.benchmarks.generation import Setting
from evolution.language_model.sampling import Sampled
from evolution.language_model.workload import (
    EDIT_TOKENS,
    Workload,
    divergences,
    model_workload,
    random_workload,
)
from evolution.operators import OperatorUnavailable
from tests.evolution.language_model.tiny import make_tiny


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("models") / "tiny"
    for _ in make_tiny(folder):
        pass
    return folder


def test_edits_with_random_weights_have_one_length() -> None:
    workload = random_workload()
    children = sample(workload, 2)
    assert {len(child.tokens) for group in children for child in group} == {EDIT_TOKENS}
    assert workload.parsed(children) == 2 * len(workload.parents)
    # The nuclei are not all one token, which would make drawing cheaper than it is.
    first = workload.sampler("float32").next_logits(workload.groups(3))
    best = [row.softmax(-1).max() for group in first for row in group / 0.8]
    assert 0.1 < np.mean(best) < 0.9


def test_edits_of_a_model_count_if_they_parse(model: Path) -> None:
    workload = model_workload(model)
    assert workload.tokenizer is not None
    edit = [workload.tokenizer.addresses[1]] * 2
    children = sample(workload, 2)
    child = children[0][0]
    good, bad, cut = (
        type(child)(tokens, ended)
        for tokens, ended in ((edit, True), (edit[:1], True), (edit, False))
    )
    assert workload.parsed([[good, bad, cut], [good, good], [], [bad]]) == 3


def sample(workload: Workload, children: int) -> list[list[Sampled]]:
    sampler = workload.sampler("float32")
    return sampler.sample(workload.groups(children), workload.sampling, np.random.default_rng(0))


def test_children_ask_in_turns() -> None:
    workload = random_workload()
    (group, *_) = workload.groups(4)
    assert group.suffixes == [*workload.messages, workload.messages[0]]


def test_a_precision_does_not_diverge_from_itself(model: Path) -> None:
    workload = model_workload(model)
    assert divergences(workload, "float32", 2) == pytest.approx(0, abs=1e-6)
    assert divergences(workload, "int8", 2).mean() > 1e-6


def test_a_worker_samples_in_its_own_process(model: Path) -> None:
    setting = Setting(model=str(model), children=3, seconds=0.01)
    turns = generation._side_by_side([setting])
    assert len(turns) == 1
    for turn in turns:
        assert turn.edits == 3 * 4
        assert 0 <= turn.parsed <= turn.ended <= turn.edits
        assert turn.tokens > 0
        assert turn.cpu > 0 < turn.wall


def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OperatorUnavailable, match="no diff model"):
        generation.run(lambda done, what: None, model=str(tmp_path))


def test_a_device_is_measured_and_agrees_with_the_cpu(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The CPU stands in for the GPU: what is tested is the measuring.
    monkeypatch.setattr(gpu_generation, "_name", lambda device: "a processor")
    monkeypatch.setattr(gpu_generation, "CHILDREN", 2)
    monkeypatch.setattr(gpu_generation, "ROUNDS", 1)
    report = gpu_generation.run(lambda done, what: None, model=str(model), device="cpu")
    *rates, alike = report.figures
    assert len(rates) == 6
    assert all(rate.value >= 0 for rate in rates)
    assert alike.value == 100
    assert report.conditions["device"] == "a processor"


def test_without_a_gpu_it_says_so(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(OperatorUnavailable, match="finds no GPU"):
        gpu_generation.run(lambda done, what: None, model=str(model))
