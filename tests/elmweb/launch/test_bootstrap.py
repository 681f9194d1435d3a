"""From a bare Python: what stands in the way is said in one sentence, with exit code 1."""

from __future__ import annotations

import ast
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from elmweb.launch.console import Trouble
from elmweb.launch.environment import check_writable
from elmweb.launch.options import ROOT

BARE = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """As much of a fresh checkout as the first start reads."""
    for name in ("manage.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "elmweb").mkdir()
    shutil.copy(ROOT / "elmweb" / "__init__.py", tmp_path / "elmweb")
    shutil.copytree(ROOT / "elmweb" / "launch", tmp_path / "elmweb" / "launch")
    (tmp_path / "evolution").mkdir()
    (tmp_path / "evolution" / "__init__.py").touch()
    return tmp_path


def refusal(command: list[str], **environment: str) -> str:
    """Run a command that must be refused; its one sentence."""
    done = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | environment, cwd="/"
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr.strip()


def pretend(checkout: Path, preparation: str, *arguments: str) -> list[str]:
    """`manage.py` under a Python that was changed by one statement first."""
    program = (
        f"import runpy, sys; {preparation}; sys.path.insert(0, {str(checkout)!r}); "
        f"sys.argv = ['manage.py', *{list(arguments)!r}]; "
        f"runpy.run_path({str(checkout / 'manage.py')!r}, run_name='__main__')"
    )
    return [str(BARE), "-I", "-c", program]


def test_an_old_python_is_told_which_is_needed(checkout: Path) -> None:
    command = pretend(checkout, "sys.version_info = (3, 8, 10, 'final', 0)", "up")
    assert refusal(command).startswith("Python 3.11 or newer is needed and this is Python 3.8")


def test_manage_py_parses_on_an_old_python() -> None:
    ast.parse((ROOT / "manage.py").read_text(), feature_version=(3, 6))


def test_a_missing_venv_module_names_the_package(checkout: Path) -> None:
    command = pretend(checkout, "sys.modules['ensurepip'] = None", "up", "--port", str(port()))
    assert f"sudo apt install python3.{sys.version_info.minor}-venv" in refusal(command)


def test_without_network_the_sentence_says_so(checkout: Path) -> None:
    sentence = refusal(
        [str(BARE), str(checkout / "manage.py"), "up", "--port", str(port())],
        PIP_CONFIG_FILE=os.devnull,
        PIP_INDEX_URL=f"http://127.0.0.1:{port()}/simple",
        PIP_EXTRA_INDEX_URL="",
        PIP_FIND_LINKS="",
        PIP_RETRIES="0",
    )
    assert "could not be downloaded: check the network" in sentence


def test_a_port_in_use_is_named_before_anything_is_installed(checkout: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]
        sentence = refusal([str(BARE), str(checkout / "manage.py"), "up", "--port", str(taken)])
    assert sentence.startswith(f"Port {taken} is in use")
    assert "--port" in sentence
    assert not (checkout / ".venv").exists()


def test_a_data_directory_that_cannot_be_made(checkout: Path) -> None:
    file = checkout / "a-file"
    file.touch()
    command = [str(BARE), str(checkout / "manage.py"), "up", "--port", str(port())]
    sentence = refusal([*command, "--data-dir", str(file / "data")])
    assert "cannot be written to" in sentence
    assert "--data-dir" in sentence


@pytest.fixture
def foreign_directory() -> Iterator[Path]:
    """A directory that others may read, not write."""
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o555)
    yield directory
    directory.rmdir()


def test_a_checkout_that_cannot_be_written_to(foreign_directory: Path) -> None:
    """In a child process, which gives up root's rights if it has them."""
    child = os.fork()
    if child == 0:
        if os.geteuid() == 0:
            os.setuid(65534)
        try:
            check_writable(foreign_directory)
        except Trouble as trouble:
            os._exit(0 if "cannot be written to" in str(trouble) else 2)
        os._exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_the_first_start_needs_only_the_standard_library() -> None:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import elmweb.launch.bootstrap"
    subprocess.run([BARE, "-I", "-S", "-c", program], check=True, cwd="/")


def test_help_needs_no_environment(checkout: Path) -> None:
    for command in ("up", "test"):
        done = subprocess.run(
            [BARE, checkout / "manage.py", command, "--help"], capture_output=True, text=True
        )
        assert done.returncode == 0
        assert f"manage.py {command}" in done.stdout
    assert not (checkout / ".venv").exists()


def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
