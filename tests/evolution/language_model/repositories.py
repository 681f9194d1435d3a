"""Small git repositories for the tests of mining."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pygit2

MIT = """Copyright (c) 2020 A. Author

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software, to deal in the Software without restriction.
"""
GPL = "GNU GENERAL PUBLIC LICENSE\n\nVersion 3, 29 June 2007\n"
WALK = "def walk(speed):\n    step = 1\n    return step * speed + step\n"
RUN = WALK.replace("step = 1", "step = 2")
CLEAR = "Take longer steps when walking"

Files = Mapping[str, str | bytes]


class Builder:
    """A repository to which commits are added, each giving the whole content."""

    def __init__(self, folder: Path, *, bare: bool = True) -> None:
        self.folder = folder
        self._repository = pygit2.init_repository(str(folder), bare=bare)
        self._clock = 1_600_000_000
        self.head: pygit2.Oid | None = None

    def commit(
        self,
        files: Files,
        message: str,
        *,
        author: str = "A. Author",
        parents: Sequence[pygit2.Oid] | None = None,
    ) -> pygit2.Oid:
        """Commit exactly these files (path -> content); the head moves there."""
        if parents is None:
            parents = [self.head] if self.head else []
        self._clock += 60
        who = pygit2.Signature(author, "author@example.org", self._clock, 0)
        tree = self._tree({path: _bytes(content) for path, content in files.items()})
        commit = self._repository.create_commit(None, who, who, message, tree, list(parents))
        self._repository.references.create("refs/heads/main", commit, force=True)
        self._repository.set_head("refs/heads/main")
        self.head = commit
        return commit

    def _tree(self, files: Mapping[str, bytes]) -> pygit2.Oid:
        builder = self._repository.TreeBuilder()
        folders: dict[str, dict[str, bytes]] = {}
        for path, content in files.items():
            first, slash, rest = path.partition("/")
            if slash:
                folders.setdefault(first, {})[rest] = content
            else:
                builder.insert(first, self._repository.create_blob(content), 0o100644)
        for name, inside in folders.items():
            builder.insert(name, self._tree(inside), 0o040000)
        return builder.write()


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode()


def repository_with(
    folder: Path,
    before: Files,
    after: Files,
    message: str = CLEAR,
    *,
    licence: str = MIT,
    author: str = "A. Author",
) -> Builder:
    """Two commits: from ``before`` to ``after``, under a licence."""
    builder = Builder(folder)
    builder.commit({"LICENSE": licence, **before}, "Begin")
    builder.commit({"LICENSE": licence, **after}, message, author=author)
    return builder
