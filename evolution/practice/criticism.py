"""Fitting a critic to what becomes of a model's own edits.

The model does not change. It edits programs as in practice, mostly under the paper's
messages. An edit is of use if it makes another walker or does what was asked: critics that
were to tell obedience, too, of as many edits, told less of what makes a walker.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import Field

from evolution.config import Frozen
from evolution.language_model.critic import Critic
from evolution.language_model.critic_fitting import FittingSettings, Tried, fit_critic
from evolution.practice.trials import Batch, TrialSettings

_LEAST = 200  # edits; fewer tell nothing


class CriticSettings(Frozen):
    """How much is tried, and how the critic is fitted to it."""

    edits: int = Field(default=40_000, ge=_LEAST)
    trials: TrialSettings = TrialSettings()
    fitting: FittingSettings = FittingSettings()


class CriticFitting:
    """Takes as many tried edits as are wanted (iterate over `run`), then fits a critic.

    Attributes:
        edits: tried so far, those that did not end included.
        tried: those that have ended.
    """

    def __init__(self, settings: CriticSettings) -> None:
        self.settings = settings
        self.tried: list[Tried] = []
        self.edits = 0

    def run(self, batches: Iterable[Batch]) -> Iterator[int]:
        """Take batches until there are enough; yields how many edits there are."""
        for batch in batches:
            self.edits += batch.edits
            self.tried += batch.tried
            yield self.edits
            if self.edits >= self.settings.edits:
                return

    def fit(self) -> tuple[Critic, dict[str, Any]]:
        """The critic, and what a model's manifest says of it.

        Raises:
            ValueError: if all edits came out alike, or too few to tell.
        """
        fitted = fit_critic(self.tried, self.settings.fitting)
        return fitted.critic, {
            "settings": self.settings.model_dump(mode="json"),
            "programs": len({one.program for one in self.tried}),
            "edits": self.edits,
            "of_use": round(fitted.of_use, 4),
            "held_out_pairs_right": round(fitted.pairs_right, 4),
        }
