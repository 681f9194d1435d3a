"""Other names for the same programs, so that a model copies names instead of guessing them.

A generator's programs share a few hundred names; a small model would learn these by
heart and write them into programs that have others. So training draws many groups of
examples with their names replaced, consistently over parent and children.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from evolution.language_model.examples import EditExample
from evolution.language_model.python_words import WORD

_ATTRIBUTE = re.compile(r"\.\s*([^\W\d]\w*)")
# What the walker language and the sandbox call so; see `evolution.walkers.creator`.
_KEPT = {
    "amplitude", "is_distance", "j0", "j1", "make_walker", "math", "np", "numpy", "phase",
    "query_cppn", "walk_creator", "walker_creator", "x", "y",
}  # fmt: skip
_FIXED = _KEPT | set(keyword.kwlist) | set(dir(builtins))
_LONGEST = 12  # characters of a new name


def names_of(words: Sequence[str]) -> list[str]:
    """Those of the words that can be new names, sorted."""
    found = {word.strip() for word in words}
    return sorted(
        word
        for word in found
        if word.isascii() and word.isidentifier() and 1 <= len(word) <= _LONGEST
        and word not in _FIXED
    )  # fmt: skip


def renamed(
    group: Sequence[EditExample], names: Sequence[str], rng: np.random.Generator
) -> list[EditExample]:
    """Examples of one parent with other names; as they are where the parent does not parse.

    Names that are attributes or keywords of calls somewhere, or words of a message, stay.

    Args:
        names: to draw new names from; those that the group uses already are not drawn.
    """
    texts = [group[0].parent, *(example.child for example in group)]
    bound = _bound(texts)
    if not bound:
        return list(group)
    spoken = {word for example in group for word in WORD.findall(example.message)}
    attributes = {word for text in texts for word in _ATTRIBUTE.findall(text)}
    used = {word for text in texts for word in WORD.findall(text)} | spoken
    old = sorted(bound - _FIXED - attributes - spoken)
    free = [name for name in _draw(names, 3 * len(old), rng) if name not in used]
    new = dict(zip(old, dict.fromkeys(free), strict=False))

    def change(text: str) -> str:
        return WORD.sub(lambda match: new.get(match[0], match[0]), text)

    return [replace(e, parent=change(e.parent), child=change(e.child)) for e in group]


def _draw(names: Sequence[str], count: int, rng: np.random.Generator) -> list[str]:
    """Names, every third of two words."""
    drawn = [names[int(at)] for at in rng.integers(len(names), size=count)]
    return [
        f"{name}_{names[int(rng.integers(len(names)))]}" if rng.random() < 1 / 3 else name
        for name in drawn
    ]


def _bound(texts: Sequence[str]) -> set[str]:
    """Names that the programs give to something of their own."""
    found: set[str] = set()
    for number, text in enumerate(texts):
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            if number == 0:
                return set()
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.arg):
                found.add(node.arg)
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
    return found
