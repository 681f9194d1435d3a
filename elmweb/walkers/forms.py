"""What a person may choose about a run."""

from __future__ import annotations

from django import forms
from django.conf import settings

from evolution.config import RunConfig
from evolution.simulation.terrain import TERRAINS

_DEFAULT = RunConfig(seed_program="")


class RunForm(forms.Form):
    """Name, size and place of a run; limits are RunConfig's and this installation's."""

    name = forms.CharField(
        label="Name", max_length=120, required=False, help_text="Yours to choose; may be empty."
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

    def clean_terrain(self) -> str:
        return self.cleaned_data["terrain"] or _DEFAULT.terrain
