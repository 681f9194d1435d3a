"""Drawing tokens: temperature and top-p (nucleus sampling, Holtzman et al. 2020).

The distribution is that of transformers' `TemperatureLogitsWarper` followed by its
`TopPLogitsWarper`, found without sorting the vocabulary.
"""

from __future__ import annotations

import torch
from torch import Tensor

# A trained model's nucleus is a handful of tokens: look among so many of the likeliest
# first. Rows whose nucleus is larger are looked at again, at last with the whole vocabulary.
_WIDTHS = (8, 64, 512)


def choose(logits: Tensor, uniforms: Tensor, temperature: float, top_p: float) -> Tensor:
    """One token a row, by inversion of the distribution function.

    Args:
        logits: [rows, vocabulary], float32; -inf for what must not be chosen.
        uniforms: [rows], in [0, 1): the row's random number.
        temperature: 0 takes the likeliest token.
        top_p: keep the likeliest tokens up to the one with which their mass reaches it.

    Returns:
        [rows], the tokens.
    """
    if temperature == 0:
        return logits.argmax(-1)
    probabilities = torch.softmax(logits / temperature, -1)
    if top_p >= 1:
        mass = probabilities.cumsum(-1)
        drawn = torch.searchsorted(mass, uniforms[:, None] * mass[:, -1:], right=True)
        return drawn[:, 0].clamp_max(logits.shape[1] - 1)
    chosen = torch.empty(len(logits), dtype=torch.long, device=logits.device)
    rows = torch.arange(len(logits), device=logits.device)
    for width in (*_WIDTHS, logits.shape[1]):
        if width > logits.shape[1]:
            continue
        ordered, tokens = probabilities.topk(width, -1)  # likeliest first
        mass = ordered.cumsum(-1)
        # A token is in the nucleus if the likelier ones do not fill it.
        kept = (mass - ordered < top_p).sum(-1, keepdim=True)
        total = mass.gather(1, kept - 1)
        drawn = (mass <= uniforms[:, None] * total).sum(-1, keepdim=True)
        chosen[rows] = tokens.gather(1, torch.minimum(drawn, kept - 1))[:, 0]
        open_ = (total[:, 0] < top_p).nonzero()[:, 0]  # the nucleus is larger than `width`
        if not len(open_) or width == logits.shape[1]:
            break
        rows, probabilities, uniforms = rows[open_], probabilities[open_], uniforms[open_]
    return chosen
