"""No attack has an effect through the lock; the same attacks have effects without it."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evolution.sandbox import Built, Sandbox
from evolution.sandbox.options import LockOptions
from evolution.sandbox.protocol import RESULT, read_item
from tests.attacks.corpus import ATTACKS, Attack
from tests.attacks.scene import HONEST, Answer, Scene, end_session, is_stopped, session_of

ROOT = Path(__file__).parents[2]
USER = 54321
"""A user id that nobody has."""


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with Scene() as laid:
        yield laid


@pytest.fixture(scope="module")
def honest() -> Built:
    """What the honest program builds when no attack was near."""
    with Sandbox() as sandbox:
        (built,) = sandbox.build([HONEST], batched=False)
    assert isinstance(built, Built)
    return built


def test_the_corpus_is_large_and_its_attacks_distinct() -> None:
    assert len(ATTACKS) >= 97
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
    assert len({attack.body for attack in ATTACKS}) == len(ATTACKS)


def _locks() -> dict[str, LockOptions]:
    """Every way to lock that this user can try."""
    users = {"root": None, "ordinary user": USER} if os.geteuid() == 0 else {"this user": None}
    return {
        f"{name}, namespaces {'on' if namespaces else 'off'}": LockOptions(namespaces, user)
        for name, user in users.items()
        for namespaces in (True, False)
    }


@pytest.mark.parametrize("options", _locks().values(), ids=_locks().keys())
def test_no_attack_has_an_effect(
    options: LockOptions, scene: Scene, honest: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAK_TOKEN", scene.token)
    with Sandbox(options) as sandbox:
        assert "seccomp" in sandbox.start()
        effects = {
            attack.name: found
            for attack in ATTACKS
            if (found := _attack_locked(sandbox, scene, attack, honest))
        }
    assert effects == {}


def _attack_locked(sandbox: Sandbox, scene: Scene, attack: Attack, honest: Built) -> set[str]:
    """Run the attack before an honest program in a batch, then the honest one alone."""
    scene.lay()
    zygote = sandbox.pid
    assert zygote is not None
    answer, _ = sandbox.build([attack.program(scene.places), HONEST])
    found = scene.effects() | scene.effects_in(answer)
    if sandbox.pid != zygote:
        return found | {"zygote"}
    if session_of(zygote):
        found.add("processes")
    # What an attack did to its batch must show when the program is run alone.
    if sandbox.build([HONEST], batched=False) != [honest]:
        found.add("forged")
    return found


class Unlocked:
    """Drives the control; starts it anew when an attack has killed it."""

    def __init__(self, token: str) -> None:
        self._environment = {**os.environ, "LEAK_TOKEN": token, "PYTHONHASHSEED": "0"}
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.attacks.unlocked"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env=self._environment,
            start_new_session=True,
        )

    def attack(self, scene: Scene, attack: Attack, honest: Built) -> set[str]:
        scene.lay()
        reply = self._ask([attack.program(scene.places), HONEST])
        found = scene.effects()
        if session_of(self._process.pid):
            found.add("processes")
        end_session(self._process.pid)
        if reply is None:
            self.close()
            self._process = self._start()
            return found | {"host"}
        first, second = reply
        if "hang" in reply:
            found.add("hang")
        if isinstance(first, dict):
            found |= scene.effects_in(_answer(first))
        if not isinstance(second, dict) or _answer(second) != honest:
            found.add("forged")
        return found

    def _ask(self, programs: list[str]) -> list[Any] | None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(programs).encode() + b"\n")
        self._process.stdin.flush()
        while not select.select([self._process.stdout], [], [], 0.2)[0]:
            if is_stopped(self._process.pid):
                return None
        line = self._process.stdout.readline()
        return json.loads(line) if line else None

    def close(self) -> None:
        end_session(self._process.pid)
        self._process.kill()
        self._process.communicate()


def _answer(result: dict[str, Any]) -> Answer:
    return read_item(RESULT, json.dumps(result).encode(), "\n" * 500)


def test_without_the_lock_a_harmless_program_has_no_effect(scene: Scene, honest: Built) -> None:
    unlocked = Unlocked(scene.token)
    try:
        assert unlocked.attack(scene, Attack("nothing", "pass"), honest) == set()
    finally:
        unlocked.close()


def test_without_the_lock_the_same_attacks_have_effects(scene: Scene, honest: Built) -> None:
    unlocked = Unlocked(scene.token)
    try:
        harmless = [
            attack.name
            for attack in ATTACKS
            if attack.bites and not unlocked.attack(scene, attack, honest)
        ]
    finally:
        unlocked.close()
    assert harmless == []
    assert sum(attack.bites for attack in ATTACKS) >= 97
