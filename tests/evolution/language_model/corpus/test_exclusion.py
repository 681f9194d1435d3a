"""The benchmark's functions, in any clothes, are kept out; ordinary code is not."""

from __future__ import annotations

import pytest

from evolution.language_model.corpus.exclusion import check, check_example
from evolution.language_model.examples import EditExample
from evolution.walkers.seeds import SEEDS

PARITIES = [
    "def f(p, q, r, s):\n    return (p + q + r + s) % 2\n",
    "def f(p,q,r,s): return (p+q+r+s)%2\n",
    "def f(b1, b2, b3, b4):\n    total = sum([b1, b2, b3, b4])\n    return total % 2\n",
    "def f(c1, c2, c3, c4):\n    total = sum([b1, b2, b3, b4])\n    return total % 3\n",
    "def f(bits):\n    return sum(bits) % 2\n",
    "def f(bits):\n    return sum(bit for bit in bits) & 1\n",
    "def f(bits):\n    return sum(1 for bit in bits if bit) % 2 == 0\n",
    "def f(bits):\n    return len([bit for bit in bits if bit]) % 2\n",
    "def f(a, b, c):\n    x = a + b\n    y = x + c\n    return y % 2\n",
    "def f(a, b, c, d):\n    total = a\n    total += b\n    total += c + d\n    return total % 2\n",
    "def f(a, b, c, d):\n    total = a + b + c + d\n    total %= 2\n    return total\n",
    "def f(bits):\n    n = 0\n    for b in bits:\n        n += b\n    return n % 2\n",
    "def f(bits):\n    n = 0\n    for b in bits:\n        n = n + b\n    return n % 2\n",
    "n = 0\nfor b in bits:\n    if b == 1:\n        n += 1\nprint(n % 2)\n",
    "def f(bits):\n    n = 0\n    for b in bits:\n        n = (n + b) % 2\n    return n\n",
    "def f(bits):\n    n = 0\n    for b in bits:\n        n ^= b\n    return n\n",
    "def f(bits):\n    n = 0\n    for b in bits:\n        n = n ^ b\n    return n\n",
    "odd = False\nfor b in bits:\n    if b:\n        odd = not odd\n",
    "def f(bits):\n    odd = False\n    for b in bits:\n        odd = odd != b\n    return odd\n",
    "def f(x):\n    p = 0\n    while x:\n        p ^= x & 1\n        x >>= 1\n    return p\n",
    "def f(a, b, c, d):\n    return a ^ b ^ c ^ d\n",
    "def f(a, b, c, d):\n    x = a ^ b\n    y = c ^ d\n    return x ^ y\n",
    "def f(a, b, c, d):\n    return (a != b) != (c != d)\n",
    "def f(v):\n    return v[0] ^ v[1] ^ v[2]\n",
    "def f(x):\n    return bin(x).count('1') % 2\n",
    "def f(x):\n    return x.bit_count() & 1\n",
    "import functools, operator\ndef f(bits):\n    return functools.reduce(operator.xor, bits)\n",
    "from functools import reduce\ndef f(bits):\n    return reduce(lambda a, b: a ^ b, bits)\n",
    "import numpy as np\ndef f(bits):\n    return np.bitwise_xor.reduce(bits)\n",
    "def f(bits):\n    return divmod(sum(bits), 2)[1]\n",
    "def f(bits):\n    return np.mod(np.sum(bits), 2)\n",
    "def f(a, b, c, d):\n    return (a - b * c + d) % 2\n",
    "def f(self):\n    return (self.a + self.b + self.c) % 2\n",
    "def f(digits):\n    return sum(digits) % 10\n",
    "is_odd = lambda a, b, c, d: int(a + b + c + d) % 2 == 1\n",
    "def f(a, b, c, d):\n    return ((a + b) % 2 + (c + d) % 2) % 2\n",
    "def f(n):\n    '''The parity bit of n.'''\n    return n\n",
    "def bitParity(n):\n    return n\n",
    "Compute whether there is an odd number of ones",
]

QUADRATICS = [
    "def f(a, b, c, x):\n    return a * x ** 2 + b * x + c\n",
    "def f(a,b,c,x): return a*x**2+b*x+c\n",
    "def f(p, q, r, t):\n    return r + q * t + p * t * t\n",
    "def f(a, b, c, x):\n    return a * x * x + b * x + c\n",
    "def f(a, b, c, x):\n    return a * pow(x, 2) + b * x + c\n",
    "def f(a, b, c, x):\n    return a * np.square(x) + x * b + c\n",
    "def f(a, b, c, x):\n    return (a * x + b) * x + c\n",
    "def f(a, b, c, x):\n    return c + x * (b + x * a)\n",
    "def f(a, b, c, x):\n    return a * x ** 2 - b * x + c\n",
    "def f(a, b, c, x):\n    return a * x ** 2 * b * x + c\n",
    "def f(a, b, c, x):\n    return a * x ** 2 / b * x - c\n",
    "def f(a, b, c, x):\n    return a * x ** 2 ** b * x ** c\n",
    "def f(x):\n    return 3 * x ** 2 + 2 * x + 1\n",
    "def f(x):\n    return x ** 2 - x\n",
    "def f(v, t):\n    return v * t + 0.5 * 9.8 * t ** 2\n",
    "def f(a, b, c, x):\n    y = a * x ** 2\n    y += b * x\n    y += c\n    return y\n",
    "square = x * x\nfirst = a * square\ny = first + b * x + c\n",
    "def f(a, b, c, x):\n    return sum([a * x ** 2, b * x, c])\n",
    "def f(a, b, c, x):\n    y = a * x + b\n    return y * x + c\n",
    "f = lambda s: s.k * s.x ** 2 + s.m * s.x + s.n\n",
    "def f(a, b, c, x):\n    return np.polyval([a, b, c], x)\n",
    "Solve ax^2 + bx + c = 0",
    "def roots(a, b, c):\n    '''Roots of a QUADRATIC equation.'''\n",
]

