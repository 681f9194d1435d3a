"""Building a corpus with the real sandbox and the real physics."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from evolution.cli.corpus import summary
from evolution.language_model.corpus.build import CorpusBuilder
from evolution.language_model.corpus.domain import fits
from evolution.language_model.corpus.intentions import intention_named
from evolution.language_model.corpus.judging import Judge, niche
from evolution.language_model.corpus.kinship import close_seed
from evolution.language_model.examples import EditExample, read_examples, write_examples
from evolution.sandbox import Built, Sandbox
from tests.evolution.language_model.corpus.walker_programs import SMALL as HOPPER
from tests.evolution.language_model.corpus.walker_programs import walkers_of

LINES = 8


def build(seed: int, groups: int, builder: CorpusBuilder | None = None) -> list[list[EditExample]]:
    builder = builder or CorpusBuilder(np.random.default_rng(seed), lines=LINES)
    with Sandbox() as sandbox:
        return list(islice(builder.groups(sandbox), groups))


@pytest.fixture(scope="module")
def builder() -> CorpusBuilder:
    return CorpusBuilder(np.random.default_rng(5), lines=LINES)


@pytest.fixture(scope="module")
def groups(builder: CorpusBuilder) -> list[list[EditExample]]:
    return build(5, 40, builder)


def test_every_example_is_what_it_says(groups: list[list[EditExample]]) -> None:
    examples = [example for group in groups for example in group][::5]
    with Sandbox() as sandbox:
        for example in examples:
            old, new = sandbox.build([example.parent, example.child], batched=False)
            intention = intention_named(example.intention)
            assert isinstance(new, Built)
            if intention.name == "fix-bugs":
                assert not isinstance(old, Built) or old.walker != new.walker
            else:
                assert isinstance(old, Built)
                walkers = (old.walker, new.walker)
                assert intention.holds(example.parent, example.child, walkers)


def test_groups_share_their_parent(groups: list[list[EditExample]]) -> None:
    assert all(len({example.parent for example in group}) == 1 for group in groups)
    assert max(map(len, groups)) == 16
    pairs = [(e.parent, e.child) for group in groups for e in group]
    assert len(set(pairs)) == len(pairs)
    assert not [e for group in groups for e in group if close_seed(e.child)]


def test_the_same_seed_gives_the_same_corpus(groups: list[list[EditExample]]) -> None:
    assert build(5, 16) == groups[:16]


def test_lines_go_on(groups: list[list[EditExample]]) -> None:
    made = groups
    children = {e.child for group in made for e in group}
    followed = [group for group in made if group[0].parent in children]
    assert len(followed) > 5
    assert all(fits(group[0].parent) for group in followed)


def test_the_report_counts_everything(
    builder: CorpusBuilder, groups: list[list[EditExample]]
) -> None:
    report = builder.report
    # The generator stops in the middle of a step, after counting the group that it gives.
    assert report.examples >= sum(map(len, groups))
    assert len(report.measures) == len(report.sizes) == report.examples
    figures = summary(report)
    assert figures["bases"] >= LINES
    assert sum(entry["kept"] for entry in figures["intentions"].values()) == report.examples
    assert figures["dropped"]["not-held"] > 0
    spread = figures["percentiles_5_25_50_75_95"]
    assert spread["child_joints"][0] < 8
    assert spread["child_joints"][-1] >= 20


def test_excluded_texts_are_left_out_and_counted() -> None:
    def exclude(text: str) -> str | None:
        return "It loops." if "for " in text else None

    builder = CorpusBuilder(np.random.default_rng(1), exclude, lines=LINES)
    made = build(1, 12, builder)
    assert not [e for group in made for e in group if "for " in e.child]
    assert builder.report.bad_bases["excluded: It loops."] > 10
    assert sum(n for (_, why), n in builder.report.dropped.items() if "It loops" in why) > 0


def test_every_intention_once_a_program() -> None:
    builder = CorpusBuilder(np.random.default_rng(2), lines=LINES)
    with Sandbox() as sandbox:
        made = list(builder.every_intention(2, sandbox))
    plain = [group for group in made if len(group) > 1]
    assert len(plain) == 2
    for group in plain:
        names = [example.intention for example in group]
        assert len(set(names)) == len(names) > 15


def test_a_judge_likes_what_a_search_would_keep() -> None:
    passive = HOPPER.replace("False, 1.0", "False, 0.0")
    lively, still, other = walkers_of(HOPPER, passive, passive.replace("(2, 0)", "(9, 0)"))
    judge = Judge()
    judge.watch([lively, still, other])
    assert judge.distance(lively) > 1 > judge.distance(still)
    assert judge.likes(still, lively)
    assert not judge.likes(lively, still)
    assert not judge.likes(lively, other)
    assert niche(still) != niche(other)


def test_examples_go_through_a_file(tmp_path: Path, groups: list[list[EditExample]]) -> None:
    examples = [example for group in groups[:10] for example in group]
    path = tmp_path / "domain.parquet"
    assert write_examples(path, examples) == len(examples)
    assert list(read_examples(path)) == examples
