"""How fast edits are sampled on a GPU, 512 side by side, against one CPU core and `generate`.

Rates are edits that parse a second by the clock, in one process. Python reads each edit's
grammar on one core, token by token, so the device is also measured without grammars.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from evolution.benchmarks.generation import conditions, folder_of, unavailable, workload_of
from evolution.benchmarks.report import Figure, Progress, Report

if TYPE_CHECKING:
    from evolution.language_model.generation import Sampler
    from evolution.language_model.sampling import Group, Sampled
    from evolution.language_model.workload import Workload

CHILDREN = 128  # of each of the four parents in one call
ROUNDS = 2


def run(progress: Progress, *, model: str = "", device: str = "cuda") -> Report:
    """Measure the sampler on a device.

    Args:
        model: a diff model's folder or registered name.

    Raises:
        OperatorUnavailable: if there is no such device or model, or PyTorch is missing.
    """
    name = _name(device)
    workload = workload_of(folder_of(model))
    ruled = workload.groups(CHILDREN)
    free = [replace(group, grammar=None) for group in ruled]
    figures = []
    plan = [
        (f"{device}, {precision}, {words}", device, precision, groups)
        for precision in ("float32", "bfloat16")
        for words, groups in (("with grammars", ruled), ("without", free))
    ]
    plan.append(("one CPU core, float32, with grammars", "cpu", "float32", ruled))
    for number, (words, where, precision, groups) in enumerate(plan):
        progress(number / (len(plan) + 1), words)
        sampler = workload.sampler(precision, where)  # type: ignore[arg-type]
        rate = _rate(partial(_sampled, sampler, groups, workload), workload)
        figures.append(Figure(f"{words}, {4 * CHILDREN} edits a call", rate, "edits/s"))
    same = 100 * _alike(workload, device)
    progress(len(plan) / (len(plan) + 1), "transformers' generate")
    plain = _rate(partial(workload.by_generate, CHILDREN, 0, device), workload)
    figures.append(Figure(f"{device}, transformers' generate, {CHILDREN} a call", plain, "edits/s"))
    figures.append(Figure("at temperature 0 the same edit as on the CPU", same, "%"))
    counted = {"device": name, "counted": "by the clock, one process with one thread"}
    return Report("gpu-generation", conditions(workload) | counted, figures)


def _name(device: str) -> str:
    import torch

    if not torch.cuda.is_available():
        raise unavailable("PyTorch finds no GPU here; on a CPU use `benchmarks generation`.")
    torch.set_num_threads(1)
    return str(torch.cuda.get_device_name(device))


def _rate(draw: Callable[[], list[list[Sampled]]], workload: Workload) -> float:
    """Median over some calls; the first only warms up."""
    draw()
    rates = []
    for _ in range(ROUNDS):
        begun = perf_counter()
        drawn = draw()
        rates.append(workload.parsed(drawn) / (perf_counter() - begun))
    return median(rates)


def _sampled(sampler: Sampler, groups: list[Group], workload: Workload) -> list[list[Sampled]]:
    sampler.forget()
    return sampler.sample(groups, workload.sampling, np.random.default_rng(0))


def _alike(workload: Workload, device: str) -> float:
    """Share of the likeliest edits that two devices agree on."""
    groups, likeliest = workload.groups(3), replace(workload.sampling, temperature=0)
    one, other = (
        workload.sampler("float32", where).sample(groups, likeliest, np.random.default_rng(0))
        for where in ("cpu", device)
    )
    pairs = [p for pair in zip(one, other, strict=True) for p in zip(*pair, strict=True)]
    return float(np.mean([a.tokens == b.tokens for a, b in pairs]))
