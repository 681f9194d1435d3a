"""The CPPN grid."""

from __future__ import annotations

from evolution.walkers.cppn import query_cppn
from evolution.walkers.creator import walker_creator


def test_the_papers_grid() -> None:
    wc = walker_creator()
    returned = query_cppn(
        wc,
        8,
        3,
        1.5,
        lambda x1, y1, x2, y2: (x1 - x2) ** 2 + (y1 - y2) ** 2 <= 4.5,
        lambda x1, y1, x2, y2: 0.1,
        lambda x1, y1, x2, y2: x1 / 8,
    )
    draft = wc.get_walker()
    assert returned is wc
    assert len(draft.joints) == 24
    assert max(draft.joints) == (10.5, 3.0)
    # pairs one step (21 + 16), diagonal (28) and two straight steps (18 + 8) apart
    assert len(draft.muscles) == 91
    assert draft.repairs == {}


def test_each_pair_is_asked_once_the_left_one_first() -> None:
    asked: list[tuple[int, int, int, int]] = []

    def connect(*places: int) -> bool:
        x1, y1, x2, y2 = places
        asked.append((x1, y1, x2, y2))
        return False

    query_cppn(walker_creator(), 2, 2, 1.0, connect, max, max)
    assert asked == [
        (0, 0, 0, 1),
        (0, 0, 1, 0),
        (0, 0, 1, 1),
        (0, 1, 1, 0),
        (0, 1, 1, 1),
        (1, 0, 1, 1),
    ]
