"""Whether a program is close to a shipped seed: such programs are kept out of training.

A search starts from the seeds, so what a model does with them must not come from having
seen them. Names and numbers do not count, only the course of the code: the share of a
program's token windows that a seed has too.
"""

from __future__ import annotations

import keyword
import re
from functools import cache

from evolution.walkers.seeds import SEEDS

LIMIT = 0.7  # of all windows of both; variants with other numbers and names reach 1
_WINDOW = 6  # tokens
_TOKEN = re.compile(r"[A-Za-z_]\w*|\d[\w.]*|[^\s\w]")
_NOTE = re.compile(r'#[^\n]*|"""[\s\S]*?"""')
_SPELLED = frozenset(
    {*keyword.kwlist, "add_joint", "add_muscle", "get_walker", "range", "len", "zip", "enumerate"}
)


def close_seed(text: str) -> str | None:
    """The name of the seed that ``text`` is close to, or None."""
    own = _windows(text)
    for name, theirs in _seed_windows().items():
        together = len(own | theirs)
        if together and len(own & theirs) / together >= LIMIT:
            return name
    return None


def _windows(text: str) -> set[tuple[str, ...]]:
    tokens = [_kind(token) for token in _TOKEN.findall(_NOTE.sub("", text))]
    return {tuple(tokens[at : at + _WINDOW]) for at in range(len(tokens) - _WINDOW + 1)}


def _kind(token: str) -> str:
    if token[0].isdigit():
        return "0"
    if (token[0].isalpha() or token[0] == "_") and token not in _SPELLED:
        return "name"
    return token


@cache
def _seed_windows() -> dict[str, set[tuple[str, ...]]]:
    return {name: _windows(seed.program) for name, seed in SEEDS.items()}
