"""The colours of pictures: those of the front-end's design tokens (a test compares them)."""

from __future__ import annotations

LIGHT = {
    "paper": "#f5efe2",
    "ink": "#1d232a",
    "ink-soft": "#5d574b",
    "hairline": "#d8cdb6",
    "alive": "#b8341a",
    "stage": "#fcf9f2",
    "ground": "#e6dcc5",
    "ground-line": "#8e8470",
    "tick": "#8e8470",
    "muscle-passive": "#8c8577",
    "muscle-slack": "#e0a78c",
    "muscle-tense": "#c22e10",
    "joint": "#1d232a",
    "joint-core": "#fcf9f2",
    "shadow-cast": "#1d232a26",
}
DARK = {
    "paper": "#0f151b",
    "ink": "#ece5d6",
    "ink-soft": "#a59e8f",
    "hairline": "#2c3843",
    "alive": "#ff7049",
    "stage": "#131a21",
    "ground": "#1d2730",
    "ground-line": "#6c7782",
    "tick": "#6c7782",
    "muscle-passive": "#77828c",
    "muscle-slack": "#8a4636",
    "muscle-tense": "#ff6a40",
    "joint": "#ece5d6",
    "joint-core": "#131a21",
    "shadow-cast": "#00000080",
}


Colour = tuple[int, int, int, int]
"""Red, green, blue, opacity: 0 to 255."""


def rgba(colour: str) -> Colour:
    """``#rrggbb`` or ``#rrggbbaa`` as numbers."""
    channels = [int(colour[i : i + 2], 16) for i in range(1, len(colour), 2)]
    red, green, blue, alpha = [*channels, 255][:4]
    return (red, green, blue, alpha)


def blend(low: Colour, high: Colour, share: float) -> Colour:
    """The colour at ``share`` (0 to 1) of the way from ``low`` to ``high``."""
    red, green, blue, alpha = (round(a + (b - a) * share) for a, b in zip(low, high, strict=True))
    return (red, green, blue, alpha)


def mix(low: str, high: str, share: float) -> Colour:
    """`blend` for colours as text."""
    return blend(rgba(low), rgba(high), share)
