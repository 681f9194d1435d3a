"""Bodies: named joints in a unit square and the pairs that muscles tie.

Plans are animals and things that a person would sketch; blobs have no plan. Both are
stretched to a drawn height and width, so that all sizes of walker occur.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from evolution.language_model.corpus.bases.writing import Pen
from evolution.language_model.corpus.chance import Rng, between, chance, pick, whole


@dataclass(frozen=True, slots=True)
class Body:
    """Joints with names and places (metres), and pairs of their indices."""

    names: list[str]
    places: list[tuple[float, float]]
    pairs: list[tuple[int, int]]

    def length(self, a: int, b: int) -> float:
        return math.dist(self.places[a], self.places[b])


# name, x, y of each joint; then the pairs that hold it together.
_PLANS: tuple[tuple[str, str], ...] = (
    (
        "hip .5 .6, left_knee .3 .35, left_foot .2 0, right_knee .75 .35, right_foot "
        ".9 0, head .5 1",
        "hip-left_knee left_knee-left_foot hip-right_knee right_knee-right_foot head-hip "
        "head-left_knee head-right_knee left_knee-right_knee left_foot-right_foot",
    ),
    (
        "shoulder .8 .6, hip .2 .6, front_knee .85 .3, front_foot .8 0, back_knee .15 .3, "
        "back_foot .2 0, head 1 1, tail 0 .8",
        "shoulder-hip shoulder-front_knee front_knee-front_foot hip-back_knee back_knee-back_foot "
        "head-shoulder tail-hip head-hip tail-back_knee front_knee-hip back_knee-shoulder "
        "front_foot-back_foot",
    ),
    ("left 0 0, right 1 0, top .5 1", "left-right right-top top-left"),
    (
        "a 0 0, b 1 0, c2 1 1, d 0 1",
        "a-b b-c2 c2-d d-a a-c2 b-d",
    ),
    (
        "front 1 0, back 0 0, top_front 1 .6, top_back 0 .6, mast .5 1",
        "front-top_front back-top_back top_front-top_back mast-top_front mast-top_back "
        "front-top_back back-top_front front-back mast-back",
    ),
    (
        "beak 1 .7, neck .8 .6, breast .6 .4, rump .2 .5, tail_tip 0 .7, foot .5 0, wing .4 1",
        "beak-neck neck-breast breast-rump rump-tail_tip breast-foot rump-foot wing-neck wing-rump "
        "wing-breast tail_tip-foot beak-breast",
    ),
    (
        "claw_l 0 .5, claw_r 1 .5, shell .5 .8, leg_l .2 0, leg_r .8 0, eye .5 1",
        "claw_l-shell claw_r-shell shell-leg_l shell-leg_r leg_l-leg_r eye-shell claw_l-leg_l "
        "claw_r-leg_r eye-claw_l eye-claw_r",
    ),
    (
        "base0 0 0, base1 .5 0, base2 1 0, mid0 .25 .5, mid1 .75 .5, tip .5 1",
        "base0-base1 base1-base2 base0-mid0 base1-mid0 base1-mid1 base2-mid1 mid0-mid1 mid0-tip "
        "mid1-tip",
    ),
    (
        "toe 1 0, heel .4 0, ankle .35 .25, knee .8 .55, pelvis .3 .8, chest .5 1",
        "toe-heel heel-ankle toe-ankle ankle-knee knee-pelvis pelvis-chest ankle-pelvis knee-chest "
        "toe-knee heel-pelvis",
    ),
    (
        "nose 1 .5, fin_up .5 1, fin_down .5 0, body0 .7 .6, body1 .3 .4, tail_up 0 "
        ".8, tail_low 0 .1",
        "nose-body0 body0-body1 fin_up-body0 fin_down-body0 fin_up-body1 fin_down-body1 "
        "body1-tail_up body1-tail_low tail_up-tail_low fin_up-nose fin_down-nose",
    ),
    (
        "n0 0 0, n1 .2 .9, n2 .4 .1, n3 .6 1, n4 .8 0, n5 1 .8",
        "n0-n1 n1-n2 n2-n3 n3-n4 n4-n5 n0-n2 n1-n3 n2-n4 n3-n5",
    ),
    (
        "pivot .5 .5, arm_a 0 1, arm_b 1 1, arm_c 1 0, arm_d 0 0",
        "pivot-arm_a pivot-arm_b pivot-arm_c pivot-arm_d arm_a-arm_b arm_b-arm_c "
        "arm_c-arm_d arm_d-arm_a",
    ),
    (
        "foot0 0 0, foot1 .33 0, foot2 .66 0, foot3 1 0, spine0 .15 .6, spine1 .5 .8, "
        "spine2 .85 .6",
        "foot0-spine0 foot1-spine0 foot1-spine1 foot2-spine1 foot2-spine2 foot3-spine2 "
        "spine0-spine1 spine1-spine2 foot0-foot1 foot2-foot3 spine0-spine2",
    ),
    (
        "bottom_left 0 0, bottom_right 1 0, waist_left .35 .5, waist_right .65 .5, top_left 0 1, "
        "top_right 1 1",
        "bottom_left-bottom_right waist_left-waist_right top_left-top_right bottom_left-waist_left "
        "bottom_right-waist_right waist_left-top_left waist_right-top_right "
        "bottom_left-waist_right bottom_right-waist_left waist_left-top_right waist_right-top_left",
    ),
    (
        "j0 0 0, j1 .25 .3, j2 .5 0, j3 .75 .3, j4 1 0",
        "j0-j1 j1-j2 j2-j3 j3-j4 j0-j2 j2-j4 j1-j3",
    ),
    (
        "hip_left .3 .6, hip_right .7 .6, foot_left .1 0, foot_right .9 0, hand_left 0 .8, "
        "hand_right 1 .8, neck .5 .9, crown .5 1",
        "hip_left-hip_right hip_left-foot_left hip_right-foot_right neck-hip_left neck-hip_right "
        "neck-hand_left neck-hand_right crown-neck hand_left-hip_left hand_right-hip_right "
        "foot_left-foot_right crown-hand_left crown-hand_right",
    ),
    (
        "root 0 .1, stem .3 .2, bud .5 .5, leaf .9 .4, flower .6 1, thorn .2 .8, ground .7 0",
        "root-stem stem-bud bud-leaf bud-flower bud-thorn stem-ground ground-leaf root-ground "
        "thorn-stem flower-leaf",
    ),
)
_SHORT = {"left": "l", "right": "r", "front": "f", "back": "b", "top": "t", "bottom": "bot"}


def plan(pen: Pen) -> Body:
    """A sketched animal or thing, bent and stretched."""
    rng = pen.rng
    joints, ties = pick(rng, _PLANS)
    parts = [joint.split() for joint in joints.split(", ")]
    known = [name for name, _, _ in parts]
    pairs = [tuple(known.index(end) for end in tie.split("-")) for tie in ties.split()]
    bend = pick(rng, (0.0, 0.04, 0.1, 0.2))
    unit = [
        (float(x) + bend * rng.standard_normal(), float(y) + bend * rng.standard_normal())
        for _, x, y in parts
    ]
    if chance(rng, 0.5):
        unit = [(1.0 - x, y) for x, y in unit]
    names = [name for name, _, _ in parts]
    if chance(rng, 0.15):
        names = ["_".join(_SHORT.get(word, word) for word in name.split("_")) for name in names]
    ends = [(int(a), int(b)) for a, b in pairs]
    if len(unit) > 5 and chance(rng, 0.4):
        ends = _thinned(rng, ends, len(unit))
    return _grown(pen, Body(names, _stretched(pen, unit), ends))


def blob(pen: Pen, count: int) -> Body:
    """Random places; each joint is tied to its nearest predecessors."""
    rng = pen.rng
    places = _stretched(pen, [(rng.random(), rng.random()) for _ in range(count)])
    pairs: list[tuple[int, int]] = []
    ties = whole(rng, 2, 3)
    for b in range(1, count):
        near = sorted(range(b), key=lambda a: math.dist(places[a], places[b]))
        pairs += [(a, b) for a in sorted(near[:ties])]
    prefix = pick(rng, ("j", "p", "n", "joint", "m"))
    return Body([f"{prefix}{k}" for k in range(count)], places, pairs)


def some_body(pen: Pen, most: int = 12) -> Body:
    if chance(pen.rng, 0.65):
        return plan(pen)
    return blob(pen, whole(pen.rng, 3, most))


def _stretched(pen: Pen, unit: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The unit square's places over a drawn width and height; sometimes around the origin."""
    rng = pen.rng
    unit = _normal(unit)
    width, height = pen.size(), pen.size()
    left = pick(rng, (0.0, 0.0, -width / 2, between(rng, -6, 6)))
    low = pick(rng, (0.0, 0.0, 0.0, between(rng, -3, 3)))
    grain = 1.0 if pen.digits == 0 else 10.0**-pen.digits
    taken: set[tuple[int, int]] = set()
    places = []
    for x, y in unit:
        place = (round((left + x * width) / grain), round((low + y * height) / grain))
        while place in taken:  # two joints at one place would become one
            place = (place[0] + pick(rng, (-1, 1)), place[1] + pick(rng, (0, 1)))
        taken.add(place)
        places.append((place[0] * grain, place[1] * grain))
    return places


