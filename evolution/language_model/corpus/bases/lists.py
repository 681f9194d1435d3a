"""Programs that keep coordinates and pairs in lists, and go through them with loops."""

from __future__ import annotations

from evolution.language_model.corpus.bases.plans import Body, blob, some_body
from evolution.language_model.corpus.bases.writing import Pen
from evolution.language_model.corpus.chance import chance, pick, whole

_POINTS = ("points", "coords", "positions", "places", "xy", "vertices")
_EDGES = ("edges", "pairs", "links", "bones", "connections", "ties")


def points_and_edges(pen: Pen) -> None:
    """A list of places, a list of pairs, muscles in a loop over the pairs."""
    body = _body(pen)
    joints = _joints_from_points(pen, body)
    edges = pick(pen.rng, _EDGES)
    _display(pen, edges, [f"({a}, {b})" for a, b in body.pairs])
    index, count = pen.i, f"len({edges})"
    with_index = chance(pen.rng, 0.55)
    head = f"for {index}, (a, b) in enumerate({edges}):" if with_index else f"for a, b in {edges}:"
    with pen.block(head):
        ends = (f"{joints}[a]", f"{joints}[b]") if chance(pen.rng, 0.8) else ("a", "b")
        if with_index:
            _indexed_muscle(pen, ends, index, count)
        else:
            pen(pen.muscle(*ends, active=True))


def full_tuples(pen: Pen) -> None:
    """Each muscle is a tuple: both joints, amplitude, phase."""
    body = _body(pen)
    joints = _joints_from_points(pen, body)
    name = pick(pen.rng, ("muscles", "springs", "edges", "actuators", "links"))
    flagged = chance(pen.rng, 0.4)
    rows: list[str] = []
    for a, b in body.pairs[:14]:
        active = chance(pen.rng, pen.activity) or not rows
        amplitude, phase = pen.number(body.length(a, b) * 0.2), pen.phase()
        if flagged:
            tail = f"False, {amplitude}, {phase}" if active else "True, 0.0, 0.0"
        else:
            tail = f"{amplitude}, {phase}" if active else "0, 0"
        rows.append(f"({a}, {b}, {tail})")
    _display(pen, name, rows, long=True)
    if flagged:
        with pen.block(f"for a, b, fixed, amp, phase in {name}:"):
            pen(f"{pen.wc}.add_muscle({joints}[a], {joints}[b], fixed, amp, phase)")
    else:
        with pen.block(f"for a, b, amp, phase in {name}:"):
            flag = pick(pen.rng, ("amp == 0", "False", "not amp"))
            pen(f"{pen.wc}.add_muscle({joints}[a], {joints}[b], {flag}, amp, phase)")


def bones_and_muscles(pen: Pen) -> None:
    """Passive pairs in one list, active ones in another."""
    body = _body(pen)
    joints = _joints_from_points(pen, body)
    cut = whole(pen.rng, 1, max(1, len(body.pairs) - 1))
    first, second = body.pairs[:cut], body.pairs[cut:] or body.pairs[:1]
    if chance(pen.rng, 0.5):
        _display(pen, "bones", [f"({a}, {b})" for a, b in first])
        source = "bones"
    else:
        source = "[" + ", ".join(f"({a}, {b})" for a, b in first) + "]"
    with pen.block(f"for a, b in {source}:"):
        pen(f"{pen.wc}.add_muscle({joints}[a], {joints}[b])")
    rows = [f"({a}, {b}, {pen.phase()})" for a, b in second[:10]]
    _display(pen, "pulls", rows, long=len(rows) > 3)
    with pen.block("for a, b, phase in pulls:"):
        pen(pen.active(f"{joints}[a]", f"{joints}[b]", pen.amplitude(), "phase"))


def zipped_values(pen: Pen) -> None:
    """Separate lists of x, y, amplitude or phase, brought together with zip."""
    body = _body(pen)
    xs, ys = pick(pen.rng, (("xs", "ys"), ("x_list", "y_list"), ("px", "py")))
    pen(f"{xs} = [{', '.join(pen.number(x) for x, _ in body.places)}]")
    pen(f"{ys} = [{', '.join(pen.number(y) for _, y in body.places)}]")
    pen(f"{pen.joints} = [{pen.joint('x', 'y')} for x, y in zip({xs}, {ys})]")
    pen.gap()
    count = len(body.names)
    if chance(pen.rng, 0.5) and count > 3:
        phases = ", ".join(pen.phase() for _ in range(count - 1))
        pen(f"phases = [{phases}]")
        with pen.block(f"for {pen.i}, phase in enumerate(phases):"):
            ends = (f"{pen.joints}[{pen.i}]", f"{pen.joints}[{pen.i} + 1]")
            pen(pen.active(*ends, pen.amplitude(), "phase"))
    else:
        with pen.block(f"for a, b in zip({pen.joints}, {pen.joints}[1:]):"):
            pen(pen.muscle("a", "b"))
    with pen.block(f"for {pen.i} in range({count - 2}):"):
        ends = (f"{pen.joints}[{pen.i}]", f"{pen.joints}[{pen.i} + 2]")
        pen(pen.muscle(*ends, index=pen.i, active=True))


