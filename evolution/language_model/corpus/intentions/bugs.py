"""Bug fixes: bugs are planted into a sound program, and the child is the sound program."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from evolution.language_model.corpus.chance import Rng, chance, pick, weighted, whole
from evolution.language_model.corpus.intentions.base import Edit, Intention
from evolution.language_model.corpus.intentions.wordings import wordings
from evolution.language_model.corpus.source import Source, Splice, argument, called, read

MOST_BUGS = 5


@dataclass(frozen=True, slots=True)
class Bug:
    """One planted bug: the text's change and what a message could call it."""

    splice: Splice
    message: str


Plant = Callable[[Source, Rng], Bug | None]


def misnamed(source: Source, rng: Rng) -> Bug | None:
    """A variable that is read has a wrong name: another one, or one with a slip."""
    reads = [n for n in source.names if isinstance(n.ctx, ast.Load) and len(n.id) < 24]
    reads = [n for n in reads if n.id not in ("range", "len", "zip", "enumerate", "walker_creator")]
    if not reads:
        return None
    node = pick(rng, reads)
    wrong = _slip(rng, node.id) if chance(rng, 0.5) else pick(rng, reads).id
    if wrong == node.id:
        return None
    message = pick(
        rng,
        (f"Fix undefined variable {wrong}", f"Fix name of {node.id}", f"Use {node.id}, not {wrong}")
        if wrong not in source.identifiers
        else (
            f"Use {node.id} instead of {wrong}",
            f"Fix wrong variable {wrong}",
            "Fix wrong variable",
        ),
    )
    return Bug(source.replace(node, wrong), message)


def _slip(rng: Rng, name: str) -> str:
    """A name with a letter too few, too many or in the wrong place."""
    if len(name) < 3:
        return pick(rng, (name + name[-1], chr(97 + int(rng.random() * 26)), name + "1"))
    at = whole(rng, 1, len(name) - 2)
    swapped = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return pick(
        rng, (name[:at] + name[at + 1 :], swapped, name + "s", name.rstrip("s") + "_", name[:-1])
    )


def wrong_index(source: Source, rng: Rng) -> Bug | None:
    """A subscript that is too large, or shifted by one."""
    spots = [
        n.slice
        for n in source.nodes
        if isinstance(n, ast.Subscript) and not isinstance(n.slice, ast.Slice | ast.Tuple)
    ]
    spots = [s for s in spots if not (isinstance(s, ast.Constant) and isinstance(s.value, str))]
    if not spots:
        return None
    node = pick(rng, spots)
    text = source.of(node)
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        wrong = str(node.value + pick(rng, (1, 5, 10, 20)))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        wrong = source.of(node.left).strip("()")
    elif isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant):
        wrong = source.of(node.left)
    else:
        wrong = f"{text} + {pick(rng, ('1', '2'))}"
    message = pick(
        rng,
        ("Fix wrong index", "Fix index", "Fix IndexError", f"Index with {text}", "Fix list index"),
    )
    return Bug(source.replace(node, wrong), message)


def off_by_one(source: Source, rng: Rng) -> Bug | None:
    calls = [c for c in source.calls if called(c) == "range" and c.args]
    if not calls:
        return None
    node = pick(rng, calls).args[-1]
    text = source.of(node)
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        wrong = str(node.value + pick(rng, (1, 1, -1)))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        wrong = source.of(node.left)
    else:
        wrong = f"{text} + 1"
    message = pick(
        rng,
        ("Fix off-by-one error", "Fix range", "Fix off by one in loop", f"Loop over range({text})"),
    )
    return Bug(source.replace(node, wrong), message)


def missing_argument(source: Source, rng: Rng) -> Bug | None:
    calls = [
        c
        for c in source.calls
        if len(c.args) >= 2 and (source.function_named(called(c)) or called(c) == "add_joint")
    ]
    if not calls:
        return None
    call = pick(rng, calls)
    at = whole(rng, 0, len(call.args) - 1)
    name = called(call)
    start = source.start(call.args[at]) if at == 0 else source.end(call.args[at - 1])
    end = source.start(call.args[1]) if at == 0 else source.end(call.args[at])
    message = pick(
        rng,
        (
            "Fix missing argument",
            f"Add missing argument of {name}",
            f"Fix call of {name}",
            "Fix TypeError",
        ),
    )
    return Bug((start, end, ""), message)


