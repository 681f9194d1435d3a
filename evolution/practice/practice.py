"""Practice: the model's own edits, tried and judged, as packs that a training draws.

In each step the model, as it is then, edits programs. Every edit is built, judged and
trained on with its advantage as weight, so that what worked becomes likelier and what
failed less likely: a policy gradient (Williams 1992, https://doi.org/10.1007/BF00992696)
whose baseline is the mean of the other edits of the same program and message.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import Field

from evolution.config import Frozen
from evolution.language_model.corpus.judging import Judge
from evolution.language_model.generation import Sampler
from evolution.language_model.grammar import EditRules
from evolution.language_model.packing import Branch, Pack
from evolution.language_model.sampling import Sampling, allowed_along
from evolution.language_model.tokenizer import EditTokenizer
from evolution.operators.edit_writing import Written
from evolution.practice.attempts import Attempt, try_tasks
from evolution.practice.figures import step_figures
from evolution.practice.rewards import advantages, judge
from evolution.practice.tasks import Amounts, draw_tasks
from evolution.sandbox import Sandbox

_SHOWN = 25  # steps that the figures are means of


class PracticeSettings(Frozen):
    """How much is practised in a step, and what weight it has."""

    amounts: Amounts = Amounts()
    # Beside examples of weight 1. With less, the examples decide where the weights go.
    weight: float = Field(default=2.0, gt=0, description="Of the advantages.")
    temperature: float = Field(default=Sampling().temperature, gt=0)


class Practice:
    """Draws weighted packs for a `Training`; what it draws depends on weights and rng alone.

    Args:
        programs: to edit; those that make no walker are passed over.
        tokenizer: the model's.
        sandbox: where programs are built.

    Raises:
        ValueError: if there are no programs.
    """

    def __init__(
        self,
        programs: Sequence[str],
        tokenizer: EditTokenizer,
        sandbox: Sandbox,
        settings: PracticeSettings | None = None,
    ) -> None:
        if not programs:
            raise ValueError("There is no program to practise on.")
        self.settings = settings or PracticeSettings()
        self._programs = programs
        self._tokenizer = tokenizer
        self._rules = EditRules(tokenizer)
        self._sandbox = sandbox
        self._judge = Judge()
        self._recent: deque[dict[str, float]] = deque(maxlen=_SHOWN)

    def draw(self, decoder: Any, rng: np.random.Generator) -> list[Pack]:
        """The edits that ``decoder`` writes now, each with its advantage as weight.

        Raises:
            SandboxUnavailable: if programs cannot be run safely on this machine.
        """
        tasks = draw_tasks(self._programs, self.settings.amounts, self._sandbox, rng)
        sampler = Sampler(decoder, end=self._tokenizer.end, device=str(decoder.device))
        sampling = Sampling(temperature=self.settings.temperature)
        tried = try_tasks(tasks, sampler, self._rules, sampling, rng)
        attempts = [attempt for attempt, _ in tried]
        verdicts = judge(tasks, attempts, self._sandbox, self._judge)
        self._recent.append(step_figures(tasks, attempts, verdicts))
        weights = advantages(attempts, verdicts)
        return self._packs(tried, weights, decoder.config.vocab_size)

    def figures(self) -> dict[str, float]:
        """Means over the last steps, see `step_figures`."""
        names = dict.fromkeys(name for figures in self._recent for name in figures)
        return {n: float(np.mean([f[n] for f in self._recent if n in f])) for n in names}

    def summary(self) -> dict[str, Any]:
        """What a model's manifest says of it."""
        return {"programs": len(self._programs), **self.settings.model_dump(mode="json")}

    def _packs(
        self, tried: Sequence[tuple[Attempt, Written]], weights: Sequence[float], vocabulary: int
    ) -> list[Pack]:
        tokenizer = self._tokenizer
        branches: defaultdict[int, list[Branch]] = defaultdict(list)
        for (attempt, written), weight in zip(tried, weights, strict=True):
            if weight:
                branches[attempt.task].append(self._branch(attempt, written, weight, vocabulary))
        windows = {attempt.task: written.window for attempt, written in tried}
        return [
            Pack(tokenizer.program(windows[task].lines), found) for task, found in branches.items()
        ]

    def _branch(self, attempt: Attempt, written: Written, weight: float, vocabulary: int) -> Branch:
        tokenizer, sample = self._tokenizer, written.sample
        edit = [*sample.tokens, *[tokenizer.end] * sample.ended]
        # What failed gives way to what else could have been written. Else its probability
        # goes to what no edit can be, and the model soon wants nothing else.
        allowed = allowed_along(written.grammar, edit, vocabulary) if weight < 0 else None
        message = tokenizer.message(attempt.request.message)
        return Branch(message, edit, weight * self.settings.weight, allowed)
