"""Packing: a row of many edits teaches what the edits one by one would."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from evolution.diffs.line_edits import LineEdit, line_edits, lines_of
from evolution.language_model.examples import EditExample
from evolution.language_model.model import new_decoder
from evolution.language_model.packing import Branch, Pack, fill_rows, pack_examples, rows_to_tensors
from evolution.language_model.windows import window_around, window_at_random
from evolution.walkers.seeds import SEEDS
from tests.evolution.language_model.tiny import SHAPE, examples, tokenizer


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def packs() -> list[Pack]:
    made: list[Pack] = []
    for seed in list(SEEDS.values())[:3]:
        group = [e for e in examples() if e.parent == seed.program][:5]
        made += pack_examples(group, tokenizer(), 896, rng())
    return made


def test_the_loss_of_a_packed_row_is_that_of_its_examples() -> None:
    decoder = new_decoder(tokenizer(), SHAPE, seed=1)
    rows = rows_to_tensors([packs()])
    hidden = decoder.model(
        input_ids=rows.tokens, position_ids=rows.positions, attention_mask=rows.mask
    ).last_hidden_state
    packed = nn.functional.cross_entropy(
        decoder.lm_head(hidden[rows.predicts]), rows.targets, reduction="none"
    )
    alone = []
    for pack in packs():
        for branch in pack.branches:
            tokens = torch.tensor([pack.parent + branch.message + branch.edit])
            logits = decoder(input_ids=tokens).logits[0, -len(branch.edit) - 1 : -1]
            alone.append(
                nn.functional.cross_entropy(logits, torch.tensor(branch.edit), reduction="none")
            )
    assert torch.allclose(packed, torch.cat(alone), atol=1e-4)


def test_the_loss_counts_the_edits_tokens_only() -> None:
    made = packs()
    rows = rows_to_tensors([made])
    assert len(rows.targets) == sum(len(b.edit) for pack in made for b in pack.branches)


def test_each_prediction_is_among_the_tokens_that_its_edit_was_chosen_from() -> None:
    ruled = Branch([1], [5, 6], -1.0, np.eye(8, dtype=bool)[[5, 6]])
    free, short = Branch([1], [2, 3]), Branch([1], [7], -1.0, np.eye(8, dtype=bool)[[7]])
    rows = rows_to_tensors([[Pack([0, 4], [free, ruled])], [Pack([4], [short])]])
    assert rows.allowed is not None
    assert rows.targets.tolist() == [2, 3, 5, 6, 7]
    assert rows.allowed.sum(1).tolist() == [8, 8, 1, 1, 1]
    assert rows.allowed[torch.arange(5), rows.targets].all()
    assert rows_to_tensors([[Pack([0], [free])]]).allowed is None


def test_a_parent_is_read_once_and_from_its_own_tokens() -> None:
    made = packs()
    rows = rows_to_tensors([made[:2], made[2:]])
    assert rows.read.tolist() == [token for pack in made for token in pack.parent[1:]]
    assert not (rows.reads & rows.predicts).any()


def test_rows_are_no_longer_than_asked_for() -> None:
    made = packs()
    rows = fill_rows(made, 700)
    assert sorted(id(pack) for row in rows for pack in row) == sorted(map(id, made))
    assert all(sum(map(len, row)) <= 700 for row in rows)


def test_a_long_parent_is_shown_around_each_edit() -> None:
    lines = [f"value_{n} = {n}" for n in range(400)]
    parent = "\n".join(lines) + "\n"
    children = ["\n".join([*lines[:at], "changed = 1", *lines[at + 1 :]]) for at in (3, 200, 399)]
    group = [EditExample(parent, child, "Change.", "commit") for child in children]
    made = pack_examples(group, tokenizer(), 512, rng())
    assert len(made) == 3
    assert all(len(pack) <= 512 for pack in made)
    random = rng()  # the same draws again
    for pack, child in zip(made, children, strict=True):
        (edit,) = line_edits(parent, child)
        window = window_around(lines_of(parent), [edit], tokenizer(), 384, random)
        assert window is not None
        assert pack.parent == tokenizer().program(window.lines)
        local = tokenizer().parse(pack.branches[0].edit[:-1], window.lines)
        assert isinstance(local, list)
        assert window.lines[local[0].first - 1] == lines[edit.first - 1]


def test_examples_that_change_nothing_or_never_fit_are_left_out() -> None:
    huge = "x = [" + ", ".join(map(str, range(2_000))) + "]\n"
    group = [EditExample("a = 1\n", "a = 1\n", "Nothing.", "commit")]
    assert pack_examples(group, tokenizer(), 512, rng()) == []
    assert (
        pack_examples([EditExample("a = 1\n", huge, "More.", "commit")], tokenizer(), 512, rng())
        == []
    )
    assert pack_examples([], tokenizer(), 512, rng()) == []


@pytest.mark.parametrize("budget", [40, 200, 2_000])
def test_a_random_window_fits_and_is_part_of_the_program(budget: int) -> None:
    lines = [f"value_{n} = {n}" for n in range(100)]
    random = rng()
    for _ in range(20):
        window = window_at_random(lines, tokenizer(), budget, random)
        assert window is not None
        assert list(window.lines) == lines[window.before : window.before + len(window.lines)]
        assert len(tokenizer().program(window.lines)) <= budget
    assert window_at_random(["x" * 5_000], tokenizer(), budget, rng()) is None


def test_a_window_has_no_more_lines_than_addresses() -> None:
    window = window_around(["a"] * 1_000, [LineEdit(500, 500, ("b",))], tokenizer(), 100_000, rng())
    assert window is not None
    assert len(window.lines) == 254
