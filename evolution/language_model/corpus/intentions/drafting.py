"""What edits write: numbers like the program's own, joints, muscles, imports."""

from __future__ import annotations

import ast
import math
import re

from evolution.language_model.corpus.chance import Rng, between, chance, pick, weighted, whole
from evolution.language_model.corpus.references import Scene, free_place, rough_box, scene
from evolution.language_model.corpus.roles import Number, with_role
from evolution.language_model.corpus.source import Source, Splice

_LARGEST = {"x": 40.0, "y": 26.0, "size": 26.0}


# --- numbers ------------------------------------------------------------------------------


def text_of(value: float, digits: int) -> str:
    """``value`` with so many decimals; whole without a point at 0 decimals."""
    if digits <= 0:
        return str(round(value))
    text = f"{value:.{digits}f}"
    return "0.0" if float(text) == 0 else text


def like(rng: Rng, old: str, value: float) -> str:
    """``value`` written in the way of the literal ``old``."""
    if not math.isfinite(value):
        return old
    if "." in old:
        digits = len(old.split(".")[1]) if "e" not in old.lower() else 2
        digits = digits if abs(value) >= 0.1 else max(digits, 2)
        # Changed numbers get shorter rather than longer: two decimals are enough to evolve.
        return text_of(value, min(digits, 2) if digits > 1 and chance(rng, 0.7) else 1)
    if (abs(value) >= 1 and chance(rng, 0.65)) or abs(value - round(value)) < 1e-9:
        return str(round(value))
    return text_of(value, pick(rng, (1, 1, 2)))


def digits_of(source: Source) -> int:
    """Decimals that the program's coordinates mostly have."""
    found = list(with_role(source, "x", "y", "amplitude"))[:12]
    texts = [source.text[n.start : n.end] for n in found]
    counts = sorted(len(text.split(".")[1]) if "." in text else 0 for text in texts)
    return counts[len(counts) // 2] if counts else 1


def nearby(rng: Rng, number: Number) -> float:
    """Another value for a number, as its role wants it."""
    value = number.value
    if number.whole:
        return float(_count(rng, number))
    if number.role in _LARGEST:
        return _length(rng, value, _LARGEST[number.role], number.role == "size")
    if number.role == "amplitude":
        choice = rng.random()
        if choice < 0.4 and value:
            return value * math.exp(0.6 * rng.standard_normal())
        if choice < 0.5:
            return -value if value else 1.5
        return between(rng, 3, 10) if choice < 0.56 else between(rng, 0.2, 3.2)
    if number.role == "phase":
        choice = rng.random()
        if choice < 0.5:
            return between(rng, 0.0, math.tau)
        if choice < 0.75:
            return value + rng.standard_normal()
        return pick(rng, (0.0, 1.57, 3.14, 4.71, -1.57, math.pi / 4, value * 2, -value))
    return value * math.exp(0.4 * rng.standard_normal()) if value else between(rng, -2, 3)


def _count(rng: Rng, number: Number) -> int:
    value = int(number.value)
    if number.role == "index":
        return max(value + pick(rng, (-1, 1, 1, 2)), 0 if value >= 0 else -4)
    choice = rng.random()
    if choice < 0.6:
        return max(value + pick(rng, (-2, -1, 1, 1, 2, 3)), 1)
    if choice < 0.8:
        return min(value * 2, 60)
    return whole(rng, 2, 24) if value > 3 else whole(rng, 1, 8)


def _length(rng: Rng, value: float, most: float, positive: bool) -> float:
    choice = rng.random()
    if choice < 0.5:
        changed = value + rng.standard_normal() * (0.4 + 0.2 * abs(value))
    elif choice < 0.72 and value:
        changed = value * math.exp(0.6 * rng.standard_normal())
    elif choice < 0.94:
        changed = between(rng, 0.3 if positive else -3.0, 16.0)
    else:
        changed = -value
    if positive and changed <= 0.1:
        changed = abs(changed) + 0.3
    return min(max(changed, -most), most)


def amplitude(rng: Rng, source: Source) -> str:
    """A new amplitude; often one that the program uses already."""
    known = with_role(source, "amplitude")
    if known and chance(rng, 0.25):
        number = pick(rng, known)
        if number.value:
            return source.text[number.start : number.end]
    return text_of(between(rng, 0.3, 3.0), _few_digits(rng, source))


def phase(rng: Rng, source: Source) -> str:
    """A new phase, radians."""
    choice = rng.random()
    if choice < 0.12:
        return "0.0"
    if choice < 0.25:
        return pick(rng, ("1.57", "3.14", "4.71", "-1.57"))
    if choice < 0.32 and "math" in source.identifiers:
        return pick(rng, ("math.pi", "math.pi / 2", "math.pi / 3"))
    return text_of(between(rng, 0.0, math.tau), _few_digits(rng, source))


def _few_digits(rng: Rng, source: Source) -> int:
    """Decimals of a new number: one, or two where the program has more."""
    return 2 if digits_of(source) > 1 and chance(rng, 0.3) else 1


# --- joints and muscles -------------------------------------------------------------------


def joint(source: Source, x: float | str, y: float | str) -> str:
    """A call of add_joint."""
    digits = min(digits_of(source), 1)
    x = x if isinstance(x, str) else text_of(x, digits)
    y = y if isinstance(y, str) else text_of(y, digits)
    return f"{source.creator}.add_joint({x}, {y})"


def muscle(
    source: Source, rng: Rng, a: str, b: str, *, active: bool | None = None, at: str = ""
) -> str:
    """A call of add_muscle in the program's way; ``at`` is a phase's text."""
    if active is None:
        active = chance(rng, 0.75)
    if not active:
        return f"{source.creator}.add_muscle({a}, {b})"
    strength, timing = amplitude(rng, source), at or phase(rng, source)
    if "amplitude=" in source.text and "add_muscle(" in source.text and chance(rng, 0.8):
        values = f"False, amplitude={strength}, phase={timing}"
    else:
        values = f"False, {strength}, {timing}"
    return f"{source.creator}.add_muscle({a}, {b}, {values})"


def ties(source: Source, rng: Rng, new: str, others: list[str]) -> list[str]:
    """Muscles from a new joint to others; one of them at least pulls."""
    strong = int(rng.random() * len(others))
    return [
        muscle(source, rng, new, other, active=True if at == strong else None)
        if chance(rng, 0.6)
        else muscle(source, rng, other, new, active=True if at == strong else None)
        for at, other in enumerate(others)
    ]


def spot(source: Source, rng: Rng) -> tuple[str, str, str]:
    """A free place as two texts, and where it is: "above", "below", "beside" or "inside".

    Where the function computes its places, the new one is a joint's place moved a little.
    """
    calls = [
        call
        for call in source.joint_calls
        if source.function(call) is source.entry and not index_scopes(source, call)
    ]
    computed = [c for c in calls if any(not _is_number(a) for a in c.args)]
    digits = min(digits_of(source), 1)
    if computed and len(computed) * 2 > len(calls) and chance(rng, 0.8):
        call = pick(rng, computed)
        by = (pick(rng, (-1, 1)) * between(rng, 0.5, 4.0), between(rng, -1.0, 4.0))
        where = "above" if by[1] > 1 else "beside"
        return moved(source, call.args[0], by[0]), moved(source, call.args[1], by[1]), where
    x, y = free_place(source, rng)
    box = rough_box(source)
    where = "above" if y > box.high else "below" if y < box.low else "inside"
    if where == "inside" and not box.left <= x <= box.right:
        where = "beside"
    return text_of(x, digits), text_of(y, digits), where


def moved(source: Source, value: ast.expr, by: float) -> str:
    """A coordinate's text, ``by`` metres further."""
    text, digits = source.of(value), digits_of(source)
    if _is_number(value):
        return text_of(ast.literal_eval(value) + by, max(min(digits, 2), 1 if "." in text else 0))
    return f"{text} {'+' if by >= 0 else '-'} {text_of(abs(by), 1)}"


def _is_number(value: ast.expr) -> bool:
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub | ast.UAdd):
        value = value.operand
    return isinstance(value, ast.Constant) and isinstance(value.value, int | float)


