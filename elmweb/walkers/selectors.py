"""Reading walkers: pages, strips of ancestors, the gallery, submissions."""

from __future__ import annotations

from django.db.models import Max, QuerySet

from elmweb.archives.models import Cell
from elmweb.identifiers import can_be_public_id
from elmweb.runs.protocol import PreviewResult, Problem
from elmweb.walkers.models import SeedSubmission, Walker

_WITH_EDGE = ("run", "lineage", "lineage__parent")


def walker_by_id(public_id: str) -> Walker | None:
    """A walker with its run and its parent."""
    return _walkers().filter(public_id=public_id).first() if can_be_public_id(public_id) else None


def _walkers() -> QuerySet[Walker]:
    return Walker.objects.select_related(*_WITH_EDGE)


def gallery(limit: int = 12) -> list[Walker]:
    """The furthest walkers, of different looks: at most one a niche of each run."""
    furthest = Cell.objects.order_by("-robust").values_list("walker_id", "walker__digest")[
        : limit * 4
    ]
    chosen: dict[str, int] = {}
    for key, digest in furthest:
        chosen.setdefault(digest, key)
    found = _walkers().in_bulk(list(chosen.values())[:limit])
    return sorted(found.values(), key=lambda walker: (-walker.robust, walker.pk))


def ancestors(walker: Walker, limit: int = 12) -> list[Walker]:
    """Parent, grandparent and so on: nearest first."""
    chain: list[int] = []
    current = walker.pk
    # One slim read a generation; the walkers themselves are read together.
    while len(chain) < limit:
        edge = _parent_key(current)
        if edge is None:
            break
        chain.append(edge)
        current = edge
    found = _walkers().in_bulk(chain)
    return [found[key] for key in chain]


def _parent_key(child: int) -> int | None:
    from elmweb.walkers.models import Lineage

    return Lineage.objects.filter(pk=child).values_list("parent_id", flat=True).first()


def seed_ancestor(walker: Walker) -> Walker:
    """The seed that a walker descends from; itself, for a seed."""
    chain = ancestors(walker, limit=walker.depth)
    return chain[-1] if chain else walker


def children(walker: Walker, limit: int = 24) -> list[Walker]:
    """Admitted children, furthest first."""
    rows = _walkers().filter(lineage__parent=walker).order_by("-robust", "pk")
    return list(rows[:limit])


def child_count(walker: Walker) -> int:
    return walker.offspring.count()


def best_robust() -> float:
    """The furthest any walker goes, metres."""
    return Cell.objects.aggregate(best=Max("robust"))["best"] or 0.0


def holds_cell(walker: Walker) -> bool:
    """Whether it is still the elite of its niche."""
    return Cell.objects.filter(walker=walker).exists()


def submission_by_id(public_id: str) -> SeedSubmission | None:
    if not can_be_public_id(public_id):
        return None
    return SeedSubmission.objects.select_related("walker").filter(public_id=public_id).first()


def preview(submission: SeedSubmission) -> PreviewResult:
    """What became of a submission, as the seed form shows it."""
    walker = submission.walker
    return PreviewResult(
        state=submission.state,
        problems=[Problem.model_validate(problem) for problem in submission.problems],
        repairs=walker.repairs if walker else {},
        walker=walker.public_id if walker else None,
        distance=walker.robust if walker else None,
        height=walker.height if walker else None,
        width=walker.width if walker else None,
        mass=walker.mass if walker else None,
    )
