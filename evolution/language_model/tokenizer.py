"""Programs, messages and line edits as tokens, and edits back from tokens.

A byte-level BPE trained by the project. Digits stand alone, so that numbers are
learnt by place value; the newline and the indentation after it are one piece. Every
line of a program begins with its address, one token. An edit names the addresses of
the lines that it replaces and then gives the new lines, or says which text within a line
gives way to which, whatever is shorter:

    <program> <L1> \\nimport math <L2> \\n <L3> \\ndef make_walker(): ...
    <message> Add a joint. <edit> <L7> <insert> \\n    foot = wc.add_joint(1, 0) <end>
    <message> Changed parameters. <edit> <L9> <old> 2.5 <new> 3.1 <end>

The message comes after the program, so that children of one parent share the
computation of its tokens whatever they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from evolution.diffs.line_edits import LineEdit
from evolution.diffs.within_lines import Replacement, replace_within, replacements
from evolution.language_model.layout import brackets_of
from evolution.types import Failure, Stage

VOCABULARY = 4_096  # pieces of text; the marks and addresses come on top
MAX_LINES = 255  # lines that have an address
FILE = "tokenizer.json"

_MARKS = ("<program>", "<message>", "<edit>", "<insert>", "<old>", "<new>", "<end>")
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
    """Tokens of programs, messages and edits; see the module's text.

    Attributes:
        addresses: the token of each line number, from 0 to `MAX_LINES`; ids in a row.
        insert, old, new, end: the marks that edits are made of.
        text_end: ids below it are pieces of text.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        # A program that spells a mark must not gain its power.
        tokenizer.encode_special_tokens = True
        self._tokenizer = tokenizer
        self._lines: dict[str, list[int]] = {}
        ids = [_id(tokenizer, mark) for mark in _MARKS]
        self.addresses = [_id(tokenizer, f"<L{n}>") for n in range(MAX_LINES + 1)]
        self._program, self._message, self._edit, self.insert, self.old, self.new, self.end = ids
        self._line_of = {token: number for number, token in enumerate(self.addresses)}
        self.text_end = min(ids + self.addresses)

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
        return [
            piece for piece in self.texts() if piece.strip().isascii() and piece.strip().isalpha()
        ]

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

    def edits(self, edits: Sequence[LineEdit], lines: Sequence[str]) -> list[int]:
        """Tokens of edits in a window's own line numbers, with the end mark.

        Args:
            lines: the window's.
        """
        return [*chain.from_iterable(self._one_edit(edit, lines) for edit in edits), self.end]

    def _one_edit(self, edit: LineEdit, lines: Sequence[str]) -> list[int]:
        """The shorter of two: all new lines, or what changes line by line."""
        tokens = self._whole(edit.first, edit.last, edit.lines)
        old = lines[edit.first - 1 : edit.last]
        if not edit.lines or len(old) != len(edit.lines):
            return tokens
        by_line: list[int] = []
        for number, (before, after) in enumerate(zip(old, edit.lines, strict=True), edit.first):
            whole = self._whole(number, number, [after])
            within = self._within(number, replacements("\n" + before, "\n" + after))
            if before != after:
                by_line += within if within and len(within) < len(whole) else whole
        return by_line if len(by_line) < len(tokens) else tokens

    def _within(self, number: int, changes: Sequence[Replacement]) -> list[int]:
        """None where several changes move brackets: a model loses track of them."""
        if len(changes) > 1 and any(brackets_of(change.old + change.new) for change in changes):
            return []
        tokens = [self.addresses[number]]
        for change in changes:
            tokens += [self.old, *self._text(change.old), self.new, *self._text(change.new)]
        return tokens

    def _whole(self, first: int, last: int, lines: Sequence[str]) -> list[int]:
        bottom = self.insert if last < first else self.addresses[last]
        return [self.addresses[first], bottom, *chain.from_iterable(map(self.line, lines))]

    def parse(self, tokens: Sequence[int], lines: Sequence[str]) -> list[LineEdit] | Failure:
        """The edits that a model wrote, without the end mark, in the window's line numbers.

        Failures have stage DIFF and one of the codes ``no-edit``, ``bad-edit`` and
        ``text-not-found``.

        Args:
            lines: the window's.
        """
        edits: list[LineEdit] = []
        at = 0
        while at < len(tokens):
            first = self._line_of.get(tokens[at])
            if first is None:
                return _bad_edit("does not begin with the address of a line")
            mark = tokens[at + 1] if at + 1 < len(tokens) else -1
            start = at + 1
            # The second token can be an address, too.
            ends = (n for n in range(start + 1, len(tokens)) if tokens[n] in self._line_of)
            at = next(ends, len(tokens))
            if mark == self.old:
                edit = self._read_within(first, tokens[start:at], lines)
            else:
                edit = self._read_whole(first, mark, tokens[start + 1 : at])
            if isinstance(edit, Failure):
                return edit
            edits.append(edit)
        return edits or Failure(Stage.DIFF, "no-edit", "The model ended without an edit.")

    def _read_whole(self, first: int, mark: int, tokens: Sequence[int]) -> LineEdit | Failure:
        last = first - 1 if mark == self.insert else self._line_of.get(mark)
        if last is None:
            return _bad_edit("does not say where the replaced lines end")
        text = self._read_text(tokens)
        if text is None:
            return _bad_edit("holds a mark where a line should be")
        if text and not text.startswith("\n"):
            return _bad_edit("goes on in the middle of a line")
        return LineEdit(first, last, tuple(text.split("\n")[1:]))

    def _read_within(
        self, number: int, tokens: Sequence[int], lines: Sequence[str]
    ) -> LineEdit | Failure:
        """Args:
        tokens: ``<old>`` text ``<new>`` text, once or more often.
        """
        changes: list[Replacement] = []
        for part in _parts(tokens, self.old):
            sides = [self._read_text(side) for side in _parts([self.new, *part], self.new)]
            if len(sides) != 2 or sides[0] is None or sides[1] is None:
                return _bad_edit("does not say which text gives way to which")
            changes.append(Replacement(sides[0], sides[1]))
        line = "\n" + lines[number - 1] if 1 <= number <= len(lines) else ""
        changed = replace_within(line, changes)
        if changed is None:
            reason = f"The edit replaces text that line {number} does not have."
            return Failure(Stage.DIFF, "text-not-found", reason)
        if not changed.startswith("\n"):
            return _bad_edit("joins two lines")
        return LineEdit(number, number, tuple(changed.split("\n")[1:]))

    def _read_text(self, tokens: Sequence[int]) -> str | None:
        """The text of tokens; None if there is a mark or an address among them."""
        is_text = all(token < self.text_end for token in tokens)
        return str(self._tokenizer.decode(list(tokens))) if is_text else None

    def line(self, text: str) -> list[int]:
        """Tokens of one line, its newline in front; remembered, since lines recur."""
        known = self._lines.get(text)
        if known is None:
            if len(self._lines) > 200_000:
                self._lines.clear()
            known = self._lines[text] = self._text("\n" + text)
        return known

    def pieces(self, line: str) -> list[tuple[int, int, int]]:
        """(token, first character, behind the last) of a line, its newline in front."""
        encoding = self._tokenizer.encode("\n" + line, add_special_tokens=False)
        return [
            (token, *bounds) for token, bounds in zip(encoding.ids, encoding.offsets, strict=True)
        ]

    def texts(self) -> list[str]:
        """Each piece of text."""
        return [self._tokenizer.decode([token]) for token in range(self.text_end)]

    def _text(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)


def _parts(tokens: Sequence[int], mark: int) -> list[list[int]]:
    """The tokens behind each mark, up to the next; they begin with one."""
    parts: list[list[int]] = []
    for token in tokens:
        if token == mark:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _id(tokenizer: Tokenizer, mark: str) -> int:
    token = tokenizer.token_to_id(mark)
    if token is None:
        raise ValueError(f"The tokenizer has no mark {mark}; it is not one of a diff model.")
    return int(token)


def _bad_edit(what: str) -> Failure:
    return Failure(Stage.DIFF, "bad-edit", f"The model's edit {what}; it was not applied.")