def index_scopes(source: Source, node: ast.AST) -> bool:
    """Whether a loop or comprehension stands around ``node`` in its function."""
    for around in source.ancestors(node):
        if isinstance(around, ast.For | ast.comprehension | ast.ListComp | ast.DictComp):
            return True
        if isinstance(around, ast.FunctionDef | ast.Lambda):
            return False
    return False


def known_joints(source: Source, rng: Rng, count: int) -> list[str]:
    found: Scene = scene(source)
    return found.some(rng, count)


# --- imports ------------------------------------------------------------------------------


def trigonometry(source: Source, rng: Rng) -> tuple[str, list[Splice]]:
    """How the program names the math module, and the import that this may need."""
    text = source.text
    if re.search(r"^import math$", text, re.MULTILINE):
        return "math.", []
    if re.search(r"^import numpy as np$", text, re.MULTILINE):
        return "np.", []
    line = weighted(rng, (("import math", 4.0), ("import numpy as np", 1.0)))
    gap = "" if text.startswith(("import", "from")) else "\n" if chance(rng, 0.5) else "\n\n"
    return ("math." if "math" in line else "np."), [(0, 0, f"{line}\n{gap}")]


def loop_variable(source: Source) -> str:
    return source.fresh("k", "i", "j", "n", "m")


def index_variables(source: Source, node: ast.AST) -> list[str]:
    """Names that count in the loops and comprehensions around ``node``, inmost first."""
    found: list[str] = []
    for around in source.ancestors(node):
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(around, ast.For):
            pairs = [(around.target, around.iter)]
        elif isinstance(around, ast.ListComp):
            pairs = [(part.target, part.iter) for part in around.generators]
        elif isinstance(around, ast.FunctionDef):
            break
        for target, iterated in pairs:
            call = iterated if isinstance(iterated, ast.Call) else None
            name = call.func.id if call and isinstance(call.func, ast.Name) else ""
            if name == "enumerate" and isinstance(target, ast.Tuple):
                target = target.elts[0]
            elif name not in ("range", "reversed"):
                continue
            if isinstance(target, ast.Name):
                found.append(target.id)
    return found
