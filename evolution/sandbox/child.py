"""Executes one program: text -> the JSON of a walker or other result, or of a named failure.

This is the only place of the project that executes program text, and it runs
in a locked process (`zygote`). Nothing here keeps an attacker out: the lock
does. What is here makes honest programs repeatable and their faults readable.
"""

from __future__ import annotations

import builtins
import contextvars
import errno
import json
import math
import random
import signal
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any, NamedTuple, NoReturn

import numpy as np

from evolution.sandbox import modules
from evolution.sandbox.protocol import CPU_HARD, CPU_SOFT, DEATHS, MAX_OUTPUT, MAX_RESULT
from evolution.types import Stage
from evolution.walkers.cppn import query_cppn
from evolution.walkers.creator import Refusal, WalkerDraft, walker_creator

PROGRAM = "<program>"
"""The file name of program text in tracebacks."""
ENTRY_POINT = "make_walker"
_MODULE = "walker_program"
_RECURSION_LIMIT = 1000

# The failures after which the process is not worth keeping for the next program.
_SPOILING = {"time-limit", "memory-limit", "recursion"}


class TimeLimit(BaseException):
    """Raised in a program that has used up its time."""


class OutputLimit(Exception):
    """Raised in a program that prints too much."""


class Unavailable(Exception):
    """Raised by a builtin that programs do not have."""


class NoWalker(Exception):
    """The program ran, but there is no walker."""

    def __init__(self, code: str, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.code, self.line = code, line


class _Discard:
    """A text stream that forgets what is written and bounds how much."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self._room = MAX_OUTPUT

    def write(self, text: str) -> int:
        self._room -= len(text)
        if self._room < 0:
            raise OutputLimit
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


def _missing(name: str) -> Callable[..., NoReturn]:
    def call(*_arguments: Any, **_options: Any) -> NoReturn:
        raise Unavailable(f"{name}() is not available; programs can only calculate.")

    call.__name__ = name
    return call


_NO_BUILTINS = ("open", "input", "breakpoint", "help", "exit", "quit", "license", "credits")


def _program_builtins() -> dict[str, Any]:
    scope = dict(vars(builtins))
    scope["__import__"] = modules.guarded_import
    scope.update({name: _missing(name) for name in _NO_BUILTINS})
    return scope


_BUILTINS = _program_builtins()


class Outcome(NamedTuple):
    """What is left of one program.

    Attributes:
        payload: the JSON of its result or failure.
        spoilt: the process has been driven to a limit.
        suspect: it may have changed what it shares with later programs.
        random: it may have drawn random numbers.
    """

    payload: bytes
    spoilt: bool
    suspect: bool
    random: bool


def reset(*, reseed: bool = True) -> None:
    """Put everything that a program may change by honest means back to its start."""
    sys.setrecursionlimit(_RECURSION_LIMIT)
    sys.stdout = sys.stderr = _Discard()
    if reseed:
        random.seed(0)
        np.random.seed(0)


def refresh(before: Outcome) -> bool:
    """Make this process like new for its next program; False if only a new one will do."""
    if before.spoilt or (before.suspect and not modules.unchanged()):
        return False
    try:
        reset(reseed=before.random)
    except Exception:  # noqa: BLE001 - the last program broke what seeds the next
        return False
    return True


def build(program: str) -> dict[str, Any]:
    """Execute ``program`` and return its walker as {"joints", "muscles", "repairs"}.

    Raises:
        BaseException: whatever the program raises; `describe` makes words of it.
    """
    return execute(read(program))


def read(program: str) -> CodeType:
    """Compile ``program``.

    Raises:
        SyntaxError: if Python cannot.
    """
    try:
        return compile(program, PROGRAM, "exec", dont_inherit=True)
    except (RecursionError, MemoryError):
        raise SyntaxError("it is nested too deeply") from None


Use = Callable[[Mapping[str, Any]], dict[str, Any]]
"""What is done with the names of an executed program; returns the JSON object of its result."""


def make_walker(scope: Mapping[str, Any]) -> dict[str, Any]:
    """The `Use` of a program whose walker is wanted."""
    return _to_json(_call_entry_point(scope))


def execute(code: CodeType, use: Use = make_walker) -> dict[str, Any]:
    """The second half of `build`, for any use of the program."""
    module = ModuleType(_MODULE)
    scope = module.__dict__
    scope.update(
        __builtins__=dict(_BUILTINS),
        walker_creator=walker_creator,
        query_cppn=query_cppn,
        math=math,
        np=np,
    )
    sys.modules[_MODULE] = module
    try:
        exec(code, scope)
        return use(scope)
    finally:
        sys.modules.pop(_MODULE, None)
        scope.clear()  # functions and their globals are a cycle; break it now


def _call_entry_point(scope: Mapping[str, Any]) -> WalkerDraft:
    """Call make_walker or, where mutation renamed it, the last function that serves."""
    if ENTRY_POINT in scope:
        entry = scope[ENTRY_POINT]
        if not isinstance(entry, FunctionType):
            if not callable(entry):
                raise NoWalker("no-entry-point", f"{ENTRY_POINT} is not a function.")
            return _checked(entry(), None)
        if _needs_no_arguments(entry):
            return _checked(entry(), entry.__code__.co_firstlineno)
    first_fault: BaseException | None = None
    for function in reversed(_functions(scope)):
        try:
            return _checked(function(), function.__code__.co_firstlineno)
        except Exception as fault:  # noqa: BLE001 - another function may still serve
            first_fault = first_fault or fault
    if first_fault is not None:
        raise first_fault
    raise NoWalker(
        "no-entry-point",
        f"No function can be called to make a walker; define {ENTRY_POINT}() without arguments.",
    )


def _functions(scope: Mapping[str, Any]) -> list[FunctionType]:
    """The program's own top-level functions that need no arguments, in order of their text."""
    found = {
        id(value): value
        for value in scope.values()
        if isinstance(value, FunctionType)
        and value.__code__.co_filename == PROGRAM
        and _needs_no_arguments(value)
    }
    return sorted(found.values(), key=lambda function: function.__code__.co_firstlineno)


def _needs_no_arguments(function: FunctionType) -> bool:
    code: CodeType = function.__code__
    given = len(function.__defaults__ or ())
    keyword_only = len(function.__kwdefaults__ or ())
    return code.co_argcount <= given and code.co_kwonlyargcount <= keyword_only


def _checked(result: Any, line: int | None) -> WalkerDraft:
    if type(result) is WalkerDraft:
        return result
    if isinstance(result, walker_creator):
        got = "the walker_creator itself; return its get_walker()"
    elif result is None:
        got = "nothing; return the walker_creator's get_walker()"
    else:
        got = f"a value of type {type(result).__name__[:40]}; return the creator's get_walker()"
    raise NoWalker("not-a-walker", f"The program returned {got}.", line)


def _to_json(draft: WalkerDraft) -> dict[str, Any]:
    """The paper's intermediate form and the repairs; the host checks all of it."""
    return {
        "joints": draft.joints,
        "muscles": [
            (a, b, {"type": "distance"})
            if is_distance
            else (a, b, {"type": "muscle", "amplitude": amplitude, "phase": phase})
            for a, b, is_distance, amplitude, phase in draft.muscles
        ],
        "repairs": draft.repairs,
    }


def run(program: str, use: Use = make_walker) -> Outcome:
    """Execute and use ``program`` under the time limit."""
    suspect, uses_random = True, "random" in program
    try:
        try:
            signal.setitimer(signal.ITIMER_PROF, CPU_HARD)
            signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SOFT)
            code = read(program)
            suspect = modules.may_change_shared(code)
            # A context of its own undoes what a program sets in numpy's and decimal's.
            result = contextvars.Context().run(execute, code, use)
            payload = json.dumps(result, allow_nan=False).encode()
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except BaseException as fault:  # noqa: BLE001 - a program may raise anything
        failure = describe(fault)
        spoilt = failure[1] in _SPOILING
        return Outcome(_failure_json(failure), spoilt, suspect, uses_random)
    if len(payload) > MAX_RESULT:
        payload = _failure_json(_failure(Stage.SANDBOX, *DEATHS["output"], None))
    return Outcome(payload, False, suspect, uses_random)


