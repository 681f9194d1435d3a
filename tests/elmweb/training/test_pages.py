"""Pages of models and trainings as the server writes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from elmweb.runs import services as runs
from elmweb.runs.models import Run
from elmweb.runs.protocol import HistoryPoint
from elmweb.training import selectors, services
from elmweb.training.models import Training
from elmweb.training.presentation import report_rows
from evolution.config import RunConfig
from tests.elmweb.runs.driving import drive
from tests.evolution.language_model.registered import put_model, use_models

pytestmark = pytest.mark.django_db(transaction=True)

MANIFEST = {
    "parameters": 3_200_000,
    "tokens": 1_000_000,
    "training": {"steps": 600},
    "curve": [{"step": 600, "tokens": 5, "loss": 1.0, "commits": 1.25}],
    "data": [{"name": "commits", "examples": 120_000}],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(services, "LEAST_ACCEPTED", 5)
    return use_models(tmp_path, monkeypatch)


@pytest.fixture
def parent(folder: Path) -> str:
    return put_model(folder / "walker-diff", parent=None, **MANIFEST)


def page(client: Client, address: str, status: int = 200, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == status
    return answer.content.decode()


def test_without_a_model_the_page_says_how_to_get_one(client: Client, folder: Path) -> None:
    assert "No model yet" in page(client, "/models/")
    assert "There is no model to improve" in page(client, "/models/new/")


def test_a_card_tells_losses_apart_from_practice(client: Client, folder: Path) -> None:
    curve = [{"step": 9, "tokens": 5, "loss": -1.0, "commits": 1.25, "new niche": 0.4}]
    put_model(folder / "practised", parent=None, **MANIFEST | {"curve": curve})
    text = page(client, "/models/")
    assert 'held-out loss, commits</dt><dd class="number">1.250' in text
    assert 'in practice, new niche</dt><dd class="number">0.400' in text
    assert "held-out loss, new niche" not in text


def test_the_mean_of_models_is_not_told_by_the_losses_of_one(client: Client, folder: Path) -> None:
    averaged = {"before@1": 0.3, "practised@2": 0.7}
    put_model(folder / "mean", parent=None, **MANIFEST | {"averaged": averaged})
    text = page(client, "/models/")
    assert '<span class="mono">practised@2</span> (70%) and <span class="mono">before@1' in text
    assert "held-out loss" not in text


def test_models_stand_below_their_parents(client: Client, folder: Path, parent: str) -> None:
    child = put_model(folder / "a-child", parent=parent, **MANIFEST)
    grandchild = put_model(folder / "b-grandchild", parent=child)
    orphan = put_model(folder / "c-orphan", parent="lost@0")
    cards = selectors.model_cards()
    assert [(card.exact, card.depth) for card in cards] == [
        (orphan, 0), (parent, 0), (child, 1), (grandchild, 2)
    ]  # fmt: skip
    html = page(client, "/models/")
    for told in (parent, child, "3.2 M", "120,000 commits", "which is not here any more"):
        assert told in html
    assert html.count("<h1") == 1


def test_a_finished_run_offers_to_improve_the_model(
    client: Client, over: Run, folder: Path, settings: Any
) -> None:
    link = f"/models/new/?run={over.public_id}"
    assert link not in page(client, over.get_absolute_url())
    put_model(folder / "walker-diff")
    assert link in page(client, over.get_absolute_url())
    settings.OPEN_CONTROL = False
    assert link not in page(client, over.get_absolute_url())


def test_the_form_starts_a_training(client: Client, over: Run, parent: str) -> None:
    html = page(client, "/models/new/", run=over.public_id)
    assert f'value="{over.public_id}" checked' in html
    assert "An &lt;b&gt;old&lt;/b&gt;" in html
    data = {"runs": [over.public_id], "parent": parent, "length": "short"}
    answer = client.post("/models/new/", data)
    training = Training.objects.get()
    assert answer.headers["Location"] == training.get_absolute_url()
    assert (training.parent, training.steps, training.state) == (parent, 200, "queued")
    assert list(training.runs.all()) == [over]
    html = page(client, training.get_absolute_url())
    assert "data-is-live" in html
    assert 'value="cancel"' in html


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"runs": []}, "Choose at least one run"),
        ({"runs": ["nobody"]}, "not here any more"),
        ({"parent": "../../etc"}, "not here any more"),
        ({"length": "endless"}, "endless"),
    ],
)
def test_wrong_choices_come_back(
    client: Client, over: Run, parent: str, wrong: dict[str, Any], said: str
) -> None:
    data = {"runs": [over.public_id], "parent": parent, "length": "short"} | wrong
    answer = client.post("/models/new/", data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Training.objects.exists()


def test_only_whoever_started_a_run_lets_a_model_learn_from_it(
    client: Client, over: Run, parent: str, settings: Any
) -> None:
    settings.OPEN_CONTROL = False
    data = {"runs": [over.public_id], "parent": parent, "length": "short"}
    answer = client.post("/models/new/", data)
    assert answer.status_code == 422
    assert "Only whoever started a run" in answer.content.decode()


def test_a_training_is_cancelled_from_its_page(client: Client, over: Run, parent: str) -> None:
    training = services.start_training([over], parent, 10)
    address = f"{training.get_absolute_url()}control/"
    assert client.post(address, {"action": "dance"}).status_code == 400
    assert client.post(address, {"action": "again"}).status_code == 409
    assert client.post(address, {"action": "cancel"}).status_code == 302
    html = page(client, training.get_absolute_url())
    assert "Cancelled by a person." in html
    assert "data-is-live" not in html
    assert client.post(address, {"action": "cancel"}).status_code == 409


def test_others_see_but_do_not_change(
    client: Client, over: Run, parent: str, settings: Any
) -> None:
    training = services.start_training([over], parent, 10, owner_key="somebody-else")
    settings.OPEN_CONTROL = False
    assert 'value="cancel"' not in page(client, training.get_absolute_url())
    address = f"{training.get_absolute_url()}control/"
    assert client.post(address, {"action": "cancel"}).status_code == 403
    training.refresh_from_db()
    assert training.is_open


def test_progress_and_what_is_left(client: Client, over: Run, parent: str) -> None:
    training = services.start_training([over], parent, 300)
    training.state, training.step, training.seconds_left = "training", 120, 125.0
    training.examples = {"accepted": 1_234, "rehearsal": 2_000}
    training.curve = [
        {"step": step, "loss": 1.0, "accepted": 2.0 / step, "rehearsal": 0.5} for step in (60, 120)
    ]
    training.save()
    live = page(client, training.get_absolute_url(), part="live")
    assert "<html" not in live
    for told in ("about 2 min left", "1,234 accepted diffs, 2,000 edits to rehearse", "<polyline"):
        assert told in live, told
    assert re.search(r'<progress[^>]*max="300"[^>]*value="120"', live)


def test_while_it_learns_to_judge_its_page_shows_how_far_it_is(
    client: Client, over: Run, parent: str
) -> None:
    training = services.start_training([over], parent, 300)
    training.state, training.tried, training.seconds_left = "judging", 3_210, 95.0
    training.save()
    live = page(client, training.get_absolute_url(), part="live")
    assert 'value="3210"' in live
    assert "3,210" in live
    assert "of 8,000 edits tried" in live
    assert "learning which of its edits work" in live
    assert "left" in live
    assert "data-is-live" in live


def test_a_failed_training_says_why_and_can_be_tried_again(
    client: Client, over: Run, parent: str
) -> None:
    training = services.start_training([over], parent, 10)
    Training.objects.update(state="failed", reason="The model <here> is damaged.")
    html = page(client, training.get_absolute_url())
    assert "The model &lt;here&gt; is damaged." in html
    client.post(f"{training.get_absolute_url()}control/", {"action": "again"})
    training.refresh_from_db()
    assert training.state == "queued"


def test_before_and_after_at_equal_evaluations(
    client: Client, run: Run, parent: str, make_config: Callable[..., RunConfig]
) -> None:
    longer = drive(runs.create_run(make_config(evaluations=96, random_seed=3), "After"))
    training = services.start_training([run], parent, 10)
    Training.objects.update(state="finished", model=parent, before=run, after=longer)
    training.refresh_from_db()
    compared = selectors.comparison(training)
    assert compared is not None
    assert compared.evaluations == 60
    assert (
        compared.before.niches
        == longer.archive.cells.model.objects.filter(archive__run=run).count()
    )
    assert compared.after.qd_score < longer.statistics["qd_score"], "not the end of the longer"
    rows = {row.name: row for row in report_rows(compared)}
    assert rows["QD score"].change_words.startswith("× ")
    valid = 1 - sum(run.statistics["failures"].values()) / 60
    assert rows["Children that are valid"].before == pytest.approx(valid)
    html = page(client, training.get_absolute_url())
    assert "At 60 evaluations each" in html
    assert html.count("<svg") >= 2


def test_points_are_read_at_or_before() -> None:
    history = [HistoryPoint(evaluations=n, coverage=n, qd_score=0, best=0) for n in (0, 64, 128)]
    read = [selectors.point_at(history, n).evaluations for n in (0, 63, 64, 500)]
    assert read == [0, 0, 64, 128]


def test_the_form_of_a_run_begins_with_a_chosen_model(
    client: Client, folder: Path, parent: str
) -> None:
    other = put_model(folder / "tuned")
    html = page(client, "/runs/new/", model=other)
    assert f'<option value="{other}" selected>' in html
    html = page(client, "/runs/new/", model="nobody@0")
    assert "selected" not in html[html.index('name="model"') :].split("</select>")[0]


def test_an_unknown_training_is_a_friendly_404(client: Client) -> None:
    page(client, "/models/trainings/nobody/", status=404)
