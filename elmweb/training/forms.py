"""What a person may choose about a training."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from elmweb.runs.models import Run
from elmweb.runs.operators import models
from elmweb.training import selectors
from evolution.operators.recommended import default_model

LENGTHS = {"short": 200, "normal": 600, "long": 2_000}  # steps


class TrainingForm(forms.Form):
    """Runs to learn from, the model to start with, and how long."""

    runs = forms.MultipleChoiceField(
        label="Learn from",
        error_messages={
            "required": "Choose at least one run to learn from.",
            "invalid_choice": "One of these runs is not over, or not here any more.",
        },
    )
    parent = forms.ChoiceField(
        label="Start from the model",
        help_text="It stays as it is; the training makes a new one.",
        error_messages={"invalid_choice": "This model is not here any more; choose another."},
    )
    length = forms.ChoiceField(
        label="How long",
        choices=[
            ("short", f"Short: {LENGTHS['short']} steps"),
            ("normal", f"Normal: {LENGTHS['normal']} steps"),
            ("long", f"Long: {LENGTHS['long']:,} steps"),
        ],
        initial="normal",
        help_text="A normal one takes a quarter of an hour on a laptop, while runs go on.",
    )

    def __init__(self, *arguments: Any, run: str = "", **options: Any) -> None:
        """``run``: public id of the run that the person came from."""
        super().__init__(*arguments, **options)
        self.offered = selectors.runs_to_learn_from(run)
        chosen = next((found for found, _ in self.offered if found.public_id == run), None)
        learnt_from = cast(forms.MultipleChoiceField, self.fields["runs"])
        learnt_from.choices = [(found.public_id, found.name) for found, _ in self.offered]
        learnt_from.initial = [chosen.public_id] if chosen else []
        names = [model.exact_name for model in models()]
        parent = cast(forms.ChoiceField, self.fields["parent"])
        parent.choices = [(name, name) for name in names]
        default = default_model()
        used = chosen.run_config.model if chosen else ""
        parent.initial = used if used in names else default.exact_name if default else ""

    def clean_runs(self) -> list[Run]:
        named = self.cleaned_data["runs"]
        found = [run for run, _ in self.offered if run.public_id in named]
        if not found:
            raise ValidationError("Choose at least one run to learn from.")
        return found

    def clean_length(self) -> int:
        return LENGTHS[self.cleaned_data["length"]]

    @property
    def chosen_runs(self) -> list[str]:
        """Public ids, for the checkboxes."""
        value = self["runs"].value()
        return list(value or [])
