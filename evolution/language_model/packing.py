"""Training rows: many edits behind one program, several programs in a row.

The tokens of a parent are most of an example, and a generator makes many edits of one
parent. So a row holds a parent once and behind it, as *branches*, the messages and
edits of its children; a branch sees its parent and itself, never another branch. The
loss and its gradient are those of the examples one by one, at about a sixth of the
computation.

    row:     [parent A | branch | branch | branch | parent B | branch | ...]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from evolution.diffs.line_edits import line_edits, lines_of
from evolution.language_model.examples import EditExample
from evolution.language_model.tokenizer import EditTokenizer
from evolution.language_model.windows import PARENT_TOKENS, window_around

_PADDING = -1


@dataclass(frozen=True, slots=True)
class Branch:
    """One example behind its parent: tokens of the message, then of the edit.

    Attributes:
        weight: of its loss; below zero for an edit that is to become less likely.
        allowed: shape (edit, vocabulary), bool: among which tokens each was chosen, if not
            among all. An edit that is to become less likely then loses to these.
    """

    message: list[int]
    edit: list[int]
    weight: float = 1.0
    allowed: NDArray[np.bool_] | None = field(default=None, compare=False)

    def __len__(self) -> int:
        return len(self.message) + len(self.edit)


@dataclass(frozen=True, slots=True)
class Pack:
    """A parent's tokens and the branches behind them."""

    parent: list[int]
    branches: list[Branch]

    def __len__(self) -> int:
        return len(self.parent) + sum(map(len, self.branches))


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch for the model.

    Attributes:
        tokens: shape (rows, length), int64.
        positions: shape (rows, length); a branch counts on from its parent's end.
        mask: shape (rows, 1, length, length), bool; True where a token sees another.
        predicts: shape (rows, length), bool; True where the next token of the same
            branch belongs to an edit.
        targets: shape (predictions,), the tokens to be predicted, in the order of ``predicts``.
        weights: shape (predictions,), float32, of their losses.
        allowed: shape (predictions, vocabulary), bool; None where all are.
        reads: shape (rows, length), bool; True where the next token belongs to the same parent.
        read: shape (reads,), those next tokens.
    """

    tokens: torch.Tensor
    positions: torch.Tensor
    mask: torch.Tensor
    predicts: torch.Tensor
    targets: torch.Tensor
    weights: torch.Tensor
    allowed: torch.Tensor | None
    reads: torch.Tensor
    read: torch.Tensor


def pack_examples(
    examples: Sequence[EditExample],
    tokenizer: EditTokenizer,
    longest: int,
    rng: np.random.Generator,
) -> list[Pack]:
    """Packs of at most ``longest`` tokens out of examples of one parent.

    Where the parent does not fit, each example gets a window of its own around its
    edits. Examples that fit in no way, or change nothing, are left out.
    """
    if not examples:
        return []
    lines = lines_of(examples[0].parent)
    branches: list[Branch] = []
    parent: list[int] | None = None
    packs: list[Pack] = []
    budget = min(PARENT_TOKENS, longest * 3 // 4)
    for example in examples:
        edits = line_edits(example.parent, example.child)
        window = window_around(lines, edits, tokenizer, budget, rng) if edits else None
        if window is None:
            continue
        local = [edit.moved(-window.before) for edit in edits]
        branch = Branch(tokenizer.message(example.message), tokenizer.edits(local, window.lines))
        if len(window.lines) < len(lines):
            packs.append(Pack(tokenizer.program(window.lines), [branch]))
            continue
        parent = parent or tokenizer.program(lines)
        branches.append(branch)
    if parent is not None:
        packs += _split(parent, branches, longest)
    return [pack for pack in packs if len(pack) <= longest]


def _split(parent: list[int], branches: list[Branch], longest: int) -> list[Pack]:
    """As few packs of one parent as hold all branches that fit."""
    packs: list[Pack] = []
    room = -1
    for branch in branches:
        if len(branch) > room:
            packs.append(Pack(parent, []))
            room = longest - len(parent)
        if len(branch) <= room:
            packs[-1].branches.append(branch)
            room -= len(branch)
    return [pack for pack in packs if pack.branches]


def fill_rows(packs: Sequence[Pack], longest: int) -> list[list[Pack]]:
    """Packs side by side in rows of at most ``longest`` tokens (first fit, longest first)."""
    rows: list[list[Pack]] = []
    room: list[int] = []
    for pack in sorted(packs, key=len, reverse=True):
        place = next((at for at, left in enumerate(room) if left >= len(pack)), None)
        if place is None:
            rows.append([])
            room.append(longest)
            place = len(rows) - 1
        rows[place].append(pack)
        room[place] -= len(pack)
    return rows


def rows_to_tensors(rows: Sequence[Sequence[Pack]], padding: int = 0) -> Rows:
    """Tensors of a batch of rows, as long as the longest of them."""
    length = max(sum(map(len, row)) for row in rows)
    shape = (len(rows), length)
    tokens = np.full(shape, padding, dtype=np.int64)
    positions = np.zeros(shape, dtype=np.int64)
    packs = np.full(shape, _PADDING, dtype=np.int64)
    branches = np.zeros(shape, dtype=np.int64)  # 0 is the parent
    predicts = np.zeros(shape, dtype=bool)
    weights = np.zeros(shape, dtype=np.float32)
    for row, content in enumerate(rows):
        at = 0
        for number, pack in enumerate(content):
            end = at + len(pack)
            packs[row, at:end] = number
            arrays = tokens, positions, branches, predicts, weights
            _lay(pack, at, *(array[row] for array in arrays))
            at = end
    next_tokens = np.roll(tokens, -1, axis=1)
    # A parent's first token has position 0, so a parent's last one is not read from.
    reads = (packs != _PADDING) & (branches == 0)
    reads &= np.roll(reads, -1, axis=1) & (np.roll(positions, -1, axis=1) == positions + 1)
    return Rows(
        tokens=torch.from_numpy(tokens),
        positions=torch.from_numpy(positions),
        mask=torch.from_numpy(_sees(packs, branches)).unsqueeze(1),
        predicts=torch.from_numpy(predicts),
        targets=torch.from_numpy(next_tokens[predicts]),
        weights=torch.from_numpy(weights[predicts]),
        allowed=_allowed([b for row in rows for pack in row for b in pack.branches]),
        reads=torch.from_numpy(reads),
        read=torch.from_numpy(next_tokens[reads]),
    )


def _allowed(branches: Sequence[Branch]) -> torch.Tensor | None:
    width = next((b.allowed.shape[1] for b in branches if b.allowed is not None), None)
    if width is None:
        return None
    masks = [
        np.ones((len(b.edit), width), bool) if b.allowed is None else b.allowed for b in branches
    ]
    return torch.from_numpy(np.concatenate(masks))


def _lay(
    pack: Pack,
    at: int,
    tokens: NDArray[np.int64],
    positions: NDArray[np.int64],
    branches: NDArray[np.int64],
    predicts: NDArray[np.bool_],
    weights: NDArray[np.float32],
) -> None:
    """Write one pack into a row's arrays, from index ``at``."""
    start = len(pack.parent)
    tokens[at : at + start] = pack.parent
    positions[at : at + start] = range(start)
    at += start
    for number, branch in enumerate(pack.branches, start=1):
        end = at + len(branch)
        tokens[at:end] = branch.message + branch.edit
        positions[at:end] = range(start, start + len(branch))
        branches[at:end] = number
        predicting = slice(at + len(branch.message) - 1, end - 1)
        predicts[predicting] = True
        weights[predicting] = branch.weight
        at = end


def _sees(packs: NDArray[np.int64], branches: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which tokens each token attends to, shape (rows, length, length)."""
    length = packs.shape[1]
    earlier = np.tril(np.ones((length, length), dtype=bool))
    same_pack = packs[:, :, None] == packs[:, None, :]
    same_branch = branches[:, :, None] == branches[:, None, :]
    to_parent = branches[:, None, :] == 0
    # Padding sees padding before it, so that no row of the softmax is empty.
    result: NDArray[np.bool_] = earlier & same_pack & (same_branch | to_parent)
    return result
