"""An endless supply of small, ordinary functions: what bugs are planted in.

None is a function of the bug-repair benchmark; `exclusion.check` is applied to what is
made of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from evolution.language_model.corpus.chance import Rng, chance, pick, weighted
from evolution.language_model.corpus.functions import arithmetic, decisions, loops, sequences
from evolution.language_model.corpus.functions.draft import Draft, written

# How often each family comes, relative to the others.
FAMILIES: tuple[tuple[Callable[[Rng], Draft], float], ...] = (
    (arithmetic.aggregate, 8.0),
    (arithmetic.sum_then, 10.0),
    (arithmetic.weighted, 6.0),
    (arithmetic.polynomial, 5.0),
    (arithmetic.distance, 4.0),
    (arithmetic.measure, 5.0),
    (arithmetic.bits, 6.0),
    (arithmetic.pairwise, 7.0),
    (sequences.filtered, 3.0),
    (sequences.counted, 3.0),
    (sequences.mapped, 3.0),
    (sequences.checked, 3.0),
    (sequences.folded, 3.0),
    (sequences.extreme, 2.0),
    (sequences.sliding, 4.0),
    (sequences.two_lists, 4.0),
    (sequences.dictionaries, 3.0),
    (decisions.predicate, 7.0),
    (decisions.choice, 6.0),
    (decisions.graded, 2.0),
    (loops.looped, 6.0),
    (loops.texts, 5.0),
)
_CLASSES = 0.03  # share of texts that are a class
_MORE = 0.15  # chance of one more function in a text, after each


def small_functions(rng: Rng) -> Iterator[str]:
    """Texts of one to a few functions, without end; Python that compiles."""
    while True:
        if chance(rng, _CLASSES):
            yield loops.small_class(rng)
            continue
        drafts = [weighted(rng, FAMILIES)(rng)]
        while len(drafts) < 4 and chance(rng, _MORE):
            drafts.append(weighted(rng, FAMILIES)(rng))
        imports = sorted({module for draft in drafts for module in draft.imports})
        head = "".join(f"import {module}\n" for module in imports)
        gap = pick(rng, ("\n\n", "\n\n", "\n"))
        text = gap.join(written(rng, draft) for draft in drafts)
        yield f"{head}{gap}{text}" if head and chance(rng, 0.85) else text
