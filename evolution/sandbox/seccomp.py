"""The system-call filters: classic BPF, assembled here and installed with ctypes.

Two filters stack, and the stricter answer wins. The zygote's lets it fork and
talk to its pipes; the child's lets a program calculate, allocate memory and
write to its result pipe. Whatever is not allowed fails with EPERM, which an
honest program sees as a PermissionError at its own line. The few calls that
only an attack makes kill the process.

Source of the numbers: the kernel's asm/unistd_64.h and asm-generic/unistd.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

RESULT_FD = 3
"""The only file descriptor that a program's process may write to."""

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# Name -> number on (x86-64, aarch64); None where the architecture has no such call.
_NUMBERS: dict[str, tuple[int, int | None]] = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "poll": (7, None),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "dup2": (33, None),
    "setitimer": (38, 103),
    "getpid": (39, 172),
    "clone": (56, 220),
    "fork": (57, None),
    "exit": (60, 93),
    "wait4": (61, 260),
    "kill": (62, 129),
    "gettimeofday": (96, 169),
    "ptrace": (101, 117),
    "pivot_root": (155, 41),
    "prctl": (157, 167),
    "setrlimit": (160, 164),
    "mount": (165, 40),
    "init_module": (175, 105),
    "gettid": (186, 178),
    "futex": (202, 98),
    "set_tid_address": (218, 96),
    "restart_syscall": (219, 128),
    "clock_gettime": (228, 113),
    "exit_group": (231, 94),
    "kexec_load": (246, 104),
    "add_key": (248, 217),
    "keyctl": (250, 219),
    "ppoll": (271, 73),
    "unshare": (272, 97),
    "set_robust_list": (273, 99),
    "dup3": (292, 24),
    "pipe2": (293, 59),
    "perf_event_open": (298, 241),
    "prlimit64": (302, 261),
    "setns": (308, 268),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "seccomp": (317, 277),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "rseq": (334, 293),
    "io_uring_setup": (425, 425),
    "clone3": (435, 435),
    "close_range": (436, 436),
}

# seccomp's answers and prctl's options, from linux/seccomp.h and linux/prctl.h.
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_REFUSE = _ERRNO | errno.EPERM
_NO_SUCH_CALL = _ERRNO | errno.ENOSYS
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2

# Classic BPF: load a word of seccomp_data, compare the accumulator, return.
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_X32_CALLS = 0x40000000  # x86-64's second table of calls
_PROT_EXEC = 4


class SeccompError(RuntimeError):
    """The filter cannot be built or installed here."""


@dataclass(frozen=True, slots=True)
class Check:
    """A condition on the low word of one argument of an allowed call."""

    argument: int
    kind: Literal["equals", "lacks-bits"]
    value: int


Rules = Mapping[str, "tuple[Check, ...] | int"]
"""Call -> checks that must all hold to allow it, or an answer without checks."""

_CALCULATE: Rules = {
    "brk": (),
    "mmap": (Check(2, "lacks-bits", _PROT_EXEC),),
    "mprotect": (Check(2, "lacks-bits", _PROT_EXEC),),
    "munmap": (),
    "mremap": (),
    "madvise": (),
    "futex": (),
    "sched_yield": (),
    "rt_sigreturn": (),
    "restart_syscall": (),
    "setitimer": (),
    "clock_gettime": (),
    "gettimeofday": (),
    "getpid": (),
    "exit": (),
    "exit_group": (),
}

_ONLY_ATTACKS: Rules = dict.fromkeys(
    [
        "ptrace",
        "process_vm_readv",
        "process_vm_writev",
        "bpf",
        "io_uring_setup",
        "userfaultfd",
        "perf_event_open",
        "keyctl",
        "add_key",
        "mount",
        "pivot_root",
        "unshare",
        "setns",
        "init_module",
        "kexec_load",
    ],
    _KILL,
)

_CHILD_RULES: Rules = {
    **_CALCULATE,
    "write": (Check(0, "equals", RESULT_FD),),
    **_ONLY_ATTACKS,
}

