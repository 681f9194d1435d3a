"""The pen that base programs are written with: one style of names, numbers and layout each.

A family decides what a walker looks like and how its code is organised; the pen decides
how that is spelled, so that every family comes in every handwriting.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from evolution.language_model.corpus.chance import Rng, between, chance, pick, weighted, whole

_CREATORS = (("wc", 6.0), ("creator", 2.0), ("w", 1.0), ("walker", 1.0), ("c", 0.5), ("wk", 0.4))
_LISTS = (
    ("joints", 5.0),
    ("points", 1.0),
    ("nodes", 1.0),
    ("js", 0.7),
    ("pts", 0.5),
    ("body", 0.5),
)
_INDICES = (("i", 5.0), ("k", 4.0), ("idx", 0.6), ("ii", 0.2))
_PULLS = ("pull", "muscle", "active", "spring", "actuate", "add_active", "tie")
_BONES = ("bone", "rod", "link", "passive", "stiff", "connect")


class Pen:
    """Writes one program.

    Attributes:
        wc: the creator's variable.
        joints: what a list of joints is called.
        i, j: variables of loops.
        digits: decimals of a literal.
        activity: share of muscles that pull.
    """

    def __init__(self, rng: Rng) -> None:
        self.rng = rng
        self.wc = weighted(rng, _CREATORS)
        self.joints = weighted(rng, _LISTS)
        self.i = weighted(rng, _INDICES)
        self.j = "j" if self.i != "k" else pick(rng, ("j", "m"))
        self.digits = weighted(rng, ((0, 3.0), (1, 4.0), (2, 1.5), (4, 1.0)))
        self.activity = pick(rng, (0.3, 0.5, 0.7, 0.9, 1.0))
        self.comments = pick(rng, (0.0, 0.0, 0.3, 0.8))
        self.gaps = pick(rng, (0.0, 0.4, 0.8))
        self.keywords = chance(rng, 0.12)
        self.phases = weighted(
            rng, (("angle", 4.0), ("share", 1.5), ("pi", 1.5), ("zero", 0.8), ("whole", 0.7))
        )
        self.amplitudes = weighted(rng, (("free", 4.0), ("equal", 2.0), ("named", 1.5)))
        self.pull = pick(rng, _PULLS) if chance(rng, 0.14) else ""
        self.bone = pick(rng, _BONES) if self.pull and chance(rng, 0.5) else ""
        self.made_by, self.made = "walker_creator()", "get_walker()"
        self.imports: dict[str, None] = {}
        self._common = between(rng, 0.5, 2.8)
        self._modules: list[list[str]] = []
        self._nested: list[list[str]] = []
        self._body: list[str] = []
        self._out = self._body
        self._indent = 1
        self._closed: set[str] = set()  # helpers that see the creator without being given it
        self._uses_amplitude = False
        self._math = ""

    # --- layout ---------------------------------------------------------------------------

    def __call__(self, line: str) -> None:
        self._out.append("    " * self._indent + line if line else "")

    @contextmanager
    def block(self, *heads: str) -> Iterator[None]:
        """A compound statement; several heads stand within each other."""
        for head in heads:
            self(head)
            self._indent += 1
        yield
        self._indent -= len(heads)

    @contextmanager
    def helper(self, name: str, parameters: str, note: str = "") -> Iterator[None]:
        """A function that is given the creator, or a nested one that sees it."""
        nested = chance(self.rng, 0.3)
        if nested:
            self._closed.add(name)
            head = parameters
        else:
            head = f"{self.wc}, {parameters}" if parameters else self.wc
        with self.apart(nested), self.block(f"def {name}({head}):"):
            if note and chance(self.rng, self.comments * 0.6):
                self(f'"""{note}"""')
            yield

    @contextmanager
    def apart(self, nested: bool) -> Iterator[None]:
        """Lines that stand before make_walker, or at its top where they are ``nested``."""
        out, indent = self._out, self._indent
        self._out, self._indent = [], 1 if nested else 0
        (self._nested if nested else self._modules).append(self._out)
        yield
        self._out, self._indent = out, indent

    def call(self, name: str, *arguments: str) -> str:
        given = arguments if name in self._closed else (self.wc, *arguments)
        return f"{name}({', '.join(given)})"

    def note(self, text: str) -> None:
        if chance(self.rng, self.comments):
            self(f"# {text}")

    def gap(self) -> None:
        if self._out and self._out[-1] and chance(self.rng, self.gaps):
            self("")

    # --- numbers --------------------------------------------------------------------------

    def number(self, value: float) -> str:
        """``value`` as this program writes numbers."""
        if self.digits == 0 and abs(value) >= 1.0:
            return str(round(value))
        digits = max(self.digits, 1)
        text = f"{value:.{digits}f}"
        if digits > 2 and chance(self.rng, 0.3):
            text = f"{value:.1f}"
        text = "0.0" if float(text) == 0 else text
        return text[:-2] if text.endswith(".0") and chance(self.rng, 0.5) else text

    def size(self, low: float = 1.0, high: float = 24.0) -> float:
        """A height or a width; every size of a walker is wanted."""
        if chance(self.rng, 0.35):
            return between(self.rng, low, min(high, max(low * 2, 8.0)))
        return between(self.rng, low, high)

    def amplitude(self, length: float = 3.0) -> str:
        named = self.amplitudes == "named" and self._out is self._body
        if named and chance(self.rng, 0.7):
            self._uses_amplitude = True
            return pick(self.rng, ("amp", "amp", "amp", "amp * 0.5", "1.5 * amp", "-amp"))
        if self.amplitudes == "equal" and chance(self.rng, 0.8):
            return self.number(self._common)
        value = between(self.rng, 0.08, 0.36) * length
        if chance(self.rng, 0.06):
            value = whole(self.rng, 3, 10)
        return self.number(min(value, 6.0) * (-1 if chance(self.rng, 0.07) else 1))

    def phase(self) -> str:
        if chance(self.rng, 0.08):
            return "0.0"
        match self.phases:
            case "zero":
                return pick(self.rng, ("0.0", "0", "0.0", self._angle()))
            case "share":
                return f"{between(self.rng, 0, 1):.{max(self.digits, 1)}f}"
            case "whole":
                return str(whole(self.rng, -3, 6))
            case "pi":
                pi = self.math("pi")
                return pick(
                    self.rng, (pi, f"{pi} / 2", f"{pi} / 4", f"1.5 * {pi}", f"-{pi} / 2", "0.0")
                )
        return self._angle()

    def _angle(self) -> str:
        value = between(self.rng, 0.0, math.tau) if chance(self.rng, 0.85) else -1.57
        return f"{value:.{max(self.digits, 1)}f}"

    def phase_of(self, index: str, count: str = "") -> str:
        """A phase that depends on the index of a loop."""
        slope = f"{between(self.rng, 0.2, 2.6):.{max(1, min(self.digits, 2))}f}"
        choice = self.rng.random()
        if choice < 0.30:
            return f"{index} * {slope}"
        if choice < 0.42 and count:
            tau = pick(self.rng, (f"2 * {self.math('pi')}", "6.28", f"{self.math('pi')}"))
            return f"{tau} * {index} / {count}"
        if choice < 0.50 and count:
            return f"{index} / {count}"
        if choice < 0.60:
            return f"({index} % 2) * {pick(self.rng, (self.math('pi'), '3.14', '1.57'))}"
        if choice < 0.68:
            return pick(self.rng, (index, f"-{index}", f"0.5 * {index} + {slope}"))
        if choice < 0.74:
            return f"{self.math('sin')}({index})"
        return self.phase()

    def amplitude_of(self, index: str, length: float = 3.0) -> str:
        """An amplitude that may depend on the index of a loop."""
        if chance(self.rng, 0.7):
            return self.amplitude(length)
        first, slope = 0.12 * length, between(self.rng, 0.03, 0.25)
        return pick(
            self.rng,
            (
                f"{first:.1f} + {index} * {slope:.2f}",
                f"{max(first, 0.3):.1f} * ({index} % 3 + 1)",
                f"{max(length * 0.4, 0.5):.1f} / ({index} + 1)",
                f"abs({self.math('sin')}({index})) * {max(length * 0.3, 0.4):.1f}",
            ),
        )

    def math(self, name: str) -> str:
        """A name of the math module, imported in the way of this program."""
        if not self._math:
            self._math = weighted(self.rng, (("math", 6.0), ("from", 1.5), ("np", 1.5)))
        if self._math == "from":
            self.imports[f"from math import {name}"] = None
            return name
        line = "import math" if self._math == "math" else "import numpy as np"
        self.imports[line] = None
        return f"{self._math}.{name}"

    # --- joints and muscles ---------------------------------------------------------------

    def joint(self, x: str | float, y: str | float) -> str:
        x = x if isinstance(x, str) else self.number(x)
        y = y if isinstance(y, str) else self.number(y)
        return f"{self.wc}.add_joint({x}, {y})"

    def muscle(
        self,
        a: str,
        b: str,
        length: float = 3.0,
        index: str = "",
        count: str = "",
        active: bool | None = None,
    ) -> str:
        """One statement that adds a muscle."""
        if active is None:
            active = chance(self.rng, self.activity)
        if not active:
            if self.bone and self._out is self._body:
                return f"{self.bone}({a}, {b})"
            flag = ", True" if chance(self.rng, 0.12) else ""
            return f"{self.wc}.add_muscle({a}, {b}{flag})"
        amplitude = self.amplitude_of(index, length) if index else self.amplitude(length)
        phase = self.phase_of(index, count) if index else self.phase()
        return self.active(a, b, amplitude, phase)

    def active(self, a: str, b: str, amplitude: str, phase: str) -> str:
        if self.pull and self._out is self._body:
            return f"{self.pull}({a}, {b}, {amplitude}, {phase})"
        if self.keywords:
            flag = pick(self.rng, ("False", "is_distance=False"))
            return f"{self.wc}.add_muscle({a}, {b}, {flag}, amplitude={amplitude}, phase={phase})"
        return f"{self.wc}.add_muscle({a}, {b}, False, {amplitude}, {phase})"

    # --- the whole ------------------------------------------------------------------------

    def program(self) -> str:
        head = ["def make_walker():"]
        if chance(self.rng, self.comments * 0.25):
            head.append(f'    """{pick(self.rng, _NOTES)}"""')
        head.append(f"    {self.wc} = {self.made_by}")
        if self._uses_amplitude:
            head.append(f"    amp = {self.number(self._common)}")
        body = self._body
        head += self._muscle_helpers()
        for nested in self._nested:
            head += ["", *nested, ""] if self.gaps else nested
        if self.gaps and head[-1] and body and body[0] and chance(self.rng, 0.5):
            head.append("")
        ends = [*([""] if self.gaps > 0.5 else []), f"    return {self.wc}.{self.made}"]
        blocks = ["\n".join(block) for block in self._modules]
        blocks.append("\n".join([*head, *body, *ends]))
        imports = self._import_lines()
        separator = "\n\n\n" if self.gaps > 0.5 else "\n\n"
        text = separator.join([*(["\n".join(imports)] if imports else []), *blocks])
        while "\n\n\n\n" in text:
            text = text.replace("\n\n\n\n", "\n\n\n")
        return text.strip("\n") + "\n"

    def _muscle_helpers(self) -> list[str]:
        text = "\n".join(self._body)
        lines: list[str] = []
        if self.pull and f"{self.pull}(" in text:
            default = pick(self.rng, ("phase", "phase=0.0", "phase=0"))
            lines += [
                f"    def {self.pull}(a, b, amplitude, {default}):",
                f"        {self.wc}.add_muscle(a, b, False, amplitude, phase)",
            ]
        if self.bone and f"{self.bone}(" in text:
            lines += [f"    def {self.bone}(a, b):", f"        {self.wc}.add_muscle(a, b)"]
        return lines

    def _import_lines(self) -> list[str]:
        lines = [line for line in self.imports if not line.startswith("from math")]
        names = [line.split()[-1] for line in self.imports if line.startswith("from math")]
        if names:
            lines.append(f"from math import {', '.join(sorted(set(names)))}")
        if chance(self.rng, 0.75):
            lines += [""] if lines and self.gaps > 0.5 else []
            lines.append(f"from walk_creator import {self._from_creator()}")
        return lines

    def _from_creator(self) -> str:
        text = "\n".join(self._body)
        own = any("def query_cppn" in block[0] for block in self._modules)
        if "query_cppn(" in text and not own:
            return "query_cppn, walker_creator"
        return "walker_creator"


_NOTES = (
    "A small creature.",
    "Build the walker.",
    "A walker of joints and muscles.",
    "It leans forward and hops.",
    "Frame first, then the muscles.",
)
