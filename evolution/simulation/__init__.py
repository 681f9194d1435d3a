"""Simulation: walkers, terrains and physics in; distances and motions out."""

from evolution.simulation.motion import Motion, MotionError, Spring
from evolution.simulation.settings import CONFIRMING, SCREENING, Nudge, Settings
from evolution.simulation.terrain import FLAT, TERRAINS, Segment, Terrain, terrain_named
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