def wrong_operator(source: Source, rng: Rng) -> Bug | None:
    nodes = [n for n in source.nodes if isinstance(n, ast.BinOp)]
    found = []
    for node in nodes:
        between = source.text[source.end(node.left) : source.start(node.right)]
        sign = between.strip(" ()")
        if sign in ("+", "-", "*", "/", "%", "//"):
            at = source.end(node.left) + between.index(sign)
            found.append((at, sign))
    if not found:
        return None
    at, sign = pick(rng, found)
    wrong = pick(rng, {"+": "-*/", "-": "+*", "*": "+/", "/": "*+", "%": "*/", "//": "/*"}[sign])
    message = pick(
        rng,
        (
            "Fix wrong operator",
            f"Use {sign} instead of {wrong}",
            "Fix sign",
            "Fix formula",
            "Fix arithmetic",
        ),
    )
    return Bug((at, at + len(sign), wrong), message)


def missing_return(source: Source, rng: Rng) -> Bug | None:
    returns = [
        n for n in source.nodes if isinstance(n, ast.Return) and n.value and source.owns_lines(n)
    ]
    if not returns:
        return None
    node = pick(rng, returns)
    function = source.function(node)
    assert node.value is not None
    assert function is not None
    gone = source.without(node)
    if gone is None or chance(rng, 0.4):
        gone = (source.start(node), source.start(node.value), "")
    message = pick(
        rng,
        (
            "Fix missing return",
            f"Return the result of {function.name}",
            "Add missing return statement",
            f"Return from {function.name}",
            f"{function.name} must return something",
        ),
    )
    return Bug(gone, message)


def swapped_arguments(source: Source, rng: Rng) -> Bug | None:
    calls = [c for c in source.calls if len(c.args) >= 2 and called(c) != "range"]
    if not calls:
        return None
    call = pick(rng, calls)
    at = whole(rng, 0, len(call.args) - 2)
    if called(call) == "add_muscle":
        at = max(at, 1) if len(call.args) > 2 else at
    first, second = call.args[at], call.args[at + 1]
    a, b = source.of(first), source.of(second)
    if a == b:
        return None
    between = source.text[source.end(first) : source.start(second)]
    message = pick(
        rng,
        (
            "Fix swapped arguments",
            f"Fix order of arguments of {called(call)}",
            "Fix argument order",
        ),
    )
    return Bug((source.start(first), source.end(second), f"{b}{between}{a}"), message)


def missing_line(source: Source, rng: Rng) -> Bug | None:
    """A muscle, or what fills a list, or what a later line needs, is not there."""
    plain = [
        n
        for n in source.nodes
        if isinstance(n, ast.Expr | ast.Assign)
        and n.lineno == n.end_lineno
        and source.function(n) is not None
    ]
    gone = [(n, s) for n in plain if (s := source.without(n)) is not None]
    if not gone:
        return None
    node, splice = pick(rng, gone)
    text = source.of(node)
    if "add_muscle" in text:
        message = pick(rng, ("Add missing muscle", "Fix missing muscle", "Fix loose joint"))
    elif isinstance(node, ast.Assign):
        name = source.of(node.targets[0])
        message = pick(rng, (f"Define {name}", f"Fix undefined {name}", f"Add missing {name}"))
    else:
        message = pick(rng, ("Add missing call", "Fix missing line", "Add missing line"))
    return Bug(splice, message)


def misspelled(source: Source, rng: Rng) -> Bug | None:
    """A method, or a function of a module, that does not exist."""
    spots = [n for n in source.nodes if isinstance(n, ast.Attribute)]
    if not spots:
        return None
    node = pick(rng, spots)
    wrong = pick(rng, (_slip(rng, node.attr), node.attr + "s", node.attr.replace("_", "")))
    if wrong == node.attr or not wrong.isidentifier():
        return None
    end = source.end(node)
    message = pick(
        rng,
        (
            f"Fix misspelled {node.attr}",
            "Fix typo",
            f"Fix AttributeError: use {node.attr}",
            "Fix spelling of a method",
        ),
    )
    return Bug((end - len(node.attr), end, wrong), message)