def _normal(unit: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The places moved and scaled to fill the unit square."""
    (x0, x1), (y0, y1) = ((min(part), max(part)) for part in zip(*unit, strict=True))
    return [((x - x0) / (x1 - x0 or 1.0), (y - y0) / (y1 - y0 or 1.0)) for x, y in unit]


def _thinned(rng: Rng, pairs: list[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    """Fewer ties, but every joint keeps one to an earlier tied joint."""
    joined, kept = {pairs[0][0]}, []
    waiting = list(pairs)
    while waiting and len(joined) < count:
        for pair in waiting:
            if (pair[0] in joined) != (pair[1] in joined):
                joined.update(pair)
                kept.append(pair)
                waiting.remove(pair)
                break
        else:
            break
    return [pair for pair in pairs if pair in kept or chance(rng, 0.6)]


def _grown(pen: Pen, body: Body) -> Body:
    """Sometimes one or two joints more than the plan has."""
    rng = pen.rng
    if not chance(rng, 0.25):
        return body
    names, places, pairs = list(body.names), list(body.places), list(body.pairs)
    for name in (pick(rng, ("extra", "spur", "horn", "ear", "hook")), "weight")[: whole(rng, 1, 2)]:
        a = whole(rng, 0, len(body.names) - 1)
        b = (a + whole(rng, 1, len(body.names) - 1)) % len(body.names)
        x, y = places[a]
        new = (x + pick(rng, (-2, -1, 1, 2)) * 1.5, y + pick(rng, (-1, 1, 2, 3)))
        if all(math.dist(new, other) > 0.6 for other in places):
            names.append(name)
            places.append(new)
            pairs += [(a, len(names) - 1), (b, len(names) - 1)]
    return Body(names, places, pairs)
