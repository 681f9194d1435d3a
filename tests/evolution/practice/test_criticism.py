"""Fitting critics: what they are fitted to, and that they learn it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from evolution.language_model.critic import Critic
from evolution.language_model.critic_fitting import FittingSettings, edit_states
from evolution.language_model.generation import Sampler
from evolution.language_model.grammar import EditRules
from evolution.language_model.model import DiffModel, load_model
from evolution.language_model.sampling import Sampling
from evolution.language_model.weights import ModelError
from evolution.operators.edit_writing import write_edits
from evolution.practice.criticism import CriticFitting, CriticSettings
from evolution.practice.tasks import Amounts
from evolution.practice.trials import Trials, TrialSettings, trials_in_processes
from evolution.sandbox import Sandbox
from evolution.walkers.seeds import SEEDS
from tests.evolution.language_model.tiny import SHAPE, make_tiny

PROGRAMS = [seed.program for seed in SEEDS.values()]
PARTS = [PROGRAMS[:2], PROGRAMS[2:]]
SETTINGS = CriticSettings(
    edits=200,
    trials=TrialSettings(amounts=Amounts(programs=3, general=16)),
    fitting=FittingSettings(held_out=0.3),
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    list(make_tiny(folder, steps=40))
    return folder


@pytest.fixture(scope="module")
def model(folder: Path) -> DiffModel:
    return load_model(folder)


@pytest.fixture(scope="module")
def fitting(model: DiffModel, sandbox: Sandbox) -> CriticFitting:
    fitting = CriticFitting(SETTINGS)
    trials = Trials(model, PARTS, sandbox, SETTINGS.trials)
    told = list(fitting.run(trials.batches()))
    assert told == sorted(told)
    assert told[-1] == fitting.edits >= SETTINGS.edits
    return fitting


def test_a_model_s_own_edits_are_tried(fitting: CriticFitting) -> None:
    assert {one.program for one in fitting.tried} <= set(PROGRAMS)
    for one in fitting.tried:
        assert one.states.shape == (len(one.of_use), 2 * SHAPE.width)
    critic, report = fitting.fit()
    assert report["edits"] == fitting.edits
    assert report["programs"] == len(PROGRAMS)
    assert 0 < report["of_use"] < 1
    assert 0 <= report["held_out_pairs_right"] <= 1
    again, same = fitting.fit()
    assert same == report
    assert torch.equal(critic.inner, again.inner)


class Asked(Critic):
    """Approves of everything, and keeps what it was shown."""

    def approvals(self, ends: Tensor, means: Tensor) -> Tensor:
        SHOWN.append(torch.cat([ends, means], -1))
        return torch.ones(len(ends))

    def to(self, device: torch.device) -> Critic:
        return self


SHOWN: list[Tensor] = []


def test_it_is_fitted_to_what_it_will_be_shown(model: DiffModel) -> None:
    """The states that a sampler sees while it writes are those that are learnt from."""
    nothing = torch.zeros(1)
    sampler = Sampler(model.decoder, end=model.tokenizer.end, critic=Asked(*[nothing] * 4))
    asked = [(PROGRAMS[0], "Use 3 for 5.")] * 6
    rng = np.random.default_rng(0)
    written: Any = write_edits(asked, sampler, EditRules(model.tokenizer), Sampling(), rng)
    shown = torch.cat(SHOWN)
    assert len(shown) > 2
    tokenizer = model.tokenizer
    wholes = {}
    for one in written:
        tokens = [*tokenizer.program(one.window.lines), *tokenizer.message("Use 3 for 5.")]
        line = torch.tensor([[*tokens, *one.sample.tokens]])
        with torch.inference_mode():
            output = model.decoder(line, output_hidden_states=True)
        states = output.hidden_states[-1][0, len(tokens) - 1 :]
        wholes[tuple(one.sample.tokens)] = torch.cat([states[-1], states.mean(0)])
    edits = [("Use 3 for 5.", tokens) for tokens in wholes]
    learnt = edit_states(model, written[0].window.lines, edits)
    assert torch.allclose(learnt, torch.stack(list(wholes.values())), atol=1e-3)
    for row in shown:
        assert any(torch.allclose(row, whole, atol=1e-3) for whole in wholes.values())


def test_what_tells_nothing_is_refused(model: DiffModel, sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="no program"):
        Trials(model, [], sandbox, SETTINGS.trials)
    with pytest.raises(ValueError, match="no program"):
        Trials(model, [PROGRAMS, []], sandbox, SETTINGS.trials)
    broken = [["def make_walker():\n    return nothing\n"]]
    with pytest.raises(ValueError, match="None of the programs makes a walker"):
        Trials(model, broken, sandbox, SETTINGS.trials).batch(0)
    with pytest.raises(ValueError, match="too much alike"):
        CriticFitting(SETTINGS).fit()


def test_processes_try_what_one_tries(folder: Path, model: DiffModel, sandbox: Sandbox) -> None:
    trials = Trials(model, PARTS, sandbox, SETTINGS.trials)
    with trials_in_processes(folder, PARTS, SETTINGS.trials, 2) as batches:
        for number, batch in enumerate(islice(batches, 3)):
            alone = trials.batch(number)
            assert batch.edits == alone.edits > 0
            for one, other in zip(batch.tried, alone.tried, strict=True):
                assert one.program == other.program
                assert np.array_equal(one.of_use, other.of_use)
                assert np.allclose(one.states, other.states, atol=1e-3)


def test_what_fails_in_a_process_is_told(folder: Path) -> None:
    broken = [["def make_walker():\n    return nothing\n"]]
    with (
        pytest.raises(ValueError, match="None of the programs makes a walker"),
        trials_in_processes(folder, broken, SETTINGS.trials, 1) as batches,
    ):
        next(batches)
    with (
        pytest.raises(ValueError, match="no program"),
        trials_in_processes(folder, [], SETTINGS.trials, 1) as batches,
    ):
        next(batches)
    with (
        pytest.raises(ModelError),
        trials_in_processes(folder / "nowhere", PARTS, SETTINGS.trials, 1) as batches,
    ):
        next(batches)


def test_settings_that_tell_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="200"):
        CriticSettings(edits=3)
