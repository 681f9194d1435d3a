"""What an instruction-following model is told, and the forms in which it may answer."""

from __future__ import annotations

import re
from typing import Any, Literal

from evolution.walkers.limits import (
    MAX_AMPLITUDE_SHARE,
    MAX_COORDINATE,
    MAX_HEIGHT,
    MAX_JOINTS,
    MAX_MUSCLES,
    MAX_MUSCLES_PER_JOINT,
)

AnswerForm = Literal["program", "edits", "diff"]
Language = Literal["walker", "python"]

_ROLE = (
    "You change Python programs. You are given a program and the message of a commit; you make "
    "the change that the message asks for, keep what it does not concern, and invent the "
    "details yourself. The result is run as it is: it must be complete and correct."
)
_WALKER = f"""
The program builds a two-dimensional walker of joints and muscles that is simulated for ten \
seconds under gravity on the ground; the further it travels, the better. It defines \
make_walker() and uses:
- wc = walker_creator(), from walk_creator, imported or not
- wc.add_joint(x, y) -> index: a point mass at x, y in metres, y upwards, at most \
{MAX_COORDINATE:g} from the origin; the walker is at most {MAX_HEIGHT:g} m tall
- wc.add_muscle(joint, joint, is_distance=True, amplitude=0.0, phase=0.0): with True a spring \
that keeps its length, with False one whose length swings by amplitude metres (at most \
{MAX_AMPLITUDE_SHARE:g} of it) once a second, phase in radians
- return wc.get_walker()
At most {MAX_JOINTS} joints, {MAX_MUSCLES} muscles, {MAX_MUSCLES_PER_JOINT} muscles at a joint. \
All joints must hang together. math and numpy may be imported, nothing else."""

_FORMS: dict[AnswerForm, str] = {
    "program": (
        'Answer with the whole changed program: as a JSON object {"program": "..."} if you are '
        "made to write JSON, otherwise in one ```python block, with no other text."
    ),
    "edits": (
        "Answer with the edits only: as a JSON object "
        '{"edits": [{"search": "...", "replace": "..."}]} if you are made to write JSON, '
        "otherwise as blocks of\n<<<<<<< SEARCH\nlines of the program\n=======\nnew lines\n"
        ">>>>>>> REPLACE\nThe searched lines must be whole lines, copied exactly, and stand at "
        "one place of the program only."
    ),
    "diff": (
        'Answer with a unified diff of the program: as a JSON object {"diff": "..."} if you are '
        "made to write JSON, otherwise in one ```diff block, with no other text."
    ),
}
_TEXT = {"type": "string"}
_SCHEMAS: dict[AnswerForm, dict[str, Any]] = {
    "program": {"program": _TEXT},
    "edits": {
        "edits": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"search": _TEXT, "replace": _TEXT},
                "required": ["search", "replace"],
                "additionalProperties": False,
            },
        }
    },
    "diff": {"diff": _TEXT},
}


def chat_messages(
    parent: str, message: str, form: AnswerForm, language: Language
) -> list[dict[str, str]]:
    """The conversation that asks for one child."""
    about = _ROLE + (_WALKER if language == "walker" else "")
    longest = max((len(ticks) for ticks in re.findall("`+", parent)), default=0)
    fence = "`" * max(3, longest + 1)  # a program may hold a fence itself
    text = parent if parent.endswith("\n") else parent + "\n"
    question = f"Commit message: {message}\n\nProgram:\n{fence}python\n{text}{fence}"
    return [
        {"role": "system", "content": f"{about}\n\n{_FORMS[form]}"},
        {"role": "user", "content": question},
    ]


def response_format(form: AnswerForm) -> dict[str, Any]:
    """The JSON schema of an answer, for endpoints that can enforce one."""
    properties = _SCHEMAS[form]
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return {
        "type": "json_schema",
        "json_schema": {"name": "change", "strict": True, "schema": schema},
    }
