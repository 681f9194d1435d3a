"""Who may start a training, and what the sweep does for those that wait."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from elmweb.launch.options import TRAINING_WANTED
from elmweb.runs import services as runs
from elmweb.runs.models import Run
from elmweb.training import services
from elmweb.training.models import Training
from evolution.config import RunConfig
from tests.evolution.language_model.registered import put_model, use_models

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    return put_model(use_models(tmp_path, monkeypatch) / "walker-diff")


def test_names_count_up_and_never_repeat(over: Run, parent: str, tmp_path: Path) -> None:
    first = services.start_training([over], parent, 10)
    second = services.start_training([over], parent, 10)
    assert [first.name, second.name] == ["walker-diff-tuned-1", "walker-diff-tuned-2"]
    put_model(tmp_path / "walker-diff-tuned-3")
    tuned = put_model(tmp_path / "walker-diff-tuned-4")
    assert services.start_training([over], tuned, 10).name == "walker-diff-tuned-5"


def test_refusals_are_sentences(
    over: Run, parent: str, make_config: Callable[..., RunConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(services.TrainingRefused, match="at least one run"):
        services.start_training([], parent, 10)
    with pytest.raises(services.TrainingRefused, match="is not over yet"):
        services.start_training([over, runs.create_run(make_config(), "Open")], parent, 10)
    with pytest.raises(services.TrainingRefused, match="hash"):
        services.start_training([over], "walker-diff@000000000000", 10)
    monkeypatch.setattr(services, "LEAST_ACCEPTED", 1_000)
    with pytest.raises(services.TrainingRefused, match="accepted 100 diffs"):
        services.start_training([over], parent, 10)
    monkeypatch.setattr(services, "LEAST_ACCEPTED", 1)
    monkeypatch.setattr(services, "MOST_OPEN", 1)
    services.start_training([over], parent, 10)
    with pytest.raises(services.TrainingRefused, match="wait already"):
        services.start_training([over], parent, 10)
    assert Training.objects.count() == 1


def test_a_run_by_the_parent_is_the_one_before(over: Run, parent: str) -> None:
    assert services.start_training([over], parent, 10).before is None
    over.config |= {"operator": "diff-model", "model": parent}
    over.save()
    training = services.start_training([over], parent, 10)
    assert training.before == over
    assert services.reference_run(training) == over


def test_nothing_is_compared_before_there_is_a_model(over: Run, parent: str) -> None:
    training = services.start_training([over], parent, 10)
    with pytest.raises(services.TrainingRefused, match="no new model"):
        services.compare(training, "after")
    assert Run.objects.count() == 1


def test_a_worker_is_wanted_while_something_is_open(over: Run, parent: str, settings: Any) -> None:
    flag = settings.DATA_DIR / TRAINING_WANTED
    services.sweep()
    assert not flag.exists()
    training = services.start_training([over], parent, 10)
    assert flag.exists()
    services.cancel(training)
    services.sweep()
    assert not flag.exists()


def test_trainings_are_sent_one_at_a_time_oldest_first(over: Run, parent: str) -> None:
    first, second = (services.start_training([over], parent, 10) for _ in range(2))
    Training.objects.update(dispatched_at=None)
    services.sweep()
    sent = Training.objects.filter(dispatched_at__isnull=False)
    assert list(sent.all()) == [first]
    Training.objects.filter(pk=first.pk).update(
        lease_until=timezone.now() + timezone.timedelta(seconds=30), state="training"
    )
    services.sweep()
    assert list(sent.all()) == [first], "while somebody works, the others wait"
    Training.objects.filter(pk=first.pk).update(state="finished", lease_until=None)
    services.sweep()
    assert set(sent.all()) == {first, second}
