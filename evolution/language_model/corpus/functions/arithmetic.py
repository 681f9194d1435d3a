"""Functions of a few numbers: sums, weights, polynomials, distances, bits."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evolution.language_model.corpus.chance import Rng, chance, pick, sample, whole
from evolution.language_model.corpus.functions.draft import (
    RESULTS,
    Draft,
    arguments,
    listed,
    number,
    returning,
)
from evolution.language_model.corpus.functions.patterns import filled, patterns

COUNTS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight")


_MEASURES = patterns("""
    circle_area(radius): return the area of a circle
        return math.pi * radius ** 2

    circumference(radius): return a circle's circumference
        return 2 * math.pi * radius

    triangle_area(base, height): return a triangle's area
        return base * height / 2

    area(width, height): return the area of a rectangle
        return width * height

    perimeter(width, height): return the perimeter
        return 2 * (width + height)

    volume(width, height, depth): return the volume
        return width * height * depth

    cylinder(radius, height): return the volume
        return math.pi * radius**2 * height

    sphere(radius): return the volume of a sphere
        return 4 / 3 * math.pi * radius ** 3

    trapezoid(a, b, height): return a trapezoid's area
        return (a + b) * height / 2

    hypotenuse(a, b): return the longest side
        return math.sqrt(a ** 2 + b ** 2)

    slope(x1, y1, x2, y2): return the slope
        return (y2 - y1) / (x2 - x1)

    polar_x(radius, angle): return x of polar coordinates
        return radius * math.cos(angle)

    polar_y(radius, angle): return y of polar coordinates
        return radius * math.sin(angle)

    lerp(a, b, t): go from a to b as t goes from 0 to 1
        return a + (b - a) * t

    speed(distance, time): return the distance in a unit of time
        return distance / time

    energy(mass, speed): return the kinetic energy
        return mass * speed ** 2 / 2

    to_fahrenheit(celsius): convert from Celsius
        return celsius * 9 / 5 + 32

    to_celsius(fahrenheit): convert from Fahrenheit
        return (fahrenheit - 32) * 5 / 9

    seconds(hours, minutes): return the time in seconds
        return hours * 3600 + minutes * 60

    to_radians(degrees): convert degrees to radians
        return degrees * math.pi / 180

    percent(part, whole): return the share in percent
        return 100 * part / whole

    with_tax(price, rate): add tax at the given rate
        return price * (1 + rate)

    discounted(price, off): take off so many percent
        return price - price * off / 100

    interest(sum0, rate, years): compound the interest
        return sum0 * (1 + rate) ** years

    bmi(weight, height): return the body-mass index
        return weight / height ** 2

    ohm(voltage, resistance): return the current
        return voltage / resistance
