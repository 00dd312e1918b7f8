"""What the detector is asked for: the score of each picture, the rank within each pair, the maps."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional as F

from assay_training.net import Output


@dataclass
class Losses:
    total: torch.Tensor
    score: torch.Tensor
    rank: torch.Tensor
    edge: torch.Tensor


def losses(out: Output, mask: torch.Tensor, edge: torch.Tensor, weight: torch.Tensor) -> Losses:
    """`out` for n real pictures followed by their n forgeries; mask and edge (n,1,N,N) in 0..1; weight (n,).

    Labels are smoothed a little: pictures in which nothing can be seen after a strong encode should not be learned
    by heart.
    """
    n = len(weight)
    logit = out.logit[:, 0].float()
    label = torch.cat([torch.full_like(weight, 0.03), torch.full_like(weight, 0.97)])
    both = torch.cat([weight, weight])
    score = (F.binary_cross_entropy_with_logits(logit, label, reduction="none") * both).sum() / both.sum()
    rank = (F.softplus(logit[:n] - logit[n:]) * weight).sum() / weight.sum()
    maps = torch.zeros((), device=logit.device)
    share = torch.cat([torch.ones_like(weight), weight])[:, None, None, None]
    for target, coarse, fine, factor in ((edge, out.edge16, out.edge8, 1.0), (mask, out.mask16, out.mask8, 0.4)):
        for predicted, level in ((coarse, 0.5), (fine, 1.0)):
            small = F.adaptive_avg_pool2d(target, predicted.shape[2:])
            small = torch.cat([torch.zeros_like(small), small])
            maps = maps + factor * level * (F.binary_cross_entropy_with_logits(predicted.float(), small, reduction="none") * share).mean()
    return Losses(score + 0.5 * rank + maps, score, rank, maps)
