"""Practice: what it asks, what it learns from it, and that it repeats."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from evolution.language_model.corpus.intentions import intention_named
from evolution.language_model.examples import EditExample
from evolution.language_model.mixture import Mixture, make_part
from evolution.language_model.model import new_decoder
from evolution.language_model.packing import Pack
from evolution.language_model.training import Training
from evolution.practice.attempts import Attempt
from evolution.practice.figures import step_figures
from evolution.practice.practice import Practice, PracticeSettings
from evolution.practice.programs import programs_of
from evolution.practice.rewards import Verdict
from evolution.practice.tasks import Amounts, draw_tasks
from evolution.sandbox import Sandbox
from evolution.types import Failure, Stage
from evolution.walkers.seeds import SEEDS
from tests.evolution.language_model.tiny import SETTINGS, SHAPE, examples, part, tokenizer

PROGRAMS = [seed.program for seed in SEEDS.values()]
AMOUNTS = Amounts(programs=3, general=6, intentions=2, each=2)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def practice(sandbox: Sandbox, amounts: Amounts = AMOUNTS) -> Practice:
    return Practice(PROGRAMS, tokenizer(), sandbox, PracticeSettings(amounts=amounts))


def training(folder: Path, practised: Practice | None, steps: int) -> Training:
    mixture = Mixture([part()], tokenizer(), SETTINGS.row_length)
    settings = SETTINGS.model_copy(update={"steps": steps, "learning_rate": 0.002})
    decoder = new_decoder(tokenizer(), SHAPE, 0)
    return Training(decoder, mixture, settings, folder, practice=practised)


def test_tasks_ask_for_what_programs_offer(sandbox: Sandbox) -> None:
    broken = "def make_walker():\n    return nothing\n"
    tasks = draw_tasks([*PROGRAMS, broken], AMOUNTS, sandbox, np.random.default_rng(1))
    assert 0 < len(tasks) <= 3
    rng = np.random.default_rng(0)
    for task in tasks:
        assert task.program != broken
        names = [request.name for request in task.requests]
        assert len({name for name in names if name.startswith("paper: ")}) == 1
        assert names.count(names[0]) == 6
        for name in set(names[6:]):
            assert names.count(name) == 2
            tries = (intention_named(name).apply(task.program, rng) for _ in range(50))
            assert any(edit is not None for edit in tries)


def test_edits_are_weighted_by_what_became_of_them(sandbox: Sandbox, tmp_path: Path) -> None:
    trained = training(tmp_path, None, steps=40)
    list(trained.run())
    practised = practice(sandbox, Amounts(programs=4, general=40, intentions=0))
    packs = practised.draw(trained.decoder, np.random.default_rng(0))
    branches = [branch for pack in packs for branch in pack.branches]
    weights = [branch.weight for branch in branches]
    assert min(weights) < 0 < max(weights)
    for branch, weight in zip(branches, weights, strict=True):
        assert (branch.allowed is not None) == (weight < 0)
        if branch.allowed is not None:
            assert branch.allowed[range(len(branch.edit)), branch.edit].all()
    # One less the mean of the others: over a task they add up to nothing.
    assert sum(weights) == pytest.approx(0, abs=1e-6)
    assert 0 <= practised.figures()["valid and different"] <= 1


def test_the_same_generator_draws_the_same(sandbox: Sandbox) -> None:
    decoder = new_decoder(tokenizer(), SHAPE, 0)

    def drawn() -> list[Pack]:
        return practice(sandbox).draw(decoder, np.random.default_rng(5))

    assert drawn() == drawn()


def test_a_stopped_practice_goes_on_to_the_same_weights(sandbox: Sandbox, tmp_path: Path) -> None:
    whole = training(tmp_path / "whole", practice(sandbox), steps=4)
    list(whole.run())
    stopped = training(tmp_path / "stopped", practice(sandbox), steps=4)
    for progress in stopped.run(save_every=0):
        if progress.step == 2:
            break
    resumed = training(tmp_path / "stopped", practice(sandbox), steps=4)
    list(resumed.run())
    for one, other in zip(
        whole.decoder.state_dict().values(), resumed.decoder.state_dict().values(), strict=True
    ):
        assert torch.equal(one, other)


def test_programs_are_those_of_walkers_as_many_of_each_part() -> None:
    domain = make_part("domain", 1.0, examples() * 2)
    bugs = [EditExample("broken", "mended", "Fixed bugs.", "domain", "fix-bugs")]
    accepted = make_part("accepted", 1.0, [EditExample(f"p{n}", "c", "m", "accepted")
                                           for n in range(50)])  # fmt: skip
    commits = make_part("commits", 1.0, [EditExample("a", "b", "m", "commit")])
    rng = np.random.default_rng(0)
    found = programs_of([domain, make_part("bugs", 1.0, bugs), accepted, commits], rng)
    parents = {group[0].parent for group in domain.groups}
    assert len(found) == 2 * len(parents)
    assert set(found) >= parents
    assert not {"broken", "a"} & set(found)
    with pytest.raises(ValueError, match="no walker program to practise on"):
        programs_of([commits], rng)
    with pytest.raises(ValueError, match="no program"):
        Practice([], tokenizer(), Sandbox())


def test_figures_tell_general_edits_and_taught_ones_apart(sandbox: Sandbox) -> None:
    (task,) = draw_tasks(PROGRAMS[:1], Amounts(programs=1), sandbox, np.random.default_rng(0))
    general = next(request for request in task.requests if request.is_general)
    taught = next(request for request in task.requests if not request.is_general)
    failed = Failure(Stage.DIFF, "bad-edit", "It is no edit.")
    figures = step_figures(
        [task],
        [Attempt(0, request, failed, 9) for request in (general, general, taught)],
        [Verdict(True, True, True, 2.0), Verdict(), Verdict(False, True, False, 1.0)],
    )
    assert figures["reward"] == 1.0
    assert figures["valid and different"] == figures["new niche"] == figures["obeyed"] == 0.5
    assert figures["obeyed when taught"] == 1.0
