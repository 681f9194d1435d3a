"""The operator ``diff-model``: children written by a language model as line edits.

The heart of ELM (paper, stage 1): a model that learnt from commits how people change
code mutates programs. All children of one parent share the computation of the
parent's tokens; a parent longer than the context is shown through a window.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from evolution.diffs.line_edits import apply_line_edits, lines_of
from evolution.operators.base import Child, OperatorUnavailable
from evolution.operators.candidates import child_failure, parent_failure
from evolution.operators.messages import Message, clean_message
from evolution.types import Failure, Stage

if TYPE_CHECKING:
    from evolution.language_model.generation import Group, Sampler
    from evolution.language_model.grammar import EditRules
    from evolution.language_model.tokenizer import EditTokenizer, Window

# Edits sampled beyond the children wanted, a share of them: they stand in for those that
# do not apply or compile, or repeat a sibling. Sampled in the same call, they cost far
# less than a second one, which would read the parents again.
SPARES = 0.0625
# Edits sampled side by side: their keys and values are kept, about 0.6 MB each.
_MOST_ROWS = 128


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
        from evolution.language_model.generation import Group, Sampling
        from evolution.language_model.program_facts import facts_of
        from evolution.language_model.windows import PARENT_TOKENS, window_at_random

        tokenizer, sampling = rules.tokenizer, Sampling()
        by_parent: defaultdict[str, list[int]] = defaultdict(list)
        for at, task in enumerate(tasks):
            by_parent[task.parent].append(at)
        results: dict[int, Child | Failure] = {}
        groups: list[Group] = []
        members: list[tuple[list[int], Window]] = []
        for parent, ats in by_parent.items():
            window = window_at_random(lines_of(parent), tokenizer, PARENT_TOKENS, rng)
            if window is None:
                results.update(dict.fromkeys(ats, _NO_WINDOW))
                continue
            suffixes = [tokenizer.message(tasks[at].message.text) for at in ats]
            facts = facts_of(parent)
            grammar = rules.grammar(window.lines, facts, window.before, sampling.longest)
            groups.append(Group(tokenizer.program(window.lines), suffixes, grammar))
            members.append((ats, window))
        sampled = [
            found for part in _parts(groups) for found in sampler.sample(part, sampling, rng)
        ]
        for (ats, window), group in zip(members, sampled, strict=True):
            for at, sample in zip(ats, group, strict=True):
                self.samples += 1
                self.tokens += len(sample.tokens)
                tokens = sample.tokens if sample.ended else None
                results[at] = self._child(tasks[at], window, tokens, tokenizer)
        return [results[at] for at in range(len(tasks))]

    def _child(
        self, task: _Task, window: Window, tokens: Sequence[int] | None, tokenizer: EditTokenizer
    ) -> Child | Failure:
        if tokens is None:
            return _TOO_LONG
        edits = tokenizer.parse(tokens, window.lines)
        if isinstance(edits, Failure):
            return edits
        last = len(window.lines)
        if any(edit.first > last + 1 or edit.last > last for edit in edits):
            return _OUT_OF_SIGHT
        program = apply_line_edits(task.parent, [edit.moved(window.before) for edit in edits])
        if isinstance(program, Failure):
            return program
        failure = child_failure(task.parent, program)
        if failure:
            return failure
        notes = []
        if last < len(lines_of(task.parent)):
            notes = [f"only lines {window.before + 1} to {window.before + last} were shown"]
        return Child(program, self.name, task.message.label(*notes))


def _parts(groups: Sequence[Group]) -> Iterator[list[Group]]:
    """The groups in order, so many together as fit into `_MOST_ROWS`, one at least."""
    part: list[Group] = []
    for group in groups:
        if part and sum(len(g.suffixes) for g in [*part, group]) > _MOST_ROWS:
            yield part
            part = []
        part.append(group)
    if part:
        yield part


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
    from evolution.language_model.generation import Sampler
    from evolution.language_model.grammar import EditRules
    from evolution.language_model.registry import find_model
    from evolution.language_model.weights import read_weights

    model, tokenizer = read_weights(find_model(name).folder)
    return Sampler(model, end=tokenizer.end), EditRules(tokenizer)


def _unavailable(reason: str) -> Failure:
    return Failure(Stage.OPERATOR, "model-unavailable", reason)


_NO_WINDOW = Failure(
    Stage.OPERATOR, "line-too-long", "A line of the parent alone is longer than the model reads."
)
_TOO_LONG = Failure(Stage.DIFF, "edit-too-long", "The model's edit did not end in time.")
_OUT_OF_SIGHT = Failure(
    Stage.DIFF, "bad-address", "The edit names a line that the model was not shown."
)
