"""TypeScript types of `elmweb.runs.protocol`, so that nobody types them twice."""

from __future__ import annotations

import types
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from elmweb.environment import ROOT
from elmweb.runs import protocol

PATH = ROOT / "frontend" / "src" / "protocol.ts"

HEADER = """\
// Generated from elmweb/runs/protocol.py by `python manage.py generate_protocol`.
// Edit that file, not this one.
"""
_SCALARS: dict[Any, str] = {
    str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"
}  # fmt: skip
_UNIONS = ("Event", "ServerMessage")  # type aliases of the module that the client names too


def source() -> str:
    """The whole generated file."""
    parts = [HEADER, *_declarations()]
    return "\n".join(parts)


def _declarations() -> Iterator[str]:
    for name, value in vars(protocol).items():
        if name in _UNIONS:
            yield f"export type {name} = {_type(value)};\n"
        elif not isinstance(value, type) or value.__module__ != protocol.__name__:
            continue
        elif issubclass(value, StrEnum):
            members = " | ".join(f'"{member.value}"' for member in value)
            yield f"export type {name} = {members};\n"
        elif issubclass(value, BaseModel) and value is not protocol.Message:
            yield _interface(value)


def _interface(model: type[BaseModel]) -> str:
    about = (model.__doc__ or "").strip().splitlines()
    lines = [f"/** {about[0]} */"] if about else []
    lines.append(f"export interface {model.__name__} {{")
    for name, field in model.model_fields.items():
        lines.append(f"  {name}: {_type(field.annotation)};")
    return "\n".join([*lines, "}\n"])


def _type(annotation: Any) -> str:
    """One Python annotation in TypeScript.

    Raises:
        TypeError: for an annotation that the protocol has not needed so far.
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    if origin is Annotated:
        return _type(arguments[0])
    if origin is Literal:
        return " | ".join(f'"{value}"' for value in arguments)
    if origin in (Union, types.UnionType):
        return " | ".join(_type(argument) for argument in arguments)
    if origin is list:
        inner = _type(arguments[0])
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if origin is tuple:
        return f"[{', '.join(_type(argument) for argument in arguments)}]"
    if origin is dict:
        return f"Record<{_type(arguments[0])}, {_type(arguments[1])}>"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel | StrEnum):
        return annotation.__name__
    raise TypeError(f"No TypeScript for {annotation!r}; teach elmweb/runs/typescript.py.")
