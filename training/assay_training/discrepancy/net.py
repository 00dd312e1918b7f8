"""The `xray` tower with a head that points at prototypes on a sphere (SeeABLE, Larue et al., 2023).

Every cell (part p, way w) of a face has a fixed prototype (e_p + e_w) / sqrt 2 and 'nothing was done' has e_none, where the e
are axes: cells that share a part or a way lie nearer each other, as they should. A face is embedded on the same sphere, and
agrees with a prototype by its cosine, times a learned scale. The bound on the cosine keeps a loud forgery from teaching
more than a faint one.
"""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional as F

from assay_training.discrepancy.cells import PARTS, WAYS
from assay_training.net import POOLED, Output, Xray

LARGEST_SCALE = 24.0


class Discrepancy(nn.Module):
    """image: pictures as for `Xray` to its `Output`, and logits of the parts (n,P) and of the ways (n,W).

    Because prototypes add up, the softmax over all cells is that over parts times that over ways; the logit of a picture is the
    logarithm of what all cells have together over what 'nothing was done' has.
    """

    def __init__(self) -> None:
        super().__init__()
        self.image = Xray()
        self.embed = nn.Sequential(nn.Dropout(0.1), nn.Linear(POOLED, 160), nn.ReLU(inplace=True), nn.Linear(160, len(PARTS) + len(WAYS) + 1))
        self.log_scale = nn.Parameter(torch.tensor(math.log(8.0)))
        self.bias = nn.Parameter(torch.tensor(-math.log(len(PARTS) * len(WAYS))))

    def forward(self, x: torch.Tensor) -> tuple[Output, torch.Tensor, torch.Tensor]:
        pooled, maps = self.image.features(x)
        out = self.image.answer(pooled, maps)
        axes = F.normalize(self.embed(pooled).float(), dim=1) * self.log_scale.exp().clamp(max=LARGEST_SCALE)
        parts, ways, none = axes.split([len(PARTS), len(WAYS), 1], dim=1)
        parts, ways = parts / math.sqrt(2), ways / math.sqrt(2)
        out.logit = parts.logsumexp(1, keepdim=True) + ways.logsumexp(1, keepdim=True) - none + self.bias
        return out, parts, ways