FRAGMENTS = [
    "        return (p + q + r +\n                s) % 2\n\ndef g(\n",
    "-    return a * x ** 2 - b * x + c\n+    return a * x ** 2 + b * x + c\n",
    "    n = 0\n    for b in bits:\n        n ^= b\n  return n\n",
    "elif sum(bits) % 2:\n        pass\n",
    "        y = a * x * x\n    y = y + b * x\n  y = y + c\n",
]

ORDINARY = [
    *(seed.program for seed in SEEDS.values()),
    "def is_even(n):\n    return n % 2 == 0\n",
    "def f(items):\n    return sum(1 for item in items if item % 2 == 0)\n",
    "def f(items):\n    return len(items) % 2 == 1\n",
    "def f(i, n):\n    return (i + 1) % n\n",
    "def f(i, j):\n    return (i - 1) % 2\n",
    "def f(a, b, c, d):\n    return sum([a, b, c, d]) / 4\n",
    "def f(a, b, c, d):\n    return sum([a, b, c, d]) // 2\n",
    "def f(a, b, c, d):\n    return (a + b + c + d) > 2\n",
    "def f(a, x, b):\n    return a * x + b\n",
    "def f(a, x, b):\n    return a * x ** 3 + b * x\n",
    "def f(x, y):\n    return math.sqrt(x ** 2 + y ** 2)\n",
    "def f(x1, y1, x2, y2):\n    return (x1 - x2) ** 2 + (y1 - y2) ** 2\n",
    "def f(xs, m):\n    return sum((x - m) ** 2 for x in xs) / len(xs)\n",
    "def f(n):\n    return n * (n - 1) // 2\n",
    "def f(r):\n    return math.pi * r ** 2\n",
    "def f(a, b):\n    return hash(a) ^ hash(b)\n",
    "i = 0\nwhile i < 9:\n    if i % 2:\n        print(i)\n    i += 1\n",
    "for n, row in enumerate(rows):\n    done += 1\n    if done % 2 == 0:\n        show(row)\n",
    "text = '%2d %s' % (a + b, name)\n",
    "hours = (start + minutes) % 24\n",
    "def f(self, *args, **kwargs):\n    return self.g(*args, **kwargs)\n",
    "re.match('^a^b^c^', text)\n",
    "def disparity(a, b):\n    return abs(a - b)\n",
    "Fixed bugs.",
    "Use a ** b where x is even, and 2 * x where the number of lines is odd",
    "def f(a, b):\n    while b:\n        a, b = b, a % b\n    return a\n",
    "x = x0 + v * t\ny = y0 + w * t\n",
    "def bits(n):\n    while n:\n        yield n & 1\n        n >>= 1\n",
    "if (a != b) and (c != d):\n    pass\n",
    "done = not done\n",
]


@pytest.mark.parametrize("text", [*PARITIES, *QUADRATICS, *FRAGMENTS])
def test_the_benchmarks_functions_and_their_variants_are_refused(text: str) -> None:
    assert check(text)


@pytest.mark.parametrize("text", [*PARITIES[:3], *QUADRATICS[:3], PARITIES[-3]])
def test_they_are_found_inside_of_other_code(text: str) -> None:
    inside = "".join(f"    {line}\n" for line in text.splitlines())
    assert check(f"import os\n\nclass Tools:\n    '''Some tools.'''\n\n{inside}\n    size = 3\n")


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_code_passes(text: str) -> None:
    assert check(text) is None


def test_an_example_is_refused_for_any_of_its_parts() -> None:
    good, bad = "size = 1\n", PARITIES[0]
    assert check_example(EditExample(good, "size = 2\n", "Fixed bugs.", "commit")) is None
    assert check_example(EditExample(bad, good, "Fixed bugs.", "commit"))
    assert check_example(EditExample(good, bad, "Fixed bugs.", "commit"))
    assert check_example(EditExample(good, "size = 2\n", "Fix parity", "commit"))


def test_odd_texts_are_looked_at_without_trouble() -> None:
    for text in ["", "\0 a*b", "(" * 5000 + "a*b", "x*x" * 2000, "\ud800 % 2", "a % 2\n" * 500]:
        check(text)
