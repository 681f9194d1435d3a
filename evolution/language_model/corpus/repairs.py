"""Repairs of planted bugs in general functions: what "Fixed bugs." means to the model.

Functions come from `functions.small_functions` or out of mined commits (`cut_functions`).
None of them is a function of the bug-repair benchmark: `exclusion.check` sees every text.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import takewhile

from evolution.language_model.corpus.bug_sites import parses
from evolution.language_model.corpus.chance import Rng, chance, pick, weighted
from evolution.language_model.corpus.exclusion import check
from evolution.language_model.corpus.planted_bugs import Planted, plant
from evolution.language_model.examples import EditExample

USUAL_MESSAGE = "Fixed bugs."
INTENTION = "fix-bugs"
_USUAL = 0.5  # share of examples with the usual message

# Bugs in one example -> how often.
_COUNTS = ((1, 0.34), (2, 0.2), (3, 0.15), (4, 0.14), (5, 0.1), (6, 0.07))
_TRIES = 3  # for each function

_WORDINGS = (
    "Fixed bug.",
    "Fixed a bug.",
    "Fix bugs",
    "Fix bug",
    "Bug fix.",
    "Bugfix",
    "Fixed errors.",
    "Fix errors",
    "Fix mistakes.",
    "Corrected the code.",
    "Repaired.",
    "Fixed some bugs.",
    "Fix broken code",
    "Make it work.",
    "Fix bugs in `{name}`.",
    "Fixed bug in {name}",
    "Fixed bugs in `{name}` function.",
    "Fix {name}",
    "Repair {name}()",
    "{name} returned the wrong result",
    "Fix wrong result of {name}.",
)
_WORDINGS_OF_KINDS = {
    "misname-one": (
        "Fix NameError in {name}",
        "Fix typo",
        "Fix wrong variable",
        "Fix variable name.",
    ),
    "misname-several": (
        "Fix wrong variable names",
        "Fixed misnamed variables.",
        "Fix NameError",
        "Use the right arguments in {name}.",
    ),
    "operator": ("Fix wrong operator.", "Fix operator in {name}", "Correct the operator."),
    "constant": ("Fix wrong constant", "Fix wrong number in {name}.", "Correct constant."),
    "arguments": ("Fix order of arguments.", "Swap arguments back in {name}"),
    "off-by-one": ("Fix off-by-one error.", "Fix off by one in {name}"),
    "return": ("Fix missing return", "Return the result of {name}."),
    "attribute": ("Fix AttributeError.", "Use the right method."),
    "function": ("Call the right function.", "Fix wrong function call in {name}"),
    "parameter": ("Fix parameter name.", "Fix typo in the arguments of {name}"),
}
_KIND_SHARE = 0.35  # of the other messages, where all bugs are of one kind

_DEFINITION = re.compile(r"([ \t]*)def \w+\(")
_FIRST_NAME = re.compile(r"^\s*(?:def|class) +(\w+)", re.MULTILINE)


def repair_examples(
    rng: Rng, functions: Iterable[str], kinds: Collection[str] | None = None
) -> Iterator[EditExample]:
    """One example from each function in which bugs can be planted.

    Args:
        rng: decides everything.
        functions: program texts that work; may be endless.
        kinds: of bugs, names of `planted_bugs.KINDS`; all of them by default. Functions that
            do not say what they are for are better with `planted_bugs.INFERABLE`.
    """
    for text in functions:
        for _ in range(_TRIES):
            planted = plant(rng, text, weighted(rng, _COUNTS), kinds)
            if planted is None:
                continue
            message = _message(rng, text, planted)
            if not (check(text) or check(planted.text) or check(message)):
                yield EditExample(planted.text, text, message, "domain", INTENTION)
            break


def _message(rng: Rng, text: str, planted: Planted) -> str:
    if chance(rng, _USUAL):
        return USUAL_MESSAGE
    wordings: Sequence[str] = _WORDINGS
    if len(set(planted.kinds)) == 1 and chance(rng, _KIND_SHARE):
        wordings = _WORDINGS_OF_KINDS[planted.kinds[0]]
    names = _FIRST_NAME.findall(text)
    return pick(rng, wordings).format(name=names[0] if names else "the function")


def cut_functions(text: str, *, fewest_lines: int = 3, most_lines: int = 30) -> Iterator[str]:
    """The functions of a program or of a window of one, as texts without indentation.

    A function is cut out by the indentation of its lines, as a window need not parse; what
    is cut out does.
    """
    lines = text.split("\n")
    for at, line in enumerate(lines):
        head = _DEFINITION.match(line)
        if head is None:
            continue
        part = [line, *takewhile(partial(_is_inside, head[1]), lines[at + 1 :])]
        while not part[-1].strip():
            part.pop()
        if fewest_lines <= len(part) <= most_lines:
            function = textwrap.dedent("\n".join(part)) + "\n"
            if parses(function):
                yield function


def _is_inside(indentation: str, line: str) -> bool:
    """Whether a line belongs to a function whose ``def`` is indented so."""
    return not line.strip() or line.startswith((f"{indentation} ", f"{indentation}\t"))
