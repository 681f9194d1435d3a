"""Files of walkers: for everybody, for ever, the same."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

from elmweb.runs import services
from elmweb.walkers import selectors
from elmweb.walkers.models import Walker
from evolution.config import RunConfig
from evolution.simulation import Motion
from tests.elmweb.runs.driving import drive

pytestmark = pytest.mark.django_db(transaction=True)

FILES = ["motion", "program.py", "poster.svg", "poster.png", "walker.gif"]


@pytest.fixture
def walker(make_config: Callable[..., RunConfig]) -> Walker:
    """The walker with the longest line of ancestors."""
    run = drive(services.create_run(make_config(evaluations=24), "files"))
    return Walker.objects.filter(run=run).latest("depth", "pk")


def test_motion_decodes(client: Client, walker: Walker) -> None:
    answer = client.get(f"/w/{walker.public_id}/motion")
    motion = Motion.decode(answer.content)
    assert motion.joints == walker.joints
    assert answer["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("name", FILES)
def test_files_are_cached_for_ever(client: Client, walker: Walker, name: str) -> None:
    address = f"/w/{walker.public_id}/{name}"
    answer = client.get(address)
    assert answer.status_code == 200
    assert "immutable" in answer["Cache-Control"]
    again = client.get(address, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(address).content == answer.content


@pytest.mark.parametrize("name", [*FILES, "", "embed/"])
@pytest.mark.parametrize("walker_id", ["nobody", "..", "%00", "a" * 300])
def test_unknown_walker_is_a_friendly_404(client: Client, name: str, walker_id: str) -> None:
    assert client.get(f"/w/{walker_id}/{name}").status_code == 404


def test_pictures_are_pictures(client: Client, walker: Walker) -> None:
    poster = Image.open(BytesIO(client.get(f"/w/{walker.public_id}/poster.png").content))
    assert poster.size == (1200, 630)
    moving = Image.open(BytesIO(client.get(f"/w/{walker.public_id}/walker.gif").content))
    assert moving.n_frames > 10
    assert client.get(f"/w/{walker.public_id}/poster.svg").content.startswith(b"<svg")


def test_program_is_only_ever_text(client: Client, walker: Walker) -> None:
    Walker.objects.filter(pk=walker.pk).update(program="<script>alert(1)</script>")
    answer = client.get(f"/w/{walker.public_id}/program.py")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_oembed_describes_the_embedded_player(client: Client, walker: Walker) -> None:
    link = f"http://testserver/w/{walker.public_id}/"
    answer = client.get("/oembed", {"url": link, "maxwidth": "300"}).json()
    assert answer["type"] == "rich"
    assert answer["width"] == 300
    assert f"http://testserver/w/{walker.public_id}/embed/" in answer["html"]


@pytest.mark.parametrize(
    "url",
    ["", "http://elsewhere.example/w/abc/", "http://testserver/r/abc/", "http://[", "x" * 5000],
)
def test_oembed_of_strange_links_is_not_found(client: Client, url: str) -> None:
    assert client.get("/oembed", {"url": url}).status_code == 404


def test_embedded_player_may_be_framed_and_the_page_may_not(client: Client, walker: Walker) -> None:
    embedded = client.get(f"/w/{walker.public_id}/embed/")
    assert "frame-ancestors *" in embedded["Content-Security-Policy"]
    assert "X-Frame-Options" not in embedded
    assert client.get(f"/w/{walker.public_id}/")["X-Frame-Options"] == "DENY"


def test_ancestors_lead_to_the_seed(walker: Walker) -> None:
    chain = selectors.ancestors(walker, limit=100)
    assert len(chain) == walker.depth > 0
    assert [each.depth for each in chain] == list(range(walker.depth - 1, -1, -1))
    assert chain[0] == walker.parent
    assert selectors.ancestors(walker, limit=1) == chain[:1]
    assert walker in selectors.children(chain[0], 100)


def test_gallery_shows_the_furthest_first(walker: Walker) -> None:
    shown = selectors.gallery(5)
    assert len({each.digest for each in shown}) == len(shown)
    assert [each.robust for each in shown] == sorted((each.robust for each in shown), reverse=True)
