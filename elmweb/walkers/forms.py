"""What a person may choose about a run."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from elmweb.runs import operators
from evolution.config import RunConfig
from evolution.operators.messages import MAX_CHARACTERS, clean_message
from evolution.simulation.terrain import TERRAINS
from evolution.types import Failure

_DEFAULT = RunConfig(seed_program="")


class RunForm(forms.Form):
    """Name, makers, size and place of a run; limits are RunConfig's and this installation's."""

    whole_rows = ("name", "model", "message")  # fields that take the form's whole width

    name = forms.CharField(
        label="Name", max_length=120, required=False, help_text="Yours to choose; may be empty."
    )
    operator = forms.ChoiceField(
        label="How children are made",
        required=False,
        error_messages={"invalid_choice": "This is not offered here; choose one of these."},
    )
    model = forms.ChoiceField(
        label="Which language model",
        required=False,
        help_text="The run keeps to exactly this one.",
        error_messages={"invalid_choice": "This model is not here any more; choose another."},
    )
    message = forms.CharField(
        label="What children are asked to change",
        max_length=MAX_CHARACTERS,
        required=False,
        strip=False,
        help_text="One sentence, such as “Added a leg.” Left empty: three general messages.",
    )
    evaluations = forms.IntegerField(
        label="Evaluations",
        min_value=100,
        max_value=settings.MAX_EVALUATIONS,
        initial=_DEFAULT.evaluations,
        help_text="Walkers to try. Twenty thousand take a few minutes.",
    )
    terrain = forms.ChoiceField(
        label="Terrain",
        choices=[
            (terrain.name, terrain.name.replace("-", " ").capitalize()) for terrain in TERRAINS
        ],
        initial=_DEFAULT.terrain,
        required=False,
        help_text="Where the walkers run; each fits other bodies.",
    )
    random_seed = forms.IntegerField(
        label="Random seed",
        min_value=0,
        max_value=2**63 - 1,
        initial=_DEFAULT.random_seed,
        help_text="The same number repeats the same run.",
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.offered = operators.offered()
        chosen = cast(forms.ChoiceField, self.fields["operator"])
        chosen.choices = [(choice.value, choice.title) for choice in self.offered]
        chosen.initial = self.offered[0].value
        names = [model.exact_name for model in operators.models()]
        if not names:
            del self.fields["model"]
            return
        default = operators.fields_of()["model"]
        model = cast(forms.ChoiceField, self.fields["model"])
        model.choices = [(name, name) for name in names]
        model.initial = default

    def clean_message(self) -> str:
        """The message as a model reads it, refused if that is not what was typed."""
        typed = self.cleaned_data["message"]
        if not typed.strip():
            return ""
        message = clean_message(typed)
        if isinstance(message, Failure):
            raise ValidationError(message.reason)
        if message.cut:
            raise ValidationError(
                f"It holds {' and '.join(message.cut)}, which models cannot read; type it as text."
            )
        return message.text

    def clean_terrain(self) -> str:
        return self.cleaned_data["terrain"] or _DEFAULT.terrain

    def run_choices(self) -> dict[str, Any]:
        """Name and fields of RunConfig, as `services.start_run_from` takes them.

        Raises:
            UnknownModel: if the model went away since the form was checked.
        """
        given = self.cleaned_data
        makers = operators.fields_of(given["operator"], given.get("model", ""), given["message"])
        kept = ("name", "evaluations", "terrain", "random_seed")
        return {name: given[name] for name in kept} | makers
