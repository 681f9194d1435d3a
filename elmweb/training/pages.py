"""Pages of models: which there are, where they come from, and how one is improved."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from elmweb.runs.services import RunRefused
from elmweb.training import selectors, services
from elmweb.training.forms import TrainingForm
from elmweb.training.models import Training
from elmweb.training.presentation import STATES, loss_chart, report_charts, report_rows
from elmweb.visitors import is_too_fast, may_change, may_control, visitor_key

State = Training.State
TOO_FAST = "That is a lot in one minute; wait a moment and try again."


@require_safe
@never_cache
def models_page(request: HttpRequest) -> HttpResponse:
    """Every model here with its descent, and the trainings."""
    context = {
        "nav": "models",
        "cards": selectors.model_cards(),
        "trainings": selectors.recent_trainings(),
    }
    return render(request, "training/models.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new_training(request: HttpRequest) -> HttpResponse:
    """The form; a POST starts a training."""
    if request.method != "POST":
        return _form(request, TrainingForm(run=request.GET.get("run", "")))
    form = TrainingForm(request.POST)
    if not form.is_valid():
        return _form(request, form, status=422)
    chosen = form.cleaned_data
    reason = ""
    if is_too_fast(request):
        reason = TOO_FAST
    elif not all(may_control(request, run) for run in chosen["runs"]):
        reason = "Only whoever started a run can let a model learn from it."
    else:
        try:
            key = visitor_key(request, create=True)
            training = services.start_training(
                chosen["runs"], chosen["parent"], chosen["length"], key
            )
            return redirect("training", public_id=training.public_id)
        except services.TrainingRefused as refusal:
            reason = str(refusal)
    return _form(request, form, reason, status=422)


def _form(
    request: HttpRequest, form: TrainingForm, reason: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "nav": "models",
        "form": form,
        "reason": reason,
        "trail": [("Models", reverse("models")), ("Improve a model", "")],
    }
    return render(request, "training/new.html", context, status=status)


@require_safe
@never_cache
def training_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """One training; with ``?part=live`` only what changes, which a script refreshes."""
    return _training(request, _find(public_id))


def _training(
    request: HttpRequest, training: Training, reason: str = "", status: int = 200
) -> HttpResponse:
    compared = selectors.comparison(training)
    context = {
        "nav": "models",
        "training": training,
        "rehearsed": services.REHEARSED,
        "tried": services.TRIED,
        "words": STATES[State(training.state)],
        "may_change": may_change(request, training.owner_key),
        "runs": training.runs.order_by("pk"),
        "loss": loss_chart(training),
        "compared": compared,
        "rows": report_rows(compared) if compared else [],
        "plots": report_charts(compared) if compared else [],
        "sides": [("before", training.before), ("after", training.after)],
        "is_live": training.is_open or _is_comparing(training),
        "reason": reason,
        "trail": [("Models", reverse("models")), (training.name, "")],
    }
    template = "training/training.html"
    if request.GET.get("part") == "live":
        template = "training/partials/live.html"
    return render(request, template, context, status=status)


def _is_comparing(training: Training) -> bool:
    return any(run is not None and run.is_open for run in (training.before, training.after))


@require_POST
def control(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST action=cancel|again|before|after, from the training's page."""
    training = _find(public_id)
    action = request.POST.get("action", "")
    if not may_change(request, training.owner_key):
        return _training(
            request, training, "Only whoever started this training can change it.", status=403
        )
    if is_too_fast(request):
        return _training(request, training, TOO_FAST, status=429)
    try:
        if action == "cancel":
            services.cancel(training)
        elif action == "again":
            services.try_again(training)
        elif action in ("before", "after"):
            side: services.Side = "before" if action == "before" else "after"
            services.compare(training, side, visitor_key(request, create=True))
        else:
            return _training(request, training, "There is no such action.", status=400)
    except (services.TrainingRefused, RunRefused) as refusal:
        return _training(request, _find(public_id), str(refusal), status=409)
    return redirect("training", public_id=training.public_id)


def _find(public_id: str) -> Training:
    training = selectors.training_by_id(public_id)
    if training is None:
        raise Http404("There is no such training.")
    return training
