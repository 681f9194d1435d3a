"""The format of the public diff models: CarperAI's diff-codegen (350M, 2B, 6B; v1 and v2).

Their model cards give the layout; each part follows its tag after one space, and a
file that ends with a newline leaves an empty line before the next tag:

    <NME> walker.py
    <BEF> def make_walker():
        ...

    <MSG> Add a joint.
    <DFF> @@ -1,4 +1,5 @@
     def make_walker():
    +    ...

The diff has no ``---`` and ``+++`` lines; an empty file is written ``ADDFILE``. The
tags are plain text to the models' tokenizer (CodeGen's), which joins a space to the
word after it. So a prompt ends right after ``<DFF>`` and the model itself writes
`` @@``, as it saw in training.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from evolution.diffs.unified import apply_unified, unified_diff
from evolution.types import Failure, Stage

NAME, BEFORE, MESSAGE, DIFF = "<NME>", "<BEF>", "<MSG>", "<DFF>"
END_OF_TEXT = "<|endoftext|>"
DEFAULT_NAME = "walker.py"
_EMPTY_FILE = "ADDFILE"

# Where the reader stops, and so what no text may hold that is written into a part.
_STOP = re.compile(r"<NME>|<\|endoftext\|>|^<(?:BEF|MSG|DFF)>", re.MULTILINE)
_EXAMPLE = re.compile(
    r"\s*<NME> ?(?P<name>[^\n]*)\n<BEF> ?(?P<before>.*?)"
    r"\n<MSG> ?(?P<message>.*?)\n<DFF>(?P<diff>.*)",
    re.DOTALL,
)
_HEADER = re.compile(r"@@(?: -\d{1,9}(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@)?")


@dataclass(frozen=True, slots=True)
class PublicExample:
    """One training text, taken apart.

    Attributes:
        name: the file's name.
        before: the parent program; empty where the example adds a file.
        message: the commit message; may have several lines.
        diff: hunks, the first beginning with ``@@``.
    """

    name: str
    before: str
    message: str
    diff: str


def write_prompt(program: str, message: str, name: str = DEFAULT_NAME) -> str | Failure:
    """What a public diff model reads; it goes on with a space and the first hunk.

    Fails with stage DIFF and code ``tag-in-text`` where the text holds a tag at a place
    where the model would take it for its own.
    """
    for text, what in ((program, "program"), (message, "message"), (name, "file name")):
        found = _STOP.search(text)
        if found:
            reason = f"The {what} holds the tag {found[0]} of the diff model's format; remove it."
            line = text.count("\n", 0, found.start()) + 1 if what == "program" else None
            return Failure(Stage.DIFF, "tag-in-text", reason, line)
    return f"{NAME} {name}\n{BEFORE} {program or _EMPTY_FILE}\n{MESSAGE} {message}\n{DIFF}"


def write_example(parent: str, child: str, message: str, name: str = DEFAULT_NAME) -> str | Failure:
    """A whole training text; fails as `write_prompt` does, and with ``no-change``."""
    prompt = write_prompt(parent, message, name)
    if isinstance(prompt, Failure):
        return prompt
    _, mark, hunks = unified_diff(parent, child).partition("\n@@")
    if not mark:
        return Failure(Stage.DIFF, "no-change", "Parent and child are equal; there is no diff.")
    if _STOP.search(hunks):
        reason = "The child holds a tag of the diff model's format; remove it."
        return Failure(Stage.DIFF, "tag-in-text", reason)
    return f"{prompt} @@{hunks}"


def read_example(text: str) -> PublicExample | Failure:
    """Take a training text apart; what follows its diff is left out (see `read_diff`).

    Failures have stage DIFF: ``bad-format``, and those of `read_diff`.
    """
    match = _EXAMPLE.match(text)
    if match is None:
        reason = f"The text has not the parts {NAME}, {BEFORE}, {MESSAGE}, {DIFF} in this order."
        return Failure(Stage.DIFF, "bad-format", reason)
    diff = read_diff(match["diff"])
    if isinstance(diff, Failure):
        return diff
    before = "" if match["before"] == _EMPTY_FILE else match["before"]
    return PublicExample(match["name"], before, match["message"], diff)


def read_diff(output: str, *, finished: bool = True) -> str | Failure:
    """The hunks of what a model wrote after a prompt; what is not a diff around them is cut.

    The output ends at the next tag, at the end-of-text mark, or, once the hunk has the
    lines that its header counts, at the first line that belongs to no diff.

    Args:
        output: with or without the ``<DFF>`` in front, or the prompt itself.
        finished: False if the model was stopped at its token limit. Then the last line is
            only a part of one and is dropped; the hunk must be whole without it.

    Failures have stage DIFF and one of the codes ``no-hunk`` and ``diff-cut``.
    """
    example = _EXAMPLE.match(output)
    text = example["diff"] if example else output.lstrip().removeprefix(DIFF)
    stop = _STOP.search(text)
    if stop:
        text, finished = text[: stop.start()], True
    start = re.search(r"^[ \t]*@@", text, re.MULTILINE)
    if start is None:
        return Failure(Stage.DIFF, "no-hunk", "The model wrote no diff: no line begins with '@@'.")
    lines = text[start.end() - 2 :].split("\n")
    if not finished:
        lines.pop()
    kept, ended, whole = _diff_lines(lines)
    if not (finished or ended or whole):
        reason = "The model reached its token limit in the middle of a hunk; allow more tokens."
        return Failure(Stage.DIFF, "diff-cut", reason)
    return "\n".join(kept).rstrip("\n") + "\n"


def apply_output(parent: str, output: str, *, finished: bool = True) -> str | Failure:
    """The child that a model's output makes of ``parent``, or why there is none.

    Failures have stage DIFF: those of `read_diff` and of `apply_unified`.
    """
    diff = read_diff(output, finished=finished)
    return diff if isinstance(diff, Failure) else apply_unified(parent, diff)


def _diff_lines(lines: list[str]) -> tuple[list[str], bool, bool]:
    """The lines up to the end of the diff; whether something followed; whether it is whole."""
    old = new = 0  # lines that the present hunk's header still promises
    for number, line in enumerate(lines):
        header = _HEADER.match(line)
        if header:
            old, new = (int(count or 1) for count in header.groups()) if header[0][2:] else (0, 0)
        elif not line or line[0] in " -+":
            old -= line[:1] != "+"
            new -= line[:1] != "-"
        elif line[0] != "\\" and old <= 0 and new <= 0:
            return lines[:number], True, True
    return lines, False, old <= 0 and new <= 0
