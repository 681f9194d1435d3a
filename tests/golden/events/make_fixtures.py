"""Records a short run: what a page that was loaded at any moment shows, and the events between.

    python -m tests.golden.events.make_fixtures

The front-end's reducer is tested against it: any recorded state plus the events after it is
every later state. Run it again whenever `elmweb/runs/protocol.py` changes.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import django

import elmweb.launch.pytest_environment  # noqa: F401 (throwaway data, before settings)

HERE = Path(__file__).parent
STATES = 6


def record() -> dict[str, Any]:
    """A run that is paused, goes on and finishes, with every event and a few states."""
    from elmweb.runs import selectors, services
    from evolution.config import RunConfig
    from evolution.walkers.seeds import SEEDS
    from tests.elmweb.runs.driving import drive, open_batches, step

    config = RunConfig(
        seed_program=SEEDS["square"].program,
        evaluations=120,
        batch_size=8,
        batches_in_flight=3,
        random_seed=4,
    )
    run = services.create_run(config, "Recorded")
    states = [selectors.run_state(run, may_control=False)]
    steps = 0
    while run.is_open:
        if steps == 12:
            services.pause(run, "Paused to be recorded.")
            run.refresh_from_db()
            states.append(selectors.run_state(run, may_control=False))
            services.resume(run)
        step(open_batches(run)[0])
        steps += 1
        run.refresh_from_db()
        if run.event_number >= states[-1].number + 3 and len(states) < STATES:
            states.append(selectors.run_state(run, may_control=False))
    drive(run)
    states.append(selectors.run_state(run, may_control=False))
    return {
        "states": [state.model_dump(mode="json") for state in states],
        "events": selectors.events_after(run, 0),
    }


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "elmweb.settings"
    django.setup()
    from django.core.management import call_command

    from elmweb.launch.broker import EmbeddedBroker

    with EmbeddedBroker(Path(os.environ["ELMWEB_DATA_DIR"])):
        call_command("migrate", verbosity=0)
        recording = record()
    path = HERE / "recorded.json"
    path.write_text(json.dumps(recording, indent=1) + "\n")
    numbers = [state["number"] for state in recording["states"]]
    print(f"{path.name}: states at {numbers}, {len(recording['events'])} events")


if __name__ == "__main__":
    main()
