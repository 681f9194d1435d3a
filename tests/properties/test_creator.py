"""Whatever a program asks for: the creator refuses it, or its draft is a Walker."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from evolution.walkers import Walker, limits
from evolution.walkers.creator import REPAIRS, Refusal, walker_creator

PLACES = st.one_of(
    st.floats(-5, 5),
    st.integers(-5, 5),
    st.floats(),
    st.sampled_from([0.05, 0.1, 0.1 + 1e-12, 0.1 - 1e-12, -0.0, 100.0, True, "1", None]),
)
INDICES = st.one_of(
    st.integers(-1, 40), st.floats(0, 40), st.integers(0, 40).map(float), st.none(), st.booleans()
)
PARAMETERS = st.one_of(st.floats(), st.integers(), st.floats(-3, 3), st.booleans(), st.text())
FLAGS = st.one_of(st.booleans(), st.floats(), st.integers(0, 1), st.none())
CALLS = st.one_of(
    st.tuples(st.just("add_joint"), PLACES, PLACES),
    st.tuples(st.just("add_joint"), st.floats(-9, 9), st.floats(-9, 9)),
    st.tuples(st.just("add_muscle"), INDICES, INDICES, FLAGS, PARAMETERS, PARAMETERS),
    st.tuples(st.just("add_muscle"), st.integers(0, 20), st.integers(0, 20), st.booleans()),
)


def built(calls: list[tuple[Any, ...]]) -> walker_creator:
    wc = walker_creator()
    for name, *arguments in calls:
        with suppress(Refusal):
            getattr(wc, name)(*arguments)
    return wc


@settings(max_examples=150)
@given(st.lists(CALLS, max_size=60))
def test_every_draft_is_a_walker(calls: list[tuple[Any, ...]]) -> None:
    draft = built([("add_joint", 0.0, 0.0), *calls]).get_walker()
    walker = Walker.create(draft.joints, draft.muscles)
    assert list(walker.joints) == draft.joints  # already in canonical form
    assert [muscle[:4] for muscle in walker.muscles] == [muscle[:4] for muscle in draft.muscles]
    assert Walker.from_json(walker.to_json()) == walker
    assert all(REPAIRS[code] and times > 0 for code, times in draft.repairs.items())


@given(st.integers(0, 250), st.floats(0.02, 3), st.integers(1, 30))
def test_no_number_of_joints_and_muscles_breaks_a_limit(
    count: int, spacing: float, reach: int
) -> None:
    calls: list[tuple[Any, ...]] = [("add_joint", spacing * i % 90, i % 7) for i in range(count)]
    calls += [("add_muscle", i, (i * reach) % count, False, 9, 0.5) for i in range(count)]
    calls.append(("add_joint", 0.0, 50.0))
    draft = built(calls).get_walker()
    walker = Walker.create(draft.joints, draft.muscles)
    assert len(walker.joints) <= limits.MAX_JOINTS
    assert len(walker.muscles) <= limits.MAX_MUSCLES
    distances = (math.dist(a, b) for i, a in enumerate(walker.joints) for b in walker.joints[:i])
    assert min(distances, default=math.inf) >= limits.MIN_JOINT_DISTANCE
