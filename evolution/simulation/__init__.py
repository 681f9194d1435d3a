"""Simulation: walkers, terrains and physics in; distances and motions out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evolution.simulation.motion import Motion, MotionError, Spring
from evolution.simulation.settings import CONFIRMING, SCREENING, Nudge, Settings
from evolution.simulation.terrain import FLAT, TERRAINS, Segment, Terrain, terrain_named

if TYPE_CHECKING:
    from evolution.simulation.world import Outcome, simulate

__all__ = [
    "CONFIRMING",
    "FLAT",
    "SCREENING",
    "TERRAINS",
    "Motion",
    "MotionError",
    "Nudge",
    "Outcome",
    "Segment",
    "Settings",
    "Spring",
    "Terrain",
    "simulate",
    "terrain_named",
]


def __getattr__(name: str) -> Any:
    """`simulate` and `Outcome` load pymunk when they are first asked for.

    Who only reads motions and terrains, like a process that draws pictures, does
    without it.
    """
    if name in ("Outcome", "simulate"):
        from evolution.simulation import world

        return getattr(world, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
