"""RunConfig: everything that decides a run's outcome, and nothing else."""

from __future__ import annotations

from math import isfinite
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

# The paper's commit messages and their probabilities (section on the diff model).
PAPER_MESSAGES: tuple[tuple[str, float], ...] = (
    ("Changed `make_walker` function.", 0.4),
    ("Changed parameters in `make_walker` function.", 0.3),
    ("Small change to `make_walker` function.", 0.3),
)

OperatorName = Literal["diff-model", "instruct", "syntax-tree"]


class Frozen(BaseModel):
    """A frozen record that rejects unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ArchiveConfig(Frozen):
    """The niches: a grid over height (m), width (m) and mass (kg).

    Defaults are the paper's 12 x 12 x 12 = 1,728 niches. Values beyond a range
    fall into the outermost cell.
    """

    cells: tuple[int, int, int] = (12, 12, 12)
    height: tuple[float, float] = (0.0, 24.0)
    width: tuple[float, float] = (0.0, 24.0)
    mass: tuple[float, float] = (1.0, 49.0)


class InstructConfig(Frozen):
    """A language model behind an OpenAI-compatible endpoint, and what it may cost.

    A key for the endpoint is no part of it: configs are stored and shown.

    Attributes:
        endpoint: base URL, e.g. ``http://localhost:8080/v1``.
        model: the name that the endpoint knows it by.
        max_requests: answers asked for at most; then the operator is unavailable.
        max_tokens: of one answer.
        timeout_s: seconds to wait for one answer.
    """

    endpoint: str
    model: Annotated[str, Field(min_length=1, max_length=200)]
    max_requests: Annotated[int, Field(ge=1)] = 10_000
    max_tokens: Annotated[int, Field(ge=1, le=65_536)] = 1_024
    timeout_s: Annotated[float, Field(gt=0, le=600)] = 60.0

    @field_validator("endpoint")
    @classmethod
    def _is_web_address(cls, endpoint: str) -> str:
        parts = urlsplit(endpoint)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("give a web address such as http://localhost:8080/v1")
        if parts.username or parts.password:
            raise ValueError("leave the password out: configs are stored and shown")
        return endpoint


class RunConfig(Frozen):
    """One search. Together with the library's version it repeats a run exactly.

    Children are made in numbered batches. Batch k chooses its parents, and the shares
    of the operators in a mix, from the archive as it stood after batch
    ``k - batches_in_flight`` was applied, and batches are applied in order, so the
    outcome depends neither on timing nor on the number of workers. (An endpoint may
    answer the same question differently; a run with ``instruct`` repeats as far as its
    endpoint does.)

    Attributes:
        operator: what makes the children; ``mix`` is several, see `evolution.operators.mix`.
        mix: the operators of a mix, two or more.
        model: of ``diff-model``: a registry's name with content hash
            (``walker-diff-1@3f9a12c4``), a folder or a hub's name; empty if not needed.
        instruct: of ``instruct``.
        children_per_parent: children that each chosen parent gets in a row; a language
            model reads its parent once for all of them.
        messages: what children are asked to change, each with its weight.
    """

    seed_program: str
    operator: Literal[OperatorName, "mix"] = "syntax-tree"
    mix: tuple[OperatorName, ...] = ("diff-model", "syntax-tree")
    model: Annotated[str, Field(max_length=500)] = ""
    instruct: InstructConfig | None = None
    evaluations: Annotated[int, Field(ge=1, le=100_000_000)] = 20_000
    batch_size: Annotated[int, Field(ge=1, le=1024)] = 64
    children_per_parent: Annotated[int, Field(ge=1, le=1024)] = 1
    batches_in_flight: Annotated[int, Field(ge=1, le=64)] = 6
    random_seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    terrain: str = "flat"
    messages: tuple[tuple[str, float], ...] = PAPER_MESSAGES
    archive: ArchiveConfig = ArchiveConfig()

    @property
    def operators(self) -> tuple[OperatorName, ...]:
        """The operators that make children: those of the mix, or the one."""
        return self.mix if self.operator == "mix" else (self.operator,)

    @field_validator("mix")
    @classmethod
    def _are_several(cls, mix: tuple[OperatorName, ...]) -> tuple[OperatorName, ...]:
        if len(mix) < 2 or len(set(mix)) < len(mix):
            raise ValueError("a mix needs two or more different operators")
        return mix

    @field_validator("messages")
    @classmethod
    def _can_be_drawn(
        cls, messages: tuple[tuple[str, float], ...]
    ) -> tuple[tuple[str, float], ...]:
        weights = [weight for _, weight in messages]
        if not all(isfinite(weight) and weight >= 0 for weight in weights) or sum(weights) <= 0:
            raise ValueError("give at least one message with a weight above 0, and none below")
        if any("\0" in text or not _is_unicode(text) for text, _ in messages):
            raise ValueError("a message holds characters that cannot be stored: type it as text")
        return messages

    @model_validator(mode="after")
    def _has_what_its_operators_need(self) -> Self:
        if "diff-model" in self.operators and not self.model:
            raise ValueError("model: say which model the operator diff-model uses")
        if "instruct" in self.operators and self.instruct is None:
            raise ValueError("instruct: say which endpoint and model the operator instruct uses")
        return self


def _is_unicode(text: str) -> bool:
    """Whether ``text`` can be encoded; lone surrogates cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
