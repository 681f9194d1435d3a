"""``model corpus``: generated, verified edits of walker programs for the diff model."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.progress import MofNCompleteColumn

from evolution.cli.errors import CommandError
from evolution.cli.progress import progress
from evolution.sandbox import Sandbox, SandboxUnavailable

if TYPE_CHECKING:
    from evolution.language_model.corpus.build import Report
    from evolution.language_model.examples import EditExample


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    corpus = commands.add_parser(
        "corpus",
        help="generate edits of walker programs, each with its intention",
        description="Generate walker programs and edits of them with messages in many wordings. "
        "Every program runs in the sandbox, and every edit is checked to do what its message "
        "says. The same seed gives the same corpus. Next to OUT comes a report (.json).",
    )
    corpus.set_defaults(command=_corpus)
    corpus.add_argument("--examples", type=int, default=20_000, metavar="N")
    corpus.add_argument("--seed", type=int, default=0, metavar="S", help="random seed")
    corpus.add_argument("--out", type=Path, required=True, metavar="OUT", help="a Parquet file")
    corpus.add_argument(
        "--every-intention",
        type=int,
        metavar="BASES",
        help="instead: one edit of each intention for so many programs, to measure models with",
    )
    corpus.add_argument("--json", action="store_true", help="print one JSON object")


def _corpus(options: argparse.Namespace) -> int:
    from evolution.language_model.corpus.build import LINES_AT_ONCE, CorpusBuilder
    from evolution.language_model.corpus.exclusion import check
    from evolution.language_model.examples import write_examples

    if not options.out.parent.is_dir():
        raise CommandError(f"{options.out.parent} is not a folder.")
    # Few examples need few lines of descent, or most of them would be thrown away.
    lines = min(LINES_AT_ONCE, max(4, options.examples // 16))
    builder = CorpusBuilder(np.random.default_rng(options.seed), check, lines=lines)
    started = monotonic()
    try:
        with Sandbox() as sandbox:
            if options.every_intention:
                groups = builder.every_intention(options.every_intention, sandbox)
                total = options.every_intention * 30  # about; how many apply differs
            else:
                groups, total = builder.groups(sandbox), options.examples
            examples = shown((example for group in groups for example in group), total)
            if not options.every_intention:
                examples = islice(examples, options.examples)
            count = write_examples(options.out, examples)
    except SandboxUnavailable as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{options.out} cannot be written: {error.strerror}.") from error
    figures = {"examples": count, "seconds": round(monotonic() - started, 1)}
    figures |= summary(builder.report)
    options.out.with_suffix(".json").write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2) if options.json else _as_text(figures, options.out))
    return 0


def summary(report: Report) -> dict[str, Any]:
    """A report's counts and distributions, for people and files."""
    from evolution.language_model.corpus.build import percentiles

    tried = report.kept.copy()
    for (intention, _), number in report.dropped.items():
        tried[intention] += number
    reasons: dict[str, int] = {}
    for (_, reason), number in report.dropped.most_common():
        reasons[reason] = reasons.get(reason, 0) + number
    heights, widths, joints = (
        list(map(float, part)) for part in zip(*report.measures, strict=False)
    )
    characters, lines = (list(map(float, part)) for part in zip(*report.sizes, strict=False))
    return {
        "bases": report.bases,
        "bad_bases": dict(report.bad_bases),
        "groups": report.groups,
        "percentiles_5_25_50_75_95": {
            "child_height_m": _rounded(percentiles(heights)),
            "child_width_m": _rounded(percentiles(widths)),
            "child_joints": _rounded(percentiles(joints)),
            "parent_characters": _rounded(percentiles(characters)),
            "edit_lines": _rounded(percentiles(lines)),
        },
        "dropped": reasons,
        "intentions": {
            name: {"kept": report.kept[name], "share_kept": round(report.kept[name] / number, 3)}
            for name, number in tried.most_common()
        },
        "liked": round(report.liked[True] / max(report.liked.total(), 1), 3),
        "messages": dict(report.messages.most_common(12)),
    }


def _rounded(values: Iterable[float]) -> list[float]:
    return [round(value, 1) for value in values]


def _as_text(figures: dict[str, Any], out: Path) -> str:
    lines = [
        f"{out}: {figures['examples']:,} examples in {figures['groups']:,} groups from "
        f"{figures['bases']:,} base programs, {figures['seconds']:g} s"
    ]
    for name, values in figures["percentiles_5_25_50_75_95"].items():
        lines.append(f"  {name:20}{'  '.join(f'{value:g}' for value in values)}")
    dropped = [f"{reason} {number:,}" for reason, number in list(figures["dropped"].items())[:8]]
    lines.append(f"  dropped: {', '.join(dropped)}")
    return "\n".join(lines)


def shown(examples: Iterable[EditExample], total: int) -> Iterator[EditExample]:
    """The examples, with progress on standard error."""
    with progress("examples", total, MofNCompleteColumn()) as (advance, _):
        for done, example in enumerate(examples, start=1):
            yield example
            advance(done)
