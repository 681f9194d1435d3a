"""Functions of lists, dictionaries and counters."""

from __future__ import annotations

from evolution.language_model.corpus.chance import Rng, chance, pick, whole
from evolution.language_model.corpus.functions.draft import (
    ELEMENTS,
    LISTS,
    RESULTS,
    Draft,
    number,
)
from evolution.language_model.corpus.functions.patterns import filled, patterns

_PARTS = patterns("""
    differences($xs): return the differences of neighbours
        return [b - a for a, b in zip($xs, $xs[1:])]

    is_sorted($xs): tell whether the $xs never fall
        return all($xs[i] <= $xs[i + 1] for i in range(len($xs) - 1))

    chunks($xs, $size): cut the $xs into parts of $size each
        return [$xs[i:i + $size] for i in range(0, len($xs), $size)]

    running_totals($xs): return the sums of the first $xs
        total = 0
        ${out}_list = []
        for $x in $xs:
            total += $x
            ${out}_list.append(total)
        return ${out}_list

    every_nth($xs): return every ${k}th of the $xs
        return $xs[::$k]

    first_part($xs): return the first $k of the $xs
        return $xs[:$k]

    last_part($xs): return the last $k of the $xs
        return $xs[-$k:]

    rotate($xs): move the first $k of the $xs to the end
        return $xs[$k:] + $xs[:$k]

    moving_mean($xs, $size): return the means of $size neighbours each
        return [sum($xs[i:i + $size]) / $size
                for i in range(len($xs) - $size + 1)]

    unique($xs): return the $xs without repetitions, in order
        seen = []
        for $x in $xs:
            if $x not in seen:
                seen.append($x)
        return seen

    swap_ends($xs): return a copy with first and last exchanged
        return [$xs[-1]] + $xs[1:-1] + [$xs[0]]

    pairs($xs): return all pairs of the $xs
        return [($xs[i], $xs[j])
                for i in range(len($xs))
                for j in range(i + 1, len($xs))]

    index_of($xs, wanted): return the first index of wanted, or -1
        for i, $x in enumerate($xs):
            if $x == wanted:
                return i
        return -1

    without_last($xs): return the $xs without the last
        return $xs[:-1]
""")

_TWO_LISTS = patterns("""
    dot($a, $b): return the dot product
        return sum($x * $y for $x, $y in zip($a, $b))

    added($a, $b): add two vectors
        return [$x + $y for $x, $y in zip($a, $b)]

    subtracted($a, $b): subtract $b from $a
        return [$x - $y for $x, $y in zip($a, $b)]

    squared_error($a, $b): add up the squared differences
        return sum(($x - $y) ** 2 for $x, $y in zip($a, $b))

    hamming($a, $b): count the places where $a and $b differ
        return sum(1 for $x, $y in zip($a, $b) if $x != $y)

    common($a, $b): return what is in $a and in $b
        return [$x for $x in $a if $x in $b]

    missing($a, $b): return what is in $a but not in $b
        return [$x for $x in $a if $x not in $b]

    interleave($a, $b): take from $a and $b in turn
        merged = []
        for $x, $y in zip($a, $b):
            merged.append($x)
            merged.append($y)
        return merged

    same_length($a, $b): tell whether $a and $b have the same length
        return len($a) == len($b)

    larger($a, $b): return the larger of each pair of $a and $b
        return [max($x, $y) for $x, $y in zip($a, $b)]

    as_dict($a, $b): make a dictionary from $a to $b
        return dict(zip($a, $b))
""")

