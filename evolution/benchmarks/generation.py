"""How fast edits are sampled: own path against transformers' `generate`, threads, precisions.

Rates are edits that parse a CPU second, summed over workers that run at the same time, so
that other work on the machine counts little. A worker is a process with one thread, as in
production. Prefixes are computed anew in every call. Without a model the weights are random.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import numpy as np

from evolution.benchmarks.report import Figure, Progress, Report, at_least, at_most
from evolution.language_model.registry import UnknownModel, find_model
from evolution.operators.base import OperatorUnavailable
from evolution.types import Failure, Stage

if TYPE_CHECKING:
    from evolution.language_model.workload import Workload

CHILDREN = 64  # of each of the four parents in one call
FEWER_CHILDREN = (16, 4)
AGAINST = 32  # of each parent, drawn in both ways
ROUNDS = 3
SECONDS = 4.0  # of one worker's turn
EDITS = 120.0
FASTER = 8.0
DIVERGENCE = 0.002  # nats a token

_WORK = "from evolution.benchmarks import generation; generation.work()"


@dataclass(frozen=True)
class Setting:
    """How a worker samples."""

    model: str | None = None
    precision: str = "float32"
    threads: int = 1
    children: int = CHILDREN
    seconds: float = SECONDS


@dataclass(frozen=True)
class Turn:
    """What a worker did."""

    edits: int
    parsed: int
    ended: int
    tokens: int
    cpu: float
    wall: float


def run(progress: Progress, *, model: str | None = None, seconds: float = SECONDS) -> Report:
    """Measure workers, precisions, sizes of groups, and `generate`.

    Args:
        model: a diff model's folder or registered name; random weights if None.
        seconds: of each worker's turn.

    Raises:
        OperatorUnavailable: if there is no such model, it is damaged, or PyTorch is missing.
    """
    plain = Setting(model=folder_of(model), seconds=seconds)
    workload = workload_of(plain.model)
    int8 = replace(plain, precision="int8")
    alone = [replace(plain, children=children) for children in FEWER_CHILDREN]
    both = replace(plain, threads=2)
    plan = [[plain] * 2, [int8] * 2, [plain], *([s] for s in alone), [both]]
    turns = []
    for number, settings in enumerate(plan):
        progress(number / (len(plan) + 2), _words(settings))
        turns.append(_side_by_side(settings))
    progress(len(plan) / (len(plan) + 2), "transformers' generate")
    own, generate = _against_generate(workload)
    two, one = turns[0], turns[2]
    figures = [at_least(_words(plan[0]), _rate(two), "edits/s", EDITS)]
    figures += [
        Figure(_words(settings), _rate(turn), "edits/s")
        for settings, turn in zip(plan[1:-1], turns[1:-1], strict=True)
    ]
    figures += [
        Figure(f"by the clock: {_words(settings)}", _clock_rate(turn), "edits/s")
        for settings, turn in ((plan[0], two), (plan[-1], turns[-1]))
    ]
    figures += [
        Figure("one worker: tokens", sum(t.tokens / t.cpu for t in one), "tokens/s"),
        Figure("tokens an edit", _share(two, "tokens"), "tokens"),
        Figure("edits that end", 100 * _share(two, "ended"), "%"),
        Figure("edits that parse", 100 * _share(two, "parsed"), "%"),
        at_least("against transformers' generate", own / generate, "x", FASTER),
        Figure(f"own way, 4 parents x {AGAINST} children", own, "edits/s"),
        Figure(f"generate, a batch of {AGAINST} for each parent", generate, "edits/s"),
    ]
    if model is not None:  # random weights say nothing about it
        progress((len(plan) + 1) / (len(plan) + 2), "how close int8 is")
        apart = _divergence(workload)
        figures.append(at_most("int8 against float32", apart, "nats/token", DIVERGENCE))
    return Report("generation", conditions(workload), figures)


def work() -> None:
    """A worker: one line with its setting, then for each further line a turn."""
    stdin, stdout = sys.stdin, sys.stdout
    setting = Setting(**json.loads(stdin.readline()))
    _use_threads(setting.threads)
    workload = workload_of(setting.model)
    sampler = workload.sampler(setting.precision)  # type: ignore[arg-type]
    groups = workload.groups(setting.children)
    rng = np.random.default_rng(0)
    sampler.sample(groups, workload.sampling, rng)
    print("ready", file=stdout, flush=True)
    for _ in stdin:
        begun, cpu = perf_counter(), process_time()
        drawn = []
        while perf_counter() - begun < setting.seconds:
            sampler.forget()
            drawn.append(sampler.sample(groups, workload.sampling, rng))
        wall, cpu = perf_counter() - begun, process_time() - cpu
        children = [child for call in drawn for group in call for child in group]
        turn = Turn(
            edits=len(children),
            parsed=sum(workload.parsed(call) for call in drawn),
            ended=sum(child.ended for child in children),
            tokens=sum(len(child.tokens) for child in children),
            cpu=cpu,
            wall=wall,
        )
        print(json.dumps(asdict(turn)), file=stdout, flush=True)


def _side_by_side(settings: Sequence[Setting]) -> list[Turn]:
    """One turn of each worker, all at the same time."""
    with ExitStack() as stack:
        workers = [stack.enter_context(_worker()) for _ in settings]
        for worker, setting in zip(workers, settings, strict=True):
            _tell(worker, json.dumps(asdict(setting)))
        for worker in workers:
            _answer(worker)
        for worker in workers:
            _tell(worker, "turn")
        return [Turn(**json.loads(_answer(worker))) for worker in workers]


def _worker() -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-s", "-P", "-c", f"import sys; sys.path[:0] = [{str(root)!r}]; {_WORK}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _tell(worker: subprocess.Popen[str], line: str) -> None:
    assert worker.stdin is not None
    print(line, file=worker.stdin, flush=True)


def _answer(worker: subprocess.Popen[str]) -> str:
    """The worker's next line.

    Raises:
        RuntimeError: if it ended instead; what it says stands on its standard error.
    """
    assert worker.stdout is not None
    line = worker.stdout.readline()
    if not line:
        raise RuntimeError("A worker of the generation benchmark ended before its turn.")
    return line


def _against_generate(workload: Workload) -> tuple[float, float]:
    """Edits a CPU second of both ways with one thread; they take turns."""
    from evolution.language_model.sampling import Group

    _use_threads(1)
    sampler, rng = workload.sampler("float32"), np.random.default_rng(0)
    message, parents, sampling = workload.messages[0], workload.parents, workload.sampling
    groups = [Group(parent, [message] * AGAINST) for parent in parents]
    rates: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS):
        begun = process_time()
        sampler.forget()
        sampler.sample(groups, sampling, rng)
        middle = process_time()
        workload.by_generate(AGAINST, turn)
        count = AGAINST * len(parents)
        rates[0].append(count / (middle - begun))
        rates[1].append(count / (process_time() - middle))
    return median(rates[0]), median(rates[1])


def _divergence(workload: Workload) -> float:
    from evolution.language_model.workload import divergences

    return float(divergences(workload, "int8", CHILDREN).mean())


def workload_of(model: str | None) -> Workload:
    """What a model is asked, or random weights.

    Args:
        model: its folder.

    Raises:
        OperatorUnavailable: if it is damaged, or PyTorch is missing.
    """
    try:
        from evolution.language_model.workload import model_workload, random_workload

        if model is None:
            return random_workload()
        return model_workload(Path(model))
    except (ImportError, ValueError) as error:
        raise unavailable(error) from error


def folder_of(model: str | None) -> str | None:
    """A model's folder.

    Raises:
        OperatorUnavailable: if there is no such model.
    """
    try:
        return None if model is None else str(find_model(model).folder)
    except UnknownModel as error:
        raise unavailable(error) from error


def unavailable(reason: object) -> OperatorUnavailable:
    return OperatorUnavailable(Failure(Stage.OPERATOR, "model-unavailable", str(reason)))


def _use_threads(count: int) -> None:
    import torch

    torch.set_num_threads(count)


def _rate(turns: Sequence[Turn]) -> float:
    """Parsed edits a second if every worker had a core to itself."""
    return sum(turn.parsed / turn.cpu for turn in turns)


def _clock_rate(turns: Sequence[Turn]) -> float:
    return sum(turn.parsed / turn.wall for turn in turns)


def _share(turns: Sequence[Turn], what: str) -> float:
    return float(sum(getattr(turn, what) for turn in turns) / sum(turn.edits for turn in turns))


def _words(settings: Sequence[Setting]) -> str:
    first = settings[0]
    workers = "one worker" if len(settings) == 1 else "two workers"
    threads = f", {first.threads} threads" if first.threads > 1 else ""
    return f"{workers}{threads}, {first.precision}, 4 parents x {first.children} children"


def conditions(workload: Workload) -> dict[str, Any]:
    import torch

    parents = ", ".join(str(len(parent)) for parent in workload.parents)
    return {
        "model": workload.about,
        "parents": f"{parents} tokens; computed anew in every call",
        "sampling": f"temperature {workload.sampling.temperature}, top-p "
        f"{workload.sampling.top_p}, at most {workload.sampling.longest} tokens",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, "
        f"{torch.backends.cpu.get_cpu_capability()}, Python {platform.python_version()}",
        "libraries": f"torch {torch.__version__}, transformers {version('transformers')}",
        "counted": "CPU time of workers that run side by side; each has one thread unless said",
    }
