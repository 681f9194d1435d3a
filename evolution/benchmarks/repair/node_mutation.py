"""Mutation in the manner of Tiny GP: each node of the syntax tree may become another of its kind.

The paper's baseline of genetic programming. A variable becomes another one, a constant
another one, an operator another one, each with the same probability. What can stand in a
place is given by hand, so this mutation never makes a program that does not parse.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass

import numpy as np

_OPERATORS: tuple[type[ast.operator], ...] = (
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.Pow,
)
_CONSTANTS = range(10)


@dataclass(frozen=True, slots=True)
class _Site:
    """A node's field that may change, what it holds, and what else it may hold."""

    node: ast.AST
    field: str
    old: object
    others: tuple[object, ...]


class NodeMutation:
    """All mutations of one program.

    Args:
        program: its text.
        names: variables that may appear, beside the program's own.
    """

    def __init__(self, program: str, names: tuple[str, ...]) -> None:
        self._tree = ast.parse(program)
        self._program = program
        self._sites = _sites(self._tree, set(names))

    def __len__(self) -> int:
        """The number of nodes that may change."""
        return len(self._sites)

    def children(self, count: int, rate: float, rng: np.random.Generator) -> Counter[str]:
        """How often each text comes in ``count`` mutations at ``rate`` a node.

        A mutation that changes nothing gives the program itself.
        """
        alternatives = np.array([len(site.others) for site in self._sites])
        changed = rng.random((count, len(self))) < rate
        choice = rng.integers(0, alternatives, size=changed.shape)
        picks = np.where(changed, choice, -1).astype(np.int8)
        rows, counts = np.unique(picks, axis=0, return_counts=True)
        children: Counter[str] = Counter()
        for row, times in zip(rows.tolist(), counts.tolist(), strict=True):
            children[self._child(row)] += times
        return children

    def _child(self, picks: list[int]) -> str:
        """The text where site i holds ``others[picks[i]]``; -1 leaves it as it is."""
        if max(picks) < 0:
            return self._program
        for site, pick in zip(self._sites, picks, strict=True):
            setattr(site.node, site.field, site.old if pick < 0 else site.others[pick])
        return ast.unparse(self._tree) + "\n"


def _sites(tree: ast.Module, names: set[str]) -> list[_Site]:
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = names | {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called
    }
    names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    sites = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in called:
            others = tuple(sorted(names - {node.id}))
            sites.append(_Site(node, "id", node.id, others))
        elif isinstance(node, ast.Constant) and type(node.value) is int:
            constants = tuple(value for value in _CONSTANTS if value != node.value)
            sites.append(_Site(node, "value", node.value, constants))
        elif isinstance(node, ast.BinOp):
            operators = tuple(kind() for kind in _OPERATORS if not isinstance(node.op, kind))
            sites.append(_Site(node, "op", node.op, operators))
    return sites
