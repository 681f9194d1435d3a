"""The shapes of the bug-repair benchmark's functions, found in syntax trees.

Each expression is summed up as a `Form`: the set of its monomials, which neither the order
nor the spelling of a sum changes. Assigned names stand for their forms, so a function is
recognised when it is spread over several statements.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence

from evolution.language_model.corpus.exclusion_forms import (
    CONSTANT,
    SQUARE,
    XOR,
    Form,
    Found,
    check_masked,
    check_modulo,
    check_polynomial,
    check_xor,
    found,
    is_modulo,
    joined,
    unknown,
    variable,
)

__all__ = ["Found", "look_at"]

_TALLY_CALLS = {"sum", "fsum", "count_nonzero", "bit_count", "popcount", "hamming_weight"}
_SAME_CALLS = {"int", "float", "bool", "round", "Fraction", "Decimal", "array", "asarray"}
_MODULO_CALLS = {"mod", "fmod", "divmod", "remainder", "__mod__"}
_POLYNOMIAL_CALLS = {"poly1d", "polyval", "Polynomial"}
_XOR_NAMES = {"xor", "bitwise_xor", "logical_xor", "__xor__"}


def look_at(statements: Sequence[ast.stmt], *, in_loop: bool = False) -> None:
    """Raise `Found` if the statements hold one of the shapes."""
    _Scope().run(statements, loop=in_loop, branch=False)


class _Scope:
    """The statements of one function or module, read in their order."""

    def __init__(self) -> None:
        self._forms: dict[str, Form] = {}

    def run(self, statements: Iterable[ast.stmt], *, loop: bool, branch: bool) -> None:
        """Read statements; ``branch``: under a condition inside of the loop."""
        for statement in statements:
            self._statement(statement, loop, branch)

    def _statement(self, node: ast.stmt, loop: bool, branch: bool) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                for decorator in node.decorator_list:
                    self.form(decorator)
                _Scope().run(node.body, loop=False, branch=False)
            case ast.For() | ast.AsyncFor() | ast.While():
                self.form(node.test if isinstance(node, ast.While) else node.iter)
                self._forget_assigned(node)
                self.run(node.body, loop=True, branch=False)
                self.run(node.orelse, loop=loop, branch=branch)
            case ast.If():
                self.form(node.test)
                self.run(node.body, loop=loop, branch=loop)
                self.run(node.orelse, loop=loop, branch=loop)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._assign(name, value, loop, branch)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self._assign(name, value, loop, branch)
            case ast.AugAssign(target=target, op=op, value=value):
                self._augment(target, op, value, loop, branch)
            case _:
                self._children(node, loop, branch)

    def _children(self, node: ast.AST, loop: bool, branch: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.form(child)
            elif isinstance(child, ast.stmt):
                self._statement(child, loop, branch)
            else:
                self._children(child, loop, branch)

    def _forget_assigned(self, loop: ast.stmt) -> None:
        """What a loop assigns has no one form inside of it."""
        for node in ast.walk(loop):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self._forms.pop(node.id, None)

    def _assign(self, name: str, value: ast.expr, loop: bool, branch: bool) -> None:
        if loop:
            match value:
                case ast.BinOp(op=ast.BitXor()) if _mentions(value, name):
                    found(XOR)
                case ast.Compare(ops=[ast.NotEq()]) if _mentions(value, name):
                    found(XOR)
                case (
                    ast.UnaryOp(op=ast.Not()) | ast.BinOp(op=ast.Sub(), left=ast.Constant(value=1))
                ) if branch and _mentions(value, name):
                    found(XOR)
        form = self.form(value)
        if loop and isinstance(value, ast.BinOp) and _mentions(value, name):
            constant = any(isinstance(side, ast.Constant) for side in (value.left, value.right))
            form = _tallied(form, constant, branch)
        self._forms[name] = form

    def _augment(
        self, target: ast.expr, op: ast.operator, value: ast.expr, loop: bool, branch: bool
    ) -> None:
        old, new = self.form(target), self.form(value)
        constant = isinstance(value, ast.Constant)
        if isinstance(op, ast.BitXor) and loop and (branch or not constant):
            found(XOR)
        form = joined(op, old, new, value)
        if isinstance(op, ast.BitXor):
            check_xor(form)
        elif is_modulo(op, value):
            check_modulo(old, value)
        elif isinstance(op, ast.Add | ast.Sub) and loop:
            form = _tallied(form, constant, branch)
        check_polynomial(form)
        if key := _key(target):
            self._forms[key] = form

    def form(self, node: ast.expr) -> Form:
        """The form of an expression; looks at everything inside of it."""
        kind = type(node)
        if kind is ast.Constant:
            return CONSTANT
        if kind is ast.Name:
            name = node.id  # type: ignore[attr-defined]
            return self._forms.get(name) or variable(name)
        if isinstance(node, ast.BinOp):
            check_masked(node)
            return self._binary(node)
        handler = _HANDLERS.get(kind)
        return handler(self, node) if handler else self._opaque(node)

    def _opaque(self, node: ast.AST) -> Form:
        self._children(node, False, False)
        return unknown()

    def _binary(self, node: ast.BinOp) -> Form:
        sides = [
            self._binary(side) if isinstance(side, ast.BinOp) else self.form(side)
            for side in (node.left, node.right)
        ]
        form = joined(node.op, sides[0], sides[1], node.right)
        if isinstance(node.op, ast.BitXor):
            check_xor(form)
        elif is_modulo(node.op, node.right):
            check_modulo(sides[0], node.right)
        elif is_modulo(node.op, node.left):  # 1 & x
            check_modulo(sides[1], node.left)
        check_polynomial(form)
        return form

    def _unary(self, node: ast.UnaryOp) -> Form:
        return self.form(node.operand)

    def _place(self, node: ast.Attribute | ast.Subscript) -> Form:
        key = _key(node)
        if key:
            return self._forms.get(key) or variable(key)
        return self._opaque(node)

    def _choice(self, node: ast.IfExp) -> Form:
        test = self.form(node.test)
        self.form(node.body)
        self.form(node.orelse)
        return test

    def _walrus(self, node: ast.NamedExpr) -> Form:
        form = self._forms[node.target.id] = self.form(node.value)
        return form

    def _compare(self, node: ast.Compare) -> Form:
        unequal = [node] if isinstance(node.ops[0], ast.NotEq) else []
        unequal += [
            side
            for side in (node.left, *node.comparators)
            if isinstance(side, ast.Compare) and isinstance(side.ops[0], ast.NotEq)
        ]
        if len(unequal) > 1:
            found(XOR)
        return self._opaque(node)

    def _call(self, node: ast.Call) -> Form:
        name = _called(node)
        first = node.args[0] if node.args else None
        if name in _SAME_CALLS and first is not None and len(node.args) == 1:
            return self.form(first)
        if name in ("pow", "power", "square") and first is not None:
            exponent = node.args[1] if len(node.args) > 1 else ast.Constant(2)
            base = self.form(first)
            return joined(ast.Pow(), base, self.form(exponent), exponent)
        if name in ("sum", "fsum") and isinstance(first, ast.List | ast.Tuple | ast.Set):
            return self._union(first.elts)
        _check_call(self, node, name, first)
        form = self._opaque(node)
        return form._replace(tally=_is_tally(node, name, first))

    def _union(self, elements: Sequence[ast.expr]) -> Form:
        form = Form(frozenset())
        for element in elements:
            value = element.value if isinstance(element, ast.Starred) else element
            part = self.form(value)
            if isinstance(element, ast.Starred):
                part = part._replace(tally=True)
            form = joined(ast.Add(), form, part)
        check_polynomial(form)
        return form


_HANDLERS: dict[type[ast.expr], Callable[..., Form]] = {
    ast.UnaryOp: _Scope._unary,
    ast.Attribute: _Scope._place,
    ast.Subscript: _Scope._place,
    ast.IfExp: _Scope._choice,
    ast.NamedExpr: _Scope._walrus,
    ast.Compare: _Scope._compare,
    ast.Call: _Scope._call,
}


def _tallied(form: Form, constant: bool, branch: bool) -> Form:
    """The form of a name that a loop adds to."""
    if constant:
        return form._replace(counted=form.counted or branch)
    return form._replace(tally=True)


def _key(node: ast.expr) -> str:
    """A name for ``self.x`` and ``b[0]``; empty for what is more involved."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr) if key := _key(value):
            return f"{key}.{attr}"
        case ast.Subscript(value=value, slice=ast.Constant(value=int() | str() as at)):
            key = _key(value)
            return key and f"{key}[{at}]"
        case ast.Subscript(value=value, slice=ast.Name(id=at)):
            key = _key(value)
            return key and f"{key}[{at}]"
    return ""


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _mentions(node: ast.expr, name: str) -> bool:
    return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))


