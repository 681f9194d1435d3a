"""Pictures of walkers for pages, link previews and chats; drawn by `evolution.rendering`."""

from __future__ import annotations
from django.http import Http404, HttpRequest, HttpResponse


def poster_svg(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


poster_png = gif = poster_svg
