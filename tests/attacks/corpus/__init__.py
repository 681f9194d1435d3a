"""The attack corpus, as data: what a hostile program tries, and what would show."""

from tests.attacks.corpus import (
    files,
    forging,
    kernel,
    leaks,
    network,
    processes,
    resources,
    routes,
)
from tests.attacks.corpus.attack import Attack

ATTACKS: tuple[Attack, ...] = (
    *routes.ATTACKS,
    *files.ATTACKS,
    *leaks.ATTACKS,
    *network.ATTACKS,
    *processes.ATTACKS,
    *resources.ATTACKS,
    *kernel.ATTACKS,
    *forging.ATTACKS,
)

__all__ = ["ATTACKS", "Attack"]
