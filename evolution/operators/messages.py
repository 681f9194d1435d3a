"""Commit messages that a person typed, made fit for a model's prompt.

A message is one line of plain text. What cannot stand in it is left out, and every
operator that reads messages says so in the message that its child carries: people see
there what was asked for and, in square brackets, what was not done of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from evolution.types import Failure, Stage

BLIND = ("syntax-tree",)  # operators that do not read the message
MAX_CHARACTERS = 160  # the longest message that a model is given; commits have one sentence
MAX_LABEL = 200  # what a child carries: a message with notes

# Marks of the models' own formats: public diff models, the project's, chat templates.
_MARKS = re.compile(
    r"<(?:NME|BEF|MSG|DFF|L\d{1,4}|program|message|edit|insert|end|s|/s|pad|unk|bos|eos|mask)>"
    r"|<\|[\w./ -]{1,40}\|>|\[/?INST\]|<</?SYS>>"
)
_NOTES = re.compile(r" \[note: [^\[\]]*\]$")
# Control characters, lone surrogates, invisible format characters (among them those that
# reverse the direction of writing), and code points that are no characters.
_UNFIT = ("Cc", "Cs", "Cf", "Cn")
_JOINERS = "\u200c\u200d"  # of category Cf too, but Persian and emoji are spelt with them


@dataclass(frozen=True, slots=True)
class Message:
    """A cleaned message.

    Attributes:
        text: what a model reads.
        cut: what was left out of what was typed, a few words each; empty for most.
    """

    text: str
    cut: tuple[str, ...] = ()

    def label(self, *notes: str) -> str:
        """What a child carries: the text, then what was cut and ``notes``, in brackets."""
        return labelled(self.text, (*self.cut, *notes))


def clean_message(typed: str, longest: int = MAX_CHARACTERS) -> Message | Failure:
    """The message as one line of at most ``longest`` characters.

    Fails with stage OPERATOR and code ``empty-message`` where nothing is left of it.
    Cleaning is idempotent.
    """
    cut: list[str] = []
    spaced = re.sub(r"\s+", " ", typed).strip()
    kept = "".join(
        char for char in spaced if char in _JOINERS or unicodedata.category(char) not in _UNFIT
    )
    if len(kept) < len(spaced):
        cut.append(_counted(len(spaced) - len(kept), "unprintable character"))
    # A space in a mark's place: taking it out could join its surroundings to another mark.
    unmarked, marks = _MARKS.subn(" ", kept)
    if marks:
        cut.append(_counted(marks, "format mark"))
    text = re.sub(r"\s+", " ", unmarked).strip()
    if not text.strip(_JOINERS):
        reason = "The message is empty" + (f" without its {cut[-1]}" if cut else "")
        return Failure(Stage.OPERATOR, "empty-message", f"{reason}; say what is to change.")
    if len(text) > longest:
        cut.append(f"all but the first {longest} of {len(text):,} characters")
        text = _shortened(text, longest)
    return Message(text, tuple(cut))


def labelled(text: str, notes: Sequence[str]) -> str:
    """``text`` and, in square brackets, the notes; at most `MAX_LABEL` characters."""
    if not notes:
        return _shortened(text, MAX_LABEL)
    note = "; ".join(notes).translate({ord("["): "(", ord("]"): ")"})
    bracket = f" [note: {_shortened(note, MAX_LABEL // 2)}]"
    return _shortened(text, MAX_LABEL - len(bracket)) + bracket


def without_notes(label: str) -> str:
    """The message of a child as a model read it, for training on accepted edits."""
    return _NOTES.sub("", label)


def _shortened(text: str, longest: int) -> str:
    """At most ``longest`` characters, cut between words where one is near."""
    if len(text) <= longest:
        return text
    head = text[:longest]
    word_end = head.rfind(" ")
    return head[:word_end] if word_end > 0.8 * longest else head


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
