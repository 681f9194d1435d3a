"""Edits of muscles between joints that are there: add, remove, move, activate, brace."""

from __future__ import annotations

import ast

from evolution.language_model.corpus.chance import Rng, chance, pick, whole
from evolution.language_model.corpus.intentions.base import Edit, Intention
from evolution.language_model.corpus.intentions.drafting import (
    amplitude,
    known_joints,
    muscle,
    phase,
)
from evolution.language_model.corpus.intentions.joints import appended, pair_lists, removed
from evolution.language_model.corpus.intentions.wordings import wordings
from evolution.language_model.corpus.references import scene
from evolution.language_model.corpus.roles import numbers
from evolution.language_model.corpus.source import Source, argument


def add_muscle(source: Source, rng: Rng) -> Edit | None:
    pairs = pair_lists(source)
    if pairs and chance(rng, 0.6):
        return _one_more_pair(source, rng, pick(rng, pairs))
    finish = source.finish
    ends = _untied(source, rng)
    if finish is None or ends is None:
        return None
    line = muscle(source, rng, *ends)
    own = [
        source.statement(call)
        for call in source.muscle_calls
        if source.parents[source.statement(call)] is source.entry
    ]
    splice = source.before(finish, [line])
    if own and chance(rng, 0.5):
        splice = source.after(own[-1], [line])
    return Edit(source.spliced([splice]), {"a": ends[0], "b": ends[1]})


def _untied(source: Source, rng: Rng) -> list[str] | None:
    """Two joints that no line of the program seems to tie."""
    for _ in range(10):
        ends = known_joints(source, rng, 2)
        if len(ends) < 2:
            return None
        (a, b), text = ends, source.text
        if f"({a}, {b}" in text or f"({b}, {a}" in text:
            continue
        first, second = a.partition("["), b.partition("[")
        if first[0] == second[0] and first[2] and chance(rng, 0.8):
            steps = [part[2].rstrip("]") for part in (first, second)]
            if all(step.isdigit() for step in steps) and abs(int(steps[0]) - int(steps[1])) < 2:
                continue  # neighbours in a list are mostly tied by a loop
        return ends
    return None


def _one_more_pair(source: Source, rng: Rng, display: ast.List) -> Edit | None:
    model = pick(rng, display.elts)
    assert isinstance(model, ast.Tuple)
    known = [
        tuple(part.value for part in pair.elts[:2] if isinstance(part, ast.Constant))
        for pair in display.elts
        if isinstance(pair, ast.Tuple)
    ]
    most = max((int(end) for pair in known for end in pair if isinstance(end, int)), default=0)
    for _ in range(8):
        a, b = whole(rng, 0, most), whole(rng, 0, most)
        if a != b and (a, b) not in known and (b, a) not in known:
            rest = [source.of(part) for part in model.elts[2:]]
            text = f"({', '.join([str(a), str(b), *rest])})"
            child = source.spliced([appended(source, display, text)])
            return Edit(child, {"a": str(a), "b": str(b)})
    return None


def remove_muscle(source: Source, rng: Rng) -> Edit | None:
    pairs = [display for display in pair_lists(source) if len(display.elts) > 2]
    if pairs and chance(rng, 0.6):
        display = pick(rng, pairs)
        at = whole(rng, 0, len(display.elts) - 1)
        pair = display.elts[at]
        assert isinstance(pair, ast.Tuple)
        values = {"a": source.of(pair.elts[0]), "b": source.of(pair.elts[1])}
        return Edit(source.spliced([removed(source, display, at)]), values)
    calls = list(source.muscle_calls)
    single = [c for c in calls if source.function(c) is source.entry and not source.loops(c)]
    if single and chance(rng, 0.9):
        calls = single
    if not calls:
        return None
    call = pick(rng, calls)
    splice = source.without(source.statement(call))
    if splice is None:
        return None
    values = {"a": source.of(call.args[0]), "b": source.of(call.args[1])}
    return Edit(source.spliced([splice]), values)


def reconnect(source: Source, rng: Rng) -> Edit | None:
    """One end of a muscle moves to another joint."""
    own = [c for c in source.muscle_calls if source.function(c) is source.entry]
    tied = [c for c in own if not source.loops(c)]  # each of them is one muscle
    spans = [(source.start(e), source.end(e)) for c in tied for e in c.args[:2]]
    spans += [
        (source.start(part), source.end(part))
        for display in pair_lists(source)
        for pair in display.elts
        if isinstance(pair, ast.Tuple)
        for part in pair.elts[:2]
    ]
    places = [
        n
        for n in numbers(source)
        if n.role == "index" and n.value >= 0 and any(a <= n.start and n.end <= b for a, b in spans)
    ]
    names = set(scene(source).joints)
    calls = [c for c in tied if any(_name(e) in names for e in c.args[:2])]
    if calls and (not places or chance(rng, 0.6)):
        call = pick(rng, calls)
        end = pick(rng, [e for e in call.args[:2] if _name(e) in names])
        others = sorted(names - {_name(e) for e in call.args[:2]})
        if not others:
            return None
        new = pick(rng, others)
        child = source.spliced([source.replace(end, new)])
        return Edit(child, {"a": _name(end), "b": new})
    if not places:
        return None
    number = pick(rng, places)
    most = int(max(n.value for n in places))
    new_index = whole(rng, 0, max(most, 1))
    child = source.spliced([(number.start, number.end, str(new_index))])
    return Edit(child)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def make_active(source: Source, rng: Rng) -> Edit | None:
    """Passive calls begin to pull: one of them, or all."""
    passive = [call for call in source.muscle_calls if _is_passive(call)]
    if not passive:
        return None
    chosen = passive if chance(rng, 0.3) else [pick(rng, passive)]
    splices = []
    for call in chosen:
        strength, timing = amplitude(rng, source), phase(rng, source)
        start, end = source.end(call.args[1]), source.end(call) - 1
        splices.append((start, end, f", False, {strength}, {timing}"))
    values = {"a": source.of(chosen[0].args[0]), "b": source.of(chosen[0].args[1])}
    return Edit(source.spliced(splices), values if len(chosen) == 1 else {})


