"""Mutation by an instruction-following model behind any OpenAI-compatible endpoint.

The model reads what the walker language is, the parent and the commit message, and
answers with the changed program (or edits, or a diff). This is the paper's comparison
of diff models with larger models by instruction (appendix A), open to any server:
llama.cpp, vLLM, Ollama, or a paid one. Nothing that it answers is executed here.

Equal arguments and an equally seeded generator give equal requests, each with a seed;
whether the answers are equal too is up to the endpoint.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from evolution.config import Frozen, InstructConfig
from evolution.operators.base import Child, OperatorUnavailable
from evolution.operators.candidates import child_failure, parent_failure
from evolution.operators.instruct_answers import read_answer
from evolution.operators.instruct_client import ChatClient, Patience, Usage
from evolution.operators.instruct_prompt import (
    AnswerForm,
    Language,
    chat_messages,
    response_format,
)
from evolution.operators.instruct_replies import ENDPOINT, HOPELESS
from evolution.operators.messages import Message, clean_message
from evolution.types import Failure

# A sentence is enough for training data; a model that follows instructions reads more.
MAX_MESSAGE_CHARACTERS = 1_000
GIVE_UP = 3  # requests in a row that the endpoint left without an answer


class InstructSettings(Frozen):
    """How a model is asked; which model and at what cost is in `InstructConfig`.

    Attributes:
        answer: the form that is asked for. Whole programs are longest and safest; every
            form is read, whichever was asked for.
        structured: ask the endpoint to enforce the answer's JSON schema. An endpoint that
            refuses is asked without from then on.
        language: ``walker`` explains walkers; ``python`` is for any other program.
    """

    answer: AnswerForm = "program"
    structured: bool = True
    language: Language = "walker"
    temperature: float = 0.8
    patience: Patience = Patience()


class InstructOperator:
    """Asks the endpoint once for each child; see the module's text.

    Raises:
        ValueError: if the config's endpoint is no http or https address.
    """

    name = "instruct"

    def __init__(self, config: InstructConfig, settings: InstructSettings | None = None) -> None:
        self._settings = settings or InstructSettings()
        self._client = ChatClient(config, self._settings.patience)

    @property
    def usage(self) -> Usage:
        """Requests and tokens so far, of this operator in this process."""
        return self._client.usage

    def close(self) -> None:
        self._client.close()

    def propose(
        self, parents: Sequence[str], messages: Sequence[str], rng: np.random.Generator
    ) -> list[Child | Failure]:
        """Mutate each parent once; see `evolution.operators.base.Operator`.

        Raises:
            OperatorUnavailable: if the endpoint answered none of the requests.
        """
        pairs = list(zip(parents, messages, strict=True))
        seeds = rng.integers(2**31, size=len(pairs)).tolist()
        tasks = [_task(parent, typed) for parent, typed in pairs]
        questions = [
            _Question(parent, task.text, seed)
            for parent, task, seed in zip(parents, tasks, seeds, strict=True)
            if isinstance(task, Message)
        ]
        answers = iter(self._answers(questions))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return [
                task if isinstance(task, Failure) else self._child(parent, task, next(answers))
                for parent, task in zip(parents, tasks, strict=True)
            ]

    def _answers(self, questions: Sequence[_Question]) -> list[str | Failure]:
        """Ask in parallel; answers in the questions' order."""
        watch = _Watch()
        with ThreadPoolExecutor(self._settings.patience.parallel) as pool:
            try:
                answers = list(pool.map(lambda question: self._ask(question, watch), questions))
            finally:
                watch.stop.set()  # after an interrupt nobody is left to wait for the rest
        if watch.failure and not any(_is_of_model(answer) for answer in answers):
            raise OperatorUnavailable(watch.failure)
        return answers

    def _ask(self, question: _Question, watch: _Watch) -> str | Failure:
        if watch.stop.is_set() and watch.failure:
            return watch.failure
        settings = self._settings
        fields: dict[str, Any] = {"temperature": settings.temperature}
        if settings.structured:
            fields["response_format"] = response_format(settings.answer)
        conversation = chat_messages(
            question.parent, question.message, settings.answer, settings.language
        )
        answer = self._client.ask(conversation, question.seed, watch.stop, **fields)
        watch.note(answer)
        return answer

    def _child(self, parent: str, message: Message, answer: str | Failure) -> Child | Failure:
        if isinstance(answer, Failure):
            return answer
        program = read_answer(parent, answer)
        if isinstance(program, Failure):
            return program
        return child_failure(parent, program) or Child(program, self.name, message.label())


@dataclass(frozen=True, slots=True)
class _Question:
    parent: str
    message: str
    seed: int


class _Watch:
    """Stops asking in one call of `propose` when the endpoint is seen to be down."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.failure: Failure | None = None  # the endpoint's last
        self._in_a_row = 0
        self._lock = threading.Lock()

    def note(self, answer: str | Failure) -> None:
        with self._lock:
            if _is_of_model(answer):
                self._in_a_row = 0
                return
            assert isinstance(answer, Failure)
            self._in_a_row += 1
            if not self.stop.is_set():
                self.failure = answer
            if answer.code in HOPELESS or self._in_a_row >= GIVE_UP:
                self.stop.set()


def _is_of_model(answer: str | Failure) -> bool:
    """Whether the model had its say; otherwise the endpoint is in trouble."""
    return isinstance(answer, str) or answer.code not in ENDPOINT


def _task(parent: str, typed: str) -> Message | Failure:
    return parent_failure(parent) or clean_message(typed, MAX_MESSAGE_CHARACTERS)
