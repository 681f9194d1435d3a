"""What is known of a line of Python while it is written; see `line_syntax`."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from evolution.language_model.program_facts import Arity
from evolution.language_model.python_words import (
    ABOVE,
    AUGMENTED,
    BEFORE_COLON,
    BINDERS,
    BLOCKS,
    CLOSES,
    SIGNS,
)

UNKNOWN: Arity = (0, 1_000)
UNFINISHED = frozenset({"new", "argument", "function", "module"})  # names, see `LineState.last`


class Want(Enum):
    """What the line needs next."""

    OPERAND = auto()
    OPERATOR = auto()
    EITHER = auto()  # the line begins within brackets that it does not show


class Words(Enum):
    """Which words can come next."""

    NONE = auto()
    ANY = auto()  # a name is bound
    NAMES = auto()  # known names, and words that begin an operand
    ARGUMENTS = auto()  # NAMES, and names of arguments
    ATTRIBUTES = auto()
    OF_MATH = auto()  # attributes of the module math
    OF_NUMPY = auto()
    OPERATORS = auto()
    BOTH = auto()  # ARGUMENTS and OPERATORS


_OF_MODULES = {"math": Words.OF_MATH, "np": Words.OF_NUMPY}


class Bracket(NamedTuple):
    """An open bracket.

    Attributes:
        sign: the bracket.
        arity: of the call that it opens.
        commas: so far.
        reserved: commas that are known to come.
        has_for: whether a ``for`` within it ended its only element.
        is_range: whether it holds whole numbers, as those of a ``range``.
    """

    sign: str
    arity: Arity = UNKNOWN
    commas: int = 0
    reserved: int = 0
    has_for: bool = False
    is_range: bool = False

    def for_signs(self) -> Bracket:
        """See `LineState.for_signs`."""
        least, most = self.arity
        reserved = min(self.reserved, 1)
        left = max(most - self.commas - self.reserved, 0) + reserved
        arity = (min(max(least - self.commas, 0), 3), min(left, 4))
        return self._replace(arity=arity, commas=0, reserved=reserved)


class LineState(NamedTuple):
    """What is written of a line.

    Attributes:
        want: what comes after ``word``.
        brackets: that are open, the outermost first.
        last: the last sign or keyword; "name", "new" (a name that nothing binds yet),
            "argument" (a name that has to be an argument's), "function" (a name that has to
            be called), "module" (one whose attribute has to follow), "0" (a number) or
            "string" for an operand; "" at the start.
        prior: what ``last`` was before.
        word: a name or number that may go on.
        callee: what the operand that ended last takes as arguments.
        head: the keyword that began the statement, or "".
        binds: why names can be new here: "target" of an assignment, behind a "for", or "".
        bound: names that are bound here or were before, beside those of the facts.
        declares: whether names can be new in all of what follows.
        has_colon: whether the statement's colon is written.
        quote: of the string that is open.
        is_free: behind a ``#``.
        awaits: "in" or "=" as long as the line has to stay a target: of a loop, or of an
            assignment whose sign is known to come.
        is_spoilt: whether what is written can no longer be assigned to.
        parameters: names that a ``def`` has so far.
        has_value: whether a parameter's default is being written.
        owner: the name that ended last.
    """

    want: Want = Want.OPERAND
    brackets: tuple[Bracket, ...] = ()
    last: str = ""
    prior: str = ""
    word: str = ""
    callee: Arity = UNKNOWN
    head: str = ""
    binds: str = "target"
    bound: frozenset[str] = frozenset()
    declares: bool = False
    has_colon: bool = False
    quote: str = ""
    is_free: bool = False
    awaits: str = ""
    is_spoilt: bool = False
    parameters: frozenset[str] = frozenset()
    has_value: bool = False
    owner: str = ""

    @classmethod
    def start(cls, stack: str, bound: frozenset[str] = frozenset()) -> LineState:
        """A line's start; ``stack`` are the brackets that lines above opened."""
        if not stack:
            return cls(bound=bound)
        brackets = tuple(map(Bracket, stack))
        return cls(Want.EITHER, brackets, last=ABOVE, head=ABOVE, binds="", bound=bound)

    def before(self, rest: str) -> LineState:
        """The same, if it is known that the line goes on with ``rest`` later.

        The rest's arguments leave room for fewer, and its ``=`` makes a target of what is
        written up to there.
        """
        brackets = list(self.brackets)
        depth = lowest = len(brackets)
        quote, awaits = "", self.awaits
        for sign in SIGNS.findall(rest):
            if quote or sign[0] in "'\"":
                quote = "" if sign == quote else quote or sign
            elif sign == "#":
                break
            elif sign in {"(", "[", "{"}:
                depth += 1
            elif sign in CLOSES:
                depth -= 1
                lowest = min(lowest, depth)
            elif sign == "," and 0 < depth == lowest:
                bracket = brackets[depth - 1]
                brackets[depth - 1] = bracket._replace(reserved=bracket.reserved + 1)
            elif depth == 0 and (sign == "=" or sign in AUGMENTED):
                awaits = awaits or "="
        return self._replace(brackets=tuple(brackets), awaits=awaits)

    def released(self) -> LineState:
        """The same where what `before` knew is about to come."""
        brackets = tuple(bracket._replace(reserved=0) for bracket in self.brackets)
        return self._replace(brackets=brackets, awaits="in" if self.awaits == "in" else "")

    @property
    def can_precede_for(self) -> bool:
        """Whether a ``for`` can follow that binds what is named here: ``[2 * k for k in ...``."""
        return any(bracket.sign != "(" for bracket in self.brackets)

    def words(self) -> Words:
        """Which words can come next, where none has begun."""
        if self.declares and self.head in {"from", "import"}:
            return Words.ANY
        if self.last == ".":
            return _OF_MODULES.get(self.owner, Words.ATTRIBUTES)
        is_signature = self.head == "def" and not self.brackets and self.last == ")"
        if self.last in UNFINISHED or self.is_named_parameter() or is_signature:
            return Words.NONE
        if self.last in BEFORE_COLON and self.last == self.head and not self.prior:
            return Words.NONE
        if self.want is Want.OPERATOR:
            return Words.OPERATORS
        if self.want is Want.EITHER:
            return Words.BOTH
        if self.binds or self.declares:
            return Words.ANY
        return Words.ARGUMENTS if self.takes_arguments() else Words.NAMES

    def takes_arguments(self) -> bool:
        """Whether an argument can be named here."""
        in_call = bool(self.brackets) and self.brackets[-1].sign == "("
        return in_call and self.last in {"(", ",", ABOVE}

    def is_target(self) -> bool:
        """Whether what comes next is one that a value is given to."""
        if self.awaits == "=":  # what stands within ``a[...]`` is no target
            return all(bracket.arity == UNKNOWN for bracket in self.brackets)
        return self.awaits == "in"

    def is_parameter(self) -> bool:
        """Whether a parameter's name comes next."""
        return self.head == "def" and len(self.brackets) == 1 and not self.has_value

    def is_named_parameter(self) -> bool:
        """Whether a parameter's name was the last thing that is written."""
        return self.is_parameter() and self.last == "name"

    def behind_parameter(self) -> frozenset[str]:
        """The signs that can follow its name.

        One that calls give nothing for, or behind one with a default, needs a default; one
        before others that are known to come gets none.
        """
        bracket = self.brackets[0]
        if bracket.commas >= bracket.arity[1]:
            return frozenset("=")
        return frozenset(",):" if bracket.reserved else ",):=")

    def is_header(self) -> bool:
        """Whether the brackets of a ``def`` or ``import`` can open here."""
        return self.head in {"def", "from"} and not self.brackets

    def begins(self) -> bool:
        """Whether a statement begins here."""
        return not self.last and not self.brackets

    def in_range(self) -> bool:
        """Whether whole numbers are asked for."""
        return bool(self.brackets) and self.brackets[-1].is_range

    def takes_numbers(self) -> bool:
        """Whether there can be a number; a statement could begin with one, to no use."""
        return self.takes_values() and not self.begins()

    def takes_values(self) -> bool:
        """Whether there can be more than names here."""
        is_header = self.head in BINDERS or (self.head == "def" and not self.brackets)
        return not (self.is_target() or self.is_parameter() or is_header)

    def operand(self, last: str, callee: Arity | None = None) -> LineState:
        """Behind an operand; ``callee`` is what it takes as arguments, if that is known."""
        binds = self.binds if last in {"name", "new"} else ""
        callee = callee or UNKNOWN
        return self._replace(want=Want.OPERATOR, last=last, callee=callee, binds=binds)

    def is_whole(self) -> bool:
        """Whether a line can end like that; the word is finished."""
        if self.last in UNFINISHED - {"new"}:
            return False
        if self.is_free or self.brackets or not self.last:
            return True
        if self.last == "new" or (self.head in BLOCKS and not self.has_colon):
            return False
        return self.want is Want.OPERATOR or self.last in {",", ":", "return", "yield"}

    def for_signs(self) -> LineState:
        """The same for all signs that can follow; fewer differ, so what follows can be kept."""
        return self._replace(
            prior=self.prior if self.prior in {"(", ",", ABOVE} else "name",
            word=_like(self.word),
            brackets=tuple(bracket.for_signs() for bracket in self.brackets[-4:]),
            callee=(min(self.callee[0], 1), 1_000),
            binds="",
            bound=frozenset(),
            parameters=frozenset(),
            owner="",
        )


def _like(number: str) -> str:
    """A number, or "", that goes on with the same signs."""
    if number[-1:] in {"e", "E"}:
        return "1e"
    return "1" if number.isdigit() else number and "1.0"
