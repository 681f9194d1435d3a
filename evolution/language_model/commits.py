"""Mining commits: from many local git repositories to one Parquet file of examples.

Each repository gives one part; parts are kept next to the result, so a run that was
stopped goes on with the next repository. The parts are then put together: an edit that
was seen before (forks, ports to another branch) is left out by a hash of parent and
child, and so is a message that many edits share. Memory does not grow with the history,
only with the number of examples, by a few dozen bytes each.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import process_time

from evolution.language_model.examples import EditExample, read_examples, write_examples
from evolution.language_model.mining.filters import Filter, Limits
from evolution.language_model.mining.history import History

RULES = 1  # raise it when the filters change: older parts are then mined again


@dataclass(slots=True)
class Part:
    """What one repository gave.

    Attributes:
        name: ``owner/name``.
        head: object id of its newest commit.
        licence: its name; ``permissive`` says whether the repository was mined.
        commits: how many its history has; 0 where it was not mined.
        seconds: processor time that mining took.
        counts: filter -> commits it left out.
        found: examples in the part.
        kept: those that came into the result; set when the parts are put together.
    """

    name: str
    head: str
    licence: str
    permissive: bool
    commits: int = 0
    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    found: int = 0
    kept: int = 0


@dataclass(slots=True)
class Progress:
    """What a display is told; both do nothing by default."""

    repository: Callable[[str], None] = lambda name: None
    share: Callable[[float], None] = lambda share: None  # of this repository, 0 to 1


def parts_folder(out: Path) -> Path:
    """Where the parts of a result are kept."""
    return out.with_name(out.name + ".parts")


def mine(history: History, parts: Path, limits: Limits, progress: Progress | None = None) -> Part:
    """One repository's part: read if it is there, else mined and written, all or nothing."""
    progress = progress or Progress()
    progress.repository(history.name)
    base = _base(history.name, history.head, limits)
    record = parts / f"{base}.json"
    if record.exists():  # written last
        progress.share(1.0)
        return Part(**json.loads(record.read_text()))
    licence = history.licence()
    part = Part(history.name, history.head, licence.name, licence.permissive)
    if licence.permissive:
        start = process_time()
        part.commits = history.count_commits()
        done = 0

        def note(commits: int) -> None:
            nonlocal done
            done += commits
            progress.share(done / part.commits)

        part.found = write_examples(parts / f"{base}.parquet", history.examples(note))
        part.seconds = process_time() - start
        part.counts = {name.value: count for name, count in sorted(history.counts.items())}
    history.close()
    progress.share(1.0)
    write_whole(record, json.dumps(asdict(part)))
    return part


def put_together(parts: Sequence[Part], out: Path, limits: Limits) -> Counter[str]:
    """Write the examples of all parts to ``out``; returns what was left out here, by filter.

    Sets ``kept`` of each part. Parts come in their order, so the first repository given
    keeps an edit that its forks have too.
    """
    left_out: Counter[str] = Counter()

    def all_examples() -> Iterator[EditExample]:
        seen: set[bytes] = set()
        messages: Counter[bytes] = Counter()
        for part in parts:
            part.kept = 0
            file = parts_folder(out) / f"{_base(part.name, part.head, limits)}.parquet"
            for example in read_examples(file) if part.permissive else ():
                why = _seen_before(example, seen, messages, limits)
                if why:
                    left_out[why.value] += 1
                else:
                    part.kept += 1
                    yield example

    write_examples(out, all_examples())
    return left_out


def _seen_before(
    example: EditExample, seen: set[bytes], messages: Counter[bytes], limits: Limits
) -> Filter | None:
    edit = _digest(example.parent, example.child)
    if edit in seen:
        return Filter.DUPLICATE
    seen.add(edit)
    message = _digest(example.message.lower())
    messages[message] += 1
    return Filter.REPEATED_MESSAGE if messages[message] > limits.same_message else None


def _digest(*texts: str) -> bytes:
    return hashlib.blake2b("\0".join(texts).encode(), digest_size=16).digest()


def _base(name: str, head: str, limits: Limits) -> str:
    """Of a part's files; it says all that they depend on, the rules and limits as a hash."""
    rules = _digest(json.dumps(limits.to_json()), str(RULES)).hex()[:8]
    return f"{name.replace('/', '+')}-{head[:12]}-{rules}"


def write_whole(path: Path, text: str) -> None:
    """Write a file, all or nothing."""
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(text)
    os.replace(unfinished, path)


def totals(parts: Iterable[Part]) -> Counter[str]:
    """Commits left out by each filter, over all parts."""
    result: Counter[str] = Counter()
    for part in parts:
        result.update(part.counts)
    return result
