"""The programs a search starts from, as text: simple, readable and barely walking.

The geometry is the paper's (Lehman et al., 2022, "Evolution through Large
Models", section 4 and its appendix); the programs are our own. The ``.py``
files beside this one are genotypes: read as text, run only in the sandbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Seed:
    """A start of a search.

    Attributes:
        name: how configs and commands name it, e.g. ``"cppn-fixed"``.
        title: for people.
        description: one or two sentences about its walker.
        program: the genotype.
    """

    name: str
    title: str
    description: str
    program: str


def _seed(name: str, title: str, description: str) -> Seed:
    file = resources.files(__name__).joinpath(name.replace("-", "_") + ".py")
    return Seed(name, title, description, file.read_text(encoding="utf-8"))


SEEDS: Mapping[str, Seed] = MappingProxyType(
    {
        seed.name: seed
        for seed in (
            _seed(
                "square",
                "Square",
                "A square of four joints around a fifth: passive sides, three spokes that pull. "
                "It twitches and creeps less than its own width in ten seconds.",
            ),
            _seed(
                "radial",
                "Radial",
                "A wheel: eight joints on a circle, passive rim, eight spokes around the hub that "
                "pull one after the other.",
            ),
            _seed(
                "cppn-fixed",
                "CPPN-Fixed",
                "A grid of 8 x 3 joints whose neighbours pull; three small functions of the grid "
                "place decide how. The grid builder itself is library code and cannot evolve.",
            ),
            _seed(
                "cppn-mutable",
                "CPPN-Mutable",
                "The grid of 8 x 3 joints again, but the code that builds it belongs to the "
                "program and evolves too.",
            ),
        )
    }
)


def seed_program(name: str) -> str:
    """The program text of a seed.

    Raises:
        ValueError: for an unknown name; it lists the known ones.
    """
    if name not in SEEDS:
        raise ValueError(f"There is no seed {name!r}. Known seeds: {', '.join(SEEDS)}.")
    return SEEDS[name].program
