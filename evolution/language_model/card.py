"""The model card: README.md of a model's folder, written from its manifest.

What people add below the line that says so stays when the card is written again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CARD = "README.md"
KEPT = "<!-- what follows was written by hand and is kept -->"


def write_card(folder: Path) -> None:
    """Write or refresh the card of the model in ``folder``."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    path = folder / CARD
    old = path.read_text(encoding="utf-8") if path.is_file() else ""
    _, mark, by_hand = old.partition(KEPT)
    path.write_text(card(manifest) + "\n" + KEPT + (by_hand if mark else "\n"), encoding="utf-8")


def card(manifest: dict[str, Any]) -> str:
    """The generated part of a card, Markdown."""
    origin = _origin(manifest)
    lines = [
        f"# {manifest['name']}",
        "",
        f"A diff model for walker programs: {manifest['parameters']:,} parameters, {origin}. "
        "It reads a program and a commit message and writes line edits (see "
        "`evolution/language_model/tokenizer.py`).",
        "",
        "## Data",
        "",
        "| part | share | parents | examples | held out | SHA-256 |",
        "|---|---|---|---|---|---|",
    ]
    for part in manifest["data"]:
        lines.append(
            f"| {part['name']} | {part['share']:g} | {part['parents']:,} | {part['examples']:,} "
            f"| {part['held_out_examples']:,} | {part['sha256'][:12]} |"
        )
    settings = manifest["training"]
    lines += [
        "",
        "## Training",
        "",
        f"{settings['steps']:,} steps, {manifest['tokens']:,} tokens in rows of "
        f"{settings['row_length']}, loss on the edits and, with weight "
        f"{settings.get('parent_weight', 0):g}, on the parents, seed {settings['seed']}, "
        f"{settings['precision']}.",
        "",
        "```sh",
        manifest["command"] or "# made from Python, see evolution/language_model/making.py",
        "```",
        "",
        "Loss in nats a token of the edits; the columns behind `loss` are held-out parents.",
        "",
        *_curve(manifest["curve"]),
        *_critic(manifest.get("critic")),
    ]
    return "\n".join(lines) + "\n"


def _origin(manifest: dict[str, Any]) -> str:
    parent, averaged = manifest.get("parent"), manifest.get("averaged")
    if averaged:
        parts = " and ".join(f"{name} ({share:g})" for name, share in averaged.items())
        return f"the mean of the weights of {parts}, data and training are those of {parent}"
    return f"fine-tuned from {parent}" if parent else "trained from nothing"


def _critic(critic: dict[str, Any] | None) -> list[str]:
    if not critic:
        return []
    return [
        "",
        "## Critic",
        "",
        f"Fitted to {critic['edits']:,} edits that {critic['of']} wrote of {critic['programs']:,} "
        f"programs; {critic['of_use']:.1%} made another walker, or else what was asked for. Of "
        "pairs of edits of held-out programs, one of use and one not, it approves of the first "
        f"one more in {critic['held_out_pairs_right']:.1%}.",
        "",
        "```sh",
        critic["command"] or "# made from Python, see evolution/practice/criticism.py",
        "```",
    ]


def _curve(curve: list[dict[str, Any]], most: int = 12) -> list[str]:
    """A table of at most ``most`` points, first and last among them."""
    if not curve:
        return []
    names = list(curve[-1])
    step = max(1, -(-(len(curve) - 1) // (most - 1)))
    points = [*curve[:-1:step], curve[-1]]
    rows = [f"| {' | '.join(str(point.get(name, '')) for name in names)} |" for point in points]
    return [f"| {' | '.join(names)} |", "|" + "---|" * len(names), *rows]
