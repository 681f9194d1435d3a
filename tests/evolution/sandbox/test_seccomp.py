"""The assembled filters, run by an interpreter of classic BPF: what is allowed is known exactly."""

from __future__ import annotations

import errno
import struct

import pytest

from evolution.sandbox import seccomp
from evolution.sandbox.seccomp import Check, assemble

X86, ARM = 0xC000003E, 0xC00000B7
ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSE = 0x00050000 | errno.EPERM


def run(program: bytes, number: int, *arguments: int, architecture: int = X86) -> int:
    """The filter's answer to one system call, by the rules of the kernel's documentation."""
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("=IIQ6Q", number, architecture, 0, *(a % 2**64 for a in padded))
    instructions = list(struct.iter_unpack("=HBBI", program))
    accumulator, at = 0, 0
    while True:
        code, if_true, if_false, value = instructions[at]
        at += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, value)
        elif code == 0x06:
            return int(value)
        else:
            holds = {
                0x15: accumulator == value,
                0x35: accumulator >= value,
                0x45: bool(accumulator & value),
            }[code]
            at += if_true if holds else if_false


CHILD = {
    "x86_64": (X86, assemble(seccomp._CHILD_RULES, "x86_64")),
    "aarch64": (ARM, assemble(seccomp._CHILD_RULES, "aarch64")),
}
# Every call that a program's process may make with some arguments.
ALLOWED = {
    "x86_64": {1, 9, 10, 11, 12, 15, 24, 25, 28, 38, 39, 60, 96, 202, 219, 228, 231},
    "aarch64": {64, 93, 94, 98, 103, 113, 124, 128, 139, 169, 172, 214, 215, 216, 222, 226, 233},
}


@pytest.mark.parametrize("machine", CHILD)
def test_a_child_can_only_calculate_and_answer(machine: str) -> None:
    architecture, program = CHILD[machine]
    answers = {number: run(program, number, 3, architecture=architecture) for number in range(1024)}
    assert {number for number, answer in answers.items() if answer == ALLOW} == ALLOWED[machine]
    assert set(answers.values()) == {ALLOW, REFUSE, KILL}


@pytest.mark.parametrize("machine", CHILD)
def test_a_child_writes_to_its_result_only(machine: str) -> None:
    architecture, program = CHILD[machine]
    write = {"x86_64": 1, "aarch64": 64}[machine]
    for descriptor in (0, 1, 2, 4, 5, 1023, -1):
        assert run(program, write, descriptor, architecture=architecture) == REFUSE


@pytest.mark.parametrize("machine", CHILD)
def test_memory_never_becomes_code(machine: str) -> None:
    architecture, program = CHILD[machine]
    for number in {"x86_64": (9, 10), "aarch64": (222, 226)}[machine]:
        for protection in range(16):
            answer = run(program, number, 0, 4096, protection, architecture=architecture)
            assert answer == (REFUSE if protection & 4 else ALLOW)


def test_another_architectures_calls_kill() -> None:
    _, program = CHILD["x86_64"]
    assert run(program, 39, architecture=0x40000003) == KILL  # 32-bit x86
    assert run(program, 39, architecture=ARM) == KILL
    assert run(program, 0x40000000 + 39) == KILL  # the x32 table


def test_a_zygote_forks_but_starts_no_threads_or_namespaces() -> None:
    program = assemble(seccomp._ZYGOTE_RULES, "x86_64")
    assert run(program, 56, 0x01200011) == ALLOW
    for flags in (0x003D0F00, 0x10000011, 0x40000011, 0x20000011, 0x00004111):
        assert run(program, 56, flags) == REFUSE
    assert run(program, 435) == 0x00050000 | errno.ENOSYS
    for forbidden in (2, 41, 42, 59, 101, 165, 257, 322):  # open, socket, connect, execve, ...
        assert run(program, forbidden) == REFUSE


def test_all_checks_of_a_call_must_hold() -> None:
    rules = {"write": (Check(0, "equals", 3), Check(2, "lacks-bits", 0xF000))}
    program = assemble(rules, "x86_64")
    assert run(program, 1, 3, 0, 10) == ALLOW
    assert run(program, 1, 4, 0, 10) == REFUSE
    assert run(program, 1, 3, 0, 0x1000) == REFUSE
    assert run(program, 0) == REFUSE
