"""Make `.venv` and install the project into it. Standard library only.

Runs under a bare system Python, so nothing outside the standard library is imported.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from elmweb.launch.console import Step, Trouble, say

NETWORK_SIGNS = (
    "Failed to establish a new connection",
    "Temporary failure in name resolution",
    "Name or service not known",
    "nodename nor servname",
    "Network is unreachable",
    "Connection refused",
    "Could not find a version that satisfies",
    "Read timed out",
    "ProxyError",
    "Connection aborted",
)


# PyTorch's own index of builds without CUDA, as its installation guide gives it.
CPU_TORCH = "https://download.pytorch.org/whl/cpu"


class Environment:
    """The virtual environment of one checkout."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.directory = root / ".venv"
        self.python = self.directory / "bin" / "python"
        self._stamp = self.directory / "installed.json"
        self._log = self.directory / "install.log"

    def is_running(self) -> bool:
        """Whether this very process runs inside the environment."""
        return Path(sys.prefix).resolve() == self.directory.resolve()

    def prepare(self, extras: Iterable[str]) -> None:
        """Create the environment and install the project with `extras`, where not yet done."""
        needed = set(extras)
        if self._is_current(needed):
            return
        check_writable(self.root)
        with self._lock():
            if self._is_current(needed):  # somebody else did it while we waited
                return
            self._create()
            self._install(needed | self._installed_extras())

    def enter(self, arguments: list[str]) -> None:
        """Become the environment's Python running the same command; does not return."""
        sys.stdout.flush()
        os.execv(self.python, [str(self.python), *arguments])

    def _fingerprint(self) -> str:
        return hashlib.sha256((self.root / "pyproject.toml").read_bytes()).hexdigest()

    def _read_stamp(self) -> dict[str, object]:
        try:
            stamp = json.loads(self._stamp.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return stamp if isinstance(stamp, dict) else {}

    def _installed_extras(self) -> set[str]:
        extras = self._read_stamp().get("extras", [])
        return {str(extra) for extra in extras} if isinstance(extras, list) else set()

    def _is_current(self, needed: set[str]) -> bool:
        return (
            self.python.exists()
            and needed <= self._installed_extras()
            and self._read_stamp().get("fingerprint") == self._fingerprint()
        )

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self.directory.mkdir(exist_ok=True)
        with (self.directory / "prepare.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _create(self) -> None:
        if self.python.exists() and self._has_pip():
            return
        check_venv_module()
        with Step("Making the virtual environment .venv"):
            made = subprocess.run(
                [sys.executable, "-m", "venv", str(self.directory)],
                capture_output=True,
                text=True,
            )
        if made.returncode:
            raise Trouble(f"The virtual environment could not be made: {last_line(made.stdout)}")

    def _has_pip(self) -> bool:
        return (
            subprocess.run([self.python, "-m", "pip", "--version"], capture_output=True).returncode
            == 0
        )

    def _install(self, extras: set[str]) -> None:
        names = ",".join(sorted(extras))
        say("Packages are downloaded once; later starts need no network.")
        if "model" in extras and self._wants_cpu_torch():
            self._install_cpu_torch()
        # An editable install, so that `import evolution` in a notebook is this checkout.
        with Step(f"Installing packages ({names})") as step:
            if self._pip(step, "--editable", f".[{names}]"):
                raise Trouble(explain_pip(self._log))
        self._stamp.write_text(
            json.dumps({"fingerprint": self._fingerprint(), "extras": sorted(extras)})
        )

    def _wants_cpu_torch(self) -> bool:
        """Whether the usual build of torch would bring gigabytes of CUDA for no GPU."""
        if sys.platform != "linux" or has_nvidia_driver():
            return False
        there = [
            str(self.python),
            "-c",
            "import importlib.util as u; exit(not u.find_spec('torch'))",
        ]
        return subprocess.run(there, capture_output=True).returncode != 0

    def _install_cpu_torch(self) -> None:
        """From PyTorch's own index, in one try; where it is out of reach, the usual way."""
        with Step("Installing torch for the CPU") as step:
            once = ("--retries", "0", "--timeout", "10", "--index-url", CPU_TORCH)
            if self._pip(step, *once, torch_requirement(self.root)):
                step.note("not reached, taken the usual way")

    def _pip(self, step: Step, *arguments: str) -> int:
        """Install with pip, noting on ``step`` what it does; its exit code."""
        command = [str(self.python), "-m", "pip", "install", "--progress-bar", "off", *arguments]
        with self._log.open("w") as log:
            pip = subprocess.Popen(
                command,
                cwd=self.root,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            )
            assert pip.stdout is not None
            for line in pip.stdout:
                log.write(line)
                if news := describe_pip(line):
                    step.note(news)
            return pip.wait()


def has_nvidia_driver() -> bool:
    return Path("/proc/driver/nvidia/version").exists() or Path("/dev/nvidiactl").exists()


def torch_requirement(root: Path) -> str:
    """What pyproject.toml asks for."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    asked: list[str] = project["optional-dependencies"]["model"]
    return next(requirement for requirement in asked if requirement.startswith("torch"))


def describe_pip(line: str) -> str | None:
    """What one line of pip's output means to a person, or None."""
    if found := re.match(r"\s*Collecting ([\w.-]+)", line):
        return f"looking up {found[1]}"
    if found := re.match(r"\s*Downloading (\S+?)-\S+ \(([\d.]+ \w+)\)", line):
        return f"downloading {found[1].rsplit('/', 1)[-1]}, {found[2]}"
    if line.startswith("Installing collected packages"):
        return f"unpacking {line.count(',') + 1} packages"
    return None


def explain_pip(log: Path) -> str:
    """One sentence about why pip failed."""
    output = log.read_text(errors="replace")
    if "No space left on device" in output:
        return "The disk is full, so the packages could not be installed: free about 2.5 GB."
    if any(sign in output for sign in NETWORK_SIGNS):
        return (
            "The packages could not be downloaded: check the network (or the proxy) "
            f"and start again; details are in {log}."
        )
    errors = [line for line in output.splitlines() if line.startswith("ERROR:")]
    reason = errors[0].removeprefix("ERROR:").strip() if errors else last_line(output)
    return f"The packages could not be installed: {reason}; details are in {log}."


def check_venv_module() -> None:
    """Debian splits venv off; say which package brings it."""
    missing = [m for m in ("venv", "ensurepip") if importlib.util.find_spec(m) is None]
    if missing:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Trouble(
            f"This Python lacks its module {missing[0]}: on Debian or Ubuntu install it with "
            f"`sudo apt install python{version}-venv`, then start again."
        )


def check_writable(directory: Path) -> None:
    if not os.access(directory, os.W_OK | os.X_OK):
        raise Trouble(
            f"The directory {directory} cannot be written to: take a checkout of your own, "
            "or change its permissions."
        )


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given"
