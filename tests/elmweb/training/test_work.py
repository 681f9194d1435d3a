"""Trainings from start to end, and all that can come between."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import torch
from celery.worker import state as worker
from django.utils import timezone

from elmweb.runs.models import Run
from elmweb.training import material, services, work
from elmweb.training.models import Training
from elmweb.walkers.models import Lineage
from evolution.language_model.critic import Critic
from evolution.language_model.making import add_critic
from evolution.language_model.registry import find_model
from evolution.operators.accepted import GENERAL_MESSAGE
from evolution.practice.criticism import CriticFitting
from tests.elmweb.runs.driving import drive
from tests.elmweb.training.conftest import STEPS
from tests.evolution.language_model import tiny

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def training(run: Run, parent: str) -> Training:
    """One that waits; what it is to rehearse is there already, as after a restart."""
    training = services.start_training([run], parent, STEPS)
    file = work.folder_of(training).parent / work.REHEARSAL
    file.parent.mkdir(parents=True)
    file.write_text("".join(json.dumps(asdict(example)) + "\n" for example in tiny.examples()))
    return training


def worked(training: Training) -> Training:
    work.train_step(training.pk)
    training.refresh_from_db()
    return training


class Interrupted(BaseException):
    """As `kill -9` would: nothing of ours catches it."""


def interrupt(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    progress = work._Reporter.progress

    def dying(self: Any, step: int, *arguments: Any) -> None:
        progress(self, step, *arguments)
        if step == at:
            raise Interrupted

    monkeypatch.setattr(work._Reporter, "progress", dying)


def lapse(training: Training) -> None:
    """The lease of a dead worker runs out."""
    past = timezone.now() - timedelta(seconds=1)
    Training.objects.filter(pk=training.pk).update(lease_until=past, dispatched_at=None)


def test_a_model_learns_from_a_run(training: Training, models: Path, run: Run, parent: str) -> None:
    done = worked(training)
    assert (done.state, done.reason, done.step) == ("finished", "", STEPS)
    made = find_model("walker-diff-tuned-1")
    assert made.exact_name == done.model != parent
    assert made.manifest["parent"] == parent
    assert run.public_id in made.manifest["command"]
    parts = {part["name"]: part for part in made.manifest["data"]}
    rehearsed = parts["rehearsal"]["examples"] + parts["rehearsal"]["held_out_examples"]
    assert rehearsed == done.examples["rehearsal"] == len(tiny.examples())
    accepted = parts["accepted"]["examples"] + parts["accepted"]["held_out_examples"]
    assert accepted == Lineage.objects.filter(child__run=run).count() > 5
    assert done.curve[-1]["step"] == STEPS
    assert not (models / work.UNFINISHED / training.public_id).exists()


def test_the_new_model_makes_children_and_is_compared(
    training: Training, models: Path, run: Run, parent: str
) -> None:
    done = worked(training)
    after = services.compare(done, "after")
    before = services.compare(done, "before")
    assert after.run_config.model == done.model
    assert before.run_config.model == parent
    for made in (before, after):
        config = made.run_config
        assert config.operators == ("diff-model",)
        for same in ("seed_program", "evaluations", "random_seed", "terrain", "messages"):
            assert getattr(config, same) == getattr(run.run_config, same)
    assert services.compare(done, "after") == after, "one of each"
    driven = drive(after, steps=4)  # the seed and the first batch
    assert driven.statistics["evaluations"] == min(after.run_config.batch_size, 60)


def test_twice_is_as_good_as_once(training: Training, models: Path) -> None:
    done = worked(training)
    again = worked(done)
    assert again.finished_at == done.finished_at
    assert [folder.name for folder in sorted(models.iterdir()) if folder.name[0] != "."] == [
        "walker-diff", "walker-diff-tuned-1"
    ]  # fmt: skip


def test_a_lease_keeps_others_away(training: Training) -> None:
    assert work._claim(training.pk)
    assert work._claim(training.pk) is None
    lapse(training)
    assert work._claim(training.pk)


def test_a_killed_worker_s_training_ends_as_if_nothing_had_been(
    training: Training, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evolution.language_model.training import Training as Loop

    run = Loop.run
    with monkeypatch.context() as patch:
        patch.setattr(Loop, "run", lambda self, save_every=0.0: run(self, 0.0))
        interrupt(patch, at=2)
        with pytest.raises(Interrupted):
            work.train_step(training.pk)
    training.refresh_from_db()
    assert training.state == "training"
    assert (work.folder_of(training) / "training" / "checkpoint.pt").is_file()
    lapse(training)
    services.sweep()
    training.refresh_from_db()
    assert training.dispatched_at is not None
    steps: list[int] = []
    progress = work._Reporter.progress

    def noting(self: Any, step: int, *arguments: Any) -> None:
        steps.append(step)
        progress(self, step, *arguments)

    monkeypatch.setattr(work._Reporter, "progress", noting)
    done = worked(training)
    assert done.state == "finished"
    assert steps == [3, 4], "from the checkpoint, not from the start"


@pytest.fixture
def judging(models: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A parent whose edits work now and then, and which has a critic."""
    monkeypatch.setattr(services, "TRIED", 200)
    shutil.rmtree(models / "walker-diff")
    list(tiny.make_tiny(models / "walker-diff", steps=40))
    width = tiny.SHAPE.width
    parts = torch.zeros(1, 2 * width), torch.zeros(1), torch.zeros(1), torch.zeros(1)
    report = {"edits": 1, "programs": 1, "of_use": 0.5, "held_out_pairs_right": 0.5}
    add_critic(models / "walker-diff", Critic(*parts), report)
    return find_model("walker-diff").exact_name


