"""One repository: its licence, and the examples in its history."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import cast

import pygit2

from evolution.language_model.corpus.exclusion import check_example
from evolution.language_model.examples import EditExample
from evolution.language_model.mining.changes import (
    TREE,
    Entry,
    FileChange,
    changed_file,
    entries_of,
    says_generated,
)
from evolution.language_model.mining.filters import Filter, Limits
from evolution.language_model.mining.licences import (
    NO_FILE,
    Licence,
    is_licence_file,
    licence_of,
)
from evolution.language_model.mining.messages import clear_message
from evolution.language_model.mining.windows import window_pair

_TREES_KEPT = 2_048  # parsed trees; a commit shares most of them with its parent
_CACHE_BYTES = 64 << 20  # of libgit2, for objects
_REPORT_COMMITS = 500
_LINK = b"120000"
_BOT = re.compile(
    r"bot\]?$|^dependabot|pre-commit-ci|\bgithub.actions?\b|\bjenkins\b", re.IGNORECASE
)


class HistoryError(ValueError):
    """The folder cannot be mined; the message says why."""


class History:
    """The head's history of a local repository, bare or with a work tree.

    Attributes:
        name: ``owner/name``, for the origin of examples.
        head: object id of the newest commit, as hexadecimal digits.
        counts: filter -> commits that it left out; filled by :meth:`examples`.

    Raises:
        HistoryError: if the folder is no repository, or one without commits.
    """

    def __init__(self, folder: Path, name: str, limits: Limits) -> None:
        pygit2.settings.cache_max_size(_CACHE_BYTES)
        try:
            self._repository = pygit2.Repository(str(folder))
            self._tip = self._repository.head.target
        except pygit2.GitError as error:
            raise HistoryError(f"{folder} is not a git repository with commits: {error}.") from None
        self.name = name
        self.head = str(self._tip)
        self.counts: Counter[Filter] = Counter()
        self._limits = limits
        self._entries = lru_cache(_TREES_KEPT)(self._read_entries)
        self._licence_of_files = lru_cache(None)(self._read_licence)

    @property
    def size(self) -> int:
        """Size of its objects on disk: how much work it is, about."""
        return sum(
            file.stat().st_size for file in Path(self._repository.path, "objects").rglob("*.pack")
        )

    def close(self) -> None:
        """Give back its memory."""
        self._entries.cache_clear()
        self._licence_of_files.cache_clear()
        self._repository.free()

    def count_commits(self) -> int:
        return sum(1 for _ in self._commits())

    def licence(self) -> Licence:
        """The licence as the newest commit states it."""
        return self._licence_of_tree(self._repository[self._tip].peel(pygit2.Tree).id.raw)

    def examples(
        self, progress: Callable[[int], None] = lambda commits: None
    ) -> Iterator[EditExample]:
        """All examples, newest first; ``progress`` hears of every few hundred commits.

        Raises:
            HistoryError: if a commit is missing, so that nothing is known of older ones.
        """
        number = 0
        for number, commit in enumerate(self._commits(), 1):
            result = self._judged(commit)
            if isinstance(result, Filter):
                self.counts[result] += 1
            else:
                yield result
            if number % _REPORT_COMMITS == 0:
                progress(_REPORT_COMMITS)
        progress(number % _REPORT_COMMITS)

    def _commits(self) -> Iterator[pygit2.Commit]:
        try:
            yield from self._repository.walk(self._tip)
        except (KeyError, pygit2.GitError) as error:
            raise HistoryError(f"The history of {self.name} has a gap: {error}.") from None

    def _judged(self, commit: pygit2.Commit) -> EditExample | Filter:
        """The commit's example, or the first filter that leaves it out; cheap ones first."""
        parents = commit.parent_ids
        if len(parents) != 1:
            return Filter.NOT_ONE_PARENT
        try:
            raw = commit.raw_message.decode("utf-8")
        except UnicodeDecodeError:
            return Filter.UNCLEAR_MESSAGE
        if is_bot(commit):
            return Filter.BOT
        message = clear_message(raw, self._limits)
        if isinstance(message, Filter):
            return message
        try:
            return self._example(commit, parents[0], message)
        except KeyError:  # a partial clone, or a file that its snapshot left out
            return Filter.MISSING_OBJECT

    def _example(
        self, commit: pygit2.Commit, parent: pygit2.Oid, message: str
    ) -> EditExample | Filter:
        tree = commit.tree_id.raw
        before = cast(pygit2.Commit, self._repository[parent]).tree_id.raw
        change = changed_file(self._entries, before, tree)
        if isinstance(change, Filter):
            return change
        texts = self._texts(change)
        if isinstance(texts, Filter):
            return texts
        window = window_pair(*texts, self._limits)
        if isinstance(window, Filter):
            return window
        licence = self._licence_of_tree(tree)
        if not licence.permissive and licence != NO_FILE:  # older than the file: the head's
            return Filter.LICENCE_THEN
        origin = f"{self.name}@{commit.id}"
        example = EditExample(*window, message, source="commit", origin=origin)
        return Filter.BENCHMARK if check_example(example) else example

    def _texts(self, change: FileChange) -> tuple[str, str] | Filter:
        contents = [self._read(change.parent), self._read(change.child)]
        if max(map(len, contents)) > self._limits.file_bytes:
            return Filter.LARGE_FILE
        try:
            old, new = [_text(content) for content in contents]
        except UnicodeDecodeError:
            return Filter.NOT_TEXT
        if "\0" in new or "\r" in new:
            return Filter.NOT_TEXT
        return Filter.GENERATED if says_generated(new) else (old, new)

    def _read(self, identity: bytes) -> bytes:
        return self._repository.odb.read(pygit2.Oid(raw=identity))[1]

    def _read_entries(self, tree: bytes) -> list[Entry]:
        return entries_of(self._read(tree))

    def _licence_of_tree(self, tree: bytes) -> Licence:
        files = []
        for mode, name, identity in self._entries(tree):
            if not is_licence_file(name.decode("utf-8", "replace")):
                continue
            if mode == _LINK:
                identity = self._behind_link(tree, identity)
            if mode != TREE and identity:
                files.append(identity)
        return self._licence_of_files(tuple(files))

    def _behind_link(self, tree: bytes, link: bytes) -> bytes:
        """Object id of the file that a link at the root means; empty if there is none."""
        path = self._read(link).decode("utf-8", "replace").removeprefix("./")
        try:
            found = cast(pygit2.Tree, self._repository[pygit2.Oid(raw=tree)])[path]
        except KeyError:
            return b""
        return found.id.raw if isinstance(found, pygit2.Blob) else b""

    def _read_licence(self, files: tuple[bytes, ...]) -> Licence:
        return licence_of(self._read(file).decode("utf-8", "replace") for file in files)


def _text(content: bytes) -> str:
    text = content.decode("utf-8")
    return text.replace("\r\n", "\n") if b"\r" in content else text


def is_bot(commit: pygit2.Commit) -> bool:
    """Whether the author's name is that of a program."""
    return _BOT.search(commit.author.name) is not None
