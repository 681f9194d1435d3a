"""Edits of when and how strongly muscles pull: waves, opposite sides, expressions of an index."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable

from evolution.language_model.corpus.chance import Rng, between, chance, pick, sample, whole
from evolution.language_model.corpus.change import Change
from evolution.language_model.corpus.intentions.base import Edit, Intention
from evolution.language_model.corpus.intentions.drafting import (
    index_variables,
    like,
    text_of,
    trigonometry,
)
from evolution.language_model.corpus.intentions.wordings import wordings
from evolution.language_model.corpus.roles import with_role
from evolution.language_model.corpus.source import Source, Splice, argument

_SIDES = (("left", "right"), ("front", "back"), ("_l", "_r"), ("upper", "lower"), ("top", "bottom"))


def wave(source: Source, rng: Rng) -> Edit | None:
    """Phases that run along a loop's index, or along the muscles in the order of the text."""
    looped = [c for c in source.muscle_calls if index_variables(source, c) and _active(c)]
    if looped and chance(rng, 0.85):
        call = pick(rng, looped)
        index = pick(rng, index_variables(source, call))
        expression, extra = _running(source, rng, call, index)
        splice = _with_phase(source, call, expression)
        if splice is None:
            return None
        return Edit(source.spliced([splice, *extra]), {"index": index})
    plain = with_role(source, "phase")
    if len(plain) < 3:
        return None
    if len(plain) > 5 and chance(rng, 0.6):  # a part of the body only
        first = whole(rng, 0, len(plain) - 4)
        plain = plain[first : first + whole(rng, 3, 5)]
    step = round(between(rng, 0.3, 2.4) * pick(rng, (1, 1, -1)), 1)
    start = pick(rng, (0.0, 0.0, 1.0))
    turn = math.tau if len(plain) > 4 or step < 0 else 99.0  # phases start again after a period
    splices = [
        (n.start, n.end, text_of((start + k * step) % turn, 1 if chance(rng, 0.9) else 2))
        for k, n in enumerate(plain)
    ]
    return Edit(source.spliced(splices), {"step": f"{step:g}"})


def _running(source: Source, rng: Rng, call: ast.Call, index: str) -> tuple[str, list[Splice]]:
    """An expression of the index, and the import that it may need."""
    slope = text_of(between(rng, 0.2, 2.4), 1)
    loops = source.loops(call)
    count = ""
    if loops and isinstance(loops[0].iter, ast.Call) and len(loops[0].iter.args) == 1:
        given = source.of(loops[0].iter.args[0])
        count = given if given.isidentifier() or given.isdigit() else ""
    choice = rng.random()
    if choice < 0.45:
        return pick(rng, (f"{index} * {slope}", f"{slope} * {index}", f"-{slope} * {index}")), []
    if choice < 0.65 and count:
        prefix, extra = trigonometry(source, rng)
        return f"2 * {prefix}pi * {index} / {count}", extra
    if choice < 0.75:
        return pick(rng, (index, f"{index} / 2", f"{index} % 3 * {slope}")), []
    if choice < 0.85:
        old = argument(call, 4, "phase")
        if isinstance(old, ast.Constant) and old.value:
            return f"{source.of(old)} + {index} * {slope}", []
    return f"{index} * {slope}", []


def opposite(source: Source, rng: Rng) -> Edit | None:
    """Neighbouring or mirrored muscles pull half a period apart."""
    looped = [c for c in source.muscle_calls if index_variables(source, c) and _active(c)]
    if looped and chance(rng, 0.7):
        call = pick(rng, looped)
        index = pick(rng, index_variables(source, call))
        prefix, extra = trigonometry(source, rng) if chance(rng, 0.5) else ("", [])
        half = f"{prefix}pi" if prefix else "3.14"
        expression = pick(rng, (f"{half} * ({index} % 2)", f"({index} % 2) * {half}"))
        old = argument(call, 4, "phase")
        if isinstance(old, ast.BinOp | ast.Name) and chance(rng, 0.5):
            expression = f"{source.of(old)} + {expression}"
        splice = _with_phase(source, call, expression)
        return Edit(source.spliced([splice, *extra])) if splice is not None else None
    return _by_sides(source, rng) or _alternate(source, rng)


