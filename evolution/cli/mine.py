"""``model mine``: examples for the diff model from the commits of local repositories."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolution.cli.errors import CommandError
from evolution.cli.progress import PERCENT, progress

if TYPE_CHECKING:
    from evolution.language_model.commits import Part, Progress
    from evolution.language_model.mining.history import History


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    mine = commands.add_parser(
        "mine",
        help="examples of edits from the commits of git repositories",
        description="Take small, clearly described changes of Python files from local git "
        "repositories, bare or with a work tree. Repositories without a clearly permissive "
        "licence are left out. Next to OUT come a card (.md), the sources (.sources.tsv) and "
        "the parts of each repository, with which a run that was stopped goes on.",
    )
    mine.set_defaults(command=_mine)
    mine.add_argument(
        "repositories",
        nargs="+",
        metavar="REPO_DIR",
        help="a repository's folder, or OWNER/NAME=FOLDER to say what it is called",
    )
    mine.add_argument("--out", type=Path, required=True, metavar="OUT", help="a Parquet file")
    mine.add_argument("--json", action="store_true", help="print one JSON object")


def _mine(options: argparse.Namespace) -> int:
    from evolution.language_model.commits import (
        mine,
        parts_folder,
        put_together,
        totals,
        write_whole,
    )
    from evolution.language_model.commits_card import card, sources_table
    from evolution.language_model.mining.filters import Limits
    from evolution.language_model.mining.history import HistoryError

    limits, out = Limits(), options.out
    histories, unreadable = _histories(options.repositories)
    try:
        parts_folder(out).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"{out} cannot be written: {error.strerror}.") from None
    with _shown(histories) as progress:
        parts = []
        for history in histories:
            try:
                parts.append(mine(history, parts_folder(out), limits, progress))
            except HistoryError as error:
                _leave_out(history.name, error, unreadable)
    left_out = totals(parts) + put_together(parts, out, limits)
    write_whole(out.with_suffix(".sources.tsv"), sources_table(parts))
    write_whole(out.with_suffix(".md"), card(parts, left_out, limits, out))
    figures = _figures(parts, dict(left_out), unreadable)
    print(json.dumps(figures, indent=2) if options.json else _as_text(figures, out))
    return 0


def _histories(arguments: Sequence[str]) -> tuple[list[History], list[str]]:
    """The repositories that can be read, each named once, and those that cannot."""
    from evolution.language_model.mining.filters import Limits
    from evolution.language_model.mining.history import History, HistoryError

    histories: dict[str, History] = {}
    unreadable: list[str] = []
    for argument in arguments:
        name, folder = _name_and_folder(argument)
        try:
            histories.setdefault(name, History(folder, name, Limits()))
        except HistoryError as error:
            _leave_out(name, error, unreadable)
    if not histories:
        raise CommandError("None of the folders is a git repository with commits.")
    return list(histories.values()), unreadable


def _leave_out(name: str, error: Exception, unreadable: list[str]) -> None:
    print(f"left out: {error}", file=sys.stderr)
    unreadable.append(name)


def _name_and_folder(argument: str) -> tuple[str, Path]:
    name, equals, folder = argument.partition("=")
    if equals:
        return name, Path(folder)
    path = Path(argument)
    parts = [part for part in path.resolve().parts if part != ".git"]
    return "/".join(part.removesuffix(".git") for part in parts[-2:]), path


def _figures(parts: list[Part], left_out: dict[str, int], unreadable: list[str]) -> dict[str, Any]:
    mined = [part for part in parts if part.permissive]
    commits, seconds = sum(p.commits for p in mined), sum(p.seconds for p in mined)
    return {
        "repositories": len(mined),
        "left_out_for_licence": {p.name: p.licence for p in parts if not p.permissive},
        "unreadable": unreadable,
        "commits": commits,
        "processor_seconds": round(seconds, 1),
        "commits_per_second": round(commits / seconds) if seconds else None,
        "examples": sum(part.kept for part in parts),
        "left_out": left_out,
    }


def _as_text(figures: dict[str, Any], out: Path) -> str:
    return (
        f"{out}: {figures['examples']:,} examples from {figures['commits']:,} commits of "
        f"{figures['repositories']} repositories, {figures['commits_per_second'] or 0:,} "
        f"commits/s; {len(figures['left_out_for_licence'])} repositories left out for their "
        "licences."
    )


@contextmanager
def _shown(histories: Sequence[History]) -> Iterator[Progress]:
    """Progress over all repositories, each weighing as much as its objects do."""
    from evolution.language_model.commits import Progress

    weights = {history.name: history.size + 1 for history in histories}
    with progress("mining", sum(weights.values()), PERCENT) as (advance, _):
        name, before = "", 0

        def begin(repository: str) -> None:
            nonlocal name, before
            before += weights.get(name, 0)
            name = repository
            advance(before, name)

        def share(done: float) -> None:
            advance(before + done * weights[name])

        yield Progress(begin, share)
