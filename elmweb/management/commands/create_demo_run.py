"""`manage.py create_demo_run`: the first run of a fresh installation, from the Square seed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from elmweb.runs.models import Run
from elmweb.runs.operators import fields_of
from elmweb.runs.services import create_run
from evolution.config import RunConfig
from evolution.walkers.seeds import SEEDS

NAME = "First steps from the Square"
EVALUATIONS = 100_000


class Command(BaseCommand):
    help = "Start a first run from the Square seed, unless there is any run already."

    def handle(self, *args: Any, **options: Any) -> None:
        if Run.objects.exists():
            self.stdout.write("There are runs already.")
            return
        config = RunConfig(
            seed_program=SEEDS["square"].program, evaluations=EVALUATIONS, **fields_of()
        )
        run = create_run(config, NAME)
        self.stdout.write(f"Started {run}.")