def _by_sides(source: Source, rng: Rng) -> Edit | None:
    """Muscles whose names tell their side: one side at 0, the other at pi."""
    for first, second in sample(rng, _SIDES, len(_SIDES)):
        splices: list[Splice] = []
        found = [0, 0]
        for call in source.muscle_calls:
            ends = " ".join(source.of(end) for end in call.args[:2])
            old = argument(call, 4, "phase")
            side = 0 if first in ends and second not in ends else 1 if second in ends else None
            if side is None or not _active(call) or not isinstance(old, ast.Constant):
                continue
            found[side] += 1
            new = ("0.0", pick(rng, ("3.14", "3.1416", "3.1")))[side]
            if source.of(old) != new:
                splices.append(source.replace(old, new))
        if min(found) and splices:
            sides = {"a": first.strip("_"), "b": second.strip("_")}
            return Edit(source.spliced(splices), sides if "_" not in first else {})
    return None


def _alternate(source: Source, rng: Rng) -> Edit | None:
    plain = with_role(source, "phase")
    if len(plain) < 2:
        return None
    splices = []
    for k, number in enumerate(plain):
        new = pick(rng, ("3.14", "3.14", "3.1416")) if k % 2 else "0.0"
        if source.text[number.start : number.end] != new:
            splices.append((number.start, number.end, new))
    return Edit(source.spliced(splices)) if splices else None


def together(source: Source, rng: Rng) -> Edit | None:
    """All muscles that have a phase of their own pull at once."""
    value = pick(rng, ("0.0", "0.0", "0.5", "1.0", "1.57"))
    splices = [
        source.replace(old, value)
        for call in source.muscle_calls
        if _active(call) and (old := argument(call, 4, "phase")) is not None
        if source.of(old) != value
    ]
    return Edit(source.spliced(splices), {"new": value}) if splices else None


def reverse(source: Source, rng: Rng) -> Edit | None:
    """The wave runs the other way."""
    splices: list[Splice] = []
    for call in source.muscle_calls:
        old = argument(call, 4, "phase")
        if not _active(call) or old is None or source.of(old) in ("0.0", "0"):
            continue
        text = source.of(old)
        if text.startswith("-") and isinstance(old, ast.UnaryOp):
            new = source.of(old.operand)
        elif isinstance(old, ast.Constant):
            new = like(rng, text, -float(old.value)) if isinstance(old.value, float) else f"-{text}"
        else:
            new = f"-{text}" if isinstance(old, ast.Name | ast.Call) else f"-({text})"
        splices.append(source.replace(old, new))
    return Edit(source.spliced(splices)) if splices else None


def swing(source: Source, rng: Rng) -> Edit | None:
    """An amplitude becomes an expression of the loop's index, or a multiple of what it was."""
    active = [c for c in source.muscle_calls if argument(c, 3, "amplitude") is not None]
    if not active:
        return None
    call = pick(rng, active)
    old = argument(call, 3, "amplitude")
    assert old is not None
    indices = index_variables(source, call)
    text = source.of(old)
    if indices and chance(rng, 0.65):
        index = pick(rng, indices)
        slope = text_of(between(rng, 0.05, 0.4), 2)
        base = text if isinstance(old, ast.Constant | ast.Name) else f"({text})"
        new = pick(
            rng,
            (
                f"{base} + {index} * {slope}",
                f"{base} * ({index} % 2 + 1)",
                f"{base} / ({index} + 1)",
                f"{base} * {text_of(between(rng, 0.3, 0.9), 1)} ** {index}",
            ),
        )
        return Edit(source.spliced([source.replace(old, new)]), {"index": index})
    if isinstance(old, ast.Constant):
        return None
    factor = pick(rng, ("2", "1.5", "0.5", "3", "0.7"))
    base = text if isinstance(old, ast.Name | ast.Call | ast.Subscript) else f"({text})"
    return Edit(source.spliced([source.replace(old, f"{base} * {factor}")]), {"factor": factor})


