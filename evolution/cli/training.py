"""``python -m evolution model train`` and ``tune``: make a diff model, with live progress."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError
from rich.progress import MofNCompleteColumn, TextColumn

from evolution.cli.errors import CommandError
from evolution.cli.progress import progress
from evolution.language_model.registry import UnknownModel, find_model

_TRAIN = """\
Train a diff model from nothing on files of examples (made by `model mine` and
`model corpus`). The same data, options and machine type give the same weights. Stopped
with Ctrl-C or worse, the same command goes on from its last checkpoint.
"""
_SIZES = ("width", "layers", "heads", "key_value_heads", "inner")
_TUNE = """\
Fine-tune a model on the diffs that the archives of finished runs accepted, together with
some of the data that it came from, so that it forgets nothing (paper, stage 1: the
fine-tuned diff model reaches more niches).
"""

_AVERAGE = """\
The mean of some models' weights, by their shares. Between a model that was tuned or has
practised and the one that it started from lie models that have nearly all of both.
"""


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    train = commands.add_parser("train", help="train a model from nothing", description=_TRAIN)
    train.set_defaults(command=_train)
    train.add_argument(
        "--data",
        nargs="+",
        required=True,
        type=_shared,
        metavar="FILE[=SHARE]",
        help="Parquet files of examples or folders of them, and their shares of the tokens "
        "(default: 1)",
    )
    _add_settings(train, steps=1_000)
    for name in _SIZES:
        train.add_argument(f"--{name.replace('_', '-')}", type=int, help="of the decoder")
    tune = commands.add_parser("tune", help="fine-tune on accepted diffs", description=_TUNE)
    tune.set_defaults(command=_tune)
    tune.add_argument("--model", default="", metavar="NAME", help="parent (default: the shipped)")
    tune.add_argument(
        "--runs",
        nargs="+",
        default=[],
        type=Path,
        metavar="DIR",
        help="finished runs, for what they accepted",
    )
    add_data(tune)
    tune.add_argument(
        "--share", type=float, default=1.0, help="of the accepted diffs (default: %(default)s)"
    )
    tune.add_argument(
        "--practise",
        action="store_true",
        help="in each step the model also edits programs of the runs and of generated data, "
        "and learns from what becomes of its edits (needs the sandbox; several times slower)",
    )
    _add_settings(tune, steps=300)


def add_data(command: argparse.ArgumentParser) -> None:
    """The option whose files `data_parts` reads."""
    command.add_argument(
        "--data",
        nargs="*",
        default=[],
        type=_shared,
        metavar="FILE[=SHARE]",
        help="Parquet files of examples or folders of them, and their shares",
    )


def add_average(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    average = commands.add_parser("average", help="the mean of models", description=_AVERAGE)
    average.set_defaults(command=_average)
    average.add_argument(
        "models", nargs="+", type=_shared, metavar="MODEL[=SHARE]", help="(default share: 1)"
    )
    average.add_argument("--out", required=True, type=Path, metavar="DIR", help="the new model")


def _add_settings(command: argparse.ArgumentParser, steps: int) -> None:
    command.add_argument("--out", required=True, type=Path, metavar="DIR", help="the new model")
    command.add_argument("--steps", type=int, default=steps, help="(default: %(default)s)")
    command.add_argument("--rows", type=int, help="rows a step")
    command.add_argument("--row-length", type=int, help="tokens a row")
    command.add_argument("--learning-rate", type=float)
    command.add_argument("--warm-up", type=int, metavar="STEPS")
    command.add_argument(
        "--cool-down", type=float, metavar="SHARE", help="of the steps, at the end"
    )
    command.add_argument("--validate-every", type=int, metavar="STEPS")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    command.add_argument("--device", default="cpu", help="cpu or cuda (default: %(default)s)")


def _shared(text: str) -> tuple[Path, float]:
    name, _, share = text.partition("=")
    try:
        return Path(name), float(share or 1)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{share!r} is not a share") from None


def _train(options: argparse.Namespace) -> int:
    from evolution.language_model.model import Shape

    given = {name: size for name in _SIZES if (size := getattr(options, name)) is not None}
    shape = Shape(**given)
    return _make(options, list(data_parts(options.data)), shape=shape)


def _average(options: argparse.Namespace) -> int:
    from evolution.language_model.averaging import average_models

    try:
        models = [(find_model(str(name)), share) for name, share in options.models]
        average_models(models, options.out, "python -m evolution " + shlex.join(sys.argv[1:]))
    except (ValueError, OSError) as error:  # UnknownModel, ModelError
        raise CommandError(str(error)) from error
    print(f"The model is in {options.out}.")
    return 0


def _tune(options: argparse.Namespace) -> int:
    parts = _tuning_parts(options)
    try:
        parent = find_model(options.model)
    except UnknownModel as error:
        raise CommandError(str(error)) from error
    if not options.practise:
        return _make(options, parts, parent=parent)
    with _practice(parts, options.seed) as practice:
        return _make(options, parts, parent=parent, practice=practice)


def _tuning_parts(options: argparse.Namespace) -> list[Any]:
    """What the runs accepted, with its share, and the data.

    Raises:
        CommandError: if there is nothing, or it cannot be read.
    """
    from evolution.language_model.mixture import make_part
    from evolution.operators.accepted import accepted_examples

    if not (options.runs or options.data):
        raise CommandError("There is nothing to learn from: name --runs, --data or both.")
    examples = (
        example for run in options.runs for example in accepted_examples(run_walkers(run), run.name)
    )
    accepted = [make_part("accepted", options.share, examples)] if options.runs else []
    return [*accepted, *data_parts(options.data)]


@contextmanager
def _practice(parts: list[Any], seed: int) -> Iterator[Callable[[Any], Any]]:
    """Makes the practice for a tokenizer, on the parts' programs.

    Raises:
        CommandError: if there is nothing to practise on, or programs cannot be run safely.
    """
    from evolution.practice.practice import Practice
    from evolution.practice.programs import programs_of
    from evolution.sandbox import Sandbox, SandboxUnavailable

    try:
        programs = programs_of(parts, np.random.default_rng([seed, 2]))
        with Sandbox() as sandbox:
            sandbox.start()
            yield lambda tokenizer: Practice(programs, tokenizer, sandbox)
    except (ValueError, SandboxUnavailable) as error:
        raise CommandError(str(error)) from error


def run_walkers(run: Path) -> list[Any]:
    """What a run admitted.

    Raises:
        CommandError: if there is no such run.
    """
    from evolution.run_folder import RunFolderError, read_walkers

    try:
        return list(read_walkers(run))
    except (RunFolderError, FileNotFoundError):
        raise CommandError(f"{run} is not a run folder.") from None


def data_parts(data: list[tuple[Path, float]]) -> Iterator[Any]:
    """A part of each file or folder of examples.

    Raises:
        CommandError: if it cannot be read.
    """
    from evolution.language_model.examples import ExamplesError
    from evolution.language_model.mixture import read_part

    for path, share in data:
        try:
            yield read_part(path, share)
        except ExamplesError as error:
            raise CommandError(str(error)) from error


def _make(options: argparse.Namespace, parts: list[Any], **start: Any) -> int:
    from evolution.language_model.making import make_model
    from evolution.language_model.training import TrainingSettings

    names = (
        *("steps", "rows", "row_length", "learning_rate", "warm_up", "cool_down"),
        *("validate_every", "seed", "precision"),
    )
    given = {name: value for name in names if (value := getattr(options, name)) is not None}
    try:
        settings = TrainingSettings(**given)
        command = "python -m evolution " + shlex.join(sys.argv[1:])
        steps_done = make_model(
            parts, settings, options.out, command=command, device=options.device, **start
        )
        _show(steps_done, settings.steps)
    except (ValidationError, ValueError, OSError) as error:
        raise CommandError(str(error)) from error
    print(f"The model is in {options.out}.")
    return 0


def _show(steps_done: Iterable[Any], steps: int) -> None:
    loss_and_rate = TextColumn("loss {task.fields[loss]:.3f}  {task.fields[rate]:,.0f} tokens/s")
    columns = (MofNCompleteColumn(), loss_and_rate)
    with progress("training", steps, *columns, loss=float("nan"), rate=0.0) as (advance, console):
        first: tuple[int, float] | None = None
        for now in steps_done:
            first = first or (now.tokens, now.seconds)
            elapsed = now.seconds - first[1]
            rate = (now.tokens - first[0]) / elapsed if elapsed else 0.0
            advance(now.step, loss=now.loss, rate=rate)
            if now.validation:
                words = ", ".join(f"{name} {loss:.3f}" for name, loss in now.validation.items())
                console.print(f"step {now.step}: loss {now.loss:.3f}; validated: {words}")
