"""Program text is executed in `evolution/sandbox/` and nowhere else (invariant 3)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXECUTING = {"exec", "eval", "compile", "__import__"}
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
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module.split(".")[0] in UNPICKLING:
                yield f"line {node.lineno}: from {node.module}"


def modules() -> list[Path]:
    found = [p for room in ("evolution", "elmweb") for p in (ROOT / room).rglob("*.py")]
    sandbox = ROOT / "evolution" / "sandbox"
    return [path for path in found if sandbox not in path.parents]


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_outside_the_sandbox_executes_text(path: Path) -> None:
    assert list(executed(ast.parse(path.read_text()))) == []


def test_the_check_sees_what_it_forbids() -> None:
    seen = executed(ast.parse("import pickle\nexec('1')\nfrom marshal import loads\neval('2')"))
    assert len(list(seen)) == 4


def test_the_sandbox_does_execute() -> None:
    sandbox = (ROOT / "evolution" / "sandbox").rglob("*.py")
    assert any(list(executed(ast.parse(path.read_text()))) for path in sandbox)