def _active(call: ast.Call) -> bool:
    flag = argument(call, 2, "is_distance")
    return flag is not None and not (isinstance(flag, ast.Constant) and flag.value is True)


def _with_phase(source: Source, call: ast.Call, expression: str) -> Splice | None:
    """Give a call this phase, whether it had one or not."""
    old = argument(call, 4, "phase")
    if old is not None:
        return source.replace(old, expression) if source.of(old) != expression else None
    if len(call.args) == 4:
        end = source.end(call.args[3])
        return (end, end, f", {expression}")
    return None


def _retimed(change: Change) -> bool:
    return change.same_joints and change.same_pairs and change.changed_phases > 0


def _kind(
    name: str,
    make: Callable[[Source, Rng], Edit | None],
    check: Callable[[Change], bool],
    weight: float,
    *patterns: str,
) -> Intention:
    return Intention(name, wordings(*patterns), make, check, weight=weight, generic=0.5)


GAITS = (
    _kind(
        "travelling-wave",
        wave,
        lambda c: _retimed(c) and c.phases[1] >= min(3, c.phases[0] + 1),
        4.0,
        "[Let|Make] [the|] phases run along [the body|the index|the joints]",
        "[Travelling wave|A travelling wave] of phases",
        "[Phases|Let phases] [along|follow] {index}",
        "[Make|Let] [a wave|the muscles pull in a wave|a wave run] [through|along] "
        "the [body|walker]",
        "[Muscles pull|Pull] one after [the other|another]",
        "[Delay|Shift] each muscle[| a little more than the one before]",
        "[Phase|The phase] depends on {index}",
        "[Delay|Shift] each muscle by {step}",
    ),
    _kind(
        "opposite-phases",
        opposite,
        lambda c: _retimed(c) and c.phases[1] >= 2,
        2.5,
        "[Opposite|Alternating] phases[| left and right|| for the sides|| for neighbours]",
        "[Symmetric|Alternating] gait",
        "[Let|Make] [the sides|both sides|neighbours] [pull|move] in turn",
        "[Let|Make] {a} and {b} [pull|move] in turn",
        "[Opposite|Alternating] phases for {a} and {b}",
        "[Shift|Delay] every [second|other] muscle by half a period",
        "[Alternate|Alternate the] phases",
    ),
    _kind(
        "synchronise",
        together,
        lambda c: _retimed(c) and c.phases[1] < c.phases[0],
        0.8,
        "[Let|Make] all muscles [pull|move] [together|at once|at the same time]",
        "[Synchronise|Synchronize] [the muscles|the phases|all muscles]",
        "[Same|One] phase for all [muscles|]",
        "[Set all phases to|All phases are] {new}",
        "[No|Without] phase differences",
        "[Drop|Remove] the phase [shifts|differences]",
    ),
    _kind(
        "reverse-wave",
        reverse,
        lambda c: _retimed(c) and c.changed_amplitudes == 0,
        0.8,
        "[Reverse|Invert|Flip] [the phases|phases|the wave|the gait]",
        "[Run|Let] the wave [the other way|run the other way|run backwards]",
        "[Negate|Mirror] [the phases|phases]",
        "[Walk|Move] in the other direction",
        "[Negative|Reversed] phases",
    ),
    _kind(
        "scale-amplitude",
        swing,
        lambda c: c.same_joints and c.same_pairs and c.changed_amplitudes > 0,
        1.8,
        "[Vary|Let] the amplitude [with|depend on|follow] {index}",
        "[Amplitude|The amplitude] depends on {index}",
        "[Scale|Multiply] the amplitude by {factor}",
        "[Scale|Change|Vary] [the amplitude|amplitudes|how far the muscles pull]",
        "[Stronger|Different|Other] [muscles|pulls] along [the body|the chain]",
        "[Vary|Grade] amplitudes [along the body|]",
    ),
)
