"""What the README shows is true: its programs run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from evolution.sandbox import Built, Sandbox
from evolution.simulation import CONFIRMING, Outcome, simulate

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PROGRAMS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_walker_walks() -> None:
    with Sandbox() as sandbox:
        (built,) = sandbox.build([PROGRAMS[0]])
    assert isinstance(built, Built)
    assert built.repairs == {}
    (outcome,) = simulate([built.walker], settings=CONFIRMING)
    assert isinstance(outcome, Outcome)
    assert 14 <= outcome.distance < 15  # metres


def test_the_search_searches() -> None:
    short = PROGRAMS[1].replace("2_000", "70")
    assert short != PROGRAMS[1]
    done = subprocess.run(
        [sys.executable, "-c", short], capture_output=True, text=True, cwd=ROOT, check=True
    )
    numbers = [int(line.split()[0]) for line in done.stdout.splitlines()]
    assert numbers == [0, 1, 2]  # the seed, 64 children, 6 more


def test_pictures_and_links_are_there() -> None:
    for path in re.findall(r'(?:src="|\]\()((?!https?:)[^")]+)', README):
        assert (ROOT / path).is_file(), path
