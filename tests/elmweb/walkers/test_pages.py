"""The pages of walkers and of the seed form, as they come without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from elmweb.runs import services as runs
from elmweb.runs.models import Run
from elmweb.walkers import services
from elmweb.walkers.models import Lineage, SeedSubmission, Walker
from elmweb.walkers.previews import preview_step
from evolution.config import RunConfig
from evolution.walkers.seeds import SEEDS
from tests.elmweb.runs.driving import drive

pytestmark = pytest.mark.django_db

TRIANGLE = """def make_walker():
    wc = walker_creator()
    joints = [wc.add_joint(0, 0), wc.add_joint(4, 0), wc.add_joint(2, 3)]
    wc.add_muscle(joints[0], joints[2])
    wc.add_muscle(joints[1], joints[2], 1)
    wc.add_muscle(joints[0], joints[1], False, 1.2, 0)
    return wc.get_walker()
"""
HOSTILE = TRIANGLE.replace("    return", "    # </textarea><script>alert(1)</script>\n    return")


@pytest.fixture
def run(make_config: Callable[..., RunConfig]) -> Run:
    return drive(runs.create_run(make_config(random_seed=3), "A small run"))


@pytest.fixture
def child(run: Run) -> Walker:
    found = Walker.objects.filter(run=run, depth__gt=0).order_by("-depth", "-robust").first()
    assert found is not None
    return found


def previewed(program: str) -> SeedSubmission:
    submission = services.submit_seed(program)
    preview_step(submission.pk)
    submission.refresh_from_db()
    return submission


class TestWalkerPage:
    def test_shows_the_walker_and_where_it_comes_from(self, client: Client, child: Walker) -> None:
        page = client.get(f"/w/{child.public_id}/").content.decode()
        parent = child.parent
        assert parent is not None
        assert f'motion-url="/w/{child.public_id}/motion"' in page
        assert f'<img src="/w/{child.public_id}/poster.svg"' in page
        assert f"/w/{parent.public_id}/" in page
        assert "A small run" in page
        assert "diff__added" in page or "Nothing that shows" in page
        assert page.count("<h1") == 1

    def test_tells_the_message_and_that_it_was_not_read(
        self, client: Client, child: Walker
    ) -> None:
        page = client.get(child.get_absolute_url()).content.decode()
        commit = page[page.index('<dl class="commit">') :].split("</dl>")[0]
        assert f"<q>{child.message}</q>" in commit
        assert "Changed by genetic programming" in commit
        assert "not read" in commit

    def test_tells_the_exact_model(self, client: Client, child: Walker) -> None:
        assert child.run is not None
        child.run.config |= {"operator": "diff-model", "model": "walker-diff@abc123"}
        child.run.save()
        Lineage.objects.filter(child=child).update(operator="diff-model", message="Hop <b>.")
        page = client.get(child.get_absolute_url()).content.decode()
        commit = page[page.index('<dl class="commit">') :].split("</dl>")[0]
        assert "<q>Hop &lt;b&gt;.</q>" in commit
        assert "Changed by a language model" in commit
        assert "walker-diff@abc123" in commit
        assert "not read" not in commit

    def test_can_be_shared(self, client: Client, child: Walker) -> None:
        page = client.get(f"/w/{child.public_id}/").content.decode()
        link = f"http://testserver/w/{child.public_id}/"
        assert f'<meta property="og:url" content="{link}">' in page
        assert f'<meta property="og:image" content="{link}poster.png">' in page
        oembed = re.search(r'<link rel="alternate"[^>]*href="([^"]+)"', page)
        assert oembed is not None
        assert client.get(oembed[1]).json()["type"] == "rich"
        assert f"&lt;iframe src=&quot;{link}embed/&quot;" in page

    def test_lists_children_of_a_parent(self, client: Client, child: Walker) -> None:
        assert child.parent is not None
        page = client.get(child.parent.get_absolute_url()).content.decode()
        children = page[page.index('id="children-title"') :]
        assert f"/w/{child.public_id}/" in children

    def test_offers_its_files(self, client: Client, child: Walker) -> None:
        page = client.get(f"/w/{child.public_id}/").content.decode()
        downloads = page[page.index('class="downloads"') :].split("</ul>")[0]
        for address in re.findall(r'href="([^"]+)"', downloads):
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert answer.content, address

    def test_the_json_is_the_walker(self, client: Client, child: Walker) -> None:
        assert client.get(f"/w/{child.public_id}/walker.json").json() == child.walker


def test_only_the_embedded_player_may_be_framed(client: Client, child: Walker) -> None:
    embedded = client.get(f"/w/{child.public_id}/embed/")
    assert "X-Frame-Options" not in embedded.headers
    assert "frame-ancestors *" in embedded.headers["Content-Security-Policy"]
    page = client.get(f"/w/{child.public_id}/")
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


class TestSeedForm:
    @pytest.mark.parametrize("seed", SEEDS.values(), ids=lambda seed: seed.name)
    def test_begins_with_the_chosen_seed(self, client: Client, seed: object) -> None:
        chosen = SEEDS[seed.name]  # type: ignore[attr-defined]
        response = client.get("/runs/new/", {"seed": chosen.name})
        assert response.context["program"] == chosen.program
        assert response.content.decode().count("<walker-player") == len(SEEDS)

    def test_an_unknown_seed_is_the_first(self, client: Client) -> None:
        response = client.get("/runs/new/", {"seed": "dodo", "from": "dodo", "submission": "dodo"})
        assert response.context["program"] == SEEDS["square"].program

    def test_begins_with_a_walkers_program(self, client: Client, child: Walker) -> None:
        response = client.get("/runs/new/", {"from": child.public_id})
        assert response.context["program"] == child.program
        assert f'name="walker" value="{child.public_id}"' in response.content.decode()

    def test_markup_in_a_program_stays_text(self, client: Client) -> None:
        submission = previewed(HOSTILE)
        for address in (
            f"/seeds/{submission.public_id}/",
            f"/runs/new/?submission={submission.public_id}",
        ):
            assert "<script>alert" not in client.get(address).content.decode()

    def test_a_refused_text_comes_back_with_the_reason(self, client: Client) -> None:
        response = client.post("/seeds/submit/", {"program": "   "})
        assert response.status_code == 422
        page = response.content.decode()
        assert 'class="note note--bad"' in page
        assert page.count("<walker-player") == len(SEEDS)
        assert not SeedSubmission.objects.exists()

    @pytest.mark.parametrize("query", ["", "?seed=radial"])
    def test_previews_need_no_scripts(self, client: Client, query: str) -> None:
        page = client.get(f"/runs/new/{query}").content.decode()
        form = page[page.index("data-preview-form") - 200 :].split("</form>")[0]
        assert 'action="/seeds/submit/"' in form
        assert 'method="post"' in form
        assert "<textarea" in form


class TestSubmission:
    def test_waits_by_looking_again(self, client: Client) -> None:
        submission = services.submit_seed(TRIANGLE)
        response = client.get(f"/seeds/{submission.public_id}/")
        assert '<meta http-equiv="refresh" content="2">' in response.content.decode()

    def test_shows_the_walker_and_what_was_mended(self, client: Client) -> None:
        submission = previewed(TRIANGLE)
        page = client.get(f"/seeds/{submission.public_id}/").content.decode()
        assert "http-equiv" not in page
        assert submission.walker is not None
        assert f'motion-url="/w/{submission.walker.public_id}/motion"' in page
        assert "is_distance" in page[page.index("Mended on the way") :]

    def test_names_the_line_of_a_fault(self, client: Client) -> None:
        submission = previewed(TRIANGLE.replace("joints[0], joints[2]", "joints[0], joints[7]"))
        page = client.get(f"/seeds/{submission.public_id}/").content.decode()
        assert 'data-line="4"' in page
        assert page.count("code__guilty") == 1
        assert "data-start-button" not in page

    def test_starts_a_run(self, client: Client) -> None:
        submission = previewed(TRIANGLE)
        response = client.post(
            "/runs/new/",
            {
                "submission": submission.public_id,
                "name": "Three legs",
                "evaluations": "500",
                "random_seed": "7",
                "terrain": "bumpy",
            },
        )
        run = Run.objects.get()
        assert response.headers["Location"] == f"/r/{run.public_id}/"
        assert run.name == "Three legs"
        config = run.run_config
        assert (config.seed_program, config.evaluations, config.random_seed) == (TRIANGLE, 500, 7)
        assert config.terrain == "bumpy"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("evaluations", "none"),
            ("evaluations", "1"),
            ("evaluations", ""),
            ("random_seed", "-1"),
            ("terrain", "moon"),
        ],
    )
    def test_wrong_settings_come_back_marked(self, client: Client, field: str, value: str) -> None:
        submission = previewed(TRIANGLE)
        data = {"submission": submission.public_id, "evaluations": "500", "random_seed": "7"}
        response = client.post("/runs/new/", data | {field: value})
        assert response.status_code == 422
        page = response.content.decode()
        marked = re.search(r'<(?:input|select)[^>]*aria-invalid="true"[^>]*>', page)
        assert marked is not None
        assert f'name="{field}"' in marked[0]
        assert not Run.objects.exists()

    def test_a_refused_program_starts_no_run(self, client: Client) -> None:
        submission = previewed("def make_walker():\n    return 3\n")
        data = {"submission": submission.public_id, "evaluations": "500", "random_seed": "7"}
        response = client.post("/runs/new/", data)
        assert response.status_code == 422
        assert "Only an accepted program" in response.content.decode()
        assert not Run.objects.exists()

    def test_a_run_from_a_walker(self, client: Client, child: Walker) -> None:
        data = {"walker": child.public_id, "evaluations": "500", "random_seed": "7", "name": ""}
        response = client.post("/runs/new/", data)
        assert response.status_code == 302
        assert Run.objects.latest("pk").run_config.seed_program == child.program
