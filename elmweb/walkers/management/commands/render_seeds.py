"""Record the shipped seeds, so that the seed form shows them walking before any run was made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from elmweb.runs.evaluators import evaluator
from evolution.config import ArchiveConfig
from evolution.evaluation import Evaluation
from evolution.rendering import walker_svg
from evolution.simulation import Motion
from evolution.walkers.seeds import SEEDS

SEED_PICTURES = Path(__file__).resolve().parents[3] / "static" / "seeds"


class Command(BaseCommand):
    help = "Record the motion and the poster of each shipped seed into elmweb/static/seeds/."

    def handle(self, *args: Any, **options: Any) -> None:
        SEED_PICTURES.mkdir(parents=True, exist_ok=True)
        programs = [seed.program for seed in SEEDS.values()]
        results = evaluator("flat", ArchiveConfig()).evaluate(programs)
        for seed, result in zip(SEEDS.values(), results, strict=True):
            if not isinstance(result, Evaluation) or result.motion is None:
                raise CommandError(f"The seed {seed.name} gives no walker: {result}")
            picture = walker_svg(Motion.decode(result.motion), width=320, height=240)
            (SEED_PICTURES / f"{seed.name}.motion").write_bytes(result.motion)
            (SEED_PICTURES / f"{seed.name}.svg").write_text(picture, encoding="utf-8")
            self.stdout.write(
                f"{seed.title}: goes {result.robust_objective:.1f} m, {len(result.motion)} bytes"
            )
