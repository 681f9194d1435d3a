"""What an edit changed, in the text and in the walker: what intentions are checked with."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from evolution.diffs.line_edits import LineEdit, line_edits
from evolution.language_model.corpus.source import Source, read
from evolution.walkers import Walker

Walkers = tuple[Walker, Walker]
Place = tuple[float, float]

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|(?<![\w.])\.\d+")
_SIGN = re.compile(r"(?P<before>(?:[(,=\[{:+*/%<>-]|\breturn|\bif|\belse|\bin)\s*)-\s*#")
_SAME = 1e-6  # metres, radians


@dataclass(frozen=True)
class Change:
    """A parent and a child; walkers where they were built (parent's first)."""

    parent: str
    child: str
    walkers: Walkers | None = None

    @cached_property
    def sources(self) -> tuple[Source, Source] | None:
        """Both programs parsed; None if one does not parse."""
        parent, child = read(self.parent), read(self.child)
        return (parent, child) if parent is not None and child is not None else None

    # --- text -----------------------------------------------------------------------------

    @cached_property
    def numbers_only(self) -> bool:
        """The texts differ, but only in number literals and their signs."""
        return self.parent != self.child and masked(self.parent) == masked(self.child)

    @cached_property
    def changed_numbers(self) -> int:
        """How many literals differ, where only numbers do; else 0."""
        if not self.numbers_only:
            return 0
        pairs = zip(_literals(self.parent), _literals(self.child), strict=True)
        return sum(old != new for old, new in pairs)

    @cached_property
    def edits(self) -> list[LineEdit]:
        return line_edits(self.parent, self.child)

    @cached_property
    def lines(self) -> int:
        """Lines that the edit removes or writes, whichever is more."""
        return sum(max(edit.last - edit.first + 1, len(edit.lines)) for edit in self.edits)

    @cached_property
    def written(self) -> int:
        """Characters that the edit writes, without indentation: what a model must say."""
        return sum(len(line.strip()) for edit in self.edits for line in edit.lines)

    @cached_property
    def growth(self) -> int:
        """Lines more than before."""
        return self.child.count("\n") - self.parent.count("\n")

    def count(self, what: str) -> int:
        """How many times more often the child's code has a word, e.g. ``add_joint``."""
        word = re.compile(rf"\b{re.escape(what)}\b")
        return len(word.findall(self.child)) - len(word.findall(self.parent))

    # --- walkers --------------------------------------------------------------------------

    @cached_property
    def same_walker(self) -> bool:
        """Joints and muscles agree but for rounding, whatever their order."""
        old, new = self._bodies
        return old == new

    @cached_property
    def joints_added(self) -> int:
        old, new = self._walkers
        return len(new.joints) - len(old.joints)

    @cached_property
    def moved_joints(self) -> int:
        """Joints whose place the child does not have."""
        old, new = self._walkers
        left = Counter(map(_place, old.joints)) - Counter(map(_place, new.joints))
        return left.total()

    @cached_property
    def same_joints(self) -> bool:
        return self.joints_added == 0 and self.moved_joints == 0

    @cached_property
    def muscles_added(self) -> int:
        old, new = self._walkers
        return len(new.muscles) - len(old.muscles)

    @cached_property
    def kept_muscles(self) -> int:
        """Pairs of places that both walkers tie."""
        old, new = self._muscles
        return len(old.keys() & new.keys())

    @cached_property
    def lost_muscles(self) -> int:
        return len(self._walkers[0].muscles) - self.kept_muscles

    @cached_property
    def same_pairs(self) -> bool:
        old, new = self._muscles
        return old.keys() == new.keys()

    @cached_property
    def activated(self) -> int:
        """Active muscles more than before."""
        old, new = (sum(not m.is_distance for m in w.muscles) for w in self._walkers)
        return new - old

    @cached_property
    def changed_amplitudes(self) -> int:
        """Muscles of both whose amplitude differs."""
        return self._differing(1)

    @cached_property
    def changed_phases(self) -> int:
        return self._differing(2)

    @cached_property
    def phases(self) -> tuple[int, int]:
        """Different phases of active muscles: the parent's, the child's."""
        old, new = (
            len({round(m.phase, 3) for m in w.muscles if not m.is_distance}) for w in self._walkers
        )
        return old, new

    @property
    def taller(self) -> float:
        """Child's height as a share of its parent's."""
        old, new = self._walkers
        return new.height / max(old.height, 0.1)

    @property
    def wider(self) -> float:
        old, new = self._walkers
        return new.width / max(old.width, 0.1)

    @property
    def child_walker(self) -> Walker:
        return self._walkers[1]

    @property
    def parent_walker(self) -> Walker:
        return self._walkers[0]

    def _differing(self, part: int) -> int:
        old, new = self._muscles
        return sum(abs(old[p][part] - new[p][part]) > _SAME for p in old.keys() & new.keys())

    @property
    def _walkers(self) -> Walkers:
        assert self.walkers is not None, "this check needs the built walkers"
        return self.walkers

    @cached_property
    def _muscles(
        self,
    ) -> tuple[
        dict[tuple[Place, Place], tuple[bool, float, float]],
        dict[tuple[Place, Place], tuple[bool, float, float]],
    ]:
        old, new = self._walkers
        return _by_places(old), _by_places(new)

    @cached_property
    def _bodies(self) -> tuple[object, object]:
        old, new = self._walkers
        return _rounded(old), _rounded(new)


def masked(text: str) -> str:
    """The text with every number, with its sign if it has one, written as ``#``."""
    return _SIGN.sub(r"\g<before>#", _NUMBER.sub("#", text))


def _literals(text: str) -> list[str]:
    """The numbers of a text; their count is the same for equal masked texts."""
    found = []
    for match in _NUMBER.finditer(text):
        before = text[: match.start()].rstrip(" ")
        sign = "-" if before.endswith("-") and not before[:-1].rstrip()[-1:].isalnum() else ""
        found.append(sign + match.group())
    return found


def _place(joint: Place) -> Place:
    return (round(joint[0], 4), round(joint[1], 4))


def _by_places(walker: Walker) -> dict[tuple[Place, Place], tuple[bool, float, float]]:
    places = [_place(joint) for joint in walker.joints]
    result = {}
    for m in walker.muscles:
        a, b = sorted((places[m.a], places[m.b]))
        result[a, b] = (m.is_distance, m.amplitude, m.phase)
    return result


def _rounded(walker: Walker) -> object:
    muscles = {
        pair: (fixed, round(amplitude, 4), round(phase, 4))
        for pair, (fixed, amplitude, phase) in _by_places(walker).items()
    }
    return sorted(map(_place, walker.joints)), muscles
