"""A function before it is text: its parts, the names of its arguments, ways to write it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evolution.language_model.corpus.chance import Rng, chance, pick, whole

_FAMILIES_OF_WORDS = (
    ("first", "second", "third", "fourth", "fifth", "sixth"),
    ("one", "two", "three", "four", "five", "six"),
    ("left", "right", "up", "down"),
    ("width", "height", "depth"),
    ("north", "east", "south", "west"),
    ("red", "green", "blue", "alpha"),
    ("spring", "summer", "autumn", "winter"),
    ("price", "tax", "tip", "discount"),
    ("morning", "noon", "evening", "night"),
    ("top", "bottom", "front", "back", "inner", "outer"),
    ("rent", "food", "travel", "leisure", "savings"),
    ("alpha", "beta", "gamma", "delta", "epsilon"),
    ("low", "mid", "high"),
    ("monday", "tuesday", "wednesday", "thursday", "friday"),
    ("math", "physics", "history", "music", "art"),
    ("wheat", "rice", "corn", "oats"),
    ("hip", "knee", "ankle", "toe"),
)
_RUNS = ("abcdefgh", "pqrstuvw", "xyzw", "uvwxyz", "klmnop", "ijk", "rst", "mnop", "ghijkl")
_STEMS = ("value", "item", "bit", "input", "part", "score", "term", "arg", "num", "side", "cell")
RESULTS = ("result", "total", "value", "out", "res", "answer", "ret", "acc", "s", "r", "n", "y")
LISTS = ("values", "items", "numbers", "xs", "data", "seq", "nums", "elements", "points", "row")
ELEMENTS = ("value", "item", "x", "v", "n", "element", "entry", "number", "e", "k")


@dataclass(slots=True)
class Draft:
    """One function.

    Attributes:
        name: its name.
        parameters: their names, perhaps with defaults.
        about: what it does, a phrase in the imperative without a full stop.
        body: its lines; indentation is relative to the body.
        imports: modules that it uses.
    """

    name: str
    parameters: Sequence[str]
    about: str
    body: list[str]
    imports: tuple[str, ...] = ()


def arguments(rng: Rng, count: int) -> list[str]:
    """Names of ``count`` arguments of one kind: b1, b2, b3; p, q, r; first, second, third."""
    style = rng.random()
    if style < 0.42:
        letter = "abcdefghijkmnpqrstuvwxyz"[whole(rng, 0, 23)]
        start = whole(rng, 0, 1)
        return [f"{letter}{start + at}" for at in range(count)]
    if style < 0.65:
        run = pick(rng, [run for run in _RUNS if len(run) >= count] or ["abcdefghijkl"])
        return list(run[:count])
    if style < 0.85:
        words = [family for family in _FAMILIES_OF_WORDS if len(family) >= count]
        if words:
            return list(pick(rng, words)[:count])
    stem, start = pick(rng, _STEMS), whole(rng, 0, 1)
    glue = pick(rng, ("", "_"))
    if chance(rng, 0.3):
        return [f"{stem}_{letter}" for letter in "abcdefghij"[:count]]
    return [f"{stem}{glue}{start + at}" for at in range(count)]


def listed(rng: Rng, names: Sequence[str]) -> str:
    """The names inside of brackets of some kind."""
    glue = ", " if chance(rng, 0.85) else ","
    inside = glue.join(names)
    return f"[{inside}]" if chance(rng, 0.7) else f"({inside})"


def returning(rng: Rng, expression: str) -> list[str]:
    """Lines that return an expression, directly or by way of a variable."""
    if chance(rng, 0.6):
        return [f"return {expression}"]
    name = pick(rng, RESULTS[:7])
    return [f"{name} = {expression}", f"return {name}"]


def number(rng: Rng) -> str:
    """A constant as people write them."""
    style = rng.random()
    if style < 0.5:
        return str(whole(rng, 1, 12))
    if style < 0.7:
        return str(pick(rng, (10, 12, 16, 20, 24, 25, 30, 50, 60, 64, 100, 180, 255, 360, 1000)))
    return str(round(float(rng.random()) * pick(rng, (1, 5, 20)), whole(rng, 1, 2)) + 0.0)


def written(rng: Rng, draft: Draft) -> str:
    """The function's text, in one of many layouts."""
    glue = ", " if chance(rng, 0.92) else ","
    typed = chance(rng, 0.1)
    parameters = [_typed(rng, p) for p in draft.parameters] if typed else draft.parameters
    arrow = pick(rng, (" -> float", " -> int", "")) if typed else ""
    lines = [f"def {draft.name}({glue.join(parameters)}){arrow}:"]
    comment = chance(rng, 0.15)
    if comment:
        lines.insert(0, f"# {_sentence(rng, draft.about)}")
    if not comment or chance(rng, 0.4):
        lines += [f"    {line}".rstrip() for line in _docstring(rng, draft)]
    blanks = chance(rng, 0.08)
    for at, line in enumerate(draft.body):
        if blanks and at and not line.startswith(" "):
            lines.append("")
        lines.append(f"    {line}")
    return "".join(f"{line}\n" for line in lines)


def _typed(rng: Rng, parameter: str) -> str:
    name, _, default = parameter.partition("=")
    kind = "list" if name in LISTS else pick(rng, ("float", "int"))
    return f"{name}: {kind} = {default}" if default else f"{name}: {kind}"


def _sentence(rng: Rng, about: str) -> str:
    style = rng.random()
    if style < 0.6:
        about = about[0].upper() + about[1:]
    elif style < 0.75:
        verb, _, rest = about.partition(" ")
        about = f"{_third_person(verb)} {rest}"
    return about + ("." if chance(rng, 0.75) else "")


def _third_person(verb: str) -> str:
    verb = verb[0].upper() + verb[1:]
    if verb.endswith("y"):
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "x", "sh", "ch", "o")) else f"{verb}s"


def _docstring(rng: Rng, draft: Draft) -> list[str]:
    quote = '"""' if chance(rng, 0.9) else "'''"
    sentence = _sentence(rng, draft.about)
    style = rng.random()
    if style < 0.08:
        return []
    if style < 0.75:
        inner = f" {sentence} " if chance(rng, 0.12) else sentence
        return [f"{quote}{inner}{quote}"]
    names = [parameter.partition("=")[0] for parameter in draft.parameters]
    if style < 0.85 or not names:
        return [quote, sentence, quote]
    if style < 0.93:
        return [f"{quote}{sentence}", "", f"Arguments: {', '.join(names)}.", quote]
    return [
        f"{quote}{sentence}",
        "",
        *(f":param {name}: {pick(rng, ('a number', 'an input', 'the value'))}" for name in names),
        quote,
    ]