def make_passive(source: Source, rng: Rng) -> Edit | None:
    """An active call stops pulling."""
    active = [call for call in source.muscle_calls if _is_active(call)]
    if not active:
        return None
    call = pick(rng, active)
    flag = argument(call, 2, "is_distance")
    assert flag is not None
    if chance(rng, 0.7):
        splice = (source.end(call.args[1]), source.end(call) - 1, "")
    else:
        splice = source.replace(flag, "True")
    values = {"a": source.of(call.args[0]), "b": source.of(call.args[1])}
    return Edit(source.spliced([splice]), values)


def _is_passive(call: ast.Call) -> bool:
    flag = argument(call, 2, "is_distance")
    return flag is None or (isinstance(flag, ast.Constant) and flag.value is True)


def _is_active(call: ast.Call) -> bool:
    flag = argument(call, 2, "is_distance")
    return isinstance(flag, ast.Constant) and flag.value is False


MUSCLES = (
    Intention(
        "add-muscle",
        wordings(
            "[Add|Insert|Attach] [a|one|another|one more] muscle",
            "[Add|Insert] a muscle [between|from] {a} [and|to] {b}",
            "[Connect|Tie|Link] {a} [and|with|to] {b}",
            "[Connect|Tie] two [joints|more joints]",
            "[One more|Another] muscle",
            "Add a muscle [between two joints|between joints]",
        ),
        add_muscle,
        lambda c: c.same_joints and c.muscles_added == 1 and c.lost_muscles == 0,
        lambda c: not c.numbers_only,
        weight=6.0,
        generic=0.5,
        inside=0.15,
    ),
    Intention(
        "remove-muscle",
        wordings(
            "[Remove|Delete|Drop|Cut] [a|one] muscle",
            "[Remove|Delete|Drop|Cut] the muscle [between|from] {a} [and|to] {b}",
            "[Disconnect|Untie] {a} [and|from] {b}",
            "One muscle [less|fewer]",
            "[Disconnect|Untie] two joints",
            "Do without [one|a] muscle",
        ),
        remove_muscle,
        lambda c: c.same_joints and c.muscles_added == -1 and c.lost_muscles == 1,
        lambda c: not c.numbers_only,
        weight=4.0,
        generic=0.4,
    ),
    Intention(
        "reconnect-muscle",
        wordings(
            "[Reconnect|Rewire|Move|Reattach] [a|one] muscle",
            "[Reconnect|Reattach|Tie] [a|one] muscle to another joint",
            "[Attach|Tie] [a|the] muscle to {b} instead of {a}",
            "[Use|Take] {b} instead of {a}",
            "[Change|Move] one end of a muscle",
            "[Different|Other] [wiring|connection|attachment]",
        ),
        reconnect,
        lambda c: c.same_joints and c.muscles_added == 0 and c.lost_muscles == 1,
        weight=4.0,
        generic=0.5,
    ),
    Intention(
        "make-active",
        wordings(
            "Make [a muscle|one muscle|a passive muscle|a bone] active",
            "Let [a muscle|one muscle|a passive muscle|a bone] pull",
            "Make the muscle [between|from] {a} [and|to] {b} active",
            "Let the muscle [between|from] {a} [and|to] {b} pull",
            "[Activate|Actuate] [a muscle|one muscle|another muscle|the muscles]",
            "[Turn|Change] [a bone|a passive muscle|passive muscles] into [a muscle|active ones]",
            "[More active|More moving] muscles",
            "[Activate|Actuate] the muscle from {a} to {b}",
        ),
        make_active,
        lambda c: c.same_pairs and c.activated > 0,
        weight=2.5,
        generic=0.5,
    ),
    Intention(
        "make-passive",
        wordings(
            "Make [a muscle|one muscle|an active muscle] [passive|stiff|rigid]",
            "Make the muscle [between|from] {a} [and|to] {b} passive",
            "[Stiffen|Deactivate] [a muscle|one muscle]",
            "[Turn|Change] [a muscle|an active muscle] into a bone",
            "[Fewer active|Fewer moving] muscles",
            "[Stiffen|Deactivate] the muscle from {a} to {b}",
        ),
        make_passive,
        lambda c: c.same_pairs and c.activated < 0,
        weight=1.3,
        generic=0.4,
    ),
)
