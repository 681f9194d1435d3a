"""Edits that add or remove single joints, with the muscles that tie them on."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from evolution.language_model.corpus.chance import Rng, chance, pick, whole
from evolution.language_model.corpus.intentions.base import Edit, Intention
from evolution.language_model.corpus.intentions.drafting import (
    digits_of,
    joint,
    known_joints,
    moved,
    muscle,
    spot,
    text_of,
    ties,
)
from evolution.language_model.corpus.intentions.wordings import wordings
from evolution.language_model.corpus.references import free_place, rough_box, scene
from evolution.language_model.corpus.roles import numbers
from evolution.language_model.corpus.source import Source, Splice, called

_NAMES = (
    "tip", "knee", "foot", "head", "elbow", "toe", "tail", "heel", "neck", "hand", "top", "extra",
    "ankle", "shoulder", "nose", "crest", "paw", "peak", "weight", "bump", "end",
)  # fmt: skip


def add_joint(source: Source, rng: Rng) -> Edit | None:
    """At the end, behind another joint, or as one more place in a list."""
    choice = rng.random()
    if choice < 0.55:
        edit = _one_more_element(source, rng)
        if edit is not None:
            return edit
    if choice < 0.8:
        edit = _behind_another(source, rng)
        if edit is not None:
            return edit
    return _at_the_end(source, rng)


def _at_the_end(source: Source, rng: Rng) -> Edit | None:
    finish = source.finish
    if finish is None:
        return None
    others = known_joints(source, rng, whole(rng, 1, 3))
    if not others:
        return None
    name = source.fresh(pick(rng, _NAMES), "extra", "joint")
    x, y, where = spot(source, rng)
    lines = [f"{name} = {joint(source, x, y)}", *ties(source, rng, name, others)]
    values = {"name": name, "other": others[0], "where": where}
    return Edit(source.spliced([source.before(finish, lines)]), values)


def _behind_another(source: Source, rng: Rng) -> Edit | None:
    """Next to a named joint of make_walker, at a distance from it."""
    entry = source.entry
    spots = [
        (statement, statement.targets[0].id, statement.value)
        for statement in (entry.body if entry else [])
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Call)
        and called(statement.value) == "add_joint"
        and len(statement.value.args) == 2
    ]
    if not spots:
        return None
    at = whole(rng, 0, len(spots) - 1)
    statement, other, call = spots[at]
    by = [pick(rng, (-1, 1)) * (0.5 + 3.5 * rng.random()), (4.0 * rng.random() - 1.0)]
    texts = [moved(source, value, d) for value, d in zip(call.args, by, strict=True)]
    name = source.fresh(pick(rng, _NAMES), "extra", "joint")
    earlier = [label for _, label, _ in spots[:at]]
    others = [other, *(label for label in (earlier[-1:] if chance(rng, 0.75) else []))]
    where = "above" if by[1] > abs(by[0]) / 2 else "below" if by[1] < -0.5 else "beside"
    lines = [f"{name} = {source.creator}.add_joint({texts[0]}, {texts[1]})"]
    tied = ties(source, rng, name, others)
    splices: list[Splice] = []
    if chance(rng, 0.6) or source.finish is None:
        lines += tied
    else:
        splices.append(source.before(source.finish, tied))
    splices.append(source.after(statement, lines))
    return Edit(source.spliced(splices), {"name": name, "other": other, "where": where})


def place_lists(source: Source) -> list[tuple[ast.List, str]]:
    """List displays of (x, y) pairs, or of add_joint calls; with the list's variable."""
    roles = {number.start: number.role for number in numbers(source)}
    found = []
    for node in source.nodes:
        if not isinstance(node, ast.List) or len(node.elts) < 2:
            continue
        around = source.parents[node]
        name = ""
        if isinstance(around, ast.Assign) and isinstance(around.targets[0], ast.Name):
            name = around.targets[0].id
        if all(isinstance(e, ast.Call) and called(e) == "add_joint" for e in node.elts) or all(
            _is_place(source, e, roles) for e in node.elts
        ):
            found.append((node, name))
    return found


def _is_place(source: Source, element: ast.expr, roles: Mapping[int, str]) -> bool:
    if not isinstance(element, ast.Tuple) or len(element.elts) != 2:
        return False
    kinds = [roles.get(source.start(part)) for part in element.elts]
    return kinds == ["x", "y"]


def pair_lists(source: Source) -> list[ast.List]:
    """List displays of tuples that begin with the numbers of two joints."""
    roles = {number.start: number.role for number in numbers(source)}
    return [
        node
        for node in source.nodes
        if isinstance(node, ast.List)
        and node.elts
        and all(
            isinstance(e, ast.Tuple)
            and len(e.elts) >= 2
            and all(roles.get(source.start(part)) == "index" for part in e.elts[:2])
            for e in node.elts
        )
    ]


