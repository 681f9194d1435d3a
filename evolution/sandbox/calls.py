"""Calls a function of a program on given arguments: unit tests of what is not a walker.

The child's second way to use a program; `child.execute` is the first's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from evolution.sandbox.child import PROGRAM, NoWalker


class NoValues(NoWalker):
    """The program ran, but there are no values to give back."""


@dataclass(frozen=True, slots=True)
class Calls:
    """What to call, and with what.

    Attributes:
        function: the name of the function. Where it is missing or takes another number
            of arguments, the program's last function that accepts them is called.
        arguments: JSON of a list of argument lists; text, so that each program gets its own.
    """

    function: str
    arguments: str

    def __call__(self, scope: Mapping[str, Any]) -> dict[str, Any]:
        """Call the function of an executed program; {"results"} holds a value for each call.

        Raises:
            BaseException: whatever the program raises.
            NoValues: if there is no such function, or a result that JSON cannot hold.
        """
        arguments: list[list[Any]] = json.loads(self.arguments)
        function = self._find(scope, {len(each) for each in arguments})
        results = [function(*each) for each in arguments]
        try:
            return {"results": json.loads(json.dumps(results, allow_nan=False))}
        except (TypeError, ValueError):
            reason = f"{self.function} returned what JSON cannot hold; return numbers or text."
            line = function.__code__.co_firstlineno
            raise NoValues("not-a-value", reason, line) from None

    def _find(self, scope: Mapping[str, Any], counts: set[int]) -> Callable[..., Any]:
        named = scope.get(self.function)
        if isinstance(named, FunctionType) and _accepts(named, counts):
            return named
        functions = [
            value
            for value in scope.values()
            if isinstance(value, FunctionType)
            and value.__code__.co_filename == PROGRAM
            and _accepts(value, counts)
        ]
        if not functions:
            wanted = ", ".join(map(str, sorted(counts)))
            reason = f"There is no function {self.function} that takes {wanted} arguments."
            raise NoValues("no-entry-point", reason)
        return max(functions, key=lambda function: function.__code__.co_firstlineno)


def _accepts(function: FunctionType, counts: set[int]) -> bool:
    """Whether a function can be called with each of these numbers of arguments."""
    code = function.__code__
    fewest = code.co_argcount - len(function.__defaults__ or ())
    takes_any = bool(code.co_flags & 0x04)  # *arguments
    if code.co_kwonlyargcount > len(function.__kwdefaults__ or ()):
        return False
    return all(fewest <= count and (takes_any or count <= code.co_argcount) for count in counts)
