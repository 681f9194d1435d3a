"""An intention: one way in which people change a program, with the words they use for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from string import Formatter

from evolution.language_model.corpus.chance import Rng, chance, pick
from evolution.language_model.corpus.change import Change, Walkers
from evolution.language_model.corpus.source import Source, read


@dataclass(frozen=True, slots=True)
class Edit:
    """A child and what a message may say about it.

    Attributes:
        child: the whole program.
        values: slots of wordings, e.g. ``{"name": "hip", "new": "3.5"}``.
        parent: the program before, where the edit chose that too (a planted bug).
    """

    child: str
    values: Mapping[str, str] = field(default_factory=dict)
    parent: str = ""


@dataclass(frozen=True)
class Intention:
    """One kind of edit.

    Attributes:
        name: kebab-case; kept with every example.
        wordings: messages, some with ``{slots}``.
        make: the edit, or None where the program offers no place for it.
        check: whether a change is of this kind; looks at the walkers.
        check_text: a necessary condition that needs the texts only.
        weight: how often it is drawn among a program's edits.
        keeps_walker: the child's walker is the parent's.
        generic: share of its examples under one of the paper's messages.
        inside: share of its edits made inside a helper, where there is one.
    """

    name: str
    wordings: tuple[str, ...]
    make: Callable[[Source, Rng], Edit | None]
    check: Callable[[Change], bool]
    check_text: Callable[[Change], bool] = lambda change: True
    weight: float = 1.0
    keeps_walker: bool = False
    generic: float = 0.45
    inside: float = 0.0

    @property
    def messages(self) -> tuple[str, ...]:
        """The wordings that name nothing of the program: they can be asked of any."""
        return tuple(text for text in self.wordings if "{" not in text)

    def apply(self, base: str, rng: Rng) -> Edit | None:
        """One edit of ``base``, or None; a child always differs from its parent in text."""
        source = read(base)
        if source is None:
            return None
        if self.inside and chance(rng, self.inside):
            views = [source.focused(f) for f in source.functions if f is not source.entry]
            source = pick(rng, [view for view in views if view is not None] or [source])
        edit = self.make(source, rng)
        if edit is None or edit.child == (edit.parent or base) or read(edit.child) is None:
            return None
        return edit

    def holds(self, parent: str, child: str, walkers: Walkers | None = None) -> bool:
        """Whether the change from ``parent`` to ``child`` is of this kind.

        Args:
            walkers: the built walkers, parent's first; without them the answer only says
                what the texts allow.
        """
        change = Change(parent, child, walkers)
        if parent == child or change.sources is None or not self.check_text(change):
            return False
        return walkers is None or self.check(change)

    def message(self, rng: Rng, values: Mapping[str, str]) -> str:
        """One of the wordings that the values can fill, in one of the usual styles."""
        usable = [text for text in self.wordings if slots(text) <= values.keys()]
        named = [text for text in usable if "{" in text]
        text = pick(rng, named if named and chance(rng, 0.55) else usable).format(**values)
        if chance(rng, 0.35):
            text = text[0].lower() + text[1:]
        return text + "." if chance(rng, 0.35) else text


def slots(text: str) -> set[str]:
    """The names of a wording's slots."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}