def appended(source: Source, display: ast.List, text: str) -> Splice:
    """One more element at the end of a list display, on a line of its own if the last has one."""
    last = display.elts[-1]
    end = source.end(last)
    rest = source.text[end : source.end(display)]
    if last.lineno > display.lineno:
        line = source.lines[last.lineno - 1]
        if line[: last.col_offset].strip() == "" and rest.lstrip().startswith(","):
            stop = source.line_start((last.end_lineno or last.lineno) + 1) - 1
            return (stop, stop, f"\n{line[: last.col_offset]}{text},")
    return (end, end, f", {text}")


def _one_more_element(source: Source, rng: Rng) -> Edit | None:
    found = [item for item in place_lists(source) if source.function(item[0]) is source.entry]
    if not found:
        return None
    display, variable = pick(rng, found)
    model = display.elts[0]
    made_of_calls = isinstance(model, ast.Call)
    if isinstance(model, ast.Call):
        x, y, where = spot(source, rng)
        text = f"{source.of(model.func)}({x}, {y})"
    else:
        place = free_place(source, rng)
        x, y = (text_of(part, digits_of(source)) for part in place)
        where = "above" if place[1] > rough_box(source).high else "beside"
        text = f"({x}, {y})"
    new = len(display.elts)
    splices = [appended(source, display, text)]
    pairs = pair_lists(source)
    others = [whole(rng, 0, new - 1) for _ in range(whole(rng, 1, 3))]
    if pairs and not made_of_calls:
        pattern = pick(rng, pairs)
        rows = [_row(source, rng, pattern, old, new) for old in dict.fromkeys(others)]
        joined = _joined(source, pattern, rows)
        splices.append(joined)
    else:
        lists = scene(source).lists
        joints = variable if made_of_calls else next(iter(lists), "")
        if source.finish is None or joints not in lists:
            return None
        ends = [f"{joints}[{old}]" for old in dict.fromkeys(others)]
        new_text = f"{joints}[{pick(rng, (new, new, -1))}]"
        splices.append(source.before(source.finish, ties(source, rng, new_text, ends)))
    values = {"where": where, "place": f"({x}, {y})"}
    return Edit(source.spliced(splices), values)


def _row(source: Source, rng: Rng, pattern: ast.List, old: int, new: int) -> str:
    """A tuple for a pair of joints, with what else the list's tuples hold."""
    model = pick(rng, pattern.elts)
    assert isinstance(model, ast.Tuple)
    rest = [source.of(part) for part in model.elts[2:]]
    ends = (old, new) if chance(rng, 0.7) else (new, old)
    return f"({', '.join([*map(str, ends), *rest])})"


def _joined(source: Source, display: ast.List, rows: list[str]) -> Splice:
    """Several new elements at the end of a display; splices at one place would be confused."""
    start, end, first = appended(source, display, rows[0])
    if first.startswith("\n"):
        indent = first[: len(first) - len(first.lstrip())]
        return (start, end, "".join(f"{indent}{row}," for row in rows))
    return (start, end, "".join(f", {row}" for row in rows))


def remove_joint(source: Source, rng: Rng) -> Edit | None:
    if chance(rng, 0.5):
        edit = _one_element_less(source, rng)
        if edit is not None:
            return edit
    return _forgotten_name(source, rng) or _one_element_less(source, rng)


def _forgotten_name(source: Source, rng: Rng) -> Edit | None:
    """A named joint goes, with every muscle that names it."""
    names = list(scene(source).joints)
    while names:
        name = names.pop(whole(rng, 0, len(names) - 1))
        uses = {source.statement(n) for n in source.names if n.id == name}
        plain = all(
            (isinstance(s, ast.Expr) and isinstance(s.value, ast.Call)) or _makes(s, name)
            for s in uses
        )
        if not plain or len(scene(source).joints) + 3 * len(scene(source).lists) < 3:
            continue
        splices = [source.without(statement) for statement in uses]
        kept = [splice for splice in splices if splice is not None]
        if len(kept) == len(uses) and len(uses) > 1:
            return Edit(source.spliced(kept), {"name": name})
    return None


def _makes(statement: ast.stmt, name: str) -> bool:
    return (
        isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and statement.targets[0].id == name
        and isinstance(statement.value, ast.Call)
        and called(statement.value) == "add_joint"
    )


