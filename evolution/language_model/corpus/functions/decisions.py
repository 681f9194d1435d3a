"""Functions that decide: predicates, limits, grades."""

from __future__ import annotations

from evolution.language_model.corpus.chance import Rng, chance, pick, whole
from evolution.language_model.corpus.functions.draft import Draft, arguments, number, returning
from evolution.language_model.corpus.functions.patterns import filled, patterns

_CHOICES = patterns("""
    clamp($n, $low, $high): keep $n between $low and $high
        if $n < $low:
            return $low
        if $n > $high:
            return $high
        return $n

    clamp($n, $low, $high): keep $n between $low and $high
        return max($low, min($high, $n))

    inside($n, $low, $high): tell whether $n is from $low to $high
        return $low <= $n <= $high

    outside($n, $low, $high): tell whether $n is below $low or above $high
        return $n < $low or $n > $high

    sign($n): return -1, 0 or 1 as $n is negative, zero or positive
        if $n > 0:
            return 1
        if $n < 0:
            return -1
        return 0

    absolute($n): return $n without its sign
        return $n if $n >= 0 else -$n

    relu($n): return $n, or 0 if it is negative
        return $n if $n > 0 else 0

    step($n): return 1 from $c on, 0 below
        return 1 if $n >= $c else 0

    largest($p, $q, $r): return the largest of $p, $q and $r
        if $p >= $q and $p >= $r:
            return $p
        if $q >= $r:
            return $q
        return $r

    vote($p, $q, $r): return 1 if at least two of three inputs are 1
        return ($p and $q) or ($q and $r) or ($p and $r)

    select($p, $q, $r): return $q if $p is true, else $r
        return $q if $p else $r

    is_triangle($p, $q, $r): tell whether three sides make a triangle
        return $p + $q > $r and $q + $r > $p and $p + $r > $q

    overlap(a0, a1, b0, b1): tell whether two intervals overlap
        return a0 <= b1 and b0 <= a1

    safe_divide($p, $q): divide $p by $q, or return 0 if $q is 0
        if $q == 0:
            return 0
        return $p / $q

    compare($p, $q): return 1 if $p > $q, -1 if $p < $q, else 0
        return ($p > $q) - ($p < $q)

    all_positive($p, $q, $r): tell whether all three are positive
        return $p > 0 and $q > 0 and $r > 0
""")


def predicate(rng: Rng) -> Draft:
    n = pick(rng, ("n", "x", "number", "value", "k"))
    k = whole(rng, 3, 12)
    limit = number(rng)
    forms = (
        ("is_even", f"{n} % 2 == 0", f"tell whether {n} is even"),
        ("is_odd", f"{n} % 2 == 1", f"tell whether {n} is odd"),
        ("is_even", f"not {n} % 2", f"tell whether {n} is even"),
        ("is_odd", f"{n} & 1 == 1", f"tell whether {n} is odd"),
        ("last_bit", f"{n} % 2", f"return 0 if {n} is even and 1 if it is odd"),
        ("is_multiple", f"{n} % {k} == 0", f"tell whether {k} divides {n}"),
        ("is_positive", f"{n} > 0", f"tell whether {n} is above zero"),
        ("is_small", f"abs({n}) < {limit}", f"tell whether {n} is closer to zero than {limit}"),
        ("is_digit", f"0 <= {n} <= 9", f"tell whether {n} has one digit"),
        ("last_digit", f"{n} % 10", f"return the last digit of {n}"),
        ("half", f"{n} // 2", f"return half of {n}, rounded down"),
        ("is_square", f"int({n} ** 0.5) ** 2 == {n}", f"tell whether {n} is a square"),
        ("next_even", f"{n} + {n} % 2", f"return {n} if it is even, else the next number"),
        ("is_leap", f"{n} % 4 == 0 and ({n} % 100 != 0 or {n} % 400 == 0)", "tell leap years"),
        ("round_up", f"-(-{n} // {k}) * {k}", f"round {n} up to a multiple of {k}"),
        ("round_down", f"{n} // {k} * {k}", f"round {n} down to a multiple of {k}"),
    )
    name, expression, about = pick(rng, forms)
    return Draft(name, [n], about, returning(rng, expression))


def choice(rng: Rng) -> Draft:
    low, high = pick(rng, (("low", "high"), ("lower", "upper"), ("a", "b"), ("start", "end")))
    p, q, r = arguments(rng, 3)
    n = pick(rng, ("n", "x", "number", "value", "v"))
    return filled(rng, _CHOICES, n=n, low=low, high=high, p=p, q=q, r=r, c=number(rng))


def graded(rng: Rng) -> Draft:
    n = pick(rng, ("score", "points", "age", "level", "size", "speed"))
    count = whole(rng, 2, 4)
    bounds = sorted({whole(rng, 1, 99) for _ in range(count)}, reverse=True)
    words = pick(
        rng,
        (
            ("A", "B", "C", "D", "E"),
            ("huge", "large", "medium", "small", "tiny"),
            ("gold", "silver", "bronze", "tin", "none"),
            ("fast", "quick", "steady", "slow", "still"),
        ),
    )
    body: list[str] = []
    told = []
    for at, bound in enumerate(bounds):
        keyword = "if" if at == 0 or chance(rng, 0.5) else "elif"
        body += [f"{keyword} {n} >= {bound}:", f'    return "{words[at]}"']
        told.append(f"{words[at]} from {bound}")
    body.append(f'return "{words[len(bounds)]}"')
    return Draft(f"grade_{n}", [n], f"grade a {n}: {', '.join(told)}", body)
