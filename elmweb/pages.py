"""The front page, and the pages for what is not there or went wrong."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from elmweb.runs import selectors as runs
from elmweb.runs.models import Run
from elmweb.runs.protocol import Statistics
from elmweb.walkers import selectors as walkers
from elmweb.walkers.api import absolute

CARDS = 6  # runs on the page
GALLERY = 24  # walkers, beside the furthest


@dataclass(frozen=True, slots=True)
class RunCard:
    """A run as its card shows it."""

    run: Run
    statistics: Statistics
    budget: int  # evaluations planned

    @property
    def coverage_percent(self) -> float:
        return self.statistics.coverage * 100


def run_cards() -> list[RunCard]:
    """Open runs first, then those that began last."""
    chosen = {run.pk: run for run in [*runs.running_runs(CARDS), *runs.recent_runs(CARDS)]}
    return [
        RunCard(run, runs.statistics(run), run.run_config.evaluations)
        for run in list(chosen.values())[:CARDS]
    ]


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """The page, or with ``?part=runs`` only its run cards, which a script refreshes."""
    if request.GET.get("part") == "runs":
        return render(request, "partials/run_cards.html", {"cards": run_cards()})
    found = walkers.gallery(GALLERY + 1)
    best = found[0] if found else None
    context: dict[str, object] = {"cards": run_cards(), "best": best, "gallery": found[1:]}
    if best:
        path = reverse("walker-poster-png", args=[best.public_id])
        context["poster"] = absolute(request, path)
    return render(request, "home.html", context)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our own page, or from one that was open too long."""
    return render(request, "403.html", {"is_form": True}, status=403)


def failed(request: HttpRequest) -> HttpResponse:
    # Without the request: the page must come even when sessions or the database are away.
    return HttpResponse(render_to_string("500.html"), status=500)
