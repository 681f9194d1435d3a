"""Find the browser that the browser tests drive, or install it where that is possible."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from elmweb.launch.console import Step, Trouble
from elmweb.launch.environment import last_line

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# Headless, no background traffic, and a sandbox of its own only where one is possible.
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]


def find() -> Path | None:
    """The Chromium or Chrome of this machine, if it has one."""
    if chosen := os.environ.get("CHROMIUM"):
        return Path(chosen)
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    places = [Path(place) for place in MAC_PLACES]
    return next((place for place in [*places, *downloaded()] if place.exists()), None)


def downloaded() -> list[Path]:
    """What `playwright install chromium` left in this user's cache."""
    cache = "Library/Caches" if sys.platform == "darwin" else ".cache"
    directory = Path.home() / cache / "ms-playwright"
    return sorted(
        [
            *directory.glob("chromium-*/chrome-*/chrome"),
            *directory.glob("chromium-*/*/*/*/Chromium"),
        ]
    )


def ensure() -> Path:
    """The browser; on Debian and Ubuntu as root it is installed when missing."""
    if found := find():
        return found
    if shutil.which("apt-get") and os.geteuid() == 0:
        install()
        if found := find():
            return found
    raise Trouble(
        "The browser tests need Chromium or Chrome and none is here: "
        "on Debian run `sudo apt-get install chromium`, on macOS "
        "`brew install --cask google-chrome`, anywhere `.venv/bin/playwright install chromium`."
    )


def install() -> None:
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        with Step(f"Installing Chromium (apt-get {arguments[0]})"):
            done = subprocess.run(
                ["apt-get", "-q", *arguments], capture_output=True, text=True, env=quiet
            )
        if done.returncode:
            raise Trouble(f"Chromium could not be installed: {last_line(done.stderr)}")
