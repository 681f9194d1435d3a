"""Pages of walkers and of the seed form."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_http_methods, require_safe

from elmweb.runs.operators import in_a_sentence, model_of
from elmweb.runs.protocol import Problem
from elmweb.runs.services import RunRefused
from elmweb.visitors import is_too_fast, visitor_key
from elmweb.walkers import presentation, selectors
from elmweb.walkers.api import EMBED_SIZE, POSTER_SIZE, absolute, find_walker
from elmweb.walkers.forms import RunForm
from elmweb.walkers.models import SeedSubmission, Walker
from elmweb.walkers.services import start_run_from
from evolution.language_model.registry import UnknownModel
from evolution.operators.messages import BLIND
from evolution.walkers.creator import REPAIRS
from evolution.walkers.seeds import SEEDS

ANCESTORS = 12
CHILDREN = 12
FIRST_SEED = "square"


# --- A walker ------------------------------------------------------------------


@require_safe
def walker_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """A walker at its short link."""
    walker = find_walker(public_id)
    parent = walker.parent
    ancestors = selectors.ancestors(walker, ANCESTORS)
    context = {
        "walker": walker,
        "parent": parent,
        "trail": trail(walker),
        "is_elite": selectors.holds_cell(walker),
        "operator": in_a_sentence(walker.operator),
        "model": model_of(walker.operator, walker.run.run_config) if walker.run else "",
        "is_blind": walker.operator in BLIND,
        "program": presentation.program_lines(walker.program),
        "diff": presentation.diff_rows(parent.program, walker.program) if parent else [],
        "repairs": presentation.repair_notes(walker.repairs),
        "ancestors": ancestors,
        "older": walker.depth - len(ancestors),
        "children": selectors.children(walker, CHILDREN),
        "child_count": selectors.child_count(walker),
        **links(request, walker),
    }
    return render(request, "walkers/walker.html", context)


def trail(walker: Walker) -> list[tuple[str, str]]:
    """The way from the front page to a walker."""
    run = walker.run
    middle = [(run.name, reverse("run", args=[run.public_id]))] if run else []
    return [("Home", reverse("home")), *middle, (f"Walker {walker.public_id}", "")]


def links(request: HttpRequest, walker: Walker) -> dict[str, Any]:
    """Whole addresses, as sharing needs them."""
    link = absolute(request, walker.get_absolute_url())
    embed = absolute(request, reverse("walker-embed", args=[walker.public_id]))
    width, height = EMBED_SIZE
    return {
        "link": link,
        "embed": embed,
        "embed_code": (
            f'<iframe src="{embed}" width="{width}" height="{height}" style="border:0" '
            'loading="lazy" title="A walker"></iframe>'
        ),
        "poster": absolute(request, reverse("walker-poster-png", args=[walker.public_id])),
        "poster_size": POSTER_SIZE,
        "oembed": absolute(request, reverse("oembed")),
    }


@require_safe
@xframe_options_exempt
def walker_embed(request: HttpRequest, public_id: str) -> HttpResponse:
    """The player alone, for other people's pages."""
    walker = find_walker(public_id)
    return render(request, "walkers/embed.html", {"walker": walker, **links(request, walker)})


# --- The seed form ---------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def new_run(request: HttpRequest) -> HttpResponse:
    """The seed form; a POST starts a run from a walker or from an accepted submission."""
    if request.method == "POST":
        return _start(request)
    source = _walker_named(request.GET.get("from", ""))
    if source is not None:
        return seed_form(request, source.program, source=source)
    submission = selectors.submission_by_id(request.GET.get("submission", ""))
    if submission is not None:
        problems = selectors.preview(submission).problems
        return seed_form(request, submission.program, problems=problems)
    seed = SEEDS.get(request.GET.get("seed", ""), SEEDS[FIRST_SEED])
    return seed_form(request, seed.program, chosen=seed.name)


def seed_form(
    request: HttpRequest,
    program: str,
    *,
    chosen: str = "",
    source: Walker | None = None,
    problems: list[Problem] | None = None,
    form: RunForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form with a program in it, and what is wrong with it."""
    context = {
        "nav": "new",
        "seeds": SEEDS.values(),
        "chosen": chosen,
        "source": source,
        "program": program,
        "problems": problems or [],
        "form": form or RunForm(initial=_wishes(request)),
        "repair_words": REPAIRS,
    }
    return render(request, "walkers/new_run.html", context, status=status)


def _wishes(request: HttpRequest) -> dict[str, str]:
    """What a link to the form asks for: ``?model=EXACT-NAME``."""
    model = request.GET.get("model", "")
    return {"operator": "diff-model", "model": model} if model else {}


def _start(request: HttpRequest) -> HttpResponse:
    source = _source(request)
    form = RunForm(request.POST)
    reason = ""
    if is_too_fast(request):
        reason = "That is a lot of runs in one minute; wait a moment and try again."
    elif form.is_valid():
        try:
            key = visitor_key(request, create=True)
            run = start_run_from(source, owner_key=key, **form.run_choices())
            return redirect("run", public_id=run.public_id)
        except (RunRefused, UnknownModel) as refusal:
            reason = str(refusal)
    problems = [Problem(code="refused", reason=reason, line=None)] if reason else []
    if isinstance(source, SeedSubmission):
        return _submission(request, source, form, problems, status=422)
    return seed_form(
        request, source.program, source=source, problems=problems, form=form, status=422
    )


def _source(request: HttpRequest) -> Walker | SeedSubmission:
    """What the run starts from: ``submission`` or ``walker``, a public id."""
    submission = selectors.submission_by_id(request.POST.get("submission", ""))
    if submission is not None:
        return submission
    walker = _walker_named(request.POST.get("walker", ""))
    if walker is None:
        raise Http404("There is no program to start from; preview one first.")
    return walker


def _walker_named(public_id: str) -> Walker | None:
    return selectors.walker_by_id(public_id) if public_id else None


@require_safe
@never_cache
def submission_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """What became of a submitted program; reloads itself while it waits."""
    submission = selectors.submission_by_id(public_id)
    if submission is None:
        raise Http404("There is no such submission.")
    return _submission(request, submission, RunForm(), [])


def _submission(
    request: HttpRequest,
    submission: SeedSubmission,
    form: RunForm,
    problems: list[Problem],
    status: int = 200,
) -> HttpResponse:
    result = selectors.preview(submission)
    context = {
        "nav": "new",
        "trail": [("Home", reverse("home")), ("New run", reverse("run-new")), ("Preview", "")],
        "submission": submission,
        "result": result,
        "repairs": presentation.repair_notes(result.repairs),
        "program": presentation.program_lines(submission.program),
        "guilty": {problem.line for problem in result.problems},
        "problems": problems,
        "form": form,
    }
    return render(request, "walkers/submission.html", context, status=status)
