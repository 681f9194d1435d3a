"""JSON of runs, and who may control them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from elmweb.runs import services
from elmweb.runs.models import Run
from elmweb.runs.protocol import LineagePage, RunState
from elmweb.walkers.models import Walker
from evolution.config import RunConfig
from tests.elmweb.runs.driving import drive

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(make_config: Callable[..., RunConfig]) -> Run:
    return drive(services.create_run(make_config(), "api"), steps=9)


def test_state_is_what_the_protocol_says(client: Client, run: Run) -> None:
    answer = client.get(f"/r/{run.public_id}/state.json")
    state = RunState.model_validate_json(answer.content)
    assert state.number == run.event_number
    assert len(state.elites) == state.statistics.filled
    assert state.history[-1].evaluations == state.statistics.evaluations
    assert state.newest[0] == Walker.objects.filter(run=run).latest("pk").public_id
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("path", ["state.json", "lineage.json", "", "lineage/"])
def test_unknown_run_is_a_friendly_404(client: Client, path: str) -> None:
    answer = client.get(f"/r/nobody/{path}")
    assert answer.status_code == 404
    assert b"Traceback" not in answer.content


def test_lineage_pages_join_to_the_whole_tree(client: Client, run: Run) -> None:
    nodes, after = [], 0
    while after is not None:
        answer = client.get(f"/r/{run.public_id}/lineage.json?after={after}&limit=2")
        page = LineagePage.model_validate_json(answer.content)
        assert page.total == Walker.objects.filter(run=run).count()
        nodes += page.nodes
        after = page.cursor
    assert [node.id for node in nodes] == list(
        Walker.objects.filter(run=run).order_by("pk").values_list("public_id", flat=True)
    )
    known = {None}
    for node in nodes:
        assert node.parent in known  # parents come before their children
        known.add(node.id)
    assert sum(node.is_elite for node in nodes) == run.statistics["filled"]


@pytest.mark.parametrize(
    "query", ["after=x", "limit=x", "after=-1", "limit=0", "after=" + "9" * 40]
)
def test_odd_lineage_questions_are_refused(client: Client, run: Run, query: str) -> None:
    assert client.get(f"/r/{run.public_id}/lineage.json?{query}").status_code == 400


def test_control_pauses_resumes_and_cancels(client: Client, run: Run) -> None:
    address = f"/r/{run.public_id}/control/"
    for action, status in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        answer = client.post(address, {"action": action}, headers={"Accept": "application/json"})
        assert answer.json()["status"] == status
    assert client.post(address, {"action": "resume"}).status_code == 409
    assert client.post(address, {"action": "explode"}).status_code == 400
    assert client.get(address).status_code == 405


def test_control_without_scripts_comes_back_to_the_page(client: Client, run: Run) -> None:
    answer = client.post(f"/r/{run.public_id}/control/", {"action": "pause"})
    assert (answer.status_code, answer["Location"]) == (302, f"/r/{run.public_id}/")


def test_control_needs_a_token(run: Run) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/r/{run.public_id}/control/", {"action": "pause"}).status_code == 403


def test_in_production_only_the_owner_controls(
    client: Client, run: Run, settings: pytest.FixtureRequest
) -> None:
    settings.OPEN_CONTROL = False
    address = f"/r/{run.public_id}/control/"
    assert client.post(address, {"action": "pause"}).status_code == 403
    session = client.session
    session["visitor"] = "somebody"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    assert client.post(address, {"action": "pause"}).status_code == 403
    Run.objects.filter(pk=run.pk).update(owner_key="somebody")
    assert client.post(address, {"action": "pause"}).status_code == 302
    state = client.get(f"/r/{run.public_id}/state.json").json()
    assert (state["status"], state["may_control"]) == ("paused", True)


def test_too_many_evaluations_are_refused(
    make_config: Callable[..., RunConfig], settings: pytest.FixtureRequest
) -> None:
    settings.MAX_EVALUATIONS = 10
    with pytest.raises(services.RunRefused, match="at most 10"):
        services.create_run(make_config(), "long")
    assert not Run.objects.exists()


def test_page_sets_a_policy_without_inline_scripts(client: Client, run: Run) -> None:
    policy = client.get(f"/r/{run.public_id}/state.json")["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy


def test_health(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"
