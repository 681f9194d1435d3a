"""Who makes a run's children: what operators are called, and which this installation offers.

A person chooses one of `offered`; `fields_of` makes fields of RunConfig of it. The address
of an endpoint is the installation's alone: no visitor gives one, and none is shown it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from elmweb.runs.protocol import Statistics
from evolution.config import InstructConfig, RunConfig
from evolution.language_model.registry import RegisteredModel, registered_models
from evolution.operators.messages import BLIND
from evolution.operators.recommended import default_model, recommended

# Codes in words; an unknown operator is shown by its own name.
NAMES = {
    "seed": "Seed",
    "diff-model": "Language model",
    "instruct": "Instructed model",
    "syntax-tree": "Genetic programming",
}
IN_A_SENTENCE = {
    "diff-model": "changed by a language model",
    "instruct": "changed by an instructed language model",
    "seed": "written as a seed",
    "syntax-tree": "changed by genetic programming",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to make children that a person can choose.

    Attributes:
        value: in forms.
        members: the operators, several for a mix.
    """

    value: str
    title: str
    about: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Maker:
    """One operator of a run, as its page shows it."""

    code: str
    name: str
    share: float
    tried: int
    admitted: int

    @property
    def earned(self) -> float:
        """Walkers that entered the archive, of those tried."""
        return self.admitted / self.tried if self.tried else 0.0


def name_of(operator: str) -> str:
    return NAMES.get(operator, operator)


def models() -> list[RegisteredModel]:
    """The project's own models; those of others have no manifest."""
    return [model for model in registered_models() if model.manifest]


def instruct_config() -> InstructConfig | None:
    """The endpoint of this installation, if it has one."""
    if not settings.INSTRUCT_ENDPOINT:
        return None
    return InstructConfig(
        endpoint=settings.INSTRUCT_ENDPOINT,
        model=settings.INSTRUCT_MODEL,
        max_requests=settings.INSTRUCT_MAX_REQUESTS,
    )


def offered() -> list[Choice]:
    """What can be chosen here, the recommended one first."""
    trained, instructed = default_model() is not None, instruct_config()
    found = []
    if trained:
        about = "Learnt from commits how people change programs. It reads your message."
        found.append(Choice("diff-model", "A language model", about, ("diff-model",)))
        about = "Language model and genetic programming; who earns new elites makes more children."
        title = "Both, shifting to what earns"
        found.append(Choice("mix", title, about, ("diff-model", "syntax-tree")))
    about = "Changes the program's syntax tree at random. Fast and blind: it reads no message."
    found.append(Choice("syntax-tree", "Genetic programming", about, ("syntax-tree",)))
    if instructed:
        about = f"Asks {instructed.model} for each child. It reads your message; it takes its time."
        found.append(Choice("instruct", "An instructed model", about, ("instruct",)))
        members = ("diff-model",) * trained + ("instruct", "syntax-tree")
        title = f"{'All three' if trained else 'Both'}, shifting to what earns"
        about = "Whoever earns new elites makes more children. Costs requests to the endpoint."
        found.append(Choice("mix-all", title, about, members))
    return found


def fields_of(choice: str = "", model: str = "", message: str = "") -> dict[str, Any]:
    """Fields of RunConfig for what a person chose; the recommended ones where nothing is given.

    Args:
        choice: a value of `offered`.
        model: exact name, for choices with the diff model.
        message: what children are asked to change, clean; the paper's messages for "".

    Raises:
        UnknownModel: if the model is not here.
        ValueError: for a choice that is not offered.
    """
    members = next((found.members for found in offered() if found.value == choice), ())
    if choice and not members:
        raise ValueError(f"{choice!r} is not offered here.")
    fields = recommended(members, model if not members or "diff-model" in members else "")
    members = fields.get("mix", (fields["operator"],))
    if "instruct" in members:
        fields["instruct"] = instruct_config()
    if message and not set(members) <= set(BLIND):
        fields["messages"] = ((message, 1.0),)
    return fields


def makers(statistics: Statistics, config: RunConfig) -> list[Maker]:
    """The run's operators; equal shares before the seed is measured."""
    if statistics.operators:
        return [
            Maker(found.name, name_of(found.name), found.share, found.tried, found.admitted)
            for found in statistics.operators
        ]
    share = 1 / len(config.operators)
    return [Maker(code, name_of(code), share, 0, 0) for code in config.operators]


def model_of(operator: str, config: RunConfig) -> str:
    """The exact name of the model that an operator uses; empty if it uses none."""
    if operator == "diff-model":
        return config.model
    return config.instruct.model if operator == "instruct" and config.instruct else ""


def messages_of(config: RunConfig) -> Sequence[tuple[str, float]]:
    """The messages and how often each is drawn, 0 to 1."""
    total = sum(weight for _, weight in config.messages)
    return [(text, weight / total) for text, weight in config.messages if weight]


def made_by(operator: str, message: str) -> str:
    """Who made a walker and what was asked for, in a few words."""
    if not message or operator in BLIND:
        return name_of(operator)
    return f"{name_of(operator)}: {message}"


def in_a_sentence(operator: str) -> str:
    return IN_A_SENTENCE.get(operator, f"changed by {operator}")