def test_a_model_whose_parent_has_a_critic_gets_its_own(
    judging: str, training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []
    note = work._Reporter.tried

    def dying(self: Any, edits: int, wanted: int, seconds: float) -> None:
        note(self, edits, wanted, seconds)
        tried.append(edits)
        raise Interrupted

    with monkeypatch.context() as patch:
        patch.setattr(work._Reporter, "tried", dying)
        with pytest.raises(Interrupted):
            work.train_step(training.pk)
    training.refresh_from_db()
    assert (training.state, training.tried) == ("judging", tried[0])
    lapse(training)
    monkeypatch.setattr(work._Reporter, "progress", lambda *_: pytest.fail("it trained again"))
    done = worked(training)
    assert (done.state, done.reason) == ("finished", "")
    assert done.tried >= 200
    made = find_model(done.model)
    assert made.manifest["critic"]["edits"] == done.tried
    assert made.manifest["parent"] == judging


def test_where_all_edits_come_out_alike_the_model_does_without(
    judging: str, training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: CriticFitting) -> None:
        raise ValueError("The edits came out too much alike.")

    monkeypatch.setattr(CriticFitting, "fit", refuse)
    done = worked(training)
    assert (done.state, done.reason) == ("finished", "")
    assert "critic" not in find_model(done.model).manifest


def test_a_worker_that_dies_again_and_again_gives_up(training: Training) -> None:
    for _ in range(services.ATTEMPTS):
        assert work._claim(training.pk)
        lapse(training)
    services.sweep()
    training.refresh_from_db()
    assert training.state == "failed"
    assert "memory" in training.reason
    services.try_again(training)
    training.refresh_from_db()
    assert (training.state, training.attempts, training.reason) == ("queued", 0, "")


def test_cancelled_while_it_works(
    training: Training, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = work._Reporter.tell

    def cancelling(self: Any, *, now: bool = False, **fields: Any) -> None:
        if fields.get("step") == 2:
            services.cancel(training)
        tell(self, now=True, **fields)

    monkeypatch.setattr(work._Reporter, "tell", cancelling)
    done = worked(training)
    assert (done.state, done.model) == ("cancelled", "")
    assert not (models / work.UNFINISHED / training.public_id).exists()
    assert not (models / training.name).exists()


def test_cancelled_before_it_began(training: Training, models: Path) -> None:
    leftover = models / work.UNFINISHED / training.public_id
    assert leftover.is_dir()
    services.cancel(training)
    assert worked(training).state == "cancelled"
    with pytest.raises(services.TrainingRefused, match="over"):
        services.cancel(training)
    work._tidy()
    assert not leftover.exists()


def test_a_worker_that_is_asked_to_end_lets_go(
    training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(worker, "should_stop", 0)
        stopped = worked(training)
    assert (stopped.is_open, stopped.lease_until, stopped.attempts) == (True, None, 0)


@pytest.mark.parametrize("damage", ["gone", "changed", "corrupt"])
def test_a_parent_that_cannot_be_used_is_said(
    training: Training, models: Path, damage: str
) -> None:
    weights = models / "walker-diff" / "model.safetensors"
    if damage == "gone":
        weights.unlink()
    elif damage == "changed":
        weights.write_bytes(weights.read_bytes()[:-2] + b"\0\1")
    else:
        (models / "walker-diff" / "manifest.json").unlink()
    failed = worked(training)
    assert failed.state == "failed"
    assert failed.reason
    assert failed.seconds_left is None


def test_messages_that_nobody_read_are_not_learnt(run: Run, training: Training) -> None:
    said = {example.message for example in material.accepted(training)}
    assert said == {GENERAL_MESSAGE}
    Lineage.objects.filter(child__run=run).update(
        operator="diff-model", message="Added a leg. [note: only lines 3 to 9 were shown]"
    )
    assert {example.message for example in material.accepted(training)} == {"Added a leg."}


def test_accepted_diffs_lead_from_parent_to_child(run: Run, training: Training) -> None:
    examples = list(material.accepted(training))
    edges = Lineage.objects.filter(child__run=run).order_by("child_id")
    assert len(examples) == edges.count()
    for example, edge in zip(examples, edges, strict=True):
        assert (example.parent, example.child) == (edge.parent.program, edge.child.program)
        assert example.origin == f"{run.public_id}/{edge.child.public_id}"


def test_rehearsal_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "REHEARSED", 24)
    told: list[int] = []
    file = tmp_path / "rehearsal.jsonl"
    made = material.rehearsal(file, 1, told.append)
    assert told == list(range(1, 25))
    assert material.rehearsal(file, 1, told.append) == made
    assert len(told) == 24
    assert json.loads(file.read_text().splitlines()[0])["source"] == "domain"
