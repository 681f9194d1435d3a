"""Edits that tie many joints at once, by a loop: neighbours, braces, spokes."""

from __future__ import annotations

import re
from collections.abc import Callable

from evolution.language_model.corpus.chance import Rng, chance, pick
from evolution.language_model.corpus.change import Change
from evolution.language_model.corpus.intentions.base import Edit, Intention
from evolution.language_model.corpus.intentions.drafting import loop_variable, muscle, text_of
from evolution.language_model.corpus.intentions.wordings import wordings
from evolution.language_model.corpus.references import scene
from evolution.language_model.corpus.source import Source


def _over_list(kind: str) -> Callable[[Source, Rng], Edit | None]:
    """A loop before the end that ties the joints of a list to each other."""

    def make(source: Source, rng: Rng) -> Edit | None:
        lists = {n: size for n, size in scene(source).lists.items() if size < 0 or size > 2}
        if kind == "neighbours":
            lists = {n: size for n, size in lists.items() if not _is_chained(source, n)}
        finish = source.finish
        if finish is None:
            return None
        if not lists:
            return _over_numbers(source, rng, kind) if kind != "hub" else None
        name = pick(rng, list(lists))
        k = loop_variable(source)
        if kind == "hub":
            hubs = list(scene(source).joints) or [f"{other}[0]" for other in lists if other != name]
            if not hubs:
                return None
            lines = _hub(source, rng, name, pick(rng, hubs), k)
        elif kind == "neighbours":
            lines = _chain(source, rng, name, k, 1, lists[name])
        else:
            lines = _chain(source, rng, name, k, pick(rng, (2, 2, 2, 3)), lists[name])
        return Edit(source.spliced([source.before(finish, lines)]), {"name": name})

    return make


def _is_chained(source: Source, name: str) -> bool:
    """Whether the program seems to tie the neighbours of a list already."""
    return (
        f"{name}[1:]" in source.text
        or re.search(rf"{name}\[\(?\w+ \+ 1\)?", source.text) is not None
    )


def _over_numbers(source: Source, rng: Rng, kind: str) -> Edit | None:
    """The same for joints that no list holds: by their numbers."""
    least = scene(source).least
    names = scene(source).joints
    assert source.finish is not None
    if len(names) >= 4 and chance(rng, 0.6):
        step = 1 if kind == "neighbours" else 2
        pairs = [f"({a}, {b})" for a, b in zip(names, names[step:], strict=False)][:6]
        lines = [f"for a, b in [{', '.join(pairs)}]:", f"    {muscle(source, rng, 'a', 'b')}"]
    elif least >= 4:
        k, step = loop_variable(source), 1 if kind == "neighbours" else 2
        lines = [
            f"for {k} in range({least - step}):",
            f"    {muscle(source, rng, k, f'{k} + {step}', at=_running(rng, k))}",
        ]
    else:
        return None
    return Edit(source.spliced([source.before(source.finish, lines)]))


def _running(rng: Rng, k: str) -> str:
    """A phase along an index."""
    return pick(rng, (f"{k} * {text_of(0.2 + 2.2 * rng.random(), 1)}", "0.0", k))


def _chain(source: Source, rng: Rng, name: str, k: str, step: int, length: int) -> list[str]:
    total = str(length) if length > 0 and chance(rng, 0.3) else f"len({name})"
    if step == 1 and chance(rng, 0.35):
        return [
            f"for a, b in zip({name}, {name}[1:]):",
            f"    {muscle(source, rng, 'a', 'b')}",
        ]
    if chance(rng, 0.25):
        far = f"{name}[({k} + {step}) % {total}]"
        head = f"for {k} in range({total}):"
    else:
        far = f"{name}[{k} + {step}]"
        head = f"for {k} in range({total} - {step}):"
    return [head, f"    {muscle(source, rng, f'{name}[{k}]', far, at=_running(rng, k))}"]


def _hub(source: Source, rng: Rng, name: str, hub: str, k: str) -> list[str]:
    if chance(rng, 0.5):
        return [
            f"for {k}, joint in enumerate({name}):",
            f"    {muscle(source, rng, hub, 'joint', active=True, at=_running(rng, k))}",
        ]
    return [f"for joint in {name}:", f"    {muscle(source, rng, hub, 'joint')}"]


def _braced(change: Change) -> bool:
    return change.same_joints and change.muscles_added >= 2 and change.lost_muscles == 0


BRACING = (
    Intention(
        "connect-neighbours",
        wordings(
            "[Connect|Tie|Link] [neighbours|neighbouring joints|adjacent "
            "joints|consecutive joints]",
            "[Connect|Tie|Link] each joint [to|with] the next[| one]",
            "[Connect|Link] [neighbours|neighbouring joints] in {name}",
            "[Chain|String] the joints together",
            "[Add|Put] muscles between [neighbours|neighbouring joints|adjacent joints]",
        ),
        _over_list("neighbours"),
        _braced,
        lambda c: not c.numbers_only,
        weight=4.0,
        inside=0.3,
    ),
    Intention(
        "cross-brace",
        wordings(
            "[Cross-brace|Brace|Cross brace] [the body|the walker|the frame|it]",
            "[Add|Put in] [diagonals|cross braces|braces|cross bracing|diagonal muscles]",
            "[Connect|Tie] every [second|other] joint",
            "[Connect|Tie] {name} crosswise",
            "[Stiffen|Strengthen] [the body|the frame] [with|by] diagonals",
        ),
        _over_list("brace"),
        _braced,
        lambda c: not c.numbers_only,
        weight=3.5,
        inside=0.3,
    ),
    Intention(
        "connect-to-hub",
        wordings(
            "[Connect|Tie|Link] [all joints|everything|each joint] to [one joint|the "
            "hub|the middle|one of them]",
            "[Add|Put in] spokes",
            "[Connect|Tie] all of {name} to one joint",
            "[Spokes|Add spokes] to [all joints|every joint]",
        ),
        _over_list("hub"),
        _braced,
        lambda c: not c.numbers_only,
        weight=4.0,
        inside=0.3,
    ),
)
