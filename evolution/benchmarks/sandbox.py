"""What the lock costs: CPU time of the sandbox against bare execution of the same programs.

Both ways go from text to a checked `Walker`. Bare execution is the sandbox's
own `child.build` in a plain process, without lock, fork, time limit or pipe.
The sandbox's time is the host's, the zygote's and all children's. The ways take
turns, so other work on the machine falls on all of them alike. Programs are the
four seeds and mutants of theirs that build.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import numpy as np

from evolution.benchmarks.report import Figure, Progress, Report, at_most
from evolution.operators.base import Child
from evolution.operators.syntax_tree import SyntaxTreeOperator
from evolution.sandbox import Built, Sandbox
from evolution.walkers import Walker
from evolution.walkers.seeds import SEEDS

PROGRAMS = 50
ROUNDS = 7
STARTS = 5
# Programs that share a process -> what is aimed at, and how often a turn goes through them all.
BATCHES = {1: (12.0, 3), 10: (3.5, 8), 50: (2.2, 12)}
_BARE_PASSES = 16
_BARE = "from evolution.benchmarks import sandbox; sandbox.execute_barely()"


def run(progress: Progress) -> Report:
    """Measure starting, bare execution and every size of batch."""
    progress(0.0, "starting")
    start = median(_start_seconds() for _ in range(STARTS))
    figures = [at_most("start of a sandbox", 1000 * start, "ms", 500)]
    with Sandbox() as sandbox, _bare_process() as bare:
        programs = choose_programs(sandbox)
        _ask(bare, programs)
        bare_times: list[float] = []
        times: dict[int, list[float]] = {size: [] for size in BATCHES}
        for turn in range(ROUNDS):
            progress((turn + 0.5) / (ROUNDS + 0.5), f"turn {turn + 1} of {ROUNDS}")
            bare_times.append(_ask(bare, _BARE_PASSES))
            for size, (_, passes) in BATCHES.items():
                times[size].append(_sandbox_seconds(sandbox, programs, size, passes))
        layers = ", ".join(sandbox.start())
    for size, (bound, _) in BATCHES.items():
        name = "alone" if size == 1 else f"in batches of {size}"
        against = median(t / b for t, b in zip(times[size], bare_times, strict=True))
        figures.append(at_most(f"CPU against bare exec, {name}", against, "x", bound))
    figures.append(Figure("bare exec", 1e6 * median(bare_times), "us CPU/program"))
    for size in BATCHES:
        name = "alone" if size == 1 else f"in batches of {size}"
        figures.append(Figure(f"rate of a core, {name}", 1 / median(times[size]), "programs/s"))
    conditions = {
        "programs": f"{len(programs)}: {len(SEEDS)} seeds and mutants of theirs",
        "lock": layers,
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "counted": f"median of {ROUNDS} turns, CPU time of host, zygote and children",
    }
    return Report("sandbox", conditions, figures)


def choose_programs(sandbox: Sandbox) -> list[str]:
    """The seeds, then mutants that build, always the same."""
    operator, rng = SyntaxTreeOperator(), np.random.default_rng(0)
    chosen = [seed.program for seed in SEEDS.values()]
    while len(chosen) < PROGRAMS:
        parents = chosen[: len(SEEDS)]
        children = operator.propose(parents, [""] * len(parents), rng)
        texts = [child.program for child in children if isinstance(child, Child)]
        results = sandbox.build(texts, batched=False)
        built = (text for text, r in zip(texts, results, strict=True) if isinstance(r, Built))
        chosen += [text for text in built if text not in chosen]
    return chosen[:PROGRAMS]


def _start_seconds() -> float:
    begun = perf_counter()
    with Sandbox() as sandbox:
        sandbox.start()
        return perf_counter() - begun


def _sandbox_seconds(sandbox: Sandbox, programs: Sequence[str], size: int, passes: int) -> float:
    """CPU seconds a program."""
    before = _all_cpu_seconds(sandbox)
    for _ in range(passes):
        if size == 1:
            sandbox.build(programs, batched=False)
        else:
            for at in range(0, len(programs), size):
                sandbox.build(programs[at : at + size])
    return (_all_cpu_seconds(sandbox) - before) / (passes * len(programs))


def _all_cpu_seconds(sandbox: Sandbox) -> float:
    """Of this process, of the zygote and of the children that it has waited for (proc(5))."""
    fields = Path(f"/proc/{sandbox.pid}/stat").read_text().rpartition(")")[2].split()
    ticks = sum(int(field) for field in fields[11:15])  # utime, stime, cutime, cstime
    return process_time() + ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def _bare_process() -> Iterator[subprocess.Popen[str]]:
    root = Path(__file__).parents[2]
    command = [
        sys.executable,
        "-s",
        "-P",
        "-c",
        f"import sys; sys.path[:0] = [{str(root)!r}]; {_BARE}",
    ]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield process


def _ask(process: subprocess.Popen[str], request: Sequence[str] | int) -> float:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("The bare process has no pipes.")
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    return float(json.loads(process.stdout.readline()))


def execute_barely() -> None:
    """The bare process: programs on the first line, then numbers of passes to time."""
    from evolution.sandbox import child, modules

    stdin, stdout = sys.stdin, sys.stdout
    modules.preload()
    child.reset()
    programs = json.loads(stdin.readline())
    stdout.write("0\n")
    stdout.flush()
    for line in stdin:
        passes, begun = int(line), process_time()
        for _ in range(passes):
            for program in programs:
                Walker.from_json(child.build(program))
        stdout.write(f"{(process_time() - begun) / (passes * len(programs))}\n")
        stdout.flush()
