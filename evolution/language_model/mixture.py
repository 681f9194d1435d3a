"""The mixture that a model is trained on: examples from several files, drawn by share."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from evolution.language_model.examples import EditExample, ExamplesError, read_examples
from evolution.language_model.packing import Pack, pack_examples
from evolution.language_model.renaming import names_of, renamed
from evolution.language_model.tokenizer import EditTokenizer

MOST_BRANCHES = 16  # edits of one parent in one pack: more would only be that parent again
RENAMED = 0.5  # share of the groups drawn whose names are replaced, see `renaming`
HELD_OUT = 0.02  # share of the parents that training never sees


@dataclass(frozen=True, slots=True)
class Part:
    """Examples of one file, grouped by parent, so that a row holds a parent once.

    Attributes:
        name: how people call it: its file's name.
        share: how often it is drawn, relative to the other parts.
        groups: examples of one parent each; trained on.
        held_out: groups kept for validation.
        digest: SHA-256 of what it was read from; empty if that was no file.
    """

    name: str
    share: float
    groups: list[list[EditExample]]
    held_out: list[list[EditExample]]
    digest: str = ""

    def summary(self) -> dict[str, str | float | int]:
        """What a model's manifest says of it."""
        return {
            "name": self.name,
            "share": self.share,
            "parents": len(self.groups),
            "examples": sum(map(len, self.groups)),
            "held_out_examples": sum(map(len, self.held_out)),
            "sha256": self.digest,
        }


def read_part(path: Path, share: float) -> Part:
    """Read a file of examples, or all of a folder's as one part.

    Raises:
        ExamplesError: if there is no such file, or one is not of examples.
    """
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if not files:
        raise ExamplesError(f"There is no Parquet file in {path}.")
    examples = chain.from_iterable(map(read_examples, files))
    return make_part(path.stem, share, examples, _digest(files))


def _digest(files: Sequence[Path]) -> str:
    """SHA-256 of a file; of several, that of theirs one after the other."""
    hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.is_file()]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


def make_part(name: str, share: float, examples: Iterable[EditExample], digest: str = "") -> Part:
    """Group examples by parent; which parents are held out depends on their text alone."""
    groups: defaultdict[str, list[EditExample]] = defaultdict(list)
    for example in examples:
        groups[example.parent].append(example)
    trained: list[list[EditExample]] = []
    held_out: list[list[EditExample]] = []
    for parent, group in groups.items():
        (held_out if _is_held_out(parent) else trained).append(group)
    return Part(name, share, trained, held_out, digest)


def _is_held_out(parent: str) -> bool:
    first = int.from_bytes(hashlib.sha256(parent.encode(errors="replace")).digest()[:4])
    return first / 2**32 < HELD_OUT


class Mixture:
    """Draws packs; step n of a training always gets the same ones."""

    def __init__(self, parts: Sequence[Part], tokenizer: EditTokenizer, row_length: int) -> None:
        self.parts = [part for part in parts if part.groups and part.share > 0]
        if not self.parts:
            raise ValueError("There is nothing to train on: no part has examples and a share.")
        self._tokenizer = tokenizer
        self._row_length = row_length
        self._names = names_of(tokenizer.words())
        shares = np.array([part.share for part in self.parts])
        self._shares = shares / shares.sum()

    def draw(self, tokens: int, rng: np.random.Generator) -> list[Pack]:
        """Packs of about ``tokens`` tokens; parts share the tokens as their shares say."""
        packs: list[Pack] = []
        for part, share in zip(self.parts, self._shares, strict=True):
            # Rounded at random, so that a small share gets its part over many steps.
            wanted = tokens * share
            length = 0
            while length < wanted:
                group = part.groups[int(rng.integers(len(part.groups)))]
                if self._names and rng.random() < RENAMED:
                    group = renamed(group, self._names, rng)
                drawn = self._packs(group, rng)
                size = sum(map(len, drawn))
                if wanted - length < size and rng.random() > (wanted - length) / size:
                    break
                packs += drawn
                length += size or 1
        return packs

    def validation(self, part: Part, most: int, rng: np.random.Generator) -> list[Pack]:
        """Packs of up to ``most`` held-out parents of a part."""
        chosen = rng.permutation(len(part.held_out))[:most]
        return [pack for at in chosen for pack in self._packs(part.held_out[int(at)], rng)]

    def _packs(self, group: list[EditExample], rng: np.random.Generator) -> list[Pack]:
        chosen = rng.permutation(len(group))[:MOST_BRANCHES]
        examples = [group[int(at)] for at in chosen]
        return pack_examples(examples, self._tokenizer, self._row_length, rng)
