"""Submitting a seed, and asking what became of it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from elmweb.runs.api import json_of, wants_json
from elmweb.runs.protocol import PreviewResult, Problem
from elmweb.visitors import is_too_fast, visitor_key
from elmweb.walkers import pages, selectors, services


@require_POST
def submit(request: HttpRequest) -> HttpResponse:
    """POST program=TEXT: store it, preview it, show its page.

    With ``Accept: application/json`` the answer is ``{"id", "page", "result"}``, or a
    PreviewResult in state ``refused``.
    """
    if is_too_fast(request):
        problem = Problem(
            code="too-fast",
            reason="That is a lot of programs in one minute; wait a moment and try again.",
            line=None,
        )
        return _refused(request, problem, 429)
    try:
        submission = services.submit_seed(
            request.POST.get("program", ""), visitor_key(request, create=True)
        )
    except services.SeedRefused as refusal:
        return _refused(request, refusal.problem, 422)
    if not wants_json(request):
        return redirect("submission", public_id=submission.public_id)
    return JsonResponse(
        {
            "id": submission.public_id,
            "page": reverse("submission", args=[submission.public_id]),
            "result": reverse("submission-json", args=[submission.public_id]),
        },
        status=202,
    )


def _refused(request: HttpRequest, problem: Problem, status: int) -> HttpResponse:
    if wants_json(request):
        response = json_of(refusal(problem))
        response.status_code = status
        return response
    # Nothing was stored: the form comes back with what was typed.
    program = request.POST.get("program", "")[:200_000]
    return pages.seed_form(request, program, problems=[problem], status=status)


def refusal(problem: Problem) -> PreviewResult:
    """A refusal of text that was never stored."""
    return PreviewResult(
        state="refused", problems=[problem], repairs={}, walker=None, distance=None,
        height=None, width=None, mass=None,
    )  # fmt: skip


@require_safe
@never_cache
def result(request: HttpRequest, public_id: str) -> HttpResponse:
    """PreviewResult of a submission."""
    submission = selectors.submission_by_id(public_id)
    if submission is None:
        raise Http404("There is no such submission.")
    return json_of(selectors.preview(submission))
