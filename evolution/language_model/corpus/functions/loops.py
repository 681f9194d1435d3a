"""Functions that loop over numbers or work on texts, and small classes."""

from __future__ import annotations

from evolution.language_model.corpus.chance import Rng, chance, pick, whole
from evolution.language_model.corpus.functions.draft import Draft, number
from evolution.language_model.corpus.functions.patterns import filled, patterns

_LOOPS = patterns("""
    factorial($n): return the factorial of $n
        $total = 1
        for $i in range(2, $n + 1):
            $total *= $i
        return $total

    fibonacci($n): return Fibonacci number $n
        a, b = 0, 1
        for _ in range($n):
            a, b = b, a + b
        return a

    gcd(a, b): return the greatest common divisor
        while b:
            a, b = b, a % b
        return a

    lcm(a, b): return the least common multiple
        return a * b // math.gcd(a, b)

    power(base, $n): multiply base by itself $n times
        $total = 1
        for _ in range($n):
            $total *= base
        return $total

    sum_to($n): add the numbers from 1 to $n
        $total = 0
        for $i in range(1, $n + 1):
            $total += $i
        return $total

    sum_of_multiples($n): add the multiples of $k below $n
        return sum($i for $i in range($n) if $i % $k == 0)

    evens($n): return the even numbers below $n
        return [$i for $i in range($n) if $i % 2 == 0]

    odds($n): return the odd numbers below $n
        return [$i for $i in range($n) if $i % 2 == 1]

    digit_sum($n): add the digits of $n
        $total = 0
        while $n > 0:
            $total += $n % 10
            $n //= 10
        return $total

    halvings($n): count how often $n can be halved
        $total = 0
        while $n % 2 == 0:
            $n //= 2
            $total += 1
        return $total

    collatz_steps($n): count the steps from $n to 1
        $total = 0
        while $n != 1:
            if $n % 2 == 0:
                $n = $n // 2
            else:
                $n = 3 * $n + 1
            $total += 1
        return $total

    is_prime($n): tell whether $n is a prime number
        if $n < 2:
            return False
        for $i in range(2, int($n ** 0.5) + 1):
            if $n % $i == 0:
                return False
        return True

    divisors($n): return all divisors of $n
        return [$i for $i in range(1, $n + 1) if $n % $i == 0]

    countdown($n): return the numbers from $n down to 1
        return list(range($n, 0, -1))

    table($n): return the first $k multiples of $n
        return [$n * $i for $i in range(1, $k + 1)]

    grid(rows, columns): return all cells of a grid
        return [(row, column) for row in range(rows) for column in range(columns)]
""")

_TEXTS = patterns(r"""
    is_palindrome($t): tell whether $t reads the same backwards
        return $t == $t[::-1]

    count_vowels($t): count the vowels of $t
        return sum(1 for $c in $t.lower() if $c in 'aeiou')

    shout($t): return the text in capitals with a mark of exclamation
        return $t.upper() + '!'

    initials($t): return the first letters of all words
        return ''.join(part[0].upper() for part in $t.split())

    reverse_words($t): return the words in reverse order
        return ' '.join($t.split()[::-1])

    longest_word($t): return the longest word
        return max($t.split(), key=len)

    count_words($t): count the words
        return len($t.split())

    shorten($t, length): cut the text to the given length, with dots if it is longer
        if len($t) <= length:
            return $t
        return $t[:length - 3] + '...'

    pad($t): fill the text with blanks up to $k characters
        return $t.ljust($k)

    snake_case($t): join the words with underscores
        return '_'.join($t.lower().split())

    title($t): capitalize each word
        return ' '.join(part.capitalize() for part in $t.split())

    count_letter($t, $c): count how often $c comes in $t
        count = 0
        for other in $t:
            if other == $c:
                count += 1
        return count

    only_digits($t): keep the digits only
        return ''.join($c for $c in $t if $c.isdigit())

    shift($t, by): shift each letter in the alphabet
        return ''.join(chr((ord($c) - 97 + by) % 26 + 97) for $c in $t)

    greet(name, greeting='Hello'): greet somebody by name
        return f'{greeting}, {name}!'

    starts_same(a, b): tell whether two texts start with the same letter
        return a[0] == b[0]

    join_lines(lines): join the lines to one text
        return '\n'.join(lines)

    extension(path): return what comes after the last dot
        return path.split('.')[-1]

    is_empty($t): tell whether there are only blanks
        return $t.strip() == ''

    censor($t, bad): replace a bad word by stars
        return $t.replace(bad, '*' * len(bad))
""")


def looped(rng: Rng) -> Draft:
    return filled(
        rng,
        _LOOPS,
        n=pick(rng, ("n", "count", "limit", "m", "number")),
        total=pick(rng, ("total", "result", "s", "acc")),
        i=pick(rng, ("i", "k", "j", "step")),
        k=whole(rng, 2, 9),
    )


def texts(rng: Rng) -> Draft:
    return filled(
        rng,
        _TEXTS,
        t=pick(rng, ("text", "s", "word", "line", "string", "sentence")),
        c=pick(rng, ("c", "char", "letter", "ch")),
        k=whole(rng, 2, 20),
    )


def small_class(rng: Rng) -> str:
    """The text of a class with two or three methods."""
    a, b = pick(rng, (("width", "height"), ("x", "y"), ("low", "high"), ("price", "amount")))
    name = pick(rng, ("Box", "Pair", "Shape", "Entry", "Range", "Point"))
    store = pick(rng, ("items", "values", "stack", "queue", "entries"))
    step = number(rng)
    combine = pick(rng, (("area", "*"), ("total", "+"), ("difference", "-"), ("ratio", "/")))
    if chance(rng, 0.5):
        return (
            f"class {name}:\n"
            f'    """Holds {a} and {b}."""\n\n'
            f"    def __init__(self, {a}, {b}):\n"
            f"        self.{a} = {a}\n        self.{b} = {b}\n\n"
            f"    def {combine[0]}(self):\n"
            f"        return self.{a} {combine[1]} self.{b}\n\n"
            f"    def grow(self):\n"
            f'        """Add {step} to both."""\n'
            f"        self.{a} += {step}\n        self.{b} += {step}\n"
        )
    kind, end = pick(rng, (("Stack", "pop()"), ("Queue", "pop(0)")))
    return (
        f"class {kind}:\n"
        f'    """Gives back what was put in {"last" if kind == "Stack" else "first"} first."""\n\n'
        f"    def __init__(self):\n        self.{store} = []\n\n"
        f"    def push(self, item):\n        self.{store}.append(item)\n\n"
        f"    def pop(self):\n        return self.{store}.{end}\n\n"
        f"    def is_empty(self):\n        return len(self.{store}) == 0\n"
    )