def _is_tally(node: ast.Call, name: str, first: ast.expr | None) -> bool:
    if name in _TALLY_CALLS:
        return True
    if name == "len":
        match first:
            case ast.ListComp() | ast.SetComp():
                return any(generator.ifs for generator in first.generators)
            case ast.Call():
                return _called(first) in ("list", "filter", "tuple")
        return False
    if name == "count":
        return isinstance(first, ast.Constant) and first.value in (1, "1", True)
    return name == "reduce"


def _check_call(scope: _Scope, node: ast.Call, name: str, first: ast.expr | None) -> None:
    if name in _MODULO_CALLS and first is not None:
        if len(node.args) > 1 and not is_modulo(ast.BitAnd(), node.args[1]):
            check_modulo(scope.form(first), node.args[1])
        elif isinstance(node.func, ast.Attribute):
            check_modulo(scope.form(node.func.value), first)
    elif name in _POLYNOMIAL_CALLS:
        if isinstance(first, ast.List | ast.Tuple) and len(first.elts) == 3:
            found(SQUARE)
    elif name in ("reduce", "accumulate"):
        parts = [*node.args, node.func]
        if any(_is_xor(part) for part in parts):
            found(XOR)


def _is_xor(node: ast.expr) -> bool:
    match node:
        case ast.Name(id=name):
            return name in _XOR_NAMES
        case ast.Attribute(value=value, attr=attr):
            return attr in _XOR_NAMES or _is_xor(value)
        case ast.Lambda(body=ast.BinOp(op=ast.BitXor())):
            return True
        case ast.Lambda(body=ast.Compare(ops=[ast.NotEq()])):
            return True
    return False
