"""What host and zygote say to each other, and how the host checks it.

Frames are a length (4 bytes, big-endian) and a payload. A request is JSON,
``{"groups": [[program, ...], ...]}``: one child process runs each group in
order. With ``"calls": {"function", "arguments"}`` beside it, a function of each
program is called (`calls`); without, each makes its walker. The reply holds one
item per program: a kind (1 byte), a length and a payload. ``RESULT``
carries the child's JSON, of which nothing is trusted; ``DIED`` carries the
zygote's word on how the child ended. Never pickle.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evolution.types import Failure, Stage
from evolution.walkers import Walker, WalkerError

MAX_TEXT = 128_000
"""Bytes of UTF-8 that a program may have."""
MAX_RESULT = 128 * 1024
"""Bytes of JSON that a program may make of its walker."""
MAX_BATCH = 50
"""Programs that share one process, at most."""
MAX_OUTPUT = 64 * 1024
"""Characters that a program may print; they are thrown away."""
CPU_SOFT, CPU_HARD = 0.3, 0.4
"""Seconds of calculation after which a program is told to stop, and is stopped."""
WALL_STEP, WALL_LIMIT = 1.0, 5.0
"""Seconds after which a child that does not calculate is ended, and any child is."""

LENGTH = struct.Struct("!I")
ITEM = struct.Struct("!BI")
RESULT, DIED = 0, 1

_CODE = re.compile(r"[a-z]+(-[a-z]+)*")
_MAX_CODE, _MAX_REASON, _MAX_COUNT, _MAX_REPAIRS = 40, 400, 10_000_000, 32

# How a child can end without an answer: code, reason.
DEATHS: dict[str, tuple[str, str]] = {
    "time-limit": (
        "time-limit",
        f"The program takes too long (more than {CPU_SOFT:g} s of calculation); let it do less.",
    ),
    "memory-limit": ("memory-limit", "The program needs too much memory; let it build less."),
    "blocked-system-call": (
        "blocked-system-call",
        "The program asked for something of the machine; programs can only calculate.",
    ),
    "output": ("output", "The program's result is too large; build a smaller walker."),
    "crashed": (
        "crashed",
        "The program made Python itself crash; look for endless recursion or huge numbers.",
    ),
}


@dataclass(frozen=True, slots=True)
class Built:
    """What a program made.

    Attributes:
        walker: checked against every limit by the host.
        repairs: code -> count, of `evolution.walkers.creator.REPAIRS`.
    """

    walker: Walker
    repairs: dict[str, int]


class ProtocolError(ValueError):
    """A message has the wrong shape."""


def check_text(program: str, entry_point: str = "make_walker") -> Failure | None:
    """What is wrong with a text before it is run, if anything."""
    try:
        size = len(program.encode())
    except UnicodeEncodeError as error:
        line = program.count("\n", 0, error.start) + 1
        return _refused("invalid-utf8", "The text is not valid UTF-8; save it as UTF-8.", line)
    if size > MAX_TEXT:
        return _refused(
            "too-long", f"The text has {size:,} bytes; programs have at most {MAX_TEXT:,}."
        )
    if "\0" in program:
        line = program.count("\n", 0, program.index("\0")) + 1
        return _refused("null-byte", "The text contains a null character; remove it.", line)
    if not program.strip():
        return _refused("empty-program", f"There is no program; define {entry_point}.")
    return None


def _refused(code: str, reason: str, line: int | None = None) -> Failure:
    return Failure(Stage.SANDBOX, code, reason, line)


def split_items(reply: bytes) -> Iterator[tuple[int, bytes]]:
    """The (kind, payload) items of a zygote's reply.

    Raises:
        ProtocolError: if the reply does not end where its last item ends.
    """
    at = 0
    while at < len(reply):
        if at + ITEM.size > len(reply):
            raise ProtocolError("The sandbox's reply is cut off.")
        kind, size = ITEM.unpack_from(reply, at)
        at += ITEM.size
        if at + size > len(reply):
            raise ProtocolError("The sandbox's reply is cut off.")
        yield kind, reply[at : at + size]
        at += size


def read_item(kind: int, payload: bytes, program: str) -> Built | Failure:
    """Turn one item into a checked value; ``program`` bounds the line numbers."""
    if kind != RESULT:
        return _read_death(payload)
    try:
        return _read_result(json.loads(payload, parse_constant=_no_constant), program)
    except WalkerError as error:
        return Failure(Stage.WALKER, error.code, str(error))
    except OverflowError:
        reason = "The walker contains a number that is too large."
        return Failure(Stage.WALKER, "non-finite", reason)
    except (ValueError, RecursionError):
        return _refused("crashed", "The program spoilt its own result; let it return a walker.")


def _read_death(payload: bytes) -> Failure:
    code, reason = DEATHS.get(payload.decode("ascii", "replace"), DEATHS["crashed"])
    return _refused(code, reason)


def read_values(kind: int, payload: bytes, program: str, count: int) -> list[Any] | Failure:
    """As `read_item`, for a program whose function was called ``count`` times."""
    if kind != RESULT:
        return _read_death(payload)
    try:
        result = json.loads(payload, parse_constant=_no_value)
        if not isinstance(result, dict):
            raise ProtocolError("A result is an object.")
        if "failure" in result:
            return _read_failure(result["failure"], program)
        values = result.get("results")
        if not (isinstance(values, list) and len(values) == count):
            raise ProtocolError("There is one result for each call.")
    except (ValueError, RecursionError):
        return _refused("crashed", "The program spoilt its own result; let it return a value.")
    return values


def _no_value(name: str) -> float:
    raise ProtocolError(f"{name} is not JSON.")


def _read_result(result: Any, program: str) -> Built | Failure:
    if not isinstance(result, dict):
        raise ProtocolError("A result is an object.")
    if "failure" in result:
        return _read_failure(result["failure"], program)
    return Built(Walker.from_json(result), _read_repairs(result.get("repairs")))


def _no_constant(name: str) -> float:
    raise WalkerError("non-finite", f"The walker contains {name}; every number must be finite.")


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _MAX_CODE and bool(_CODE.fullmatch(value))


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 < value <= _MAX_COUNT


def _read_failure(entry: Any, program: str) -> Failure:
    """A failure as the child tells it: shape checked, text bounded, never markup-safe."""
    if not (isinstance(entry, list) and len(entry) == 4):
        raise ProtocolError("A failure has four parts.")
    stage, code, reason, line = entry
    if stage not in (Stage.SANDBOX.value, Stage.WALKER.value) or not _is_code(code):
        raise ProtocolError("A failure has a known stage and a code.")
    if not isinstance(reason, str):
        raise ProtocolError("A reason is text.")
    lines = program.count("\n") + program.count("\r") + 1
    if type(line) is not int or not 1 <= line <= lines:
        line = None
    return Failure(Stage(stage), code, clean(reason), line)


def clean(text: str) -> str:
    """One bounded line without control characters or lone surrogates."""
    text = text[: 4 * _MAX_REASON].encode("utf-8", "replace").decode()
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= _MAX_REASON else text[: _MAX_REASON - 1] + "…"


def _read_repairs(entry: Any) -> dict[str, int]:
    if not (
        isinstance(entry, dict)
        and len(entry) <= _MAX_REPAIRS
        and all(_is_code(code) and _is_count(count) for code, count in entry.items())
    ):
        raise ProtocolError("Repairs are counts by code.")
    return entry
