"""A net measured by a softened copy of what it sees, in training: what `reference` does to the exported file (decision 012).

Trained so, the net is asked for what it will be asked for in use, and learns itself what the copy is good for.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import torch
from torch import nn
from torch.nn import functional as F

from assay_training.net import Output
from assay_training.reference import WEIGHT, phases


@lru_cache(1)
def _phases() -> torch.Tensor:
    return torch.from_numpy(phases())


def softened(x: torch.Tensor) -> torch.Tensor:
    """(n,3,N,N) in -1..1 at half its resolution, brought back to its size; N even."""
    half = F.pad(F.avg_pool2d(x, 2), (2, 2, 2, 2), mode="replicate")
    return F.pixel_shuffle(F.conv2d(half, _phases().to(x)), 2).clamp(-1, 1)


def referenced(net: nn.Module, x: torch.Tensor) -> Output | tuple[Output, torch.Tensor]:
    """What `net` says of x (n,3,N,N), the reference taken off its logit; everything else as it says it."""
    own, reference = net(x), net(softened(x).contiguous(memory_format=torch.channels_last))
    if isinstance(own, tuple):
        return _less(own[0], reference[0]), *own[1:]
    return _less(own, reference)


def _less(own: Output, reference: Output) -> Output:
    return replace(own, logit=own.logit - WEIGHT * reference.logit)
