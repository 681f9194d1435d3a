"""Base programs for tests: one of each family, and their walkers."""

from __future__ import annotations

from functools import cache

import numpy as np

from evolution.language_model.corpus.bases import FAMILIES
from evolution.language_model.corpus.bases.writing import Pen
from evolution.sandbox import Built, Sandbox
from evolution.walkers import Walker

SMALL = """\
def make_walker():
    wc = walker_creator()
    hip = wc.add_joint(-1, 4)
    foot = wc.add_joint(-1, 0)
    toe = wc.add_joint(2, 0)
    wc.add_muscle(foot, toe)
    wc.add_muscle(hip, foot, False, 1.0, 0.0)
    wc.add_muscle(hip, toe, False, 1.0, 1.6)
    return wc.get_walker()
"""
LISTED = """\
def make_walker():
    wc = walker_creator()
    points = [(0, 0), (4, 1), (2.5, 3)]
    joints = [wc.add_joint(x, y) for x, y in points]
    for k, (a, b, amp) in enumerate([(0, 1, 0.5), (1, 2, 0.7), (0, 2, 0.6)]):
        wc.add_muscle(joints[a], joints[b], False, amp, 1.5 * k)
    return wc.get_walker()
"""


def one_of_each_family(seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    texts = []
    for family, _ in FAMILIES:
        pen = Pen(rng)
        family(pen)
        texts.append(pen.program())
    return texts


@cache
def built_families() -> dict[str, Walker]:
    """A program of each family that makes a walker, by its text."""
    texts = one_of_each_family(1)
    with Sandbox() as sandbox:
        results = sandbox.build(texts)
    return {t: r.walker for t, r in zip(texts, results, strict=True) if isinstance(r, Built)}


def walkers_of(*texts: str) -> tuple[Walker, ...]:
    with Sandbox() as sandbox:
        results = sandbox.build(texts)
    assert all(isinstance(result, Built) for result in results), results
    return tuple(result.walker for result in results if isinstance(result, Built))
