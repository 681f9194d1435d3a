"""What a person may choose about a run, and what the form says of a wrong choice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from elmweb.runs.models import Run
from elmweb.walkers.forms import RunForm
from elmweb.walkers.models import Walker
from evolution.config import PAPER_MESSAGES, RunConfig
from tests.elmweb.walkers.test_pages import child, run
from tests.evolution.language_model.registered import put_model, use_models

__all__ = ["child", "run"]  # fixtures

SIZE = {"evaluations": "500", "random_seed": "7"}


@pytest.fixture
def exact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The exact name of the only model here."""
    return put_model(use_models(tmp_path, monkeypatch) / "walker-diff")


def filled(**given: str) -> RunForm:
    form = RunForm(SIZE | given)
    form.is_valid()
    return form


def config_of(form: RunForm) -> RunConfig:
    assert form.is_valid(), form.errors
    fields = form.run_choices()
    fields.pop("name")
    return RunConfig(seed_program="x = 1", **fields)


def test_nothing_chosen_is_what_is_recommended(exact: str) -> None:
    config = config_of(filled())
    assert (config.operator, config.model) == ("diff-model", exact)
    assert config.messages == PAPER_MESSAGES


def test_without_a_model_there_is_none_to_choose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_models(tmp_path, monkeypatch)
    form = filled()
    assert "model" not in form.fields
    assert config_of(form).operator == "syntax-tree"
    assert "operator" in filled(operator="diff-model").errors


def test_the_run_keeps_the_exact_model_and_the_message(exact: str, tmp_path: Path) -> None:
    other = put_model(tmp_path / "tuned")
    config = config_of(filled(operator="mix", model=other, message="  Added   a leg. "))
    assert config.operators == ("diff-model", "syntax-tree")
    assert config.model == other
    assert config.messages == (("Added a leg.", 1.0),)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("message", "x" * 10_000, "at most 160 characters"),
        ("message", "\x07\x1b", "unprintable"),
        ("message", "Added\x07 a leg.", "unprintable"),
        ("message", "Added <DFF> a leg.", "format mark"),
        ("message", "Added\0 a leg.", "Null characters"),
        ("model", "walker-diff@000000000000", "not here any more"),
        ("model", "../../etc/passwd", "not here any more"),
        ("operator", "instruct", "not offered here"),
        ("operator", "__import__", "not offered here"),
    ],
)
def test_wrong_choices_are_explained(exact: str, field: str, value: str, said: str) -> None:
    form = filled(**{field: value})
    assert said in " ".join(form.errors[field])
    assert list(form.errors) == [field]


@pytest.mark.django_db
def test_the_form_of_a_wrong_message_comes_back_marked(
    client: Client, exact: str, child: Walker
) -> None:
    data: dict[str, Any] = SIZE | {"walker": child.public_id, "message": "<DFF>", "operator": "mix"}
    answer = client.post("/runs/new/", data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="&lt;DFF&gt;"' in page
    assert "The message is empty without its 1 format mark" in page
    assert page.count("checked") == 1
    assert 'value="mix" checked' in page
    assert Run.objects.count() == 1, "only the walker's own"


@pytest.mark.django_db
def test_a_visitor_cannot_name_an_endpoint(client: Client, exact: str, child: Walker) -> None:
    data = SIZE | {
        "walker": child.public_id, "operator": "instruct", "endpoint": "http://elsewhere/v1",
        "instruct": '{"endpoint": "http://elsewhere/v1", "model": "m"}',
    }  # fmt: skip
    assert client.post("/runs/new/", data).status_code == 422
    data["operator"] = "diff-model"
    assert client.post("/runs/new/", data).status_code == 302
    assert Run.objects.latest("pk").run_config.instruct is None
