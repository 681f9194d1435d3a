"""How a line of Python goes on: operands and operators in turn, brackets, arguments.

`LineState` reads a line piece by piece, as a model writes it, and refuses what cannot
become Python: two operands side by side, a call with more arguments than the function
takes, a name that nothing binds. It knows less than Python's own parser, which needs the
whole line; what it lets through still has to compile.
"""

from __future__ import annotations

import keyword
import re
from enum import Enum, auto
from typing import NamedTuple

from evolution.language_model.program_facts import Arity, Facts

_UNKNOWN: Arity = (0, 1_000)

# Longest first, so that a run of signs is cut as Python does it.
_SIGNS = re.compile(
    r"\"{3}|'{3}|\*\*=|//=|<<=|>>=|\.\.\.|->|:=|==|!=|<=|>=|\*\*|//|<<|>>|[-+*/%@&|^]=|[-+*/%@&|^~<>=.,:;()\[\]{}'\"#]"
)
_NUMBER = re.compile(
    r"0[xob][\da-f]+|(\d[\d_]*\.?\d*|\.\d+)(e[-+]?\d+)?j?", re.IGNORECASE | re.ASCII
)
_NUMBER_BEGINS = re.compile(r"(\d[\d_]*\.?\d*|\.\d*)(e[-+]?\d*)?j?|0[xob][\da-f]*", re.IGNORECASE)
_LEXEMES = re.compile(r" +|\w+|[^\w\s]+|\s")
_CLOSES = {")": "(", "]": "[", "}": "{"}
_AUGMENTED = {"**=", "//=", "<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "@=", "&=", "|=", "^="}
_UNARY = {"+", "-", "~"}
STRING_PREFIXES = {"f", "r", "b", "u", "fr", "rf", "rb", "br"}

VALUES = frozenset({"None", "True", "False"})
BEFORE_OPERANDS = frozenset({"not", "lambda", "await", "yield"})
BETWEEN_OPERANDS = frozenset({"and", "or", "in", "is", "if", "else", "for", "as", "not", "from"})
_ALONE = frozenset({"pass", "break", "continue"})
_BEFORE_COLON = frozenset({"else", "try", "finally"})
_DECLARES = frozenset(
    {"def", "class", "import", "from", "global", "nonlocal", "with", "except", "async", "lambda"}
)
_BLOCKS = (
    frozenset({"if", "elif", "while", "for", "with", "def", "class", "except"}) | _BEFORE_COLON
)
STATEMENTS = (
    _ALONE | _BLOCKS | (_DECLARES - {"lambda"}) | {"return", "del", "assert", "raise", "yield"}
)
KEYWORDS = frozenset(keyword.kwlist)
_ABOVE = "..."  # the head of a statement that began on a line above


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
    ATTRIBUTES = auto()
    OPERATORS = auto()
    BOTH = auto()  # NAMES and OPERATORS


class Bracket(NamedTuple):
    """An open bracket.

    Attributes:
        sign: the bracket.
        arity: of the call that it opens.
        commas: so far.
    """

    sign: str
    arity: Arity = _UNKNOWN
    commas: int = 0

    def for_signs(self) -> Bracket:
        """See `LineState.for_signs`."""
        least, most = (min(max(number - self.commas, 0), 8) for number in self.arity)
        return Bracket(self.sign, (least, most))


class LineState(NamedTuple):
    """What is written of a line.

    Attributes:
        want: what comes after ``word``.
        brackets: that are open, the outermost first.
        last: the last sign or keyword; "name", "new" (a name that nothing binds yet),
            "0" (a number) or "string" for an operand; "" at the start.
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
    """

    want: Want = Want.OPERAND
    brackets: tuple[Bracket, ...] = ()
    last: str = ""
    prior: str = ""
    word: str = ""
    callee: Arity = _UNKNOWN
    head: str = ""
    binds: str = "target"
    bound: frozenset[str] = frozenset()
    declares: bool = False
    has_colon: bool = False
    quote: str = ""
    is_free: bool = False

    @classmethod
    def start(cls, stack: str, bound: frozenset[str] = frozenset()) -> LineState:
        """A line's start; ``stack`` are the brackets that lines above opened."""
        if not stack:
            return cls(bound=bound)
        brackets = tuple(map(Bracket, stack))
        return cls(Want.EITHER, brackets, last="...", head=_ABOVE, binds="", bound=bound)

    def after(self, text: str, facts: Facts) -> LineState | None:
        """What is written once ``text`` is; None if it cannot become Python."""
        state: LineState | None = self
        for lexeme in _LEXEMES.findall(text):
            if state is None or state.is_free:
                return state
            if state.quote:
                state = state._in_string(lexeme, facts)
            elif lexeme.isspace():
                state = state.finished(facts) if lexeme.strip(" ") == "" else None
            elif lexeme[0].isalnum() or lexeme[0] == "_":
                state = state._with_word(lexeme, facts)
            else:
                state = state._with_signs(lexeme, facts)
        return state

    def can_end(self, facts: Facts) -> bool:
        """Whether the line can end here."""
        state = self.finished(facts)
        return state is not None and not state.quote and state._is_whole()

    @property
    def can_precede_for(self) -> bool:
        """Whether a ``for`` can follow that binds what is named here: ``[2 * k for k in ...``."""
        return any(bracket.sign != "(" for bracket in self.brackets)

    def words(self) -> Words:
        """Which words can come next, where none has begun."""
        if self.declares and self.head in {"from", "import"}:
            return Words.ANY
        if self.last == ".":
            return Words.ATTRIBUTES
        if self.last == "new":
            return Words.NONE
        if self.last in _BEFORE_COLON and self.last == self.head and not self.prior:
            return Words.NONE
        if self.want is Want.OPERATOR:
            return Words.OPERATORS
        if self.want is Want.EITHER:
            return Words.BOTH
        return Words.ANY if self.binds or self.declares else Words.NAMES

    def finished(self, facts: Facts) -> LineState | None:
        """The state behind its word; None if the word is none."""
        word = self.word
        if not word:
            return self
        state = self._replace(word="", prior=self.last, callee=_UNKNOWN)
        if word[0].isdigit() or word[0] == ".":
            is_number = self.want is not Want.OPERATOR and _NUMBER.fullmatch(word)
            return state._operand("0") if is_number else None
        if word in KEYWORDS:
            return state._keyword(self.last, word)
        if self.last == ".":
            is_known = word in facts.attributes or self.declares
            return state._operand("name", facts.methods.get(word)) if is_known else None
        if self.want is Want.OPERATOR or self.words() is Words.NONE:
            return None
        if self.last == "def":  # what its calls take is no longer known
            return state._operand("name")._replace(bound=self.bound | {word})
        if word in self.bound:
            return state._operand("name")
        if word in facts.names:
            return state._operand("name", facts.functions.get(word))
        if len(word) == 1 and self.can_precede_for:
            return state._operand("name")
        if not (self.binds or self.declares):
            return None
        last = "new" if self.binds == "target" else "name"
        return state._operand(last)._replace(bound=self.bound | {word})

    def _operand(self, last: str, callee: Arity | None = None) -> LineState:
        binds = self.binds if last in {"name", "new"} else ""
        callee = callee or _UNKNOWN
        return self._replace(want=Want.OPERATOR, last=last, callee=callee, binds=binds)

    def _keyword(self, last: str, word: str) -> LineState | None:
        """Behind a keyword; ``last`` was before it."""
        if last == "." and (self.head, word) != ("from", "import"):
            return None
        state = self._replace(want=Want.OPERAND, last=word, binds="for" if word == "for" else "")
        if last in {"", "async"} and word in STATEMENTS:
            want = Want.OPERATOR if word in _ALONE | _BEFORE_COLON else Want.OPERAND
            return state._replace(want=want, head=word, declares=word in _DECLARES)
        if word == "import" and self.head == "from":
            return state
        if word in BETWEEN_OPERANDS and self.want is not Want.OPERAND:
            if word == "not":
                return self._replace(last=word)
            return state._replace(declares=self.declares or word == "as")
        if self.want is Want.OPERATOR:
            return None
        if word in VALUES:
            return self._operand("value")
        if word in BEFORE_OPERANDS:
            return state._replace(declares=self.declares or word == "lambda")
        return None

    def _in_string(self, lexeme: str, facts: Facts) -> LineState | None:
        if "\\" in lexeme:
            return self  # what is escaped is not looked into; the string goes on
        _, quote, rest = lexeme.partition(self.quote)
        if not quote:
            return self
        state = self._replace(quote="")._operand("string")
        return state._with_signs(rest, facts) if rest else state

    def _with_word(self, lexeme: str, facts: Facts) -> LineState | None:
        word = self.word + lexeme
        if word[0].isdigit() or word[0] == ".":
            is_operand = self.want is not Want.OPERATOR and self.last != "."
            return (
                self._replace(word=word) if is_operand and _NUMBER_BEGINS.fullmatch(word) else None
            )
        if not self.word and self.words() is Words.NONE:
            return None
        return self._replace(word=word)

    def _with_signs(self, text: str, facts: Facts) -> LineState | None:
        """Behind a run of signs without a space."""
        state: LineState | None = self
        while state is not None and text and not state.is_free:
            if state.quote:
                return state._in_string(text, facts)
            if state.word.lower() in STRING_PREFIXES and text[0] in "'\"":
                state = state._replace(word="")
            elif number := state._number_with(text):
                state, text = state._replace(word=number), text[1:]
            else:
                found = _SIGNS.match(text)
                if found is None:
                    return None
                text = text[found.end() :]
                state = state.finished(facts)
                state = state and state._sign(found[0])
        return state

    def _number_with(self, text: str) -> str | None:
        """The number that the first sign belongs to: ``2`` with ``.5``, ``1e`` with ``-3``."""
        number = self.word + text[0]
        if self.word:
            can = number[0].isdigit() or number[0] == "."
        else:
            is_dot = text[0] == "." and text[:3] != "..."
            is_module = self.last == "." or self.head in {"from", "import"}
            can = is_dot and self.want is Want.OPERAND and not is_module
        return number if can and _NUMBER_BEGINS.fullmatch(number) else None

    def _sign(self, sign: str) -> LineState | None:
        """Behind one sign; the word is finished."""
        state = self._replace(prior=self.last, last=sign, callee=_UNKNOWN)
        is_behind = self.want is not Want.OPERAND  # whether an operand can have ended
        is_before = self.want is not Want.OPERATOR
        if sign == "#":
            return state._replace(is_free=True) if self._is_whole() else None
        is_target = sign in {"=", ",", ":"} or (self.brackets and sign in _CLOSES)
        if self.last == "new" and not is_target:
            return None
        if sign[0] in "'\"":
            return state._replace(quote=sign, binds="") if is_before else None
        if sign in {"(", "[", "{"}:
            return self._open(state, sign)
        if sign in _CLOSES:
            return self._close(state, sign)
        if sign == ",":
            return self._comma(state) if is_behind else None
        if sign in {":", "=", ";"} or sign in _AUGMENTED:
            return self._ends_part(state, sign)
        if sign == ".":
            is_from = self.head == "from"
            can = is_from or (is_behind and self.last not in {"0", "pass", "break", "continue"})
            return state._replace(want=Want.OPERAND) if can else None
        if sign == "...":
            return state._operand("value") if is_before else None
        state = state._replace(want=Want.OPERAND, binds="")
        if is_behind and sign != "~":
            return state
        if sign in _UNARY or (sign == "@" and not self.last):
            return state if self.last != "." else None
        if sign in {"*", "**"} and self.last in {"(", "[", "{", ",", "", "import"}:
            return state._replace(brackets=_unpacked(self.brackets), binds=self.binds)
        return None

    def for_signs(self) -> LineState:
        """The same for all signs that can follow; fewer differ, so what follows can be kept."""
        return self._replace(
            prior=self.prior if self.prior in {"(", ",", _ABOVE} else "name",
            word=_like(self.word),
            brackets=tuple(bracket.for_signs() for bracket in self.brackets[-4:]),
            bound=frozenset(),
        )

    def _is_whole(self) -> bool:
        if self.is_free or self.brackets or not self.last:
            return True
        if self.last == "new" or (self.head in _BLOCKS and not self.has_colon):
            return False
        return self.want is Want.OPERATOR or self.last in {",", ":", "return", "yield"}

    def _open(self, state: LineState, sign: str) -> LineState | None:
        arity = _UNKNOWN
        if self.want is Want.OPERATOR:
            if sign == "{" or self.last in {"0", "value"} or self.last in KEYWORDS:
                return None
            arity = self.callee if sign == "(" else (1, 1_000)
        elif self.last == ".":
            return None
        brackets = (*self.brackets, Bracket(sign, arity))
        binds = self.binds if self.want is Want.OPERAND else ""
        return state._replace(want=Want.OPERAND, brackets=brackets, binds=binds)

    def _close(self, state: LineState, sign: str) -> LineState | None:
        if not self.brackets or self.brackets[-1].sign != _CLOSES[sign]:
            return None
        bracket = self.brackets[-1]
        is_empty = self.last in {"(", "[", "{", ","}
        count = bracket.commas + (not is_empty)
        least, most = bracket.arity
        can = self.want is not Want.OPERAND or is_empty or (self.last == ":" and sign == "]")
        if not can or not least <= count <= most:
            return None
        return state._replace(want=Want.OPERATOR, brackets=self.brackets[:-1])

    def _comma(self, state: LineState) -> LineState | None:
        brackets = self.brackets
        if brackets:
            bracket = brackets[-1]
            if bracket.commas + 1 >= bracket.arity[1]:
                return None
            brackets = (*brackets[:-1], bracket._replace(commas=bracket.commas + 1))
        return state._replace(want=Want.OPERAND, brackets=brackets)

    def _ends_part(self, state: LineState, sign: str) -> LineState | None:
        """A colon, semicolon or assignment."""
        is_behind = self.want is not Want.OPERAND
        inner = self.brackets[-1].sign if self.brackets else ""
        state = state._replace(want=Want.OPERAND, binds="")
        if sign == ":":
            if inner in {"[", "{"} or self.declares:
                can = is_behind or self.last in {"[", ",", ":", "lambda"}
                state = state._replace(declares=self.head == "def" and bool(inner))
                return state._replace(has_colon=self.has_colon or not inner) if can else None
            if inner or not is_behind or (self.head and self.head not in _BLOCKS | {_ABOVE}):
                return None
            is_name = self.last in {"name", "new"}
            return state._replace(has_colon=True) if self.head or is_name else None
        if not is_behind:
            return None
        if sign == ";":
            return LineState(bound=self.bound) if not self.brackets else None
        if self.brackets:
            is_keyword = self.last in {"name", "new"} and self.prior in {"(", ",", "..."}
            can = sign == "=" and inner == "(" and (is_keyword or self.declares)
            return state if can else None
        if self.last in {"0", "string", "value"} or (self.head and not self.declares):
            return None
        return state


def _unpacked(brackets: tuple[Bracket, ...]) -> tuple[Bracket, ...]:
    """The same where one argument can stand for many."""
    return (*brackets[:-1], brackets[-1]._replace(arity=_UNKNOWN)) if brackets else ()


def _like(number: str) -> str:
    """A number, or "", that goes on with the same signs."""
    if number[-1:] in {"e", "E"}:
        return "1e"
    return "1" if number.isdigit() else number and "1.0"
