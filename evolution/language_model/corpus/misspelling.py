"""Wrong names that look like the right ones."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from keyword import iskeyword

from evolution.language_model.corpus.chance import Rng, chance, pick, whole

_LETTERS = "abcdefghijkmnpqrstuvwxyz"
_NUMBERED = re.compile(r"([A-Za-z]+)(_?)(\d+)")
_SYNONYMS = {
    "total": ("sum", "tot", "totals"), "result": ("results", "res", "ret"), "value": ("val",),
    "values": ("vals", "value"), "items": ("item", "elements"), "item": ("items", "itm"),
    "number": ("num", "numbers"), "numbers": ("nums", "number"), "count": ("cnt", "counter"),
    "length": ("len", "lenght"), "width": ("widht", "w"), "height": ("heigth", "h"),
    "first": ("frist", "1st_"), "radius": ("r", "raduis"), "text": ("txt", "string"),
    "index": ("idx", "i"), "data": ("date", "dat"), "self": ("slef",), "left": ("lefft", "l"),
    "right": ("rigth", "r"), "key": ("keys",), "name": ("names", "nam"),
}  # fmt: skip


def lookalike(rng: Rng, name: str, taken: Collection[str]) -> str:
    """A name that is not ``name`` and mostly not in ``taken``."""
    for _ in range(6):
        wrong = _misspelt(rng, name)
        if wrong != name and wrong not in taken and wrong.isidentifier() and not iskeyword(wrong):
            return wrong
    return name + pick(rng, ("_", "s", "x", "2"))


def _misspelt(rng: Rng, name: str) -> str:
    numbered = _NUMBERED.fullmatch(name)
    if numbered:
        stem, glue, digits = numbered.groups()
        style = rng.random()
        if len(stem) == 1 and style < 0.5:
            return f"{pick(rng, _LETTERS)}{glue}{digits}"
        if style < 0.75:
            return f"{stem}{glue}{max(int(digits) + pick(rng, (-1, 1, 1, 2)), 0)}"
        return pick(rng, (stem, f"{stem}{'' if glue else '_'}{digits}", f"{stem}{digits}{digits}"))
    if len(name) == 1:
        return pick(rng, _LETTERS) if chance(rng, 0.8) else name + pick(rng, ("1", "0", name))
    if name in _SYNONYMS and chance(rng, 0.4):
        return pick(rng, _SYNONYMS[name])
    return _typo(rng, name)


def _typo(rng: Rng, name: str) -> str:
    at = whole(rng, 0, len(name) - 2)
    style = whole(rng, 0, 6)
    if style == 0:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]  # exchanged
    if style == 1:
        return name[: at + 1] + name[at:]  # doubled
    if style == 2:
        return name[: at + 1] + name[at + 2 :]  # left out
    if style == 3:
        return name[:-1] if name.endswith("s") else name + "s"
    if style == 4:
        return name.replace("_", "") if "_" in name else name.capitalize()
    if style == 5:
        return name[: max(2, len(name) // 2)]
    return name[:at] + pick(rng, _LETTERS) + name[at + 1 :]  # another letter


def other_scheme(rng: Rng, names: Sequence[str], taken: Collection[str]) -> list[str]:
    """One wrong name for each of ``names``, all made in the same way."""
    matches = [_NUMBERED.fullmatch(name) for name in names]
    style = rng.random()
    if all(match and len(match[1]) == 1 for match in matches) and style < 0.75:
        letter = _unused(rng, {match[1] for match in matches if match})
        return [f"{letter}{match[2]}{match[3]}" for match in matches if match]
    if all(len(name) == 1 for name in names) and style < 0.6:
        if chance(rng, 0.5):
            shift = pick(rng, (1, 1, 2, len(names)))
            return [chr((ord(name) - 97 + shift) % 26 + 97) for name in names]
        letter = pick(rng, _LETTERS)
        return [f"{letter}{at + 1}" for at in range(len(names))]
    if all(matches) and style < 0.9:
        step = pick(rng, (1, -1, 1))
        return [f"{m[1]}{m[2]}{max(int(m[3]) + step, 0)}" for m in matches if m]
    if style < 0.75:
        mark = pick(rng, ("_", "1", "s", "x", "0"))
        return [name + mark for name in names]
    if chance(rng, 0.3) and taken:
        same = pick(rng, sorted(taken))
        return [same for _ in names]
    return [lookalike(rng, name, taken) for name in names]


def _unused(rng: Rng, letters: set[str]) -> str:
    """Another letter, most often the next one."""
    letter = min(letters)
    if chance(rng, 0.35) and letter < "z":
        return chr(ord(letter) + 1)
    return pick(rng, [other for other in _LETTERS if other not in letters])
