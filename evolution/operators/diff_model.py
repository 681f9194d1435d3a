"""The operator ``diff-model``: children written by a language model as line edits.

The heart of ELM (paper, stage 1): a model that learnt from commits how people change
code mutates programs. How the edits are written: `edit_writing`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from evolution.language_model.sampling import Sampling
from evolution.operators.base import Child, OperatorUnavailable
from evolution.operators.candidates import parent_failure
from evolution.operators.edit_writing import Written, write_edits
from evolution.operators.messages import Message, clean_message
from evolution.types import Failure, Stage

if TYPE_CHECKING:
    from evolution.language_model.generation import Sampler
    from evolution.language_model.grammar import EditRules

# Edits sampled beyond the children wanted, a share of them: they stand in for those that
# do not apply or compile, or repeat a sibling. Sampled in the same call, they cost far
# less than a second one, which would read the parents again.
SPARES = 0.0625


@dataclass(frozen=True, slots=True)
class _Task:
    """One child to be made: where it stands in the batch, what it is asked for."""

    position: int
    parent: str
    message: Message


class DiffModelOperator:
    """Mutates programs with a diff model.

    Args:
        model: a name or exact name (``name@hash``) of the registry, or a folder.
        spares: edits sampled beyond the children wanted, a share of them.

    Attributes:
        samples, tokens: edits sampled so far and their tokens; for benchmarks.
    """

    name = "diff-model"

    def __init__(
        self,
        model: str = "",
        *,
        spares: float = SPARES,
    ) -> None:
        self._model = model
        self._spares = spares
        self._loaded: tuple[Sampler, EditRules] | None = None
        self.samples = self.tokens = 0

    def propose(
        self, parents: Sequence[str], messages: Sequence[str], rng: np.random.Generator
    ) -> list[Child | Failure]:
        """Mutate each parent once; see `evolution.operators.base.Operator`."""
        sampler, rules = self._load()
        results: dict[int, Child | Failure] = {}
        tasks: list[_Task] = []
        refused = {parent: parent_failure(parent) for parent in set(parents)}
        for position, (parent, typed) in enumerate(zip(parents, messages, strict=True)):
            message = clean_message(typed)
            failure = refused[parent] or (message if isinstance(message, Failure) else None)
            if failure:
                results[position] = failure
            elif isinstance(message, Message):
                tasks.append(_Task(position, parent, message))
        spares = self._spare_tasks(tasks, rng)
        made = self._sample([*tasks, *spares], sampler, rules, rng) if tasks else []
        chosen = _choose(tasks, made, spares, seen=set(parents))
        results.update(zip((task.position for task in tasks), chosen, strict=True))
        return [results[position] for position in range(len(parents))]

    def _spare_tasks(self, tasks: Sequence[_Task], rng: np.random.Generator) -> list[_Task]:
        """Tasks that are done twice, spread evenly over the batch."""
        count = round(len(tasks) * self._spares)
        if not count:
            return []
        ends = np.linspace(0, len(tasks), count + 1)
        return [tasks[int(rng.integers(int(low), int(high)))] for low, high in pairwise(ends)]

    def _load(self) -> tuple[Sampler, EditRules]:
        """The sampler and the rules of its edits, read on first use.

        Raises:
            OperatorUnavailable: if there is no such model here, or it is damaged.
        """
        if self._loaded is None:
            try:
                self._loaded = _loaded(self._model)
            except ImportError as error:
                reason = f"The diff model needs the extra `model` to be installed: {error}."
                raise OperatorUnavailable(_unavailable(reason)) from error
            except ValueError as error:  # UnknownModel, ModelError
                raise OperatorUnavailable(_unavailable(str(error))) from error
        return self._loaded

    def _sample(
        self,
        tasks: Sequence[_Task],
        sampler: Sampler,
        rules: EditRules,
        rng: np.random.Generator,
    ) -> list[Child | Failure]:
        """Sample once for each task."""
        asked = [(task.parent, task.message.text) for task in tasks]
        written = write_edits(asked, sampler, rules, Sampling(), rng)
        return [self._child(*pair) for pair in zip(tasks, written, strict=True)]

    def _child(self, task: _Task, written: Written | Failure) -> Child | Failure:
        if isinstance(written, Failure):
            return written
        self.samples += 1
        self.tokens += len(written.sample.tokens)
        if isinstance(written.program, Failure):
            return written.program
        seen = written.seen(task.parent)
        return Child(written.program, self.name, task.message.label(*[seen] * bool(seen)))


def _choose(
    tasks: Sequence[_Task],
    made: Sequence[Child | Failure],
    spares: Sequence[_Task],
    seen: set[str],
) -> list[Child | Failure]:
    """One result a task: its own where that is a new program, else a sibling to spare.

    Args:
        made: results of the tasks, then of the spare ones.
        seen: programs that are not new; added to.
    """
    left: defaultdict[str, list[Child]] = defaultdict(list)
    for spare, result in zip(spares, made[len(tasks) :], strict=True):
        if isinstance(result, Child):
            left[spare.parent].append(result)
    chosen: list[Child | Failure] = []
    for task, own in zip(tasks, made, strict=False):
        result = own
        if isinstance(own, Failure) or own.program in seen:
            siblings = [child for child in left[task.parent] if child.program not in seen]
            # One that was asked for the same, if there is one.
            asked = task.message.text
            result = min(siblings, key=lambda c: not c.message.startswith(asked), default=own)
        if isinstance(result, Child):
            seen.add(result.program)
        chosen.append(result)
    return chosen


def _loaded(name: str) -> tuple[Sampler, EditRules]:
    from evolution.language_model.critic import read_critic
    from evolution.language_model.generation import Sampler
    from evolution.language_model.grammar import EditRules
    from evolution.language_model.registry import find_model
    from evolution.language_model.weights import read_weights

    folder = find_model(name).folder
    model, tokenizer = read_weights(folder)
    critic = read_critic(folder, model.config.hidden_size)
    return Sampler(model, end=tokenizer.end, critic=critic), EditRules(tokenizer)


def _unavailable(reason: str) -> Failure:
    return Failure(Stage.OPERATOR, "model-unavailable", reason)