def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    """The handler of the soft time limit."""
    raise TimeLimit


Described = tuple[str, str, str, "int | None"]


def _failure(stage: Stage, code: str, reason: str, line: int | None) -> Described:
    return (stage.value, code, reason, line)


def _failure_json(failure: Described) -> bytes:
    return json.dumps({"failure": failure}).encode()


def describe(fault: BaseException) -> Described:
    """Stage, code, reason and line of what a program raised."""
    line = _line_of(fault)
    if isinstance(fault, Refusal):
        return _failure(Stage.WALKER, str(fault.code), _message(fault), line)
    if isinstance(fault, NoWalker):
        return _failure(Stage.SANDBOX, fault.code, _message(fault), fault.line)
    if isinstance(fault, SyntaxError) and line is None:
        reason = f"Python cannot read the program: {fault.msg}."
        return _failure(Stage.SANDBOX, "syntax-error", reason, fault.lineno)
    for kinds, code, reason in _KNOWN_FAULTS:
        if isinstance(fault, kinds):
            return _failure(Stage.SANDBOX, code, reason or _message(fault), line)
    if isinstance(fault, OSError) and fault.errno == errno.EPERM:
        return _failure(Stage.SANDBOX, *DEATHS["blocked-system-call"], line)
    if line is None and isinstance(fault, ValueError | TypeError | AttributeError):
        # Raised while the draft became JSON: the program put something foreign into it.
        reason = "The walker contains something that is not a finite number."
        return _failure(Stage.WALKER, "non-finite", reason, None)
    reason = f"The program raised {type(fault).__name__[:60]}: {_message(fault)}".rstrip(":. ")
    return _failure(Stage.SANDBOX, "exception", f"{reason}.", line)


_KNOWN_FAULTS: Sequence[tuple[type[BaseException] | tuple[type[BaseException], ...], str, str]] = (
    (TimeLimit, *DEATHS["time-limit"]),
    (MemoryError, *DEATHS["memory-limit"]),
    (RecursionError, "recursion", "The program calls itself too deeply; bound its recursion."),
    (OutputLimit, "output", "The program prints too much; let it print less or nothing."),
    (modules.ImportRefused, "import-refused", ""),
    (Unavailable, "blocked-system-call", ""),
    (
        (SystemExit, KeyboardInterrupt, GeneratorExit),
        "exception",
        "The program ended itself; let it return a walker instead.",
    ),
)


def _message(fault: BaseException) -> str:
    """The first words of a fault's own message; computing them may fail as well."""
    try:
        return str(fault)[:1000]
    except BaseException:  # noqa: BLE001 - the program's own __str__
        return "its message cannot be shown"


def _line_of(fault: BaseException) -> int | None:
    """The program's line where ``fault`` was raised: its innermost frame in the program."""
    line = None
    entry = fault.__traceback__
    while entry is not None:
        if entry.tb_frame.f_code.co_filename == PROGRAM:
            line = entry.tb_lineno
        entry = entry.tb_next
    return line
