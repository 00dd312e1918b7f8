"""Gives the last layers of an untrained network outputs of a chosen size, so that a test sees more than rounding."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class Head:
    """A last layer (linear or convolution), and what its outputs shall be on the pictures: mean for each unit, one deviation for all."""

    layer: nn.Linear | nn.Conv2d
    deviation: float
    mean: tuple[float, ...] = (0.0,)


def settle(net: nn.Module, heads: list[Head], pictures: torch.Tensor) -> None:
    """Rescales each head, unit by unit, on a batch of the network's inputs."""
    seen: dict[nn.Module, torch.Tensor] = {}
    hooks = [h.layer.register_forward_hook(lambda layer, _, out: seen.__setitem__(layer, out)) for h in heads]
    with torch.no_grad():
        net.eval()(pictures)
        for hook in hooks:
            hook.remove()
        for head in heads:
            units = seen[head.layer].transpose(0, 1).flatten(1)
            scale = head.deviation / units.std(1)
            wanted = torch.tensor(head.mean).repeat(len(units) // len(head.mean))
            head.layer.weight *= scale.view(-1, *[1] * (head.layer.weight.dim() - 1))
            head.layer.bias.copy_((head.layer.bias - units.mean(1)) * scale + wanted)
