"""Files and JSON of walkers: motion, program, oEmbed. They never change, so they cache for ever."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import condition, require_safe

from elmweb.walkers import selectors
from elmweb.walkers.models import Walker, WalkerMotion

FOR_EVER = "public, max-age=31536000, immutable"
EMBED_SIZE = (640, 400)  # CSS pixels, of the embedded player
POSTER_SIZE = (1200, 630)  # pixels


def find_walker(public_id: str) -> Walker:
    """The walker.

    Raises:
        Http404: if there is none.
    """
    walker = selectors.walker_by_id(public_id)
    if walker is None:
        raise Http404("There is no such walker.")
    return walker


def absolute(request: HttpRequest, path: str) -> str:
    """A whole address for a path, as links to share need it."""
    if settings.BASE_URL:
        return settings.BASE_URL.rstrip("/") + path
    return request.build_absolute_uri(path)


def unchanging(kind: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Decorate a view of a walker's file: an ETag, and caching for ever."""

    def etag(request: HttpRequest, public_id: str) -> str:
        return f'"{kind}-{public_id}"'

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        def cached(request: HttpRequest, public_id: str) -> HttpResponse:
            response = view(request, public_id)
            response.headers["Cache-Control"] = FOR_EVER
            return response

        return require_safe(condition(etag_func=etag)(cached))

    return decorate


@unchanging("motion")
def motion(request: HttpRequest, public_id: str) -> HttpResponse:
    """The recorded motion, as `evolution.simulation.Motion` encodes it."""
    data = WalkerMotion.objects.filter(walker__public_id=public_id).values_list("data", flat=True)
    found = data.first()
    if found is None:
        raise Http404("There is no such walker.")
    return HttpResponse(bytes(found), content_type="application/octet-stream")


@unchanging("program")
def program(request: HttpRequest, public_id: str) -> HttpResponse:
    """The genotype as a file: never shown by the browser as anything but text."""
    walker = find_walker(public_id)
    response = HttpResponse(walker.program, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{public_id}.py"'
    return response


@unchanging("phenotype")
def phenotype(request: HttpRequest, public_id: str) -> HttpResponse:
    """The walker in the paper's intermediate form, as a file."""
    response = JsonResponse(find_walker(public_id).walker)
    response.headers["Content-Disposition"] = f'attachment; filename="{public_id}.json"'
    return response


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """?url=LINK: how another site embeds a walker (https://oembed.com, type "rich")."""
    if request.GET.get("format", "json") != "json":
        return HttpResponse("Only json is spoken here.\n", status=501, content_type="text/plain")
    url = request.GET.get("url", "")
    walker = selectors.walker_by_id(_walker_id_in(request, url))
    if walker is None:
        raise Http404("This is not a walker's link.")
    width = _at_most(request.GET.get("maxwidth"), EMBED_SIZE[0])
    height = _at_most(request.GET.get("maxheight"), EMBED_SIZE[1])
    embed = absolute(request, reverse("walker-embed", args=[walker.public_id]))
    answer: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "provider_name": "elmweb",
        "provider_url": absolute(request, "/"),
        "title": f"A walker that goes {walker.robust:.1f} m",
        "width": width,
        "height": height,
        "html": (
            f'<iframe src="{embed}" width="{width}" height="{height}" '
            'style="border:0" loading="lazy" title="A walker"></iframe>'
        ),
        "thumbnail_url": absolute(request, reverse("walker-poster-png", args=[walker.public_id])),
        "thumbnail_width": POSTER_SIZE[0],
        "thumbnail_height": POSTER_SIZE[1],
    }
    return JsonResponse(answer, headers={"Access-Control-Allow-Origin": "*"})


def _walker_id_in(request: HttpRequest, url: str) -> str:
    """The walker's id in a link of ours; empty if it is not one."""
    try:
        link = urlsplit(url)
    except ValueError:
        return ""
    ours = {request.get_host(), urlsplit(settings.BASE_URL).netloc}
    found = re.fullmatch(r"/w/([0-9A-Za-z]{1,16})/?(?:embed/)?", link.path)
    return found[1] if found and link.netloc in ours else ""


def _at_most(asked: str | None, ours: int) -> int:
    return min(int(asked), ours) if asked and asked.isascii() and asked.isdigit() else ours
