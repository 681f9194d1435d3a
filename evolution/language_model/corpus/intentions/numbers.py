"""Edits that change numbers and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from evolution.language_model.corpus.chance import Rng, between, chance, pick, sample, whole
from evolution.language_model.corpus.change import Change
from evolution.language_model.corpus.intentions.base import Edit, Intention
from evolution.language_model.corpus.intentions.drafting import like, nearby
from evolution.language_model.corpus.intentions.wordings import wordings
from evolution.language_model.corpus.roles import Number, numbers, with_role
from evolution.language_model.corpus.source import Source, Splice

_PLACE = re.compile(r"(?:add_joint|(?<![\w.]))\($")  # what stands before the x of a place


def rewritten(source: Source, rng: Rng, changes: list[tuple[Number, float]]) -> list[Splice]:
    """Splices that give numbers new values, written like the old ones."""
    splices = []
    for number, value in changes:
        old = source.text[number.start : number.end]
        new = str(round(value)) if number.whole else like(rng, old, value)
        if new != old:
            splices.append((number.start, number.end, new))
    return splices


def _edit(source: Source, splices: list[Splice], **values: str) -> Edit | None:
    return Edit(source.spliced(splices), values) if splices else None


def _tunable(source: Source, rng: Rng) -> list[Number]:
    """Numbers that may change freely: an index or a modulus seldom may, a count sometimes."""
    counts = chance(rng, 0.35)
    return [
        n
        for n in numbers(source)
        if n.role != "index" and (not n.whole or (counts and n.role == "count"))
    ]


def _one_number(source: Source, rng: Rng) -> Edit | None:
    found = _tunable(source, rng) if chance(rng, 0.9) else numbers(source)
    if not found:
        return None
    number = pick(rng, found)
    splices = rewritten(source, rng, [(number, nearby(rng, number))])
    if not splices:
        return None
    old = source.text[number.start : number.end]
    return _edit(source, splices, old=old, new=splices[0][2])


def _parameters(source: Source, rng: Rng) -> Edit | None:
    """Several numbers: neighbours in the text, all of one role, or scattered ones."""
    found = _tunable(source, rng)
    if len(found) < 2:
        return None
    count = pick(rng, (2, 2, 2, 3, 3, 4, 5))
    choice = rng.random()
    if choice < 0.6:
        first = whole(rng, 0, max(0, len(found) - count))
        chosen = found[first : first + count]
    elif choice < 0.85:
        role = pick(rng, found).role
        chosen = sample(rng, [n for n in found if n.role == role], count)
    else:
        chosen = sample(rng, found, count)
    return _edit(source, rewritten(source, rng, [(n, nearby(rng, n)) for n in chosen]))


def _strengths(source: Source, rng: Rng) -> Edit | None:
    found = with_role(source, "amplitude")
    if not found:
        return None
    all_of_them = chance(rng, 0.7 if len(found) <= 3 else 0.2)
    chosen = found if all_of_them else sample(rng, found, whole(rng, 1, 3))
    choice = rng.random()
    if choice < 0.4:
        factor = pick(rng, (0.5, 0.7, 1.3, 1.5, 2.0, 3.0))
        changes = [(n, n.value * factor) for n in chosen]
        way = "Increase" if factor > 1 else "Decrease"
    elif choice < 0.65:
        value = round(between(rng, 0.3, 4.0), 1)
        old = sum(abs(n.value) for n in chosen) / len(chosen)
        changes, way = [(n, value) for n in chosen], "Increase" if value > old else "Decrease"
        splices = rewritten(source, rng, changes)
        return _edit(source, splices, way=way, new=splices[0][2]) if splices else None
    else:
        changes = [(n, nearby(rng, n)) for n in chosen]
        return _edit(source, rewritten(source, rng, changes))
    return _edit(source, rewritten(source, rng, changes), way=way)


def _timings(source: Source, rng: Rng) -> Edit | None:
    found = with_role(source, "phase")
    if not found:
        return None
    all_of_them = chance(rng, 0.7 if len(found) <= 3 else 0.2)
    chosen = found if all_of_them else sample(rng, found, whole(rng, 1, 3))
    choice = rng.random()
    if choice < 0.25 and len(chosen) > 1:
        step, start = between(rng, 0.3, 2.4), between(rng, 0, 3)
        changes = [(n, start + k * step) for k, n in enumerate(chosen)]
    elif choice < 0.35:
        value = pick(rng, (0.0, 1.57, 3.14, 0.5, 1.0))
        changes = [(n, value) for n in chosen]
        splices = rewritten(source, rng, changes)
        return _edit(source, splices, new=splices[0][2]) if splices else None
    elif choice < 0.5:
        shift = pick(rng, (1.57, 3.14, 0.8, -0.8))
        changes = [(n, n.value + shift) for n in chosen]
    else:
        changes = [(n, nearby(rng, n)) for n in chosen]
    return _edit(source, rewritten(source, rng, changes))


def _moved(source: Source, rng: Rng) -> Edit | None:
    """One joint moves: the x and the y of one place."""
    entry = source.entry
    inside = (source.start(entry), source.end(entry)) if entry else (0, 0)
    pairs = [
        (x, y)
        for x, y in pairwise(numbers(source))
        if x.role == "x" and y.role == "y" and source.text[x.end : y.start].strip() == ","
        if _PLACE.search(source.text[: x.start])
        if inside[0] <= x.start < inside[1] or chance(rng, 0.2)
    ]
    if not pairs:
        return None
    x, y = pick(rng, pairs)
    chosen = [x, y] if chance(rng, 0.6) else [pick(rng, (x, y))]
    splices = rewritten(source, rng, [(n, nearby(rng, n)) for n in chosen])
    line = source.lines[source.text.count("\n", 0, x.start)].strip()
    name = line.split("=")[0].strip()
    values = {"name": name} if name.isidentifier() and "add_joint" in line else {}
    if x in chosen and y in chosen:
        texts = {start: text for start, _, text in splices}
        at = [texts.get(n.start, source.text[n.start : n.end]) for n in (x, y)]
        values["place"] = f"({at[0]}, {at[1]})"
    return _edit(source, splices, **values)


def _counts(more: bool) -> Callable[[Source, Rng], Edit | None]:
    def make(source: Source, rng: Rng) -> Edit | None:
        found = [n for n in with_role(source, "count") if n.value >= (2 if more else 3)]
        if not found:
            return None
        most = max(n.value for n in found)
        number = pick(rng, [n for n in found if n.value == most] if chance(rng, 0.5) else found)
        value = int(number.value)
        if more:
            new = pick(rng, (value + 1, value + 2, value + 3, value * 2, value + whole(rng, 1, 8)))
        else:
            new = pick(rng, (value - 1, max(2, value - 2), max(2, value // 2)))
        # The same count, and counts of the gaps between, often stand at several places.
        changes = [(number, float(new))]
        if chance(rng, 0.85):
            near = [n for n in found if 0 <= value - n.value <= 2 and n.value + new > value]
            changes = [(n, n.value + new - value) for n in near]
        return _edit(source, rewritten(source, rng, changes), old=str(value), new=str(new))

    return make


def _rounded(source: Source, rng: Rng) -> Edit | None:
    changes = [(n, n.value) for n in numbers(source) if "." in source.text[n.start : n.end]]
    long = [(n, v) for n, v in changes if len(source.text[n.start : n.end].split(".")[1]) > 1]
    if len(long) < 2:
        return None
    digits = 1 if chance(rng, 0.8) else 0
    splices = [(n.start, n.end, f"{v:.{digits}f}") for n, v in long]
    return _edit(source, splices)


def _same_build(change: Change) -> bool:
    return change.same_joints and change.same_pairs


NUMBERS = (
    Intention(
        "change-number",
        wordings(
            "[Change|Changed|Tweak|Adjust|Modify] [one|a single|a] "
            "[number|constant|value|parameter]",
            "[Set|Change] {old} to {new}",
            "Use {new} instead of {old}",
            "[Tune|Tweak] one [number|constant|parameter]",
            "Replace {old} [by|with] {new}",
        ),
        _one_number,
        lambda c: not c.same_walker,
        lambda c: c.changed_numbers == 1,
        weight=4.0,
        generic=0.8,
    ),
    Intention(
        "change-parameters",
        wordings(
            "[Change|Changed|Tweak|Tune|Adjust|Modify|Update] [parameters|the "
            "parameters|some numbers|numbers|constants|values]",
            "[Tune|Tweak] the [walker's|walker] [parameters|numbers]",
            "Parameter [tuning|changes|tweaks]",
            "[Other|New|Different] [numbers|parameters|values|constants]",
        ),
        _parameters,
        lambda c: not c.same_walker,
        lambda c: c.changed_numbers >= 2,
        weight=9.0,
        generic=0.85,
    ),
    Intention(
        "change-amplitudes",
        wordings(
            "[Change|Tweak|Tune|Adjust|Modify] [the|] amplitudes[| of the muscles]",
            "[Other|New|Different] amplitudes",
            "{way} [the|] amplitudes",
            "{way} amplitude to {new}",
            "[Set|Change] amplitudes to {new}",
            "{way} how far the muscles [pull|swing]",
            "{way} muscle [strength|amplitude]",
            "[Vary|Change] [how strong the muscles pull|muscle amplitudes]",
        ),
        _strengths,
        lambda c: _same_build(c) and c.changed_amplitudes > 0 == c.changed_phases == c.activated,
        lambda c: c.numbers_only,
        weight=3.0,
        generic=0.6,
    ),
    Intention(
        "change-phases",
        wordings(
            "[Change|Tweak|Tune|Adjust|Modify|Shift] [the|] phases[| of the muscles]",
            "[Other|New|Different] phases",
            "[Change|Adjust|Retime|Tune] the [gait|timing|rhythm]",
            "Set [phases|the phases] to {new}",
            "[Change|Vary] when the muscles pull",
            "Retime [the muscles|muscles]",
        ),
        _timings,
        lambda c: _same_build(c) and c.changed_phases > 0 == c.changed_amplitudes == c.activated,
        lambda c: c.numbers_only,
        weight=3.0,
        generic=0.6,
    ),
    Intention(
        "move-joint",
        wordings(
            "[Move|Shift|Displace|Reposition] [a|one] joint",
            "Move {name}",
            "Move {name} to {place}",
            "[Put|Place] {name} at {place}",
            "Move a joint to {place}",
            "[Change|Adjust] the [position|place|coordinates] of [a|one] joint",
            "[Change|Adjust] the [position|coordinates] of {name}",
            "[Change|Tweak] [a joint's|one joint's] [place|position|coordinates]",
        ),
        _moved,
        lambda c: c.joints_added == 0 and c.moved_joints == 1 and c.muscles_added == 0,
        lambda c: 1 <= c.changed_numbers <= 2,
        weight=3.0,
        generic=0.6,
    ),
    Intention(
        "more-repetitions",
        wordings(
            "[More|Use more|Add more] [repetitions|segments|parts|joints]",
            "[Increase|Raise] the [count|number of repetitions|number of "
            "segments|number of joints]",
            "[Increase|Raise] [count|repetitions] [from {old} to {new}|to {new}]",
            "[Make it longer by repeating more|Repeat it more often|Loop more often]",
            "{new} instead of {old}",
            "[Longer|Bigger] loop",
        ),
        _counts(True),
        lambda c: c.joints_added > 0,
        lambda c: c.numbers_only,
        weight=5.0,
        generic=0.6,
    ),
    Intention(
        "fewer-repetitions",
        wordings(
            "[Fewer|Use fewer|Keep fewer] [repetitions|segments|parts|joints]",
            "[Decrease|Reduce|Lower] the [count|number of repetitions|number of "
            "segments|number of joints]",
            "[Decrease|Reduce] [count|repetitions] [from {old} to {new}|to {new}]",
            "[Repeat it less often|Loop less often|Shorter loop|Shorter chain]",
            "{new} instead of {old}",
        ),
        _counts(False),
        lambda c: c.joints_added < 0,
        lambda c: c.numbers_only,
        weight=2.5,
        generic=0.55,
    ),
    Intention(
        "round-numbers",
        wordings(
            "Round [numbers|the numbers|coordinates|constants|values|parameters]",
            "[Use|Write] [rounder|shorter|simpler] numbers",
            "[Fewer|Drop] decimals",
            "[Clean up|Tidy|Tidy up] [numbers|the numbers|constants]",
            "Round to one decimal",
        ),
        _rounded,
        lambda c: not c.same_walker and c.joints_added == 0,
        lambda c: c.numbers_only and len(c.child) < len(c.parent),
        weight=0.5,
        generic=0.25,
    ),
)