""")


def _names(rng: Rng, fewest: int = 2, most: int = 6) -> list[str]:
    return arguments(rng, whole(rng, fewest, most))


def _and(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _things(rng: Rng, names: Sequence[str]) -> str:
    """The arguments in words."""
    count = len(names)
    words = (f"{COUNTS[count]} numbers", "the arguments", "all inputs", f"the {count} values")
    return _and(names) if chance(rng, 0.45) else pick(rng, words)


def aggregate(rng: Rng) -> Draft:
    names = _names(rng)
    things = _things(rng, names)
    inside = listed(rng, names)
    plain = ", ".join(names)
    kind = pick(rng, ("sum", "sum", "sum", "max", "min", "spread", "product", "middle", "sorted"))
    if kind == "sum":
        expression = pick(rng, (f"sum({inside})", f"sum({inside})", " + ".join(names)))
        word = pick(rng, ("sum_of", "total", "add_all", "sum_up", "add", "combine", "sum_inputs"))
        return Draft(word, names, f"return the sum of {things}", returning(rng, expression))
    if kind in ("max", "min"):
        word = "largest" if kind == "max" else "smallest"
        expression = pick(rng, (f"{kind}({plain})", f"{kind}({inside})"))
        name = pick(rng, (f"{word}_of", f"{kind}_of_{COUNTS[len(names)]}", word))
        return Draft(name, names, f"return the {word} of {things}", returning(rng, expression))
    if kind == "spread":
        body = returning(rng, f"max({inside}) - min({inside})")
        return Draft("spread", names, f"return the largest minus the smallest of {things}", body)
    if kind == "product":
        body = returning(rng, " * ".join(names))
        return Draft(pick(rng, ("product", "multiply")), names, f"multiply {things}", body)
    if kind == "middle":
        names = arguments(rng, pick(rng, (3, 5)))
        body = [f"ordered = sorted({listed(rng, names)})", f"return ordered[{len(names) // 2}]"]
        return Draft("median", names, f"return the median of {_and(names)}", body)
    body = returning(rng, f"sorted({inside})")
    return Draft("in_order", names, f"sort {things} from the smallest to the largest", body)


def sum_then(rng: Rng) -> Draft:
    """A sum of several arguments of which something more is made."""
    names = _names(rng, 2, 8)
    things, count, total = _things(rng, names), len(names), pick(rng, (*RESULTS[:4], "whole"))
    if chance(rng, 0.3):
        total = f"{names[0].rstrip('0123456789_')}_sum"
    half, scale = count // 2, number(rng)
    ends = (
        (f"{total} / {count}", "mean_of", f"return the mean of {things}"),
        (f"{total} // {count}", "whole_mean", f"return the mean of {things}, rounded down"),
        (f"{total} > {half}", "majority", f"tell whether more than {half} of {things} are set"),
        (f"{total} == {count}", "all_set", f"tell whether all {count} inputs are 1"),
        (f"{total} >= 1", "any_set", f"tell whether at least 1 of {things} is 1"),
        (f"{total} * {scale}", "scaled_sum", f"return {scale} times the sum of {things}"),
        (f"{total} - {scale}", "excess", f"return by how much the sum of {things} exceeds {scale}"),
        (f"{total} < {scale}", "fits", f"tell whether the sum of {things} stays below {scale}"),
        (f"{total} // 2", "half_sum", f"return half of the sum of {things}, rounded down"),
        (f"min({total}, {scale})", "capped", f"add {things}, but return at most {scale}"),
        (f"round({total}, 2)", "rounded_sum", f"add {things} and round to 2 decimals"),
        (f"abs({total})", "size_of_sum", f"return the absolute value of the sum of {things}"),
    )
    expression, name, about = pick(rng, ends)
    whole_sum = f"sum({listed(rng, names)})" if chance(rng, 0.75) else " + ".join(names)
    if chance(rng, 0.2):
        inner = whole_sum if whole_sum.startswith("sum") else f"({whole_sum})"
        return Draft(name, names, about, [f"return {expression.replace(total, inner)}"])
    return Draft(name, names, about, [f"{total} = {whole_sum}", f"return {expression}"])


def weighted(rng: Rng) -> Draft:
    names = _names(rng, 2, 5)
    if chance(rng, 0.5):
        weights = [number(rng) for _ in names]
        terms = [f"{weight} * {name}" for weight, name in zip(weights, names, strict=True)]
        about = f"weigh {_and(names)} by {_and(weights)} and add them"
        return Draft("weighted_sum", names, about, returning(rng, " + ".join(terms)))
    letter = pick(rng, [c for c in "wkgm" if c != names[0][0]])
    weights = [f"{letter}{at}" for at in range(1, len(names) + 1)]
    terms = [f"{weight} * {name}" for weight, name in zip(weights, names, strict=True)]
    about = f"return the sum of {_and(names)}, each times its weight"
    if chance(rng, 0.3):
        about = f"return the dot product of ({', '.join(weights)}) and ({', '.join(names)})"
    total = f"sum([{', '.join(terms)}])" if chance(rng, 0.4) else " + ".join(terms)
    order = [*weights, *names] if chance(rng, 0.5) else [*names, *weights]
    return Draft(pick(rng, ("weigh", "dot", "mix")), order, about, returning(rng, total))


def polynomial(rng: Rng) -> Draft:
    x = pick(rng, ("x", "t", "u", "z", "s"))
    a, b, c = pick(rng, (("a", "b", "c"), ("p", "q", "r"), ("k", "m", "n"), ("c3", "c1", "c0")))
    forms = (
        ([a, b, x], f"{a} * {x} + {b}", "linear", f"evaluate the line {a} * {x} + {b}"),
        ([a, x, b], f"{b} - {a} * {x}", "falling_line", f"evaluate {b} minus {a} times {x}"),
        ([a, b, c, x], f"{a} * {x}**3 + {b} * {x} + {c}", "cubic", "evaluate a cubic polynomial"),
        ([a, c, x], f"{a} * {x} ** 3 - {c}", "cubic", f"return {a} times {x} cubed, minus {c}"),
        ([a, b, x], f"{a} * {x}**4 + {b}", "quartic", f"return {a} * {x}^4 + {b}"),
        ([a, b, c], f"{a} * x + {b} * y + {c}", "plane", f"evaluate {a} * x + {b} * y + {c}"),
        ([a, b, x], f"{a} * {b} ** {x}", "growth", f"return {a} times {b} to the power of {x}"),
        ([a, b, x], f"{a} / ({b} + {x})", "decay", f"return {a} divided by the sum of {b} and {x}"),
        ([a, x], f"{a} * {x} ** 2", "scaled_square", f"return {a} times the square of {x}"),
        ([a, b], f"{a} ** 2 - {b} ** 2", "difference", f"return {a} squared minus {b} squared"),
        ([a, b], f"({a} + {b}) * ({a} - {b})", "product", f"multiply {a} + {b} by {a} - {b}"),
    )
    names, expression, name, about = pick(rng, forms)
    if name == "plane":
        names = [*names, "x", "y"]
    return Draft(name, names, about, returning(rng, expression))


def distance(rng: Rng) -> Draft:
    axes = "xyz"[: whole(rng, 2, 3)]
    p, q = pick(rng, (("1", "2"), ("0", "1"), ("_a", "_b"), ("_from", "_to")))
    starts, ends = [axis + p for axis in axes], [axis + q for axis in axes]
    gaps = [f"{end} - {start}" for start, end in zip(starts, ends, strict=True)]
    parameters = [*starts, *ends]
    if chance(rng, 0.3):
        parameters = [name for pair in zip(starts, ends, strict=True) for name in pair]
    kind = whole(rng, 0, 3)
    deltas = [f"d{axis} = {gap}" for axis, gap in zip(axes, gaps, strict=True)]
    if kind == 0:
        squares = " + ".join(f"d{axis} ** 2" for axis in axes)
        body = [*deltas, f"return math.sqrt({squares})"]
        return Draft("distance", parameters, "return the distance of 2 points", body, ("math",))
    if kind == 1:
        total = " + ".join(f"abs({gap})" for gap in gaps)
        return Draft(
            "manhattan", parameters, "return the distance along the axes", [f"return {total}"]
        )
    if kind == 2:
        total = ", ".join(f"abs(d{axis})" for axis in axes)
        body = [*deltas, f"return max({total})"]
        return Draft("chebyshev", parameters, "return the largest difference of an axis", body)
    middles = ", ".join(f"({a} + {b}) / 2" for a, b in zip(starts, ends, strict=True))
    return Draft("midpoint", parameters, "return the point half way", [f"return ({middles})"])


def measure(rng: Rng) -> Draft:
    """A formula of geometry, physics or money, its arguments named in full or by a letter."""
    draft = filled(rng, _MEASURES)
    if not chance(rng, 0.3):
        return draft
    letters = {name: name[0] for name in draft.parameters if len(name) > 2}
    if len(set(letters.values())) < len(letters):
        return draft
    names = re.compile("|".join(rf"\b{name}\b" for name in letters) or r"$^")
    draft.parameters = [letters.get(name, name) for name in draft.parameters]
    draft.body = [names.sub(lambda match: letters[match[0]], line) for line in draft.body]
    return draft


def bits(rng: Rng) -> Draft:
    names = _names(rng, 2, 8)
    kind = whole(rng, 0, 6)
    if kind == 0:
        body = returning(rng, pick(rng, (" & ", " and ")).join(names))
        return Draft("all_of", names, "return 1 if all inputs are 1", body)
    if kind == 1:
        body = returning(rng, pick(rng, (" | ", " or ")).join(names))
        return Draft("any_of", names, "return 1 if at least 1 of the inputs is 1", body)
    if kind == 2:
        terms = [f"{2**at} * {name}" if at else name for at, name in enumerate(names)]
        about = f"read bits as a number, {names[0]} being the lowest"
        return Draft("to_number", names, about, returning(rng, " + ".join(terms)))
    if kind == 3:
        high = len(names) - 1
        terms = [f"({name} << {high - at})" for at, name in enumerate(names[:-1])]
        about = f"read bits as a number, {names[0]} being the highest"
        return Draft("pack", names, about, returning(rng, " | ".join([*terms, names[-1]])))
    n, k = sample(rng, ("n", "x", "value", "word"), 1)[0], pick(rng, ("k", "at", "i", "place"))
    forms = (
        ("get_bit", f"({n} >> {k}) & 1", f"return bit {k} of {n}"),
        ("set_bit", f"{n} | (1 << {k})", f"return {n} with bit {k} set"),
        ("clear_bit", f"{n} & ~(1 << {k})", f"return {n} with bit {k} cleared"),
        ("shifted", f"{n} << {k}", f"shift {n} to the left by {k} bits"),
        ("low_bits", f"{n} & ((1 << {k}) - 1)", f"return the lowest {k} bits of {n}"),
        ("has_bit", f"{n} & (1 << {k}) != 0", f"tell whether bit {k} of {n} is set"),
    )
    name, expression, about = pick(rng, forms)
    return Draft(name, [n, k], about, returning(rng, expression))


def pairwise(rng: Rng) -> Draft:
    """Several terms in two or more arguments, each in its place."""
    names = _names(rng, 4, 6)
    a, b, c, d = names[:4]
    forms = (
        (f"{a} * {d} - {b} * {c}", "determinant", f"return the determinant of {a}, {b}; {c}, {d}"),
        (f"{a} * {c} + {b} * {d}", "dot", f"return the dot product of ({a}, {b}) and ({c}, {d})"),
        (f"({a} + {b}) / ({c} + {d})", "ratio", f"divide {a} plus {b} by {c} plus {d}"),
        (f"({a} - {b}) * ({c} - {d})", "cross", f"multiply {a} minus {b} by {c} minus {d}"),
        (f"({a}, {b}, {c}, {d})", "as_tuple", f"return {a}, {b}, {c} and {d} as a tuple"),
        (f"[{d}, {c}, {b}, {a}]", "backwards", f"list {a}, {b}, {c} and {d} in reverse"),
        (f"max({a}, {b}) + max({c}, {d})", "best", f"add the larger of {a}, {b} and of {c}, {d}"),
        (
            f"min({a}, {b}) * min({c}, {d})",
            "least",
            f"multiply the least of {a}, {b} and of {c}, {d}",
        ),
        (f"{a} < {b} < {c} < {d}", "rising", f"tell whether {a}, {b}, {c}, {d} rise"),
        (f"{a} == {b} == {c} == {d}", "equal", f"tell whether {a}, {b}, {c}, {d} are equal"),
        (
            f"len({{{a}, {b}, {c}, {d}}})",
            "distinct",
            f"count the different ones of {a}, {b}, {c}, {d}",
        ),
        (f"{{'{a}': {a}, '{b}': {b}, '{c}': {c}}}", "as_dict", f"return {a}, {b} and {c} by name"),
    )
    expression, name, about = pick(rng, forms)
    used = names[:3] if name == "as_dict" else names[:4]
    return Draft(name, used, about, returning(rng, expression))
