"""The run page and the lineage page as the server writes them, without any script."""

from __future__ import annotations

import ast
import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import evolution
from elmweb.runs import pages, selectors, services
from elmweb.runs.failures import NAMES, name_of
from elmweb.runs.models import Run
from elmweb.runs.protocol import OperatorShare, RunState, RunStatus, Statistics
from elmweb.walkers.models import Walker
from evolution.config import RunConfig
from tests.elmweb.runs.driving import drive

pytestmark = pytest.mark.django_db(transaction=True)


def finished_run(make_config: Callable[..., RunConfig]) -> Run:
    return drive(services.create_run(make_config(evaluations=60, random_seed=2), "A <b>run</b>"))


def state_in(html: str) -> RunState:
    found = re.search(r'<script id="run-state" type="application/json">(.*?)</script>', html)
    assert found
    return RunState.model_validate(json.loads(found[1]))


def test_run_page_holds_the_whole_state(
    client: Client, make_config: Callable[..., RunConfig]
) -> None:
    run = finished_run(make_config)
    html = client.get(f"/r/{run.public_id}/").content.decode()
    state = state_in(html)
    assert state == selectors.run_state(run, may_control=state.may_control)
    assert len(state.elites) >= 5
    best = max(state.elites, key=lambda elite: elite.robust)
    table = html[html.index("data-elites-rows") : html.index("</tbody>")]
    ranked = sorted(state.elites, key=lambda elite: -elite.robust)[: pages.BEST]
    assert re.findall(r'href="/w/(\w+)/"', table) == [elite.walker for elite in ranked]
    assert f'src="/w/{best.walker}/poster.svg"' in html
    assert "A &lt;b&gt;run&lt;/b&gt;" in html
    assert "<b>run</b>" not in html


def test_run_page_tells_who_makes_the_children(
    client: Client, make_config: Callable[..., RunConfig]
) -> None:
    messages = (("Hop <higher>.", 3.0), ("Added a leg.", 1.0))
    mix = {"operator": "mix", "mix": ("diff-model", "syntax-tree"), "model": "walker-diff@abc123"}
    run = services.create_run(make_config(messages=messages, **mix), "Mixed")
    counted = [
        OperatorShare(name="diff-model", share=0.82, tried=1200, admitted=60),
        OperatorShare(name="syntax-tree", share=0.18, tried=300, admitted=3),
    ]
    run.statistics["operators"] = [operator.model_dump() for operator in counted]
    run.save()
    html = client.get(f"/r/{run.public_id}/").content.decode()
    panel = html[html.index("data-makers") : html.index("data-charts")]
    for told in ("walker-diff@abc123", "82.0%", "1,200", "Hop &lt;higher&gt;.", "75.0%", "5.0%"):
        assert told in panel, told
    assert panel.count("data-maker-bar") == 2
    assert "Genetic programming changes programs at random and does not read them." in panel
    assert "Language model and genetic programming on flat terrain" in html


def test_a_single_maker_has_no_bar(client: Client, make_config: Callable[..., RunConfig]) -> None:
    html = client.get(finished_run(make_config).get_absolute_url()).content.decode()
    assert "data-maker-bar" not in html
    row = html[html.index('data-maker="syntax-tree"') :].split("</tr>")[0]
    assert re.findall(r"data-(?:share|tried)>([^<]+)<", row) == ["100.0%", "60"]


def test_run_page_before_the_seed_is_measured(
    client: Client, make_config: Callable[..., RunConfig]
) -> None:
    run = services.create_run(make_config(), "Fresh")
    html = client.get(f"/r/{run.public_id}/").content.decode()
    assert "The seed walker is being built." in html
    assert state_in(html).elites == []
    assert client.get(f"/r/{run.public_id}/lineage/").status_code == 200


def test_only_who_may_control_sees_buttons(
    client: Client, make_config: Callable[..., RunConfig], settings: Any
) -> None:
    run = services.create_run(make_config(), "Mine", owner_key="somebody-else")
    settings.OPEN_CONTROL = False
    assert "data-controls" not in client.get(f"/r/{run.public_id}/").content.decode()
    settings.OPEN_CONTROL = True
    assert "data-controls" in client.get(f"/r/{run.public_id}/").content.decode()


def test_lineage_page_tells_how_the_champion_came_to_be(
    client: Client, make_config: Callable[..., RunConfig]
) -> None:
    run = finished_run(make_config)
    html = client.get(f"/r/{run.public_id}/lineage/").content.decode()
    champion = Walker.objects.filter(run=run).order_by("-robust", "pk")[0]
    table = html[html.index("The line of descent as a table") :]
    line = re.findall(r'<a href="/w/(\w+)/">', table)
    assert line[0] == champion.public_id
    assert len(line) == champion.depth + 1
    for child, parent in itertools.pairwise(line):
        assert Walker.objects.get(public_id=child).parent == Walker.objects.get(public_id=parent)


@pytest.mark.parametrize("page", ["", "lineage/"])
def test_an_unknown_run_is_a_friendly_404(client: Client, page: str) -> None:
    answer = client.get(f"/r/nobody/{page}")
    assert answer.status_code == 404
    assert "elmweb" in answer.content.decode()


@pytest.mark.parametrize(
    ("status", "actions"),
    [
        (RunStatus.RUNNING, {"pause", "cancel"}),
        (RunStatus.PAUSED, {"resume", "cancel"}),
        (RunStatus.FINISHED, set()),
    ],
)
def test_buttons_fit_the_status(
    make_config: Callable[..., RunConfig], status: RunStatus, actions: set[str]
) -> None:
    run = services.create_run(make_config(), "Buttons")
    state = selectors.run_state(run, may_control=True).model_copy(update={"status": status})
    assert {button.action for button in pages.controls(state) if button.shown} == actions


def test_failures_are_named_ordered_and_shared() -> None:
    counted = {"time-limit": 3, "exception": 5, "brand-new": 3}
    statistics = Statistics(
        evaluations=20, failures=counted, admitted=0, filled=0, coverage=0, qd_score=0, best=0,
        rate=0,
    )  # fmt: skip
    rows = pages.failure_rows(statistics)
    assert [(row.name, row.count) for row in rows] == [
        ("Raised an exception", 5),
        ("Brand new", 3),
        ("Too slow", 3),
    ]
    assert rows[0].share_css == "25.00%"
    assert pages.valid_share(statistics) == pytest.approx(0.45)


def test_thinning_keeps_the_last_and_the_bound() -> None:
    for size in (0, 1, 23, 24, 25, 1000):
        kept = pages.thinned(list(range(size)), 24)
        assert len(kept) <= 24
        assert kept[-1:] == list(range(size))[-1:]
        assert kept == sorted(kept)


def test_every_failure_of_the_library_has_a_name() -> None:
    """Codes are literals: the first text in kebab-case where a failure is made."""
    makers = {"Failure", "Refusal", "WalkerError", "NoWalker", "_refused", "_failure"}
    found: set[str] = set()
    for path in Path(evolution.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in makers:
                texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
                found.update(t for t in texts[:1] if re.fullmatch(r"[a-z]+(-[a-z]+)*", str(t)))
    assert len(found) > 15
    assert found - set(NAMES) == set()
    assert name_of("a-new-one") == "A new one"