# What glibc's and musl's fork() pass to clone: SIGCHLD, with or without the thread-id pointers.
_FORK_FLAGS = 0x01200011
_ZYGOTE_RULES: Rules = {
    **_CALCULATE,
    **dict.fromkeys(
        [
            "read",
            "write",
            "close",
            "close_range",
            "pipe2",
            "dup2",
            "dup3",
            "poll",
            "ppoll",
            "fork",
            "wait4",
            "kill",
            "rt_sigaction",
            "rt_sigprocmask",
            "setrlimit",
            "prlimit64",
            "set_robust_list",
            "set_tid_address",
            "rseq",
            "gettid",
            "prctl",
            "seccomp",
        ],
        (),
    ),
    "clone": (Check(0, "lacks-bits", 0xFFFFFFFF & ~_FORK_FLAGS),),
    "clone3": _NO_SUCH_CALL,  # its flags are out of a filter's sight; libraries fall back
}


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _rule(number: int, answer: tuple[Check, ...] | int) -> list[bytes]:
    """Instructions for one call; they end in a return, so the number may be overwritten."""
    body: list[bytes] = []
    if isinstance(answer, int):
        body.append(_instruction(_RETURN, answer))
    else:
        for check in answer:
            body.append(_instruction(_LOAD, _ARGUMENTS_AT + 8 * check.argument))
            if check.kind == "equals":
                body.append(_instruction(_IF_EQUAL, check.value, 1, 0))
            else:
                body.append(_instruction(_IF_ANY_BIT, check.value, 0, 1))
            body.append(_instruction(_RETURN, _REFUSE))
        body.append(_instruction(_RETURN, _ALLOW))
    return [_instruction(_IF_EQUAL, number, 0, len(body)), *body]


def assemble(rules: Rules, machine: str) -> bytes:
    """The filter program of ``rules`` for ``machine``; anything not named is refused.

    Raises:
        SeccompError: for a machine whose system calls are not known here.
    """
    if machine not in _ARCHITECTURES:
        known = " and ".join(sorted(_ARCHITECTURES))
        raise SeccompError(f"No system-call filter for {machine}; {known} are supported.")
    column = list(_ARCHITECTURES).index(machine)
    program = [
        _instruction(_LOAD, _ARCHITECTURE_AT),
        _instruction(_IF_EQUAL, _ARCHITECTURES[machine], 1, 0),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _NUMBER_AT),
        _instruction(_IF_AT_LEAST, _X32_CALLS, 0, 1),
        _instruction(_RETURN, _KILL),
    ]
    for name, answer in rules.items():
        number = _NUMBERS[name][column]
        if number is not None:
            program += _rule(number, answer)
    program.append(_instruction(_RETURN, _REFUSE))
    return b"".join(program)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


class Filter:
    """A filter ready to be installed: one system call, nothing to allocate."""

    def __init__(self, rules: Rules) -> None:
        code = assemble(rules, os.uname().machine)
        self._code = ctypes.create_string_buffer(code, len(code))
        self._program = _Program(len(code) // 8, ctypes.addressof(self._code))
        self._prctl = ctypes.CDLL(None, use_errno=True).prctl
        self._arguments = (
            ctypes.c_int(_PR_SET_SECCOMP),
            ctypes.c_ulong(_SECCOMP_MODE_FILTER),
            ctypes.byref(self._program),
        )

    def install(self) -> None:
        """Put the filter on this thread for good; needs no_new_privs.

        Raises:
            SeccompError: if the kernel refuses it.
        """
        if self._prctl(*self._arguments) != 0:
            reason = os.strerror(ctypes.get_errno())
            raise SeccompError(f"The kernel did not accept the system-call filter: {reason}.")


def zygote_filter() -> Filter:
    return Filter(_ZYGOTE_RULES)


def child_filter() -> Filter:
    return Filter(_CHILD_RULES)
