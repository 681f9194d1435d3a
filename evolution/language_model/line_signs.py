"""The signs of a line of Python: which can follow, and what is known behind them."""

from __future__ import annotations

from functools import lru_cache

from evolution.language_model.line_state import UNKNOWN, Bracket, LineState, Want
from evolution.language_model.python_words import (
    ABOVE,
    ALONE,
    AUGMENTED,
    BINDERS,
    BLOCKS,
    CLOSES,
    KEYWORDS,
    UNARY,
)

# Signs that statements begin with. A value that nobody uses could begin with others, too.
_STARTS = {"#", "@", "*", '"', "'", '"""', "'''"}


@lru_cache(maxsize=20_000)  # pieces of text share their first signs
def after_sign(line: LineState, sign: str) -> LineState | None:
    """Behind one sign; the line's word is finished."""
    state = line._replace(prior=line.last, last=sign, callee=UNKNOWN)
    is_behind = line.want is not Want.OPERAND  # whether an operand can have ended
    is_before = line.want is not Want.OPERATOR
    if sign == "#":
        return state._replace(is_free=True) if line.is_whole() else None
    if (line.last == "function" and sign != "(") or (line.last == "module" and sign != "."):
        return None
    if sign == "/" and line.in_range():
        return None
    is_target = sign in {"=", ",", ":"} or (line.brackets and sign in CLOSES)
    if (line.last == "new" and not is_target) or (line.last == "argument" and sign != "="):
        return None
    if line.begins() and sign not in _STARTS:
        return None
    if line.is_named_parameter() and sign not in line.behind_parameter():
        return None
    if sign[0] in "'\"":
        can = is_before and line.takes_values()
        return state._replace(quote=sign, binds="") if can else None
    if sign in {"(", "[", "{"}:
        return _open(line, state, sign)
    if sign in CLOSES:
        return _close(line, state, sign)
    if sign == ",":
        return _comma(line, state) if is_behind else None
    if sign in {":", "=", ";"} or sign in AUGMENTED:
        return _ends_part(line, state, sign)
    if sign == ".":
        is_from = line.head == "from"
        can = is_from or (is_behind and line.last not in {"0"} | ALONE)
        return state._replace(want=Want.OPERAND) if can and line.awaits != "in" else None
    if sign == "...":
        return state.operand("value") if is_before else None
    return _operator(line, state, sign, is_behind=is_behind)


def _operator(line: LineState, state: LineState, sign: str, *, is_behind: bool) -> LineState | None:
    """Behind a sign between operands, or before one. ``state`` is the line with the sign."""
    is_unpacking = sign in {"*", "**"} and line.last in {"(", "[", "{", ",", "", "import"}
    if not is_behind and is_unpacking:
        return state._replace(want=Want.OPERAND, brackets=_unpacked(line.brackets))
    if not line.takes_values():
        return None
    is_spoilt = line.is_spoilt or not line.brackets
    state = state._replace(want=Want.OPERAND, binds="", is_spoilt=is_spoilt)
    if is_behind and sign != "~":
        return state
    is_decorator = sign == "@" and not line.last
    return state if (sign in UNARY and line.last != ".") or is_decorator else None


def _open(line: LineState, state: LineState, sign: str) -> LineState | None:
    arity = UNKNOWN
    if line.want is Want.OPERATOR:
        if sign == "{" or line.last in {"0", "value"} or line.last in KEYWORDS:
            return None
        is_call = sign == "("
        if line.awaits == "in" or (is_call and not (line.takes_values() or line.is_header())):
            return None
        arity = line.callee if is_call else (1, 1_000)
        state = state._replace(is_spoilt=line.is_spoilt or (is_call and not line.brackets))
    elif line.last == "." or line.is_parameter():
        return None
    is_range = line.last == "function" and line.owner == "range"
    brackets = (*line.brackets, Bracket(sign, arity, is_range=is_range))
    binds = line.binds if line.want is Want.OPERAND else ""
    return state._replace(want=Want.OPERAND, brackets=brackets, binds=binds)


def _close(line: LineState, state: LineState, sign: str) -> LineState | None:
    if not line.brackets or line.brackets[-1].sign != CLOSES[sign]:
        return None
    bracket = line.brackets[-1]
    is_empty = line.last in {"(", "[", "{", ","}
    count = bracket.commas + (not is_empty)
    least, most = bracket.arity
    can = line.want is not Want.OPERAND or is_empty or (line.last == ":" and sign == "]")
    in_def = line.head == "def" and len(line.brackets) == 1
    if not can or not (least <= count <= most or (count > most and in_def)):
        return None
    return state._replace(want=Want.OPERATOR, brackets=line.brackets[:-1])


def _comma(line: LineState, state: LineState) -> LineState | None:
    brackets = line.brackets
    if brackets:
        bracket = brackets[-1]
        is_for = bracket.has_for and line.awaits != "in"
        # One more parameter can be the last.
        most = 1_000 if line.head == "def" and not bracket.reserved else bracket.arity[1]
        if is_for or bracket.commas + 1 + bracket.reserved >= most:
            return None
        brackets = (*brackets[:-1], bracket._replace(commas=bracket.commas + 1))
    elif line.awaits == "=":  # what is assigned has not become more
        return None
    has_value = line.has_value and len(brackets) > 1
    return state._replace(want=Want.OPERAND, brackets=brackets, has_value=has_value)


def _ends_part(line: LineState, state: LineState, sign: str) -> LineState | None:
    """A colon, semicolon or assignment."""
    is_behind = line.want is not Want.OPERAND
    inner = line.brackets[-1].sign if line.brackets else ""
    state = state._replace(want=Want.OPERAND, binds="")
    if sign == ":":
        if inner in {"[", "{"} or line.declares:
            can = is_behind or line.last in {"[", ",", ":", "lambda"}
            in_def = line.head == "def" and bool(inner)
            state = state._replace(declares=in_def, has_value=in_def)
            return state._replace(has_colon=line.has_colon or not inner) if can else None
        if inner or not is_behind or (line.head and line.head not in BLOCKS | {ABOVE}):
            return None
        is_name = line.last in {"name", "new"}
        return state._replace(has_colon=True) if line.head or is_name else None
    if not is_behind or line.head in BINDERS:
        return None
    if sign == ";":
        return LineState(bound=line.bound) if not line.brackets else None
    if line.brackets:
        is_keyword = line.last in {"name", "new", "argument"} and line.prior in {"(", ",", ABOVE}
        can = sign == "=" and inner == "(" and (is_keyword or line.declares)
        brackets = _with_default(line.brackets) if line.head == "def" else line.brackets
        return state._replace(has_value=True, brackets=brackets) if can else None
    if line.last in {"0", "string", "value"} or (line.head and not line.declares):
        return None
    return None if line.is_spoilt else state._replace(awaits="")


def _with_default(brackets: tuple[Bracket, ...]) -> tuple[Bracket, ...]:
    """The same where all further parameters need a default, too."""
    first = brackets[0]
    return (first._replace(arity=(first.arity[0], first.commas + 1)), *brackets[1:])


def _unpacked(brackets: tuple[Bracket, ...]) -> tuple[Bracket, ...]:
    """The same where one argument can stand for many."""
    return (*brackets[:-1], brackets[-1]._replace(arity=UNKNOWN)) if brackets else ()
