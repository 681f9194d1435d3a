"""Programs, messages and line edits as tokens, and edits back from tokens.

A byte-level BPE trained by the project. Digits stand alone, so that numbers are
learnt by place value; the newline and the indentation after it are one piece. Every
line of a program begins with its address, one token; an edit names the addresses of
the lines that it replaces and then gives the new lines:

    <program> <L1> \\nimport math <L2> \\n <L3> \\ndef make_walker(): ...
    <message> Add a joint. <edit> <L7> <insert> \\n    foot = wc.add_joint(1, 0) <end>

The message comes after the program, so that children of one parent share the
computation of its tokens whatever they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from evolution.diffs.line_edits import LineEdit
from evolution.types import Failure, Stage

VOCABULARY = 4_096  # pieces of text; the marks and addresses come on top
MAX_LINES = 255  # lines that have an address
FILE = "tokenizer.json"

_MARKS = ("<program>", "<message>", "<edit>", "<insert>", "<end>")
# newline with indentation | a digit | a word | signs | what is left of white space
_PIECES = Regex(r"\n *| ?\d| ?[^\W\d]+| ?[^\s\w]+|\s+")


@dataclass(frozen=True, slots=True)
class Window:
    """Consecutive lines of a program that fit into a model's context.

    Attributes:
        before: lines of the program above the window; 0 where it begins at the top.
        lines: the window's lines, without newlines. Their addresses count from 1.
    """

    before: int
    lines: tuple[str, ...]


class EditTokenizer:
    """Tokens of programs, messages and edits; see the module's text."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        # A program that spells a mark must not gain its power.
        tokenizer.encode_special_tokens = True
        self._tokenizer = tokenizer
        self._lines: dict[str, list[int]] = {}
        ids = [_id(tokenizer, mark) for mark in _MARKS]
        self.addresses = [_id(tokenizer, f"<L{n}>") for n in range(MAX_LINES + 1)]
        self._program, self._message, self._edit, self._insert, self.end = ids
        self._line_of = {token: number for number, token in enumerate(self.addresses)}
        self._text_end = min(ids + self.addresses)  # below it are pieces of text

    @classmethod
    def train(cls, texts: Iterable[str], vocabulary: int = VOCABULARY) -> EditTokenizer:
        """Learn the pieces of text from programs and messages."""
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(_PIECES, "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=vocabulary,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        tokenizer.train_from_iterator(texts, trainer)
        # After training, so that they are the last ids, whatever the vocabulary came to.
        tokenizer.add_special_tokens([*_MARKS, *(f"<L{n}>" for n in range(MAX_LINES + 1))])
        return cls(tokenizer)

    @classmethod
    def load(cls, folder: Path) -> EditTokenizer:
        """Read what `save` wrote.

        Raises:
            ValueError: if the file is missing, damaged or another model's.
        """
        path = folder / FILE
        if not path.is_file():
            raise ValueError(f"{path} is missing.")
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises no other
            raise ValueError(f"{path} is damaged: {error}.") from error
        return cls(tokenizer)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._tokenizer.save(str(folder / FILE))

    @property
    def size(self) -> int:
        """Number of tokens, marks and addresses included."""
        return int(self._tokenizer.get_vocab_size())

    def words(self) -> list[str]:
        """The pieces of text that are ASCII letters, with or without a space before them."""
        pieces = (self._tokenizer.decode([token]) for token in range(self._text_end))
        return [piece for piece in pieces if piece.strip().isascii() and piece.strip().isalpha()]

    def program(self, lines: Sequence[str]) -> list[int]:
        """Tokens of a window's lines, at most `MAX_LINES` - 1, with their addresses."""
        tokens = [self._program]
        for number, line in enumerate(lines, start=1):
            tokens.append(self.addresses[number])
            tokens += self.line(line)
        # Where the program ends, so that lines can be added there.
        tokens.append(self.addresses[len(lines) + 1])
        return tokens

    def message(self, text: str) -> list[int]:
        """Tokens of a message; a model's edit follows them."""
        return [self._message, *self._text(text), self._edit]

    def edits(self, edits: Sequence[LineEdit]) -> list[int]:
        """Tokens of edits in a window's own line numbers, with the end mark."""
        tokens: list[int] = []
        for edit in edits:
            tokens.append(self.addresses[edit.first])
            tokens.append(self._insert if edit.is_insertion else self.addresses[edit.last])
            for line in edit.lines:
                tokens += self.line(line)
        return [*tokens, self.end]

    def parse(self, tokens: Sequence[int]) -> list[LineEdit] | Failure:
        """The edits that a model wrote, without the end mark, in the window's line numbers.

        Failures have stage DIFF and one of the codes ``no-edit`` and ``bad-edit``.
        """
        edits: list[LineEdit] = []
        at = 0
        while at < len(tokens):
            first = self._line_of.get(tokens[at])
            if first is None:
                return _bad_edit("does not begin with the address of a line")
            last = self._last(first, tokens[at + 1] if at + 1 < len(tokens) else -1)
            if last is None:
                return _bad_edit("does not say where the replaced lines end")
            at += 2
            start = at
            while at < len(tokens) and tokens[at] < self._text_end:
                at += 1
            if at < len(tokens) and tokens[at] not in self._line_of:
                return _bad_edit("holds a mark where a line should be")
            text = self._tokenizer.decode(list(tokens[start:at]))
            if text and not text.startswith("\n"):
                return _bad_edit("goes on in the middle of a line")
            edits.append(LineEdit(first, last, tuple(text.split("\n")[1:])))
        return edits or Failure(Stage.DIFF, "no-edit", "The model ended without an edit.")

    def line(self, text: str) -> list[int]:
        """Tokens of one line, its newline in front; remembered, since lines recur."""
        known = self._lines.get(text)
        if known is None:
            if len(self._lines) > 200_000:
                self._lines.clear()
            known = self._lines[text] = self._text("\n" + text)
        return known

    def _text(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _last(self, first: int, token: int) -> int | None:
        return first - 1 if token == self._insert else self._line_of.get(token)


def _id(tokenizer: Tokenizer, mark: str) -> int:
    token = tokenizer.token_to_id(mark)
    if token is None:
        raise ValueError(f"The tokenizer has no mark {mark}; it is not one of a diff model.")
    return int(token)


def _bad_edit(what: str) -> Failure:
    return Failure(Stage.DIFF, "bad-edit", f"The model's edit {what}; it was not applied.")
