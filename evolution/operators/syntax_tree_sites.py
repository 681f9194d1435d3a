"""Where a program can be edited: the sites and what is known about its names.

Edits are splices of the program's bytes, placed by source positions, so what
is not edited keeps its formatting and comments. All offsets count bytes of
the UTF-8 text, as the positions of `ast` do.

Kinds are guesses from how a value is used: "number", "condition",
"sequence", "object" (its attributes are used), or "" when nothing tells.
They only keep edits from being senseless; nothing depends on their truth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

Splice = tuple[int, int, bytes]  # replace bytes start to end by these
Slot = tuple[str, int | str]  # a kind of place, e.g. a function's second argument

SYMBOL_FAMILIES: tuple[tuple[bytes, ...], ...] = (
    (b"+", b"-", b"*", b"/", b"//", b"%", b"**"),
    (b"&", b"|", b"^", b"<<", b">>"),
    (b"+=", b"-=", b"*=", b"/="),
    (b"<", b"<=", b">", b">=", b"==", b"!="),
    (b"in", b"not in"),
    (b"is", b"is not"),
    (b"and", b"or"),
)
FAMILY_OF_SYMBOL = {symbol: family for family in SYMBOL_FAMILIES for symbol in family}
# Functions that give one number, for one number or more.
NUMERIC_CALLS = frozenset(
    {"abs", "float", "int", "len", "max", "min", "pow", "round", "sum", "cos", "sin", "sqrt"}
)


class Number(NamedTuple):
    """A literal, with its sign; ``counting`` where only a whole number makes sense."""

    start: int
    end: int
    value: int | float
    counting: bool


class Symbol(NamedTuple):
    """A binary operator or comparison in its place."""

    start: int
    end: int
    text: bytes


class Name(NamedTuple):
    """A variable that is read, or the name of a function where it is ``called``."""

    start: int
    end: int
    text: str
    scope: int
    called: bool


class Expression(NamedTuple):
    """A value in its place.

    ``atomic`` values need no parentheses anywhere, ``loose`` places need none.
    ``counting`` places want a whole number, ``whole`` values are one.
    """

    start: int
    end: int
    scope: int
    slot: Slot
    kind: str
    atomic: bool
    loose: bool
    counting: bool
    whole: bool

    def accepts(self, source: Expression) -> bool:
        """Whether ``source`` makes sense in this place, as far as is known."""
        if self.kind and source.kind and self.kind != source.kind:
            return False
        return not self.counting or source.whole or not source.kind


class Call(NamedTuple):
    """A call with its plain positional arguments, as (start, end)."""

    start: int
    end: int
    callee: str
    arguments: tuple[tuple[int, int], ...]


class Statement(NamedTuple):
    """A statement that has its lines for itself; the span ends after its newline."""

    start: int
    end: int
    indent: bytes
    block: int
    scope: int
    kind: str  # "import", "definition", "return", "loop", "docstring" or "plain"
    binds: str | None  # the one name that an assignment binds
    rigid: bool  # holds a string of several lines: its indentation must stay


@dataclass(slots=True)
class Scope:
    """A function's, comprehension's or the module's names, by where they are first bound."""

    parent: int | None
    is_class: bool = False
    variables: dict[str, int] = field(default_factory=dict)
    callables: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    counts: set[str] = field(default_factory=set)  # variables that hold whole numbers


@dataclass(slots=True)
class Program:
    """A parsed program's sites; made by `evolution.operators.syntax_tree_reader.read_program`."""

    data: bytes
    numbers: list[Number] = field(default_factory=list)
    flags: list[tuple[int, int, bool]] = field(default_factory=list)
    symbols: list[Symbol] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    expressions: list[Expression] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    items: list[tuple[int, int]] = field(default_factory=list)  # elements of list displays
    statements: list[Statement] = field(default_factory=list)
    block_sizes: list[int] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=lambda: [Scope(None)])
    slots: dict[Slot, list[Expression]] = field(default_factory=dict)

    def chain(self, scope: int) -> Iterator[tuple[int, Scope]]:
        """The scopes whose names are visible in ``scope``, inmost first."""
        current: int | None = scope
        while current is not None:
            entry = self.scopes[current]
            if not entry.is_class or current == scope:
                yield current, entry
            current = entry.parent

    def owner(self, name: str, scope: int) -> Scope | None:
        """The scope that binds ``name`` as it is seen from ``scope``."""
        for _, entry in self.chain(scope):
            if name in entry.variables or name in entry.callables:
                return entry
        return None

    def kind_of(self, name: str, scope: int) -> str:
        entry = self.owner(name, scope)
        return "" if entry is None else entry.kinds.get(name, "")

    def visible_names(self, scope: int, at: int, called: bool) -> list[str]:
        """Names of the wanted sort that are bound before offset ``at``, inmost scope first."""
        found: dict[str, None] = {}
        for _, entry in self.chain(scope):
            table = entry.callables if called else entry.variables
            for name, bound_at in table.items():
                if bound_at < at:
                    found[name] = None
        return list(found)

    def reads(self, start: int, end: int) -> list[Name]:
        """The names that are read between two offsets."""
        return [name for name in self.names if start <= name.start and name.end <= end]

    def can_stand(self, start: int, end: int, scope: int, at: int) -> bool:
        """Whether the names read in a span would be visible and bound at another place."""
        for name in self.reads(start, end):
            home = self.owner(name.text, name.scope)
            if home is None:
                continue  # a builtin, or bound elsewhere
            bound_at = home.variables.get(name.text, home.callables.get(name.text, 0))
            if start <= bound_at < end:
                continue  # it brings its own, as a comprehension does
            if bound_at >= at and home is self.scopes[scope]:
                return False
            if self.owner(name.text, scope) is not home:
                return False
        return True
