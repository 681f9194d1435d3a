"""JSON of runs, and the control button's target."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from pydantic import BaseModel

from elmweb.runs import selectors, services
from elmweb.runs.models import Run
from elmweb.visitors import may_control

_ACTIONS = {"pause": services.pause, "resume": services.resume, "cancel": services.cancel}


def find_run(public_id: str) -> Run:
    """The run.

    Raises:
        Http404: if there is none.
    """
    run = selectors.run_by_id(public_id)
    if run is None:
        raise Http404("There is no such run.")
    return run


def json_of(message: BaseModel) -> HttpResponse:
    return HttpResponse(message.model_dump_json(), content_type="application/json")


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


@require_safe
@never_cache
def state(request: HttpRequest, public_id: str) -> HttpResponse:
    found = find_run(public_id)
    return json_of(selectors.run_state(found, may_control(request, found)))


@require_POST
def control(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST action=pause|resume|cancel. A browser without scripts comes back to the page."""
    found = find_run(public_id)
    action = _ACTIONS.get(request.POST.get("action", ""))
    if action is None:
        return _refusal(400, "The action is pause, resume or cancel.")
    if not may_control(request, found):
        return _refusal(403, "Only whoever started this run can control it.")
    try:
        found = action(found)
    except services.RunRefused as error:
        return _refusal(409, str(error))
    if wants_json(request):
        return JsonResponse({"status": found.status, "reason": found.reason})
    return redirect("run", public_id=found.public_id)


def _refusal(status: int, reason: str) -> JsonResponse:
    return JsonResponse({"reason": reason}, status=status)


@require_safe
@never_cache
def lineage(request: HttpRequest, public_id: str) -> HttpResponse:
    """?after=CURSOR&limit=N: walkers in order of admission."""
    found = find_run(public_id)
    try:
        after = int(request.GET.get("after", "0"))
        limit = int(request.GET.get("limit", "1000"))
    except ValueError:
        return _refusal(400, "after and limit are whole numbers.")
    if not (0 <= after < 2**63 and limit >= 1):
        return _refusal(400, "after is at least 0 and limit at least 1.")
    return json_of(selectors.lineage_page(found, after, limit))
