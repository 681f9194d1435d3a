"""The host's side: one zygote, restarted when it dies, gone when its host is gone."""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from evolution.sandbox import Sandbox, SandboxUnavailable, pool, seccomp
from evolution.types import Failure
from tests.evolution.sandbox.samples import TWO_JOINTS, built, failed, making

ROOT = Path(__file__).parents[3]


def _await_end(pid: int) -> bool:
    """Whether a process ends within ten seconds; a zombie has ended."""
    for _ in range(1000):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


def test_it_starts_with_the_first_program_and_ends_with_the_block() -> None:
    with Sandbox() as sandbox:
        assert sandbox.pid is None
        assert isinstance(sandbox.build([""])[0], Failure)
        assert sandbox.pid is None  # a bad text needs no process
        built(sandbox.build([TWO_JOINTS])[0])
        pid = sandbox.pid
        assert pid is not None
    assert sandbox.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)  # ended and waited for: not even a zombie


def test_a_killed_zygote_is_replaced() -> None:
    with Sandbox() as sandbox:
        first = built(sandbox.build([TWO_JOINTS])[0])
        pid = sandbox.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert [built(result) for result in sandbox.build([TWO_JOINTS] * 3)] == [first] * 3
        assert sandbox.pid != pid


def test_a_zygote_killed_at_work_costs_no_result() -> None:
    slow = making("sum(range(10**6))\nreturn wc.get_walker()")
    with Sandbox() as sandbox:
        sandbox.start()
        pid = sandbox.pid
        assert pid is not None
        killer = threading.Timer(0.1, os.kill, (pid, signal.SIGKILL))
        killer.start()
        results = sandbox.build([slow] * 40, batched=False)
        killer.join()
        assert sandbox.pid != pid
    assert len([built(result) for result in results]) == 40


def test_a_silent_zygote_does_not_block_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_ANSWER_TIMEOUT", -5.0)
    with Sandbox() as sandbox:
        sandbox.start()
        pid = sandbox.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        (result,) = sandbox.build([TWO_JOINTS])
        # Whether the second try was quick enough for so short a patience does not matter here.
        assert not isinstance(result, Failure) or failed(result).code == "crashed"
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_the_zygote_ends_when_its_host_is_killed() -> None:
    script = (
        "from evolution.sandbox import Sandbox; import time; s = Sandbox(); s.start(); "
        "print(s.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=ROOT, text=True
    ) as host:
        assert host.stdout is not None
        pid = int(host.stdout.readline())
        host.kill()
    assert _await_end(pid)


def test_a_forked_process_has_a_zygote_of_its_own() -> None:
    """As in a prefork worker; and the parent's zygote still ends with the parent's close."""
    with Sandbox() as sandbox:
        expected = built(sandbox.build([TWO_JOINTS])[0])
        pid = sandbox.pid
        assert pid is not None
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            verdict = b"failed"
            with contextlib.suppress(BaseException):
                (result,) = sandbox.build([TWO_JOINTS])
                if result == expected and sandbox.pid not in (None, pid):
                    verdict = b"fine"
                sandbox.close()
            os.write(writing, verdict)
            os._exit(0)
        os.close(writing)
        assert os.read(reading, 10) == b"fine"
        os.close(reading)
        os.waitpid(child, 0)
        assert built(sandbox.build([TWO_JOINTS])[0]) == expected
        assert sandbox.pid == pid


def test_threads_take_turns() -> None:
    wrong: list[object] = []
    with Sandbox() as sandbox:

        def work(width: int) -> None:
            program = making(f"place({width}, 5)\nreturn wc.get_walker()")
            for _ in range(5):
                results = sandbox.build([program] * 3)
                wrong.extend(r for r in results if built(r).walker.width != width)

        threads = [threading.Thread(target=work, args=(width,)) for width in range(2, 8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_more_programs_than_a_batch_keep_their_order() -> None:
    programs = [making(f"place({i % 90 + 2}, 5)\nreturn wc.get_walker()") for i in range(120)]
    with Sandbox() as sandbox:
        results = sandbox.build(programs)
    assert [built(result).walker.width for result in results] == [i % 90 + 2 for i in range(120)]


def test_the_zygote_knows_nothing_of_its_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "hidden")
    monkeypatch.setattr(
        pool, "_BOOTSTRAP", "import os, sys; sys.exit(f'It has {sorted(os.environ)}.')"
    )
    with Sandbox() as sandbox, pytest.raises(SandboxUnavailable, match="It has") as caught:
        sandbox.start()
    assert "PYTHONHASHSEED" in str(caught.value)
    assert "A_SECRET" not in str(caught.value)
    assert "HOME" not in str(caught.value)


def test_a_foreign_system_is_told_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    with Sandbox() as sandbox, pytest.raises(SandboxUnavailable, match=r"Darwin.*Use Linux"):
        sandbox.build([TWO_JOINTS])


def test_without_the_filter_it_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail closed: here the filter cannot be installed, because no Python code could be one."""
    broken = pool._BOOTSTRAP.replace(
        "zygote.main(",
        "from evolution.sandbox import seccomp; "
        "seccomp.zygote_filter = lambda: type('F', (), {'install': lambda self: None})(); "
        "zygote.main(",
    )
    monkeypatch.setattr(pool, "_BOOTSTRAP", broken)
    with Sandbox() as sandbox, pytest.raises(SandboxUnavailable, match="does not refuse"):
        sandbox.build([TWO_JOINTS])
    assert sandbox.pid is None


def test_an_unknown_processor_is_told_plainly() -> None:
    with pytest.raises(seccomp.SeccompError, match="riscv64"):
        seccomp.assemble({}, "riscv64")


def test_a_zygote_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_BOOTSTRAP", "raise SystemExit('no numpy here')")
    with Sandbox() as sandbox, pytest.raises(SandboxUnavailable, match="no numpy here"):
        sandbox.build([TWO_JOINTS])
