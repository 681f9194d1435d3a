"""The benchmark of obedience: what it asks, how it judges, what it reports."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from evolution.benchmarks import requests as room
from evolution.benchmarks.obedience import Tally, answers, count, figures_of
from evolution.benchmarks.requests import Asked, make_requests
from evolution.language_model.corpus.intentions import intention_named
from evolution.language_model.corpus.requests import PAPER, Request
from evolution.operators import Child
from evolution.sandbox import Built, Sandbox
from evolution.types import Failure, Stage

TEXT = """\
def make_walker():
    wc = walker_creator()
    a = wc.add_joint(0, 0)
    b = wc.add_joint(3, 0)
    wc.add_muscle(a, b, False, 1.0, 0.5)
    return wc.get_walker()
"""
TALLER = TEXT.replace("3, 0", "3, 2")
JOINT = TEXT.replace(
    "    return", "    c = wc.add_joint(1, 4)\n    wc.add_muscle(a, c)\n    return"
)
RENAMED = TEXT.replace("b", "end")
FAILED = Failure(Stage.DIFF, "bad-edit", "It is no edit.")
NAMES = ("change-number", "add-joint", "rename-variable", "fix-bugs", "change-connections")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def asked(sandbox: Sandbox) -> list[Asked]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "INTENTIONS", tuple(map(intention_named, NAMES)))
        patch.setattr(room, "LOOKED_THROUGH", 4)
        return make_requests(lambda done: None, sandbox, 3)


def request(name: str) -> Request:
    return Request(name, f"Please {name}.", intention_named(name).holds)


def counted(requests: Sequence[Request], children: Sequence[str | Failure]) -> dict[str, Tally]:
    """The tallies of one program's edits; the last child is the control's."""
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    made = [c if isinstance(c, Failure) else Child(c, "scripted", "") for c in children]
    with Sandbox() as sandbox:
        (built,) = sandbox.build([TEXT])
        assert isinstance(built, Built)
        subject = Asked(TEXT, built.walker, tuple(requests), request("add-joint"))
        count(tallies, 1, subject, made, sandbox)
    return tallies


def test_as_many_programs_are_asked_for_each_intention_as_offer_a_place(
    asked: list[Asked],
) -> None:
    counts = Counter(r.name for one in asked for r in one.requests)
    assert all(counts[r.name] == 3 for r in PAPER)
    assert all(counts[name] == 3 for name in ("change-number", "add-joint", "fix-bugs"))
    assert counts["change-connections"] <= 3
    assert len({one.program for one in asked}) == len(asked)


def test_planted_bugs_are_asked_for_where_they_are(asked: list[Asked]) -> None:
    for one in asked:
        names = [r.name for r in one.requests]
        assert "fix-bugs" not in names or names == ["fix-bugs"]
        assert one.walker is not None or names == ["fix-bugs"]
        assert one.other.name in NAMES
        assert "{" not in one.other.message


def test_requests_repeat_and_messages_name_what_is_in_the_program(
    asked: list[Asked], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "INTENTIONS", tuple(map(intention_named, NAMES)))
    monkeypatch.setattr(room, "LOOKED_THROUGH", 4)
    again = make_requests(lambda done: None, sandbox, 3)
    assert [(a.program, [r.message for r in a.requests]) for a in again] == [
        (a.program, [r.message for r in a.requests]) for a in asked
    ]
    assert len({r.message for a in asked for r in a.requests}) > 6


def test_an_edit_obeys_if_it_does_what_was_asked_for() -> None:
    asked_for = [request("change-number"), request("rename-variable"), *PAPER]
    tallies = counted(asked_for, [TALLER, RENAMED, JOINT, TALLER, JOINT, FAILED])
    assert tallies["change-number"].obeyed == {1: 1}
    assert tallies["rename-variable"].obeyed == {1: 1}
    assert tallies["paper: changed"].obeyed == {1: 1}
    assert tallies["paper: parameters"].obeyed == {1: 1}
    assert tallies["paper: small change"].obeyed == {1: 1}
    assert all(tally.others == 1 and not tally.others_obeyed for tally in tallies.values())


def test_an_edit_that_does_something_else_or_gives_no_walker_does_not_obey() -> None:
    nothing = TALLER.replace("return wc.get_walker()", "return None")
    asked_for = [request("change-number"), request("rename-variable"), *PAPER]
    tallies = counted(asked_for, [JOINT, TALLER, RENAMED, JOINT, nothing, TALLER])
    assert all(not tally.obeyed.total() for tally in tallies.values())
    assert [tally.valid for tally in tallies.values()] == [1, 1, 1, 1, 0]
    by_chance = {name for name, tally in tallies.items() if tally.others_obeyed}
    assert by_chance == {"change-number", *(r.name for r in PAPER)}


def test_the_control_is_never_the_request_itself() -> None:
    tallies = counted([request("add-joint")], [JOINT, JOINT])
    assert tallies["add-joint"].obeyed == {1: 1}
    assert tallies["add-joint"].others == 0


def test_what_runs_again_is_repaired(sandbox: Sandbox) -> None:
    broken = Asked(TEXT.replace("(a, b", "(a, x"), None, (request("fix-bugs"),), PAPER[0])
    for text, obeyed in ((TEXT, 1), (broken.program, 0)):
        tallies: defaultdict[str, Tally] = defaultdict(Tally)
        child = Child(text, "scripted", "")
        count(tallies, 0, broken, [child, child], sandbox)
        assert tallies["fix-bugs"].obeyed.total() == obeyed


class Echo:
    """Answers with what it was asked."""

    name = "echo"
    sizes: list[int] = []

    def propose(
        self, parents: Sequence[str], messages: Sequence[str], rng: np.random.Generator
    ) -> list[Child | Failure]:
        self.sizes.append(len(parents))
        pairs = zip(parents, messages, strict=True)
        return [Child(parent + message, self.name, message) for parent, message in pairs]


def test_every_request_gets_its_own_answer_and_seeds_share_the_programs() -> None:
    asked = [
        Asked(f"program {n}", None, tuple(request(name) for name in NAMES[: 1 + n % 5]), PAPER[0])
        for n in range(100)
    ]
    echo = Echo()
    found = list(answers(echo, asked, 3))
    assert Counter(seed for seed, _, _ in found) == {0: 34, 1: 33, 2: 33}
    assert sorted(one.program for _, one, _ in found) == sorted(one.program for one in asked)
    for _, one, children in found:
        texts = [one.program + r.message for r in (*one.requests, one.other)]
        assert [child.program for child in children if isinstance(child, Child)] == texts
    assert max(echo.sizes) < 150


def test_figures_are_shares_with_targets_and_a_control() -> None:
    tally = Tally(Counter({0: 10, 1: 10}), Counter({0: 8, 1: 6}), 16, 20, 3)
    other = Tally(Counter({0: 10}), Counter(), 0, 0, 0)
    figures = figures_of("m", {"add-joint": tally, "mirror": other})
    found = {(figure.name, figure.column): figure for figure in figures}
    everything = found["add-joint", "m: all"]
    assert (everything.value, everything.target, everything.holds) == (70, ">= 60", True)
    assert found["add-joint", "m: valid"].value == pytest.approx(100 * 14 / 16)
    assert found["add-joint", "m: by chance"].value == pytest.approx(15)
    spread = found["add-joint, over seeds", "m: all"]
    assert (spread.low, spread.high) == (60, 80)
    assert found["mirror", "m: all"].value == 0
    assert ("mirror", "m: valid") not in found
    assert found["mean over intentions", "m: all"].value == 35
    assert found["edits that give a valid walker", "m: all"].value == pytest.approx(1600 / 30)
