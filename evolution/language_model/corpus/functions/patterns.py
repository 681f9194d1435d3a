"""Functions written as text with gaps for names: ``name(parameters): what it does``, the body."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from string import Template

from evolution.language_model.corpus.chance import Rng, pick
from evolution.language_model.corpus.functions.draft import Draft

_HEAD = re.compile(r"(\w+)\((.*)\): (.+)")


def patterns(text: str) -> tuple[str, ...]:
    """The patterns of a text, which blank lines set apart; a name's gap is ``$name``."""
    return tuple(part.strip("\n") for part in textwrap.dedent(text).strip().split("\n\n"))


def filled(rng: Rng, choices: Sequence[str], **names: str | int) -> Draft:
    """One of the patterns with its gaps filled."""
    head, *body = Template(pick(rng, choices)).substitute(names).split("\n")
    match = _HEAD.fullmatch(head)
    if match is None:
        raise ValueError(f"{head!r} is not the head of a pattern.")
    name, parameters, about = match.groups()
    lines = textwrap.dedent("\n".join(body)).split("\n")
    imports = ("math",) if any("math." in line for line in lines) else ()
    return Draft(name, parameters.split(", "), about, lines, imports)
