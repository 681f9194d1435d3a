"""What a model learns from: the diffs that runs accepted, and edits to rehearse.

Without rehearsal a model that is tuned on one run forgets what it knew of others.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import numpy as np

from elmweb.training import services
from elmweb.training.models import Training
from elmweb.walkers.models import Lineage
from evolution.language_model.corpus.build import CorpusBuilder
from evolution.language_model.corpus.exclusion import check
from evolution.language_model.examples import EditExample
from evolution.language_model.mixture import Part, make_part
from evolution.operators.accepted import accepted_example
from evolution.sandbox import Sandbox

SHARES = {"accepted": 1.0, "rehearsal": 0.5}


def accepted(training: Training) -> Iterator[EditExample]:
    """The diffs that the training's runs accepted, in order of admission.

    Left out are programs near the functions that models are measured with.
    """
    edges = Lineage.objects.filter(child__run__in=training.runs.all()).order_by("child_id")
    rows = edges.values_list(
        "parent__program", "child__program", "operator", "message",
        "child__run__public_id", "child__public_id",
    )  # fmt: skip
    for parent, child, operator, message, run, walker in rows.iterator(chunk_size=500):
        example = accepted_example(parent, child, operator, message, f"{run}/{walker}")
        if example:
            yield example


def rehearsal(file: Path, seed: int, tell: Callable[[int], None]) -> list[EditExample]:
    """Generated edits of walker programs, kept in ``file`` so that a restart has the same.

    Args:
        tell: called with the number of examples so far.

    Raises:
        SandboxUnavailable: if programs cannot be run safely on this machine.
    """
    if file.is_file():
        return [EditExample(**json.loads(line)) for line in file.read_text().splitlines()]
    builder = CorpusBuilder(np.random.default_rng(seed), check)
    made: list[EditExample] = []
    with Sandbox() as sandbox:
        groups = builder.groups(sandbox)
        for example in islice((e for group in groups for e in group), services.REHEARSED):
            made.append(example)
            tell(len(made))
    unfinished = file.with_name(file.name + ".part")
    unfinished.write_text("".join(json.dumps(asdict(example)) + "\n" for example in made))
    os.replace(unfinished, file)
    return made


def part(name: str, examples: Iterable[EditExample]) -> Part:
    """The examples as a part of the mixture, with a digest for the model's manifest."""
    listed = list(examples)
    digest = hashlib.sha256()
    for example in listed:
        digest.update(json.dumps([example.parent, example.child, example.message]).encode())
    return make_part(name, SHARES[name], listed, digest.hexdigest())
