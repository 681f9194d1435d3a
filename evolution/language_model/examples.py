"""Examples of edits: what a diff model learns from, and their file form (Parquet)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from itertools import islice
from pathlib import Path
from typing import Literal, get_args

Source = Literal["commit", "domain", "accepted"]
_ROWS = 5_000  # written and read at once


class ExamplesError(ValueError):
    """The file is not one of examples; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class EditExample:
    """One edit with the message that asked for it.

    Attributes:
        parent: program text before.
        child: program text after.
        message: one sentence, as in a commit.
        source: where it is from: mined commits, generated edits of walker programs,
            or diffs that an archive accepted.
        intention: what kind of edit it is, where that is known.
        origin: repository and commit, run and walker; empty for generated ones.
    """

    parent: str
    child: str
    message: str
    source: Source
    intention: str = ""
    origin: str = ""


_COLUMNS = [field.name for field in fields(EditExample)]


def write_examples(path: Path, examples: Iterable[EditExample]) -> int:
    """Write a Parquet file, all or nothing; returns the number of examples."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in _COLUMNS])
    unfinished = path.with_name(path.name + ".part")
    count = 0
    remaining = iter(examples)
    with pq.ParquetWriter(unfinished, schema, compression="zstd") as writer:
        while rows := [asdict(example) for example in islice(remaining, _ROWS)]:
            writer.write_table(pa.Table.from_pylist(rows, schema))
            count += len(rows)
    os.replace(unfinished, path)
    return count


def read_examples(path: Path) -> Iterator[EditExample]:
    """The examples of a file, in its order.

    Raises:
        ExamplesError: if there is no such file, or it is not one of examples.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
    except FileNotFoundError:
        raise ExamplesError(f"There is no file {path}.") from None
    except (pa.ArrowInvalid, OSError) as error:
        raise ExamplesError(f"{path} is not a Parquet file: {error}.") from error
    missing = {"parent", "child", "message", "source"} - set(file.schema_arrow.names)
    if missing:
        raise ExamplesError(f"{path} lacks the columns {', '.join(sorted(missing))}.")
    columns = [name for name in _COLUMNS if name in file.schema_arrow.names]
    known = set(get_args(Source))
    for batch in file.iter_batches(_ROWS, columns=columns):
        for row in batch.to_pylist():
            if row["source"] not in known:
                raise ExamplesError(
                    f"{path} has examples from an unknown source {row['source']!r}."
                )
            yield EditExample(**row)
