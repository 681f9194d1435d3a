"""Grids of joints: `query_cppn` of the library or of the program, bricks, lattices, nets."""

from __future__ import annotations

from evolution.language_model.corpus.bases.writing import Pen
from evolution.language_model.corpus.chance import between, chance, pick, whole

_NEAR = (
    "abs(x1 - x2) + abs(y1 - y2) == 1",
    "abs(x1 - x2) <= 1 and abs(y1 - y2) <= 1",
    "max(abs(x1 - x2), abs(y1 - y2)) < 2",
    "(x2 - x1) ** 2 + (y2 - y1) ** 2 < REACH",
    "x1 == x2 and abs(y1 - y2) < 3 or y1 == y2 and abs(x1 - x2) == 1",
    "abs(x1 - x2) + abs(y1 - y2) <= 2",
    "abs(x1 - x2) < 3 and y1 != y2 or abs(x1 - x2) == 1",
)


def library_grid(pen: Pen) -> None:
    """The library's grid; only its three functions belong to the program."""
    columns, rows, scale = _size(pen)
    connect, amplitude, phase = _functions(pen)
    given = f"{columns}, {rows}, {scale}, {connect}, {amplitude}, {phase}"
    pen(f"query_cppn({pen.wc}, {given})")
    if chance(pen.rng, 0.25):
        top = (columns - 1) * float(scale) / 2
        place = pen.joint(top, rows * float(scale) + between(pen.rng, 0.5, 3))
        label = pick(pen.rng, ("head", "mast", "load", "tip"))
        pen(f"{label} = {place}")
        for k in (0, rows, columns * rows - 1):
            pen(pen.muscle(label, str(min(k, columns * rows - 1)), active=True))


def own_grid(pen: Pen) -> None:
    """A grid builder that belongs to the program."""
    rng = pen.rng
    name = pick(rng, ("make_grid", "grid", "query_cppn", "lattice", "build_grid", "mesh"))
    columns, rows, scale = _size(pen)
    i, j = "i", "j"
    params = "nx, ny, step, linked, amp, phase"
    with pen.helper(name, params, "A grid; the functions say which pairs pull, and how."):
        pen("cells = [(x, y) for x in range(nx) for y in range(ny)]")
        if chance(rng, 0.5):
            pen(f"ids = [{pen.joint('x * step', 'y * step')} for x, y in cells]")
        else:
            pen("ids = []")
            with pen.block("for x, y in cells:"):
                pen(f"ids.append({pen.joint('step * x', 'step * y')})")
        with pen.block(
            f"for {i}, (x1, y1) in enumerate(cells):",
            f"for {j}, (x2, y2) in enumerate(cells[:{i}]):",
            "if linked(x1, y1, x2, y2):",
        ):
            pull = "amp(x1, y1, x2, y2)", "phase(x1, y1, x2, y2)"
            pen(pen.active(f"ids[{i}]", f"ids[{j}]", *pull))
        if chance(rng, 0.4):
            pen("return ids")
    connect, amplitude, phase = _functions(pen)
    pen(pen.call(name, str(columns), str(rows), scale, connect, amplitude, phase))


def nested_rows(pen: Pen) -> None:
    """Rows of joints in a list of lists; neighbours tied by loops."""
    rng = pen.rng
    columns, rows, scale = _size(pen)
    i, j = ("r", "q") if chance(rng, 0.3) else ("row", "col")
    rows_name, cols_name = str(rows), str(columns)
    if chance(rng, 0.5):
        pen(f"rows, cols = {rows}, {columns}")
        rows_name, cols_name = "rows", "cols"
    shift = pick(rng, ("", "", f" + 0.5 * ({i} % 2)", f" + {i} * 0.3"))
    pen("grid = []")
    with pen.block(f"for {i} in range({rows_name}):"):
        x = f"({j}{shift}) * {scale}" if shift else f"{j} * {scale}"
        pen(f"grid.append([{pen.joint(x, f'{i} * {scale}')} for {j} in range({cols_name})])")
    pen.gap()
    with pen.block(f"for {i} in range({rows_name}):"), pen.block(f"for {j} in range({cols_name}):"):
        here = f"grid[{i}][{j}]"
        with pen.block(f"if {j} > 0:"):
            pen(pen.muscle(f"grid[{i}][{j} - 1]", here, 1.5, j, cols_name))
        with pen.block(f"if {i} > 0:"):
            pen(pen.muscle(f"grid[{i} - 1][{j}]", here, 1.5, j, cols_name))
        if chance(rng, 0.8):
            with pen.block(f"if {i} > 0 and {j} > 0:"):
                ends = (f"grid[{i} - 1][{j} - 1]", here)
                pen(pen.muscle(*ends, 2.0, j, cols_name, active=True))


