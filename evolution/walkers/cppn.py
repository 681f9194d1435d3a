"""A grid of joints, connected by functions of grid places: the CPPN seeds' library part.

Programs call `query_cppn` without importing it; it is not part of the
CPPN-Fixed genotype, so mutation cannot change it.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

GridFunction = Callable[[int, int, int, int], Any]


def query_cppn(
    wc: Any,
    xgrid: int,
    ygrid: int,
    scale: float,
    connect_func: GridFunction,
    amp_func: GridFunction,
    phase_func: GridFunction,
) -> Any:
    """Add ``xgrid`` x ``ygrid`` joints, ``scale`` metres apart, and active muscles.

    Each pair of joints is looked at once, the one further left (then lower)
    first. The functions take x1, y1, x2, y2 in grid steps.

    Args:
        wc: the `walker_creator` to add to.
        xgrid: columns.
        ygrid: rows.
        scale: metres between neighbours.
        connect_func: whether a muscle connects the pair.
        amp_func: the muscle's amplitude, metres.
        phase_func: the muscle's phase.

    Returns:
        ``wc``.
    """
    places = [(x, y) for x in range(xgrid) for y in range(ygrid)]
    joints = [wc.add_joint(x * scale, y * scale) for x, y in places]
    for (j0, (x1, y1)), (j1, (x2, y2)) in combinations(zip(joints, places, strict=True), 2):
        if connect_func(x1, y1, x2, y2):
            amplitude = amp_func(x1, y1, x2, y2)
            wc.add_muscle(j0, j1, False, amplitude, phase_func(x1, y1, x2, y2))
    return wc
