"""Writes the golden motions: what walkers do under today's physics.

    python tests/golden/motion/make_motions.py

Run it when the physics changes on purpose, look at the walkers, and say so in the changelog:
distances of older runs are then no longer comparable.
"""

from __future__ import annotations

import json
from pathlib import Path

from evolution.sandbox import Built, Sandbox
from evolution.simulation import CONFIRMING, FLAT, Outcome, Terrain, simulate, terrain_named
from evolution.walkers.seeds import SEEDS
from evolution.walkers.walker import Walker
from tests.evolution.simulation.samples import hopper, runner

HERE = Path(__file__).parent


def cases() -> dict[str, tuple[Walker, Terrain]]:
    """The four seeds, and two evolved walkers on harder ground."""
    with Sandbox() as sandbox:
        built = sandbox.build([seed.program for seed in SEEDS.values()])
    seeds = [b.walker for b in built if isinstance(b, Built)]
    found = {name: (w, FLAT) for name, w in zip(SEEDS, seeds, strict=True)}
    found["hopper"] = (hopper(), terrain_named("bumpy"))
    found["runner"] = (runner(), terrain_named("tunnel"))
    return found


if __name__ == "__main__":
    for name, (walker, terrain) in cases().items():
        (outcome,) = simulate([walker], terrain, CONFIRMING, record=True)
        assert isinstance(outcome, Outcome)
        assert outcome.motion is not None
        facts = {
            "terrain": terrain.name,
            "displacement": outcome.displacement,
            "walker": walker.to_json(),
        }
        (HERE / f"{name}.walker.json").write_text(json.dumps(facts) + "\n")
        (HERE / f"{name}.motion").write_bytes(outcome.motion.encode())