def net(pen: Pen) -> None:
    """Joints of a grid in a dictionary, with cells left out."""
    rng = pen.rng
    columns, rows, scale = _size(pen)
    hole = pick(
        rng, ("(x + y) % 3 == 2", "x % 2 and y % 2", "x > y + 3", f"x == {columns // 2} and y == 0")
    )
    pen("net = {}")
    with pen.block(f"for x in range({columns}):"), pen.block(f"for y in range({rows}):"):
        if chance(rng, 0.6):
            with pen.block(f"if {hole}:"):
                pen("continue")
        pen(f"net[x, y] = {pen.joint(f'x * {scale}', f'y * {scale}')}")
    steps = pick(
        rng, ("(1, 0), (0, 1), (1, 1)", "(1, 0), (0, 1), (1, 1), (1, -1)", "(1, 0), (0, 1), (2, 1)")
    )
    with pen.block(
        "for (x, y), joint in net.items():",
        f"for dx, dy in [{steps}]:",
        "if (x + dx, y + dy) in net:",
    ):
        phase = _phase_expression(pen, "x", "y")
        pen(pen.active("joint", "net[x + dx, y + dy]", pen.amplitude(1.5), phase))


def _size(pen: Pen) -> tuple[int, int, str]:
    """Columns, rows and the distance of neighbours; 4 to 49 joints, any proportion."""
    rng = pen.rng
    most = pick(rng, (10, 20, 35, 49))
    columns = whole(rng, 2, min(14, most // 2))
    rows = max(1, min(whole(rng, 2, 12), most // columns))
    if rows == 1:
        rows, columns = 2, max(2, columns // 2)
    scale = min(between(rng, 0.6, 4.0), 24 / max(columns - 1, rows - 1, 1))
    return columns, rows, f"{scale:.{whole(rng, 1, 2)}f}"


def _functions(pen: Pen) -> tuple[str, str, str]:
    """Define the three functions, with `def` or as lambdas; returns what to pass on."""
    rng = pen.rng
    names = (
        pick(rng, ("connect", "near", "linked", "connected", "is_linked")),
        pick(rng, ("amplitude", "strength", "power", "swing")),
        pick(rng, ("phase", "timing", "delay", "gait")),
    )
    near = pick(rng, _NEAR).replace("REACH", pick(rng, ("2.5", "3", "4.2", "5", "6")))
    strength = pick(
        rng,
        (
            "1.0",
            f"{between(rng, 0.2, 1.5):.2f}",
            "abs(x1 - x2) * 0.6 + 0.2",
            "0.3 + 0.2 * abs(y1 - y2)",
            "0.5 if y1 == y2 else 0.9",
            "(x1 + y1) % 2 + 0.2",
            "0.8 / (1 + y1)",
            "abs(x1 - x2) + abs(y1 - y2)",
        ),
    )
    timing = _phase_expression(pen, "x1", "y1")
    parameters = "x1, y1, x2, y2"
    bodies = (near, strength, timing)
    if chance(rng, 0.2):
        short = [f"lambda {parameters}: {body}" for body in bodies]
        for name, text in zip(names, short, strict=True):
            pen(f"{name} = {text}")
        return names
    nested = chance(rng, 0.75)
    for name, body in zip(names, bodies, strict=True):
        with pen.apart(nested), pen.block(f"def {name}({parameters}):"):
            pen(f"return {body}")
    return names


def _phase_expression(pen: Pen, x: str, y: str) -> str:
    rng = pen.rng
    slope = f"{between(rng, 0.2, 2.2):.1f}"
    return pick(
        rng,
        (
            f"{x} * {slope}",
            f"{slope} * {x} + {y}",
            f"{pen.math('sin')}({x})",
            f"{pen.math('pi')} * ({x} % 2)",
            f"({x} + {y}) * {slope}",
            f"{x} - {y}",
            f"{slope} if {y} == 0 else -{slope}",
            f"{pen.math('pi')} * {x} / 4",
            f"{y} * {slope}",
            "0.0",
        ),
    )
