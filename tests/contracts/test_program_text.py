"""Program text is executed in `evolution/sandbox/` and nowhere else (invariant 3)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXECUTING = {"exec", "eval", "__import__"}
UNPICKLING = {"pickle", "cPickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}


def executed(tree: ast.AST) -> Iterator[str]:
    """What in a module executes text, or revives objects from bytes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in EXECUTING:
                yield f"line {node.lineno}: {node.func.id}()"
        elif isinstance(node, ast.Import):
            names = {alias.name.split(".")[0] for alias in node.names}
            yield from (f"line {node.lineno}: import {name}" for name in names & UNPICKLING)
        elif isinstance(node, ast.ImportFrom):
            module = (node.module or "").split(".")[0]
            yield from (f"line {node.lineno}: from {name}" for name in {module} & UNPICKLING)


def modules() -> list[Path]:
    found = [p for room in ("evolution", "elmweb") for p in (ROOT / room).rglob("*.py")]
    sandbox = ROOT / "evolution" / "sandbox"
    return [path for path in found if sandbox not in path.parents]


def test_nothing_outside_the_sandbox_executes_text() -> None:
    found = {str(p.relative_to(ROOT)): list(executed(ast.parse(p.read_text()))) for p in modules()}
    assert {path: lines for path, lines in found.items() if lines} == {}
    assert len(found) > 50


def test_the_check_sees_what_it_forbids() -> None:
    seen = executed(ast.parse("import pickle\nexec('1')\nfrom marshal import loads\neval('2')"))
    assert len(list(seen)) == 4


def test_the_sandbox_does_execute() -> None:
    sandbox = (ROOT / "evolution" / "sandbox").rglob("*.py")
    assert any(list(executed(ast.parse(path.read_text()))) for path in sandbox)
