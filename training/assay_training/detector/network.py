"""The network: a thin convolutional stem, depthwise-separable stages, a feature pyramid, three heads.

The block is YuNet's (1x1 then 3x3 depthwise, one batch norm, one ReLU); where the computation goes is not: the first
downsamplings are strided convolutions instead of pooling and the stride-4 stage has half the channels, which pays for
deeper and wider stages at strides 8 to 32.
"""

from __future__ import annotations

import copy
import math

import torch
from torch import nn

from assay_training.detector.settings import HEAD_CHANNELS, INPUT_MEAN, INPUT_SCALE, STRIDES, NetworkSettings

PRIOR_LOGIT = -4.6
"""Score logit at the start: about 1 % of the cells hold a face."""


class Stride2Conv(nn.Sequential):
    """Dense 3x3 convolution, stride 2, batch norm, ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
        )


class Stride2Depthwise(nn.Sequential):
    """3x3 depthwise convolution with stride 2, then 1x1, batch norm, ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, inputs, 3, 2, 1, groups=inputs),
            nn.Conv2d(inputs, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


class Block(nn.Module):
    """1x1, 3x3 depthwise, batch norm, ReLU; with the input added before the ReLU when `residual`."""

    def __init__(self, channels: int, residual: bool = False) -> None:
        super().__init__()
        self.point = nn.Conv2d(channels, channels, 1)
        self.depth = nn.Conv2d(channels, channels, 3, 1, 1, groups=channels, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.residual = residual

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.norm(self.depth(self.point(x)))
        return torch.relu(y + x if self.residual else y)


def stage(down: nn.Module, channels: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(down, *(Block(channels, residual=True) for _ in range(blocks)))


class FaceDetector(nn.Module):
    """Three raw maps (n, 15, H/s, W/s) for s in 8, 16, 32.

    Input (n, 3, H, W): RGB after `normalise`, H and W multiples of 32.
    """

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        c2, c4, c8, c16, c32 = settings.channels
        b4, b8, b16, b32 = settings.blocks
        neck = settings.neck
        self.stem = Stride2Conv(3, c2)
        self.stage4 = stage(Stride2Conv(c2, c4), c4, b4)
        self.stage8 = stage(Stride2Depthwise(c4, c8), c8, b8)
        self.stage16 = stage(Stride2Depthwise(c8, c16), c16, b16)
        self.stage32 = stage(Stride2Depthwise(c16, c32), c32, b32)
        self.lateral = nn.ModuleList(nn.Conv2d(c, neck, 1) if c != neck else nn.Identity() for c in (c8, c16, c32))
        self.neck = nn.ModuleList(Block(neck) for _ in STRIDES)
        self.heads = nn.ModuleList(nn.Sequential(Block(neck), nn.Conv2d(neck, HEAD_CHANNELS, 1)) for _ in STRIDES)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_in", nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        for head in self.heads:
            nn.init.normal_(head[1].weight, std=0.01)
            head[1].bias.data[0] = PRIOR_LOGIT

    def taps(self, image: torch.Tensor) -> tuple[list[torch.Tensor], list[torch.Tensor], list[torch.Tensor]]:
        """The raw maps, and the features before and after the heads' blocks (each (n, neck, H/s, W/s))."""
        f8 = self.stage8(self.stage4(self.stem(image)))
        f16 = self.stage16(f8)
        f32 = self.stage32(f16)
        p32 = self.neck[2](self.lateral[2](f32))
        p16 = self.neck[1](self.lateral[1](f16) + self.up(p32))
        p8 = self.neck[0](self.lateral[0](f8) + self.up(p16))
        neck = [p8, p16, p32]
        features = [head[0](p) for head, p in zip(self.heads, neck, strict=True)]
        return [head[1](f) for head, f in zip(self.heads, features, strict=True)], neck, features

    def forward(self, image: torch.Tensor) -> list[torch.Tensor]:
        return self.taps(image)[0]


def normalise(pixels: torch.Tensor) -> torch.Tensor:
    """Grey levels 0..255 to the network's input."""
    return (pixels - INPUT_MEAN) * INPUT_SCALE


def flatten_heads(maps: list[torch.Tensor]) -> torch.Tensor:
    """Raw maps to one tensor (n, A, 15): stride 8 first, cells row by row."""
    return torch.cat([m.flatten(2) for m in maps], dim=2).transpose(1, 2)


def fold_strides(network: FaceDetector) -> FaceDetector:
    """A copy whose heads answer in pixels: offsets times the stride, log sizes plus log(stride / 2), a half size."""
    folded = copy.deepcopy(network)
    for stride, head in zip(STRIDES, folded.heads, strict=True):
        last = head[1]
        linear = [1, 2, *range(5, HEAD_CHANNELS)]
        last.weight.data[linear] *= stride
        last.bias.data[linear] *= stride
        last.bias.data[3:5] += math.log(stride / 2)
    return folded


class DecodedFaceDetector(nn.Module):
    """What is exported: scores (n, A) in 0..1, boxes (n, A, 4) and landmarks (n, A, 10) in input pixels.

    The decoding of `boxes.py`, inside the graph and for any H and W.
    """

    def __init__(self, network: FaceDetector) -> None:
        super().__init__()
        self.network = fold_strides(network)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        maps = self.network(image)
        raw = flatten_heads(maps)
        origins = []
        for stride, m in zip(STRIDES, maps, strict=True):
            rows, columns = m.shape[2], m.shape[3]
            y = (torch.arange(rows) * stride).reshape(-1, 1, 1).expand(rows, columns, 1)
            x = (torch.arange(columns) * stride).reshape(1, -1, 1).expand(rows, columns, 1)
            origins.append(torch.cat([x, y], dim=2).reshape(-1, 2).to(raw.dtype))
        origin = torch.cat(origins)
        centre, half = raw[:, :, 1:3] + origin, torch.exp(raw[:, :, 3:5])
        boxes = torch.cat([centre - half, centre + half], dim=2)
        landmarks = raw[:, :, 5:15] + torch.cat([origin] * 5, dim=1)
        return torch.sigmoid(raw[:, :, 0]), boxes, landmarks
