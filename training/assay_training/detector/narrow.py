"""Takes channels out of the stride-4 stage of a filled network, so that what follows loses as little as possible.

Every unit is followed by a 1x1 convolution, which is linear in the channels before it. So the channels that stay can be
chosen one by one by how much of the next convolution's answer they explain, and its weights solved anew by least squares
(ThiNet, Luo et al. 2017, with a ridge).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from assay_training.detector.network import FaceDetector, Unit, normalise
from assay_training.detector.settings import NetworkSettings

RIDGE = 1e-4
"""Added to the diagonal of the moment matrix, as a share of its mean."""


def choose_channels(moments: np.ndarray, weight: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The `count` channels that explain a linear answer best, and the weights that explain it with them.

    @param moments (C+1, C+1) mean of x x' over many places, the last entry of x being 1
    @param weight (O, C+1) the linear map, its last column the bias
    @returns channels (count,) ascending; weights (O, count+1), the last column the bias
    """
    size = len(moments)
    moments = moments + RIDGE * np.trace(moments) / size * np.eye(size)
    chosen = [size - 1]  # the bias always stays
    target = moments @ weight.T
    for _ in range(count):
        inverse = np.linalg.inv(moments[np.ix_(chosen, chosen)])
        across = moments[:, chosen] @ inverse
        left = target - across @ target[chosen]
        power = np.diag(moments) - np.einsum("ij,ij->i", across, moments[:, chosen])
        gain = np.square(left).sum(axis=1) / np.maximum(power, 1e-12)
        gain[chosen] = -1
        chosen.append(int(gain.argmax()))
    order = [*sorted(chosen[1:]), size - 1]
    return np.array(order[:-1]), np.linalg.solve(moments[np.ix_(order, order)], target[order]).T


def pick(layer: nn.Conv2d, outputs: np.ndarray) -> nn.Conv2d:
    """A copy of a convolution (1x1 or depthwise) with only these outputs."""
    groups = len(outputs) if layer.groups > 1 else 1
    copy = nn.Conv2d(
        len(outputs) if layer.groups > 1 else layer.in_channels,
        len(outputs),
        layer.kernel_size,
        padding=layer.padding,
        groups=groups,
    )
    copy.weight.data.copy_(layer.weight.data[outputs])
    copy.bias.data.copy_(layer.bias.data[outputs])
    return copy


def narrow_unit(unit: Unit, following: Unit, values: list[torch.Tensor], count: int) -> None:
    """Keeps `count` outputs of `unit` and solves `following`'s 1x1 convolution anew, both in place.

    @param values what reaches `following` on some pictures, each (n, C, h, w)
    """
    size = following.point.in_channels + 1
    moments, places = np.zeros((size, size)), 0
    for value in values:
        rows = value.permute(0, 2, 3, 1).reshape(-1, size - 1).double().numpy()
        rows = np.concatenate([rows, np.ones((len(rows), 1))], axis=1)
        moments += rows.T @ rows
        places += len(rows)
    weight = following.point.weight.data[:, :, 0, 0].double().numpy()
    bias = following.point.bias.data.double().numpy()
    channels, solved = choose_channels(moments / places, np.concatenate([weight, bias[:, None]], axis=1), count)
    unit.point, unit.depth = pick(unit.point, channels), pick(unit.depth, channels)
    point = nn.Conv2d(count, following.point.out_channels, 1)
    point.weight.data.copy_(torch.from_numpy(solved[:, :-1])[..., None, None])
    point.bias.data.copy_(torch.from_numpy(solved[:, -1]))
    following.point = point


@torch.no_grad()
def narrow(network: FaceDetector, pictures: Sequence[np.ndarray], settings: NetworkSettings) -> FaceDetector:
    """Narrows the last three units of stride 4 to `settings.stage4`, in place, unit by unit.

    @param pictures RGB uint8 (H,W,3), H and W multiples of 32, of the kind that the network is to be good at
    """
    images = [normalise(torch.from_numpy(p.copy()).permute(2, 0, 1)[None].float()) for p in pictures]
    start = [network.pool(network.stage2(torch.relu(network.stem(i)))) for i in images]
    for place, count in enumerate(settings.stage4, start=1):
        unit = network.stage4[place]
        if count == unit.point.out_channels:
            continue
        values = [network.stage4[: place + 1](v) for v in start]
        last = place + 1 == len(network.stage4)
        following = network.stage8[0] if last else network.stage4[place + 1]
        narrow_unit(unit, following, [network.pool(v) for v in values] if last else values, count)
    return network
