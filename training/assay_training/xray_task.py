"""What `xray` is asked for in training: the score of each picture, the rank within each pair, the maps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from assay_training.measures import auc
from assay_training.net import Output, Xray, load_imagenet
from assay_training.pairs import MIX, Batch
from assay_training.weights import fill


@dataclass(frozen=True)
class Targets:
    """mask, edge (n,1,N,N) in 0..1 and weight (n,) of n forgeries; occlusion (n,1,N,N) in 0..1 of them and of their originals."""

    mask: torch.Tensor
    edge: torch.Tensor
    occlusion: torch.Tensor
    weight: torch.Tensor

    @classmethod
    def of(cls, batch: Batch, device: str) -> Targets:
        maps = (torch.from_numpy(m).to(device)[:, None].float().div(255) for m in (batch.mask, batch.edge, batch.occlusion))
        return cls(*maps, torch.from_numpy(batch.weight).to(device))


Look = Callable[[nn.Module, torch.Tensor], Any]
"""Asks a net about pictures (n,3,N,N)."""


def plainly(net: nn.Module, x: torch.Tensor) -> Any:
    return net(x)


class XrayTask:
    parts = ("loss", "score", "rank", "maps")
    """Names of what `loss` gives; the first is minimised."""
    mix = MIX
    """How often each way of forging is used."""

    def __init__(self, look: Look = plainly) -> None:
        self.look = look
        """How the net is asked, in training and validation alike."""

    def net(self, imagenet: Path, start: Path | None) -> nn.Module:
        """From ImageNet, or with the weights of an earlier checkpoint or of an exported file."""
        net = Xray()
        if start is None:
            load_imagenet(net, imagenet)
        else:
            fill(net, start)
        return net

    def loss(self, net: nn.Module, out: Output, batch: Batch, targets: Targets) -> dict[str, torch.Tensor]:
        """`out`: what the net says of n real pictures and then of their n forgeries."""
        return map_and_score_losses(out, targets)

    @torch.inference_mode()
    def validate(self, net: nn.Module, batch: Batch, device: str) -> dict[str, float]:
        """AUC over all pictures and share of pairs ranked right, in all and by way of forging."""
        net.eval()
        logits = torch.cat([out.logit[:, 0].float().cpu() for out in self.answers(net, batch, device)]).numpy()
        net.train()
        n = len(batch.weight)
        return self.ranks(logits[:n], logits[n:], batch.kinds)

    def answers(self, net: nn.Module, batch: Batch, device: str) -> Iterator:
        """What the net says of the real pictures and then of the forged, some at a time."""
        return in_parts(partial(self.look, net), (batch.real, batch.forged), device)

    @staticmethod
    def ranks(real: np.ndarray, forged: np.ndarray, kinds: list[str]) -> dict[str, float]:
        right = forged > real
        ways = np.array([kind.split(":")[0] for kind in kinds])
        found = {"auc": auc(real, forged), "pairs": float(right.mean())}
        return found | {f"pairs {way}": float(right[ways == way].mean()) for way in sorted(set(ways))}


def to_tensor(pictures: np.ndarray, device: str) -> torch.Tensor:
    """(n,N,N,3) uint8 to the net's input."""
    x = torch.from_numpy(pictures).to(device).permute(0, 3, 1, 2).float().div(127.5).sub(1)
    return x.contiguous(memory_format=torch.channels_last)


def in_parts(ask: Callable[[torch.Tensor], Any], stacks: tuple[np.ndarray, ...], device: str, count: int = 32) -> Iterator:
    """What a net says of each stack of pictures in turn, `count` pictures at a time."""
    for pictures in stacks:
        for i in range(0, len(pictures), count):
            yield ask(to_tensor(pictures[i : i + count], device))


SMOOTHED = (0.03, 0.97)
"""Labels of real and forged, smoothed a little: pictures in which nothing can be seen after a strong encode should not be
learned by heart."""


OCCLUSION_SHARE = 0.4
"""Weight of the map of what is hidden: as much as that of what was replaced."""


def map_and_score_losses(out: Output, targets: Targets) -> dict[str, torch.Tensor]:
    """`out` for n real pictures followed by their n forgeries."""
    weight = targets.weight
    n = len(weight)
    logit = out.logit[:, 0].float()
    label = torch.cat([torch.full_like(weight, value) for value in SMOOTHED])
    both = torch.cat([weight, weight])
    score = (F.binary_cross_entropy_with_logits(logit, label, reduction="none") * both).sum() / both.sum()
    rank = (F.softplus(logit[:n] - logit[n:]) * weight).sum() / weight.sum()
    maps = torch.zeros((), device=logit.device)
    share = torch.cat([torch.ones_like(weight), weight])[:, None, None, None]
    for target, coarse, fine, factor in ((targets.edge, out.edge16, out.edge8, 1.0), (targets.mask, out.mask16, out.mask8, 0.4)):
        for predicted, level in ((coarse, 0.5), (fine, 1.0)):
            small = F.adaptive_avg_pool2d(target, predicted.shape[2:])
            small = torch.cat([torch.zeros_like(small), small])
            each = F.binary_cross_entropy_with_logits(predicted.float(), small, reduction="none")
            maps = maps + factor * level * (each * share).mean()
    small = F.adaptive_avg_pool2d(targets.occlusion, out.occlusion8.shape[2:])
    occlusion = F.binary_cross_entropy_with_logits(out.occlusion8.float(), torch.cat([small, small]))
    maps = maps + OCCLUSION_SHARE * occlusion
    return {"loss": score + 0.5 * rank + maps, "score": score, "rank": rank, "maps": maps}
