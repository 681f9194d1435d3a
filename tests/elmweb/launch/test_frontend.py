"""The front-end is built when its sources changed, and only then; with a real npm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from elmweb.launch.console import Trouble
from elmweb.launch.frontend import Frontend, is_new_enough, system_node, wheel_node
from elmweb.launch.options import ROOT

# Counts its builds in a file beside the project and fails on sources that say so.
BUILD = (
    "const fs = require('fs');"
    "if (fs.readFileSync('main.js', 'utf8').includes('broken')) "
    "{ console.error('Error: main.js is broken'); process.exit(1) };"
    "fs.mkdirSync('dist', { recursive: true });"
    "fs.appendFileSync('../builds', 'x')"
)


@pytest.fixture
def frontend(tmp_path: Path) -> Frontend:
    directory = tmp_path / "frontend"
    (directory / "node_modules").mkdir(parents=True)
    package = {"name": "tiny", "version": "1.0.0", "scripts": {"build": "node build.cjs"}}
    lock = {"name": "tiny", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": package}}
    (directory / "package.json").write_text(json.dumps(package))
    (directory / "package-lock.json").write_text(json.dumps(lock))
    (directory / "build.cjs").write_text(BUILD)
    (directory / "main.js").write_text("1")
    return Frontend(tmp_path, system_node() or wheel_node(ROOT / ".venv"))


def builds(frontend: Frontend) -> int:
    return len((frontend.directory.parent / "builds").read_text())


def test_it_is_built_once_until_a_source_changes(frontend: Frontend) -> None:
    frontend.build()
    frontend.build()
    assert builds(frontend) == 1
    (frontend.directory / "main.js").write_text("2")
    frontend.build()
    assert builds(frontend) == 2


def test_a_failed_build_is_told_and_tried_again(frontend: Frontend) -> None:
    source = frontend.directory / "main.js"
    source.write_text("broken")
    with pytest.raises(Trouble, match=r"main\.js is broken"):
        frontend.build()
    source.write_text("1")
    frontend.build()
    assert builds(frontend) == 1


@pytest.mark.parametrize(
    ("version", "suffices"),
    [
        ("v18.20.1", False),
        ("v20.18.0", False),
        ("v20.19.0", True),
        ("v21.7.0", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.1.0", True),
        ("nonsense", False),
    ],
)
def test_which_node_can_build_it(version: str, suffices: bool) -> None:
    assert is_new_enough(version) is suffices