_DICTIONARIES = patterns("""
    count_each($xs): count how often each of the $xs comes
        $d = {}
        for $x in $xs:
            $d[$x] = $d.get($x, 0) + 1
        return $d

    invert($d): exchange keys and values
        return {v: k for k, v in $d.items()}

    by_length($xs): group the $xs by their length
        $d = {}
        for $x in $xs:
            $d.setdefault(len($x), []).append($x)
        return $d

    total_value($d): add up all values
        return sum($d.values())

    best_key($d): return the key of the largest value
        return max($d, key=$d.get)

    lookup($d, key, default=None): return the value of key, or the default
        if key in $d:
            return $d[key]
        return default

    positions($xs): map each of the $xs to its index
        return {$x: i for i, $x in enumerate($xs)}

    sorted_keys($d): return the keys in order
        return sorted($d.keys())

    merge(a, b): join two dictionaries, adding their values
        merged = dict(a)
        for key, value in b.items():
            merged[key] = merged.get(key, 0) + value
        return merged
""")


def _named(rng: Rng) -> tuple[str, str, str]:
    """Names for a list, its element and a result."""
    element, result = pick(rng, ELEMENTS), pick(rng, RESULTS[:8])
    return pick(rng, LISTS), element, "kept" if result == element else result


def _condition(rng: Rng, x: str) -> tuple[str, str]:
    """A condition on an element, and the same in words."""
    limit = number(rng)
    k = whole(rng, 3, 9)
    return pick(
        rng,
        (
            (f"{x} > 0", "positive"),
            (f"{x} < 0", "negative"),
            (f"{x} % 2 == 0", "even"),
            (f"{x} % 2 == 1", "odd"),
            (f"{x} % 2 != 0", "odd"),
            (f"{x} % {k} == 0", f"divisible by {k}"),
            (f"{x} > {limit}", f"greater than {limit}"),
            (f"{x} <= {limit}", f"at most {limit}"),
            (f"{x} != 0", "not zero"),
            (f"{x} is not None", "not None"),
            (f"0 <= {x} < {k}", f"between 0 and {k}, without {k}"),
        ),
    )


def _mapping(rng: Rng, x: str) -> tuple[str, str]:
    factor = number(rng)
    return pick(
        rng,
        (
            (f"{x} * {factor}", f"times {factor}"),
            (f"{x} + {factor}", f"plus {factor}"),
            (f"{x} ** 2", "squared"),
            (f"abs({x})", "without its sign"),
            (f"-{x}", "negated"),
            (f"str({x})", "as text"),
            (f"int({x})", "as a whole number"),
            (f"{x} / {factor}", f"divided by {factor}"),
            (f"2 * {x}", "doubled"),
            (f"round({x}, 1)", "rounded to 1 decimal"),
        ),
    )


def filtered(rng: Rng) -> Draft:
    xs, x, out = _named(rng)
    test, word = _condition(rng, x)
    name = f"{pick(rng, ('keep', 'only', 'select', 'filter'))}_{word.split()[0].rstrip(',')}"
    about = f"return the {xs} that are {word}"
    if chance(rng, 0.5):
        return Draft(name, [xs], about, [f"return [{x} for {x} in {xs} if {test}]"])
    body = [f"{out} = []", f"for {x} in {xs}:", f"    if {test}:", f"        {out}.append({x})"]
    return Draft(name, [xs], about, [*body, f"return {out}"])


def counted(rng: Rng) -> Draft:
    xs, x, out = _named(rng)
    test, word = _condition(rng, x)
    about = f"count the {xs} that are {word}"
    name = f"count_{word.split()[0].rstrip(',')}"
    if chance(rng, 0.4):
        return Draft(name, [xs], about, [f"return sum(1 for {x} in {xs} if {test})"])
    body = [f"{out} = 0", f"for {x} in {xs}:", f"    if {test}:", f"        {out} += 1"]
    return Draft(name, [xs], about, [*body, f"return {out}"])


def mapped(rng: Rng) -> Draft:
    xs, x, out = _named(rng)
    change, word = _mapping(rng, x)
    about = f"return each of the {xs} {word}"
    name = pick(rng, ("map_all", "change", "convert", "apply", "each", f"{word.split()[0]}_all"))
    if chance(rng, 0.5):
        return Draft(name, [xs], about, [f"return [{change} for {x} in {xs}]"])
    body = [f"{out} = []", f"for {x} in {xs}:", f"    {out}.append({change})", f"return {out}"]
    return Draft(name, [xs], about, body)


