"""How a line of Python goes on: operands and operators in turn, brackets, arguments.

`after` reads a line piece by piece, as a model writes it, and refuses what cannot become
Python: two operands side by side, a call with more arguments than the function takes, a
name that nothing binds. It knows less than Python's own parser, which needs the whole
line; what it lets through still has to compile.
"""

from __future__ import annotations

from evolution.language_model.line_signs import after_sign
from evolution.language_model.line_state import UNKNOWN, LineState, Want, Words
from evolution.language_model.program_facts import MATH_ATTRIBUTES, METHODS, MODULES, Facts
from evolution.language_model.python_words import (
    ALONE,
    BEFORE_COLON,
    BEFORE_OPERANDS,
    BETWEEN_OPERANDS,
    DECLARES,
    KEYWORDS,
    LEXEMES,
    NUMBER,
    NUMBER_BEGINS,
    SIGNS,
    STATEMENTS,
    STRING_PREFIXES,
    VALUES,
)


def after(line: LineState, text: str, facts: Facts) -> LineState | None:
    """What is written once ``text`` is; None if it cannot become Python."""
    state: LineState | None = line
    for lexeme in LEXEMES.findall(text):
        if state is None or state.is_free:
            return state
        if state.quote:
            state = _in_string(state, lexeme, facts)
        elif lexeme.isspace():
            state = finished(state, facts) if lexeme.strip(" ") == "" else None
        elif lexeme[0].isalnum() or lexeme[0] == "_":
            state = _with_word(state, lexeme, facts)
        else:
            state = _with_signs(state, lexeme, facts)
    return state


def can_end(line: LineState, facts: Facts) -> bool:
    """Whether the line can end here."""
    state = finished(line, facts)
    return state is not None and not state.quote and state.is_whole()


def finished(line: LineState, facts: Facts) -> LineState | None:
    """The state behind its word; None if the word is none."""
    word = line.word
    if not word:
        return line
    state = line._replace(word="", prior=line.last, callee=UNKNOWN)
    if word[0].isdigit() or word[0] == ".":
        can = line.want is not Want.OPERATOR and line.takes_numbers()
        return state.operand("0") if can and NUMBER.fullmatch(word) else None
    if word in KEYWORDS:
        return _keyword(state, line.last, word)
    if line.last == ".":
        is_called = word in facts.called and (line.owner == "math" or word in METHODS)
        state = state.operand("function" if is_called else "name", facts.methods.get(word))
        return state._replace(owner="") if _has(line, word, facts) else None
    if line.want is Want.OPERATOR or line.words() is Words.NONE:
        return None
    if line.is_parameter():
        names = line.parameters | {word}
        state = state._replace(parameters=names, bound=line.bound | {word})
        return state.operand("name") if word not in line.parameters else None
    return _name(state, line.last, word, facts)


def _has(line: LineState, word: str, facts: Facts) -> bool:
    """Whether the owner can have this attribute."""
    if line.declares or facts.attributes is None:
        return True
    if line.owner in MODULES:
        return word in (MATH_ATTRIBUTES if line.owner == "math" else facts.of_numpy)
    return word in facts.attributes


def _name(line: LineState, last: str, word: str, facts: Facts) -> LineState | None:
    state = line._replace(owner=word)
    if last == "def":
        takes = facts.definitions.get(word)
        return state.operand("name", takes)._replace(bound=line.bound | {word})
    if word in line.bound:
        return state.operand("name")
    if word in facts.names:
        is_module = word in MODULES and facts.attributes is not None and not line.declares
        last = "module" if is_module else "function" if word in facts.called else "name"
        return state.operand(last, facts.functions.get(word))
    if len(word) == 1 and line.can_precede_for:
        return state.operand("name")
    if word in facts.keywords and line.takes_arguments():
        return state.operand("argument")
    if not (line.binds or line.declares):
        return None
    last = "new" if line.binds == "target" else "name"
    return state.operand(last)._replace(bound=line.bound | {word})


def _keyword(line: LineState, last: str, word: str) -> LineState | None:
    """Behind a keyword; ``last`` was before it."""
    if last == "." and (line.head, word) != ("from", "import"):
        return None
    if (line.is_target() and word != line.awaits) or line.words() is Words.NONE:
        return None
    is_for = word == "for"
    state = line._replace(want=Want.OPERAND, last=word, binds="for" if is_for else "")
    if is_for or word == "in":
        state = state._replace(awaits="in" if is_for else "")
    if last in {"", "async"} and word in STATEMENTS:
        want = Want.OPERATOR if word in ALONE | BEFORE_COLON else Want.OPERAND
        return state._replace(want=want, head=word, declares=word in DECLARES)
    if word == "import" and line.head == "from":
        return state
    if word in BETWEEN_OPERANDS and line.want is not Want.OPERAND:
        if word == "not":
            return line._replace(last=word)
        if is_for and line.brackets:
            brackets = (*line.brackets[:-1], line.brackets[-1]._replace(has_for=True))
            state = state._replace(brackets=brackets)
        return state._replace(declares=line.declares or word == "as")
    if line.want is Want.OPERATOR:
        return None
    if word in VALUES:
        return line.operand("value") if line.takes_values() else None
    if word in BEFORE_OPERANDS:
        return state._replace(declares=line.declares or word == "lambda")
    return None


def _in_string(line: LineState, lexeme: str, facts: Facts) -> LineState | None:
    if "\\" in lexeme:
        return line  # what is escaped is not looked into; the string goes on
    _, quote, rest = lexeme.partition(line.quote)
    if not quote:
        return line
    state = line._replace(quote="").operand("string")
    return _with_signs(state, rest, facts) if rest else state


def _with_word(line: LineState, lexeme: str, facts: Facts) -> LineState | None:
    word = line.word + lexeme
    if word[0].isdigit() or word[0] == ".":
        is_operand = line.want is not Want.OPERATOR and line.last != "."
        is_operand = is_operand and line.takes_numbers() and not (line.in_range() and "." in word)
        return line._replace(word=word) if is_operand and NUMBER_BEGINS.fullmatch(word) else None
    if not line.word and line.words() is Words.NONE:
        return None
    return line._replace(word=word)


def _with_signs(line: LineState, text: str, facts: Facts) -> LineState | None:
    """Behind a run of signs without a space."""
    state: LineState | None = line
    while state is not None and text and not state.is_free:
        if state.quote:
            return _in_string(state, text, facts)
        if state.word.lower() in STRING_PREFIXES and text[0] in "'\"":
            state = state._replace(word="")
        elif number := _number_with(state, text):
            state, text = state._replace(word=number), text[1:]
        else:
            found = SIGNS.match(text)
            if found is None:
                return None
            text = text[found.end() :]
            state = finished(state, facts)
            state = state and after_sign(state, found[0])
    return state


def _number_with(line: LineState, text: str) -> str | None:
    """The number that the first sign belongs to: ``2`` with ``.5``, ``1e`` with ``-3``."""
    number = line.word + text[0]
    if line.word:
        can = number[0].isdigit() or number[0] == "."
    else:
        is_dot = text[0] == "." and text[:3] != "..."
        is_module = line.last == "." or line.head in {"from", "import"}
        can = is_dot and line.want is Want.OPERAND and not is_module and line.takes_numbers()
    return number if can and NUMBER_BEGINS.fullmatch(number) else None
