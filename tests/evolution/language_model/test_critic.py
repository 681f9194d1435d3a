"""Critics: their files, and whose they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from evolution.language_model.critic import Critic, Trail, read_critic
from evolution.language_model.critic_fitting import FittingSettings, critic_of, pairs_right
from evolution.language_model.making import add_critic
from evolution.language_model.model import load_model, save_model
from evolution.language_model.registry import CRITIC, find_model
from evolution.language_model.weights import ModelError
from tests.evolution.language_model.tiny import SHAPE, make_tiny

WIDTH = SHAPE.width
REPORT = {"edits": 1_234, "programs": 56, "of_use": 0.25, "held_out_pairs_right": 0.789}


def critic(width: int = WIDTH) -> Critic:
    generator = torch.Generator().manual_seed(0)
    inner, outer = (torch.randn(*s, generator=generator) for s in ((8, 2 * width), (8,)))
    return Critic(inner, torch.zeros(8), outer, torch.zeros(1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    list(make_tiny(folder))
    return folder


def test_a_model_with_a_critic_is_another_model(folder: Path) -> None:
    before = find_model(str(folder)).exact_name
    assert read_critic(folder, WIDTH) is None
    add_critic(folder, critic(), REPORT, "how it was made")
    after = find_model(str(folder))
    assert after.exact_name != before
    told = after.manifest["critic"]
    assert told["of"] == f"tiny@{before.partition('@')[2]}"
    assert (told["edits"], told["command"]) == (1_234, "how it was made")
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "1,234 edits" in card
    assert "78.9%" in card
    read = read_critic(folder, WIDTH)
    assert read is not None
    ends, means = torch.randn(5, WIDTH), torch.randn(5, WIDTH)
    assert torch.equal(read.approvals(ends, means), critic().approvals(ends, means))
    # Another one takes its place, and was asked about the same weights.
    add_critic(folder, critic(), REPORT | {"edits": 9})
    again = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["critic"]
    assert (again["of"], again["edits"]) == (told["of"], 9)


def test_other_weights_have_no_critic(folder: Path) -> None:
    add_critic(folder, critic(), REPORT)
    save_model(load_model(folder), folder)
    assert read_critic(folder, WIDTH) is None


def test_a_critic_that_cannot_be_used_is_said(folder: Path) -> None:
    critic(WIDTH + 1).save(folder)
    with pytest.raises(ModelError, match="Copy it anew, or delete critic"):
        read_critic(folder, WIDTH)
    (folder / CRITIC).write_bytes((folder / CRITIC).read_bytes()[:-9])
    with pytest.raises(ModelError, match="is damaged"):
        read_critic(folder, WIDTH)
    Critic(torch.zeros(8, 2 * WIDTH), torch.zeros(8), torch.zeros(7), torch.zeros(1)).save(folder)
    with pytest.raises(ModelError, match="is damaged"):
        read_critic(folder, WIDTH)


def test_a_trail_follows_rows_that_leave_and_begin_anew() -> None:
    states = torch.randn(4, 3, WIDTH)
    trail, judge = Trail(states[0].clone()), critic()
    trail.go_on(states[1])
    trail.keep(torch.tensor([0, 2]))
    trail.restart(torch.tensor([1]), states[2, :1])
    trail.go_on(states[3, :2])
    found = trail.approvals(judge, torch.tensor([1, 0]), torch.tensor([2, 3]))
    wholes = torch.stack([states[2, 0], states[3, 1]]), states[[0, 1, 3], 0]
    for approval, whole in zip(found, wholes, strict=True):
        expected = judge.approvals(whole[-1:], whole.mean(0)[None])
        assert torch.allclose(approval, expected[0], atol=1e-6)


def test_what_can_be_told_is_learnt_and_what_cannot_is_not() -> None:
    generator = torch.Generator().manual_seed(0)
    states = torch.randn(3_000, 20, generator=generator) * 5 + 1
    of_use = states[:, 3] * states[:, 11] > 0  # no line parts these
    settings = FittingSettings(units=32, epochs=60, dropout=0)
    known, unknown = states[:2_000].chunk(2, -1), states[2_000:].chunk(2, -1)
    critic = critic_of(states[:2_000], of_use[:2_000], settings)
    assert pairs_right(critic.approvals(*unknown), of_use[2_000:]) > 0.8
    chance = torch.rand(3_000, generator=generator) > 0.5
    blind = critic_of(states[:2_000], chance[:2_000], settings)
    assert pairs_right(blind.approvals(*unknown), chance[2_000:]) < 0.6
    assert critic.approvals(*known).shape == (2_000,)


def test_pairs_count_once_and_draws_half() -> None:
    of_use = torch.tensor([True, True, False, False])
    assert pairs_right(torch.tensor([0.9, 0.5, 0.5, 0.1]), of_use) == 3.5 / 4