def _one_element_less(source: Source, rng: Rng) -> Edit | None:
    """The last place of a list goes, with the pairs that name it."""
    found = [item for item in place_lists(source) if len(item[0].elts) > 3]
    if not found:
        return None
    display, _ = pick(rng, found)
    last = len(display.elts) - 1
    splices = [removed(source, display, last)]
    for pairs in pair_lists(source):
        gone = [at for at, pair in enumerate(pairs.elts) if _names(pair, last)]
        if len(gone) == len(pairs.elts):
            return None
        splices += [removed(source, pairs, at) for at in gone]
    for call in source.muscle_calls:
        ends = call.args[:2]
        if any(isinstance(e, ast.Subscript) and source.of(e.slice) == str(last) for e in ends):
            splice = source.without(source.statement(call))
            if splice is None:
                return None
            splices.append(splice)
    return Edit(source.spliced(_merged(splices)))


def _names(pair: ast.expr, joint_number: int) -> bool:
    return isinstance(pair, ast.Tuple) and any(
        isinstance(part, ast.Constant) and part.value == joint_number for part in pair.elts[:2]
    )


def removed(source: Source, display: ast.List, at: int) -> Splice:
    """Delete one element of a display, with its line where it has one of its own."""
    element = display.elts[at]
    start, end = source.start(element), source.end(element)
    line = source.lines[element.lineno - 1]
    after = source.text[end : source.line_start((element.end_lineno or 0) + 1)]
    own = not line[: element.col_offset].strip() and after.split("#")[0].strip() in (",", "")
    if own:
        return (
            source.line_start(element.lineno),
            source.line_start((element.end_lineno or 0) + 1),
            "",
        )
    if at > 0:
        return (source.end(display.elts[at - 1]), end, "")
    return (start, source.start(display.elts[1]), "")


def _merged(splices: list[Splice]) -> list[Splice]:
    """Deletions that touch or repeat, as one each."""
    result: list[Splice] = []
    for splice in sorted(set(splices)):
        if result and splice[0] < result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], splice[1]), "")
        else:
            result.append(splice)
    return result


def _ends(source: Source, rng: Rng) -> Edit | None:
    """Two joints at the end, tied to each other and to the body."""
    finish = source.finish
    others = known_joints(source, rng, 2)
    if finish is None or not others:
        return None
    first = source.fresh(pick(rng, _NAMES), "extra", "joint")
    second = source.fresh(
        *(name for name in (pick(rng, _NAMES), "outer", "other") if name != first)
    )
    x, y = free_place(source, rng)
    move = (pick(rng, (-1, 1)) * (1 + 2 * rng.random()), 3 * rng.random() - 1)
    lines = [
        f"{first} = {joint(source, x, y)}",
        f"{second} = {joint(source, x + move[0], min(y + move[1], 26.0))}",
        *ties(source, rng, first, others),
        muscle(source, rng, first, second),
        muscle(source, rng, others[-1], second, active=True),
    ]
    return Edit(source.spliced([source.before(finish, lines)]), {"name": first, "second": second})


JOINTS = (
    Intention(
        "add-joint",
        wordings(
            "[Add|Insert|Attach] [a|one|another|one more] joint",
            "Add a joint {where} [the walker|the body|the others|it]",
            "[Add|Attach] {name}",
            "[Add|Attach] [joint|a joint] {name}",
            "Add a joint [near|next to|tied to] {other}",
            "Add {name} [and tie it to|tied to] {other}",
            "Add a joint at {place}",
            "[One more|Another] joint[|, tied to the rest]",
        ),
        add_joint,
        lambda c: c.joints_added == 1 and c.moved_joints == 0 and c.lost_muscles <= 1,
        lambda c: not c.numbers_only,
        weight=6.0,
        inside=0.15,
    ),
    Intention(
        "remove-joint",
        wordings(
            "[Remove|Delete|Drop] [a|one] joint",
            "[Remove|Delete|Drop|Get rid of] {name}",
            "[Remove|Delete|Drop] joint {name}",
            "One joint [less|fewer]",
            "[Remove|Drop] [a|one] joint and its muscles",
            "[Remove|Drop] the last joint",
            "Do without [one|a] joint",
        ),
        remove_joint,
        lambda c: c.joints_added == -1 and c.moved_joints == 1,
        lambda c: not c.numbers_only,
        weight=5.0,
        generic=0.35,
    ),
    Intention(
        "add-two-joints",
        wordings(
            "[Add|Insert|Attach] [two|a pair of|two more] joints",
            "[Add|Attach] {name} and {second}",
            "Add joints {name} and {second}",
            "[Two more|A pair of] joints[|, tied to the body]",
            "[Add|Attach] a limb of two joints",
        ),
        _ends,
        lambda c: c.joints_added == 2 and c.moved_joints == 0,
        lambda c: not c.numbers_only,
        weight=1.3,
    ),
)
