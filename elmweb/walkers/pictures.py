"""Pictures of walkers for pages, link previews and chats; drawn by `evolution.rendering`.

They never change, so each is drawn once: the expensive ones are kept as files.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from elmweb.walkers.api import unchanging
from elmweb.walkers.models import WalkerMotion
from evolution import rendering
from evolution.simulation import Motion


@unchanging("poster.svg")
def poster_svg(request: HttpRequest, public_id: str) -> HttpResponse:
    """The walker at work, in the colours of the page or of the reader's system."""
    motion = _motion_row(public_id)
    picture = rendering.walker_svg(_decoded(motion))
    return HttpResponse(picture, content_type="image/svg+xml")


@unchanging("poster.png")
def poster_png(request: HttpRequest, public_id: str) -> HttpResponse:
    """The share card, 1200 x 630."""

    def draw(row: WalkerMotion) -> bytes:
        walker = row.walker
        generations = "a seed" if walker.depth == 0 else f"{walker.depth} generations from its seed"
        title = f"A walker that goes {walker.robust:.1f} m"
        subtitle = f"{walker.joints} joints, {walker.muscles} muscles, {generations}"
        return rendering.poster_png(_decoded(row), title, subtitle)

    return HttpResponse(_kept(public_id, "png", draw), content_type="image/png")


@unchanging("walker.gif")
def gif(request: HttpRequest, public_id: str) -> HttpResponse:
    """The whole motion, for places that play nothing else."""
    picture = _kept(public_id, "gif", lambda row: rendering.gif(_decoded(row)))
    return HttpResponse(picture, content_type="image/gif")


def _motion_row(public_id: str) -> WalkerMotion:
    rows = WalkerMotion.objects.select_related("walker")
    row = rows.filter(walker__public_id=public_id).first()
    if row is None:
        raise Http404("There is no such walker.")
    return row


def _decoded(row: WalkerMotion) -> Motion:
    return Motion.decode(bytes(row.data))


def _kept(public_id: str, kind: str, draw: Callable[[WalkerMotion], bytes]) -> bytes:
    """The picture's file, drawn first if it is not there."""
    row = _motion_row(public_id)  # also keeps strange names away from the file system
    path = Path(settings.DATA_DIR) / "pictures" / f"{row.walker.public_id}.{kind}"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        picture = draw(row)
    path.parent.mkdir(exist_ok=True)
    half_written = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    half_written.write_bytes(picture)
    os.replace(half_written, path)
    return picture