def named_places(pen: Pen) -> None:
    """A dictionary of places by name."""
    body = some_body(pen, 9)
    table = pick(pen.rng, ("places", "spots", "layout", "skeleton"))
    pen(f"{table} = {{")
    for name, (x, y) in zip(body.names, body.places, strict=True):
        pen(f'    "{name}": ({pen.number(x)}, {pen.number(y)}),')
    pen("}")
    pen(f"{pen.joints} = {{name: {pen.joint('x', 'y')} for name, (x, y) in {table}.items()}}")
    pen.gap()
    for a, b in body.pairs:
        ends = [f'{pen.joints}["{body.names[end]}"]' for end in (a, b)]
        pen(pen.muscle(ends[0], ends[1], body.length(a, b)))


def tied_by_distance(pen: Pen) -> None:
    """Every pair that is near enough gets a muscle."""
    body = blob(pen, whole(pen.rng, 5, 14))
    joints = _joints_from_points(pen, body)
    points = _points_name(pen)
    lengths = sorted(body.length(a, b) for a, b in body.pairs)
    reach = pen.number(lengths[-1] + 0.6)
    dist = f"{pen.math('hypot')}"
    if "np" in dist or chance(pen.rng, 0.3):
        dist = ""
    i, j = pen.i, pen.j
    with pen.block(f"for {i} in range(len({joints})):"), pen.block(f"for {j} in range({i}):"):
        pen(f"dx = {points}[{i}][0] - {points}[{j}][0]")
        pen(f"dy = {points}[{i}][1] - {points}[{j}][1]")
        test = f"{dist}(dx, dy) < {reach}" if dist else f"dx * dx + dy * dy < {reach} ** 2"
        with pen.block(f"if {test}:"):
            phase = pick(pen.rng, (pen.phase_of(i), "dx", "0.5 * dx", f"{i} + {j}"))
            pen(pen.active(f"{joints}[{i}]", f"{joints}[{j}]", pen.amplitude(), phase))


def _body(pen: Pen) -> Body:
    return some_body(pen, 14) if chance(pen.rng, 0.7) else blob(pen, whole(pen.rng, 8, 22))


def _points_name(pen: Pen) -> str:
    return "coords" if pen.joints == "points" else "points"


def _joints_from_points(pen: Pen, body: Body) -> str:
    """Write the places and the joints at them; returns what the list is called."""
    points = _points_name(pen)
    _display(pen, points, [f"({pen.number(x)}, {pen.number(y)})" for x, y in body.places])
    choice = pen.rng.random()
    if choice < 0.6:
        pen(f"{pen.joints} = [{pen.joint('x', 'y')} for x, y in {points}]")
    elif choice < 0.85:
        pen(f"{pen.joints} = []")
        with pen.block(f"for x, y in {points}:"):
            pen(f"{pen.joints}.append({pen.joint('x', 'y')})")
    else:
        pen(f"{pen.joints} = [{pen.joint('p[0]', 'p[1]')} for p in {points}]")
    pen.gap()
    return pen.joints


def _indexed_muscle(pen: Pen, ends: tuple[str, str], index: str, count: str) -> None:
    if chance(pen.rng, 0.3):
        with pen.block(f"if {index} % {whole(pen.rng, 2, 3)} == 0:"):
            pen(pen.muscle(*ends, active=False))
        with pen.block("else:"):
            pen(pen.muscle(*ends, index=index, count=count, active=True))
        return
    pen(pen.muscle(*ends, index=index, count=count, active=True))


def _display(pen: Pen, name: str, items: list[str], long: bool = False) -> None:
    """A list display on one line, or wrapped as a formatter would."""
    line = f"{name} = [{', '.join(items)}]"
    if len(line) <= 88 and not long:
        pen(line)
        return
    pen(f"{name} = [")
    if long:
        for item in items:
            pen(f"    {item},")
    else:
        row: list[str] = []
        for item in items:
            if sum(len(other) + 2 for other in (*row, item)) > 76:
                pen(f"    {', '.join(row)},")
                row = []
            row.append(item)
        pen(f"    {', '.join(row)},")
    pen("]")
