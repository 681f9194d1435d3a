"""The front page, and the pages for what is not there or went wrong."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client, RequestFactory

from elmweb import pages
from elmweb.runs import services as runs
from elmweb.walkers.models import Walker
from evolution.config import RunConfig
from tests.elmweb.runs.driving import drive

pytestmark = pytest.mark.django_db


def test_an_empty_house_is_friendly(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "No run yet" in page
    assert "Nobody walks yet" in page
    assert 'href="/runs/new/"' in page


def test_it_shows_runs_and_the_best_walkers(
    client: Client, make_config: Callable[..., RunConfig]
) -> None:
    run = drive(runs.create_run(make_config(random_seed=3), "A <small> run"))
    page = client.get("/").content.decode()
    assert "A &lt;small&gt; run" in page
    assert f'href="/r/{run.public_id}/"' in page
    best = Walker.objects.order_by("-robust").first()
    assert best is not None
    first = re.search(r'motion-url="/w/(\w+)/motion"', page)
    assert first is not None
    assert Walker.objects.get(public_id=first[1]).robust == best.robust
    assert f'content="http://testserver/w/{first[1]}/poster.png"' in page


def test_the_list_of_runs_comes_alone(
    client: Client, make_config: Callable[..., RunConfig]
) -> None:
    runs.create_run(make_config(), "Waiting")
    part = client.get("/", {"part": "runs"}).content.decode()
    assert "Waiting" in part
    assert "<html" not in part


@pytest.mark.parametrize(
    "address",
    ["/nowhere", "/w/nobody/", "/w/nobody/embed/", "/w/nobody/motion", "/r/none/", "/seeds/none/",
     "/w/nobody/poster.svg", "/w/nobody/walker.json"],
)  # fmt: skip
def test_what_is_not_there_is_said_kindly(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert "Nobody walks here" in response.content.decode()


def test_a_forged_form_is_refused_with_advice() -> None:
    response = Client(enforce_csrf_checks=True).post("/seeds/submit/", {"program": "x"})
    assert response.status_code == 403
    assert "open for too long" in response.content.decode()


def test_the_page_for_our_own_faults_needs_nothing() -> None:
    response = pages.failed(RequestFactory().get("/"))
    assert response.status_code == 500
    page = response.content.decode()
    assert "The fault is ours" in page
    assert "/static/" not in page, "it must come even when nothing else does"