def checked(rng: Rng) -> Draft:
    xs, x, _ = _named(rng)
    test, word = _condition(rng, x)
    every = chance(rng, 0.5)
    about = (
        f"tell whether {'all' if every else 'any'} of the {xs} {'are' if every else 'is'} {word}"
    )
    name = f"{'all' if every else 'any'}_{word.split()[0].rstrip(',')}"
    if chance(rng, 0.5):
        return Draft(name, [xs], about, [f"return {name[:3]}({test} for {x} in {xs})"])
    wanted = f"not ({test})" if every else test
    body = [f"for {x} in {xs}:", f"    if {wanted}:", f"        return {not every}"]
    return Draft(name, [xs], about, [*body, f"return {every}"])


def folded(rng: Rng) -> Draft:
    xs, x, out = _named(rng)
    forms = (
        ("total", "0", f"{out} += {x}", f"add up the {xs}", out),
        ("product", "1", f"{out} *= {x}", f"multiply the {xs}", out),
        ("mean", "0", f"{out} += {x}", f"return the mean of the {xs}", f"{out} / len({xs})"),
        ("length", "0", f"{out} += 1", f"count the {xs}", out),
        ("sum_of_squares", "0", f"{out} += {x} ** 2", f"add up the squares of the {xs}", out),
        ("sum_of_sizes", "0", f"{out} += abs({x})", "add up the absolute values", out),
        ("joined", '""', f"{out} += str({x})", f"join the {xs} to one text", out),
        ("reverse", "[]", f"{out}.insert(0, {x})", f"return the {xs} in reverse", out),
        ("copied", "[]", f"{out}.append({x})", f"return a copy of the {xs}", out),
        ("flatten", "[]", f"{out}.extend({x})", f"join the lists in {xs} to one", out),
        ("norm", "0", f"{out} += {x} ** 2", "return the length of a vector", f"{out} ** 0.5"),
    )
    name, start, step, about, end = pick(rng, forms)
    return Draft(
        name, [xs], about, [f"{out} = {start}", f"for {x} in {xs}:", f"    {step}", f"return {end}"]
    )


def extreme(rng: Rng) -> Draft:
    xs, x, _ = _named(rng)
    sign, word = pick(rng, ((">", "largest"), ("<", "smallest")))
    best = pick(rng, ("best", word, "found", "top"))
    if chance(rng, 0.5):
        body = [f"{best} = {xs}[0]", f"for {x} in {xs}[1:]:", f"    if {x} {sign} {best}:"]
        body += [f"        {best} = {x}", f"return {best}"]
        return Draft(f"find_{word}", [xs], f"return the {word} of the {xs}", body)
    body = [f"{best} = 0", f"for i in range(1, len({xs})):", f"    if {xs}[i] {sign} {xs}[{best}]:"]
    body += [f"        {best} = i", f"return {best}"]
    return Draft(f"index_of_{word}", [xs], f"return the index of the {word} of the {xs}", body)


def sliding(rng: Rng) -> Draft:
    xs, x, out = _named(rng)
    size = pick(rng, ("size", "n", "length", "width"))
    return filled(rng, _PARTS, xs=xs, x=x, out=out, k=whole(rng, 2, 5), size=size)


def two_lists(rng: Rng) -> Draft:
    a, b = pick(rng, (("a", "b"), ("xs", "ys"), ("left", "right"), ("u", "v"), ("first", "second")))
    x, y = (a[0], b[0]) if a[0] != a else ("p", "q")
    return filled(rng, _TWO_LISTS, a=a, b=b, x=x, y=y)


def dictionaries(rng: Rng) -> Draft:
    xs, x, _ = _named(rng)
    d = pick(rng, ("table", "counts", "d", "mapping", "groups"))
    return filled(rng, _DICTIONARIES, xs=xs, x=x, d=d)
