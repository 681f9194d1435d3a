"""The card of mined examples: from where, under which licences, what was left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from evolution.diffs.unified import unified_diff
from evolution.language_model.commits import Part
from evolution.language_model.examples import EditExample, read_examples
from evolution.language_model.mining.filters import MEANING, Filter, Limits

_EXAMPLES_SHOWN = 8
_SEPARATOR = "\t"
_COLUMNS = ("repository", "head", "licence", "commits", "examples")


def sources_table(parts: Sequence[Part]) -> str:
    """The repositories that gave examples, as tab-separated values with a header."""
    rows = [_COLUMNS] + [
        (part.name, part.head, part.licence, str(part.commits), str(part.kept))
        for part in sorted(parts, key=lambda part: part.name.lower())
        if part.kept
    ]
    return "".join(_SEPARATOR.join(row) + "\n" for row in rows)


def card(parts: Sequence[Part], left_out: Mapping[str, int], limits: Limits, out: Path) -> str:
    """The card as Markdown. ``left_out`` counts commits by filter, over all parts."""
    mined = [part for part in parts if part.permissive]
    kept = sum(part.kept for part in parts)
    commits = sum(part.commits for part in mined)
    seconds = sum(part.seconds for part in mined)
    rate = commits / max(seconds, 1e-9)
    return "\n".join(
        [
            "# Mined commits",
            "",
            f"{kept:,} examples from {commits:,} commits of {len(mined)} repositories; "
            f"{len(parts) - len(mined)} repositories were left out for their licences. "
            f"Mining took {seconds:,.0f} s of one core, {rate:,.0f} commits/s.",
            "",
            "An example is the change of one Python file by one commit, cut to a window "
            f"of at most {limits.characters:,} characters, with the first line of its message.",
            "",
            *_filters(left_out, commits),
            *_repositories(parts),
            *_some_examples(out, kept),
        ]
    )


def _filters(left_out: Mapping[str, int], commits: int) -> Iterator[str]:
    yield from (
        "## Filters",
        "",
        "| filter | left out | share | what it leaves out |",
        "|---|--:|--:|---|",
    )
    for name in Filter:
        count = left_out.get(name.value, 0)
        yield f"| {name.value} | {count:,} | {count / max(commits, 1):.1%} | {MEANING[name]} |"
    yield ""


def _repositories(parts: Sequence[Part]) -> Iterator[str]:
    yield from ("## Repositories", "", "| repository | head | licence | commits | examples |")
    yield "|---|---|---|--:|--:|"
    for part in sorted(parts, key=lambda part: -part.kept):
        row = f"| {part.name} | {part.head[:12]} | {part.licence} "
        yield row + (
            f"| {part.commits:,} | {part.kept:,} |" if part.permissive else "| left out | |"
        )
    yield ""


def _some_examples(out: Path, kept: int) -> Iterator[str]:
    yield from ("## Some examples", "")
    step = max(1, kept // _EXAMPLES_SHOWN)
    for example in islice(read_examples(out), step // 2, None, step):
        yield from (f"{example.origin}", "", f"> {example.message}", "", *_fenced(example), "")


def _fenced(example: EditExample) -> Iterator[str]:
    yield "````diff"
    yield unified_diff(example.parent, example.child).rstrip("\n")
    yield "````"
