"""Submitted seeds: honest ones walk, bad ones are refused with a reason and leave no trace."""

from __future__ import annotations

import pytest
from django.test import Client

from elmweb.runs.models import Run
from elmweb.runs.protocol import PreviewResult
from elmweb.walkers import previews, selectors, services
from elmweb.walkers.models import SeedSubmission, Walker
from tests.elmweb.conftest import SQUARE
from tests.elmweb.runs.driving import drive

pytestmark = pytest.mark.django_db(transaction=True)

JSON = {"Accept": "application/json"}


def previewed(program: str) -> PreviewResult:
    submission = services.submit_seed(program)
    previews.preview_step(submission.pk)
    found = selectors.submission_by_id(submission.public_id)
    assert found is not None
    return selectors.preview(found)


def test_honest_program_is_accepted() -> None:
    result = previewed(SQUARE)
    assert result.state == "accepted"
    assert result.walker is not None
    assert result.distance is not None
    assert (result.height, result.width, result.mass) == (10, 10, 5)
    walker = selectors.walker_by_id(result.walker)
    assert walker is not None
    assert bytes(walker.motion.data)


HEADER = "def make_walker():\n    wc = walker_creator()\n"

BAD = {
    "does not parse": "def make_walker(:\n",
    "defines nothing": "x = 1\n",
    "returns a string": "def make_walker():\n    return 'walker'\n",
    "raises": "def make_walker():\n    raise ValueError('<b>no</b>')\n",
    "loops": "def make_walker():\n    while True:\n        pass\n",
    "allocates": "def make_walker():\n    return [0] * 10**12\n",
    "opens a file": "def make_walker():\n    return open('/etc/passwd').read()\n",
    "recurses": "def make_walker():\n    return make_walker()\n",
    "has no joints": HEADER + "    return wc.get_walker()\n",
    "is nowhere": HEADER + "    wc.add_joint(float('nan'), 0)\n    return wc.get_walker()\n",
}


@pytest.mark.parametrize("program", BAD.values(), ids=BAD.keys())
def test_bad_program_is_refused_and_the_next_is_not_harmed(program: str) -> None:
    result = previewed(program)
    assert result.state == "refused"
    assert result.problems[0].reason
    assert result.walker is None
    assert not Walker.objects.exists()
    assert previewed(SQUARE).state == "accepted"


def test_problem_names_the_line() -> None:
    result = previewed("def make_walker():\n    x = 1\n    return x / 0\n")
    assert result.problems[0].line == 3


@pytest.mark.parametrize(
    ("program", "code"),
    [("", "empty"), (" \n\t\n", "empty"), ("#" * 2**20, "too-long"), ("a\0b", "not-text")],
)
def test_what_is_no_program_is_never_stored(client: Client, program: str, code: str) -> None:
    answer = client.post("/seeds/submit/", {"program": program}, headers=JSON)
    assert answer.status_code == 422
    result = PreviewResult.model_validate_json(answer.content)
    assert (result.state, result.problems[0].code) == ("refused", code)
    assert not SeedSubmission.objects.exists()


def test_bytes_that_are_not_utf_8_are_refused_with_their_line(client: Client) -> None:
    body = b"program=def%20f():%0A%20%20x%20=%20%27%ff%fe%27%0A"
    answer = client.post(
        "/seeds/submit/", body, content_type="application/x-www-form-urlencoded", headers=JSON
    )
    assert answer.status_code == 422
    problem = answer.json()["problems"][0]
    assert (problem["code"], problem["line"]) == ("not-text", 2)


def test_refused_text_comes_back_in_the_form(client: Client) -> None:
    answer = client.post("/seeds/submit/", {"program": "</textarea><script>\0"})
    assert answer.status_code == 422
    assert b"&lt;/textarea&gt;&lt;script&gt;" in answer.content
    assert b"</textarea><script>" not in answer.content


def test_submitting_leads_to_a_page_and_to_json(client: Client) -> None:
    answer = client.post("/seeds/submit/", {"program": SQUARE.replace("\n", "\r\n")})
    assert answer.status_code == 302
    submission = SeedSubmission.objects.get()
    assert submission.program == SQUARE
    assert answer["Location"] == f"/seeds/{submission.public_id}/"
    waiting = client.get(f"/seeds/{submission.public_id}.json").json()
    assert waiting["state"] == "waiting"
    assert client.get("/seeds/nobody.json").status_code == 404


def test_preview_done_twice_stores_one_walker() -> None:
    submission = services.submit_seed(SQUARE)
    previews.preview_step(submission.pk)
    previews.preview_step(submission.pk)
    assert Walker.objects.count() == 1


def test_program_that_kills_its_workers_is_refused() -> None:
    submission = services.submit_seed(SQUARE)
    SeedSubmission.objects.update(attempts=previews.ATTEMPTS)
    previews.preview_step(submission.pk)
    found = selectors.submission_by_id(submission.public_id)
    assert found is not None
    assert selectors.preview(found).problems[0].code == "worker-lost"


def test_lost_submission_is_sent_again() -> None:
    services.submit_seed(SQUARE)
    SeedSubmission.objects.update(dispatched_at=None)
    previews.sweep()
    assert SeedSubmission.objects.get().dispatched_at is not None


def test_run_starts_from_an_accepted_submission() -> None:
    submission = services.submit_seed(SQUARE)
    with pytest.raises(services.RunRefused, match="accepted"):
        services.start_run_from(submission)
    previews.preview_step(submission.pk)
    submission.refresh_from_db()
    run = services.start_run_from(submission, "mine", "key", evaluations=8, batch_size=8)
    drive(run)
    assert (run.name, run.owner_key, run.status) == ("mine", "key", "finished")
    seed = Walker.objects.get(run=run, depth=0)
    assert seed.digest == submission.walker.digest
    assert seed.robust == submission.walker.robust


def test_run_starts_from_a_walker() -> None:
    walker = selectors.walker_by_id(previewed(SQUARE).walker or "")
    assert walker is not None
    run = services.start_run_from(walker, evaluations=8, batch_size=8)
    assert run.run_config.seed_program == walker.program


def test_production_is_polite_about_haste(client: Client, settings: pytest.FixtureRequest) -> None:
    settings.SUBMISSIONS_A_MINUTE = 2
    answers = [client.post("/seeds/submit/", {"program": SQUARE}, headers=JSON) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[2].json()["problems"][0]["code"] == "too-fast"
    assert Run.objects.count() == 0