def missing_import(source: Source, rng: Rng) -> Bug | None:
    imports = [n for n in source.tree.body if isinstance(n, ast.Import)]
    if not imports:
        return None
    node = pick(rng, imports)
    gone = source.without(node)
    name = node.names[0].name
    message = pick(rng, ("Fix missing import", f"Import {name}", f"Add missing import of {name}"))
    return Bug(gone, message) if gone is not None else None


def wrong_comparison(source: Source, rng: Rng) -> Bug | None:
    found = []
    for node in source.nodes:
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            between = source.text[source.end(node.left) : source.start(node.comparators[0])]
            sign = between.strip(" ()")
            if sign in ("<", "<=", ">", ">=", "==", "!="):
                found.append((source.end(node.left) + between.index(sign), sign))
    if not found:
        return None
    at, sign = pick(rng, found)
    wrong = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "!=", "!=": "=="}[sign]
    message = pick(
        rng,
        (
            "Fix comparison",
            "Fix wrong comparison",
            f"Use {sign} instead of {wrong}",
            "Fix condition",
        ),
    )
    return Bug((at, at + len(sign), wrong), message)


def wrong_flag(source: Source, rng: Rng) -> Bug | None:
    """A muscle that should pull is passive."""
    flags = [(c, argument(c, 2, "is_distance")) for c in source.muscle_calls]
    found = [f for _, f in flags if isinstance(f, ast.Constant) and f.value is False]
    if not found:
        return None
    message = pick(rng, ("Fix passive muscle", "Fix flag of a muscle", "Muscle must be active"))
    return Bug(source.replace(pick(rng, found), "True"), message)


_PLANTS: tuple[tuple[Plant, float], ...] = (
    (misnamed, 4.0),
    (wrong_index, 1.5),
    (off_by_one, 1.5),
    (missing_argument, 1.2),
    (wrong_operator, 2.0),
    (missing_return, 1.2),
    (swapped_arguments, 1.0),
    (missing_line, 1.5),
    (misspelled, 1.5),
    (missing_import, 0.8),
    (wrong_comparison, 0.8),
    (wrong_flag, 0.5),
)


def plant(source: Source, rng: Rng, count: int) -> tuple[str, list[str]] | None:
    """A program with up to ``count`` bugs at different places, and a message for each."""
    bugs: list[Bug] = []
    kind = weighted(rng, _PLANTS) if chance(rng, 0.35) else None  # the same slip again and again
    for _ in range(count * 3):
        bug = (kind or weighted(rng, _PLANTS))(source, rng)
        if bug is not None and all(_apart(bug.splice, other.splice) for other in bugs):
            bugs.append(bug)
        if len(bugs) == count:
            break
    if not bugs:
        return None
    return source.spliced([bug.splice for bug in bugs]), [bug.message for bug in bugs]


def _apart(a: Splice, b: Splice) -> bool:
    return a[1] < b[0] or b[1] < a[0]


def fix_bugs(source: Source, rng: Rng) -> Edit | None:
    count = weighted(rng, ((1, 5.0), (2, 2.5), (3, 1.5), (4, 1.0), (5, 1.0)))
    planted = plant(source, rng, min(count, MOST_BUGS))
    if planted is None:
        return None
    broken, messages = planted
    if read(broken) is None:
        return None
    values = {"fix": messages[0]} if len(messages) == 1 else {}
    return Edit(source.text, values, parent=broken)


BUGS = (
    Intention(
        "fix-bugs",
        wordings(
            "{fix}",
            "[Fix|Fixed] [bugs|bug|a bug|the bug|errors|an error|mistakes|the program]",
            "[Bug fix|Bugfix|Bug fixes|Bugfixes]",
            "[Correct|Repair] [errors|mistakes|make_walker|the walker]",
            "[Make it run|Make it work] again",
        ),
        fix_bugs,
        lambda c: not c.same_walker,
        weight=8.0,
        generic=0.55,
    ),
)
