"""The modules that programs may import, loaded before the lock shuts the files away."""

from __future__ import annotations

import builtins
import importlib
import opcode
import random
import sys
from collections.abc import Mapping, Sequence
from types import CodeType, ModuleType
from typing import Any

from evolution.walkers.cppn import query_cppn
from evolution.walkers.creator import WalkerDraft, walker_creator

ALLOWED = (
    "math",
    "numpy",
    "random",
    "itertools",
    "functools",
    "collections",
    "dataclasses",
    "typing",
    "abc",
    "enum",
    "operator",
    "statistics",
    "fractions",
    "decimal",
    "copy",
    "string",
    "bisect",
    "heapq",
    "cmath",
    "walk_creator",
)
# numpy loads these parts on first use, which would be too late behind the lock.
_NUMPY_PARTS = ("random", "linalg", "fft", "polynomial", "ma", "strings", "char", "rec")
# Needed by the allowed modules or by Python itself in some rare moment.
_LATE = (
    "collections.abc",
    "unicodedata",
    "encodings.ascii",
    "encodings.latin_1",
    "encodings.utf_8",
    "encodings.raw_unicode_escape",
    "encodings.unicode_escape",
    "inspect",
    "weakref",
    "re",
    "textwrap",
    "warnings",
    "linecache",
    "traceback",
    "__future__",
)

_real_import = builtins.__import__


class ImportRefused(ImportError):
    """The program imports what it may not; an ImportError, as programs may expect one."""


class RepeatableRandom(random.Random):
    """`random.Random` that takes its seed from a constant, never from the machine."""

    def __init__(self, seed: Any = None) -> None:
        super().__init__(0 if seed is None else seed)

    def seed(self, a: Any = None, version: int = 2) -> None:
        super().seed(0 if a is None else a, version)


def guarded_import(
    name: str,
    globals: Mapping[str, object] | None = None,
    locals: Mapping[str, object] | None = None,
    fromlist: Sequence[str] = (),
    level: int = 0,
) -> ModuleType:
    """A program's ``__import__``: the allowed modules, as they are already loaded."""
    root = name.partition(".")[0]
    if level or root not in (*ALLOWED, "__future__"):
        shown = "." * min(level, 3) + name[:60]
        raise ImportRefused(f"{shown} cannot be imported; available are {', '.join(ALLOWED)}.")
    if name not in sys.modules:
        raise ImportRefused(
            f"{name[:60]} cannot be imported; this part of {root} is not available."
        )
    return _real_import(name, globals, locals, fromlist, 0)


def preload() -> None:
    """Load everything that programs may import and make its randomness repeatable."""
    walk_creator = ModuleType("walk_creator", "The walker language, under the paper's name.")
    walk_creator.walker_creator = walker_creator  # type: ignore[attr-defined]
    walk_creator.query_cppn = query_cppn  # type: ignore[attr-defined]
    sys.modules["walk_creator"] = walk_creator
    for name in (*ALLOWED, *(f"numpy.{part}" for part in _NUMPY_PARTS), *_LATE):
        importlib.import_module(name)
    _make_random_repeatable()
    _remember()


def _make_random_repeatable() -> None:
    """Also replaces the module's hidden generator, behind ``random.seed()`` and the rest."""
    scope = vars(random)
    machine, ours = scope["_inst"], RepeatableRandom()
    for name, value in list(scope.items()):
        if getattr(value, "__self__", None) is machine:
            scope[name] = getattr(ours, value.__name__)
    scope.update(Random=RepeatableRandom, _inst=ours)


_WATCHED_CLASSES: tuple[type, ...] = (walker_creator, WalkerDraft, RepeatableRandom)
_remembered: list[tuple[dict[str, Any], dict[str, Any]]] = []
_remembered_classes: list[dict[str, Any]] = []


def _remember() -> None:
    watched = [vars(builtins), sys.modules, *(vars(sys.modules[name]) for name in ALLOWED)]
    watched += [vars(sys.modules[f"numpy.{part}"]) for part in _NUMPY_PARTS]
    _remembered[:] = [(scope, dict(scope)) for scope in watched]
    _remembered_classes[:] = [dict(vars(kind)) for kind in _WATCHED_CLASSES]


_WRITES = frozenset(opcode.opmap[name] for name in ("STORE_ATTR", "DELETE_ATTR"))
_REACHES = frozenset({"setattr", "delattr", "vars", "eval", "exec", "compile", "sys", "modules"})
_HARMLESS = frozenset({"__init__", "__name__"})


def may_change_shared(code: CodeType) -> bool:
    """Whether a program writes attributes or reaches for Python's inside.

    Looking through all shared modules (`unchanged`) copies a thousand pages of
    a forked process, so it is done only after such programs.
    """
    if not _WRITES.isdisjoint(code.co_code[::2]):
        return True
    names = code.co_names
    if not _REACHES.isdisjoint(names):
        return True
    if any(name.startswith("_") and name not in _HARMLESS for name in names):
        return True
    return any(may_change_shared(part) for part in code.co_consts if isinstance(part, CodeType))


def unchanged() -> bool:
    """Whether the shared modules and classes are as `preload` left them.

    It catches the obvious; that a result does not depend on the programs
    before it is shown by running the program alone.
    """
    try:
        return all(scope == before for scope, before in _remembered) and all(
            dict(vars(kind)) == before
            for kind, before in zip(_WATCHED_CLASSES, _remembered_classes, strict=True)
        )
    except Exception:  # noqa: BLE001 - a program's object that cannot be compared is a change
        return False
