"""The network: YuNet-n's layers without batch norms, a thinner stride-4 stage, one head per level instead of four.

The teacher's published file has its batch norms folded into the convolutions already; they are not brought back, because
fine-tuning on small batches of other pictures would only make their statistics worse.
"""

from __future__ import annotations

import copy
import math

import torch
from torch import nn

from assay_training.detector.settings import HEAD_CHANNELS, INPUT_SCALE, STRIDES, NetworkSettings


class Unit(nn.Module):
    """1x1 convolution, then 3x3 depthwise, then ReLU unless `bare`."""

    def __init__(self, inputs: int, outputs: int, bare: bool = False) -> None:
        super().__init__()
        self.point = nn.Conv2d(inputs, outputs, 1)
        self.depth = nn.Conv2d(outputs, outputs, 3, 1, 1, groups=outputs)
        self.bare = bare

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.depth(self.point(x))
        return y if self.bare else torch.relu(y)


class FaceDetector(nn.Module):
    """Three raw maps (n, 16, H/s, W/s) for s in 8, 16, 32: two score logits, four of the box, ten of the landmarks.

    Input (n, 3, H, W): RGB after `normalise`, H and W multiples of 32.
    """

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        thin, (a, b, c), wide = settings.thin, settings.stage4, settings.wide
        self.stem = nn.Conv2d(3, thin, 3, 2, 1)
        self.stage2 = Unit(thin, thin)
        self.stage4 = nn.Sequential(Unit(thin, thin), Unit(thin, a), Unit(a, b), Unit(b, c))
        self.stage8 = nn.Sequential(Unit(c, wide), Unit(wide, wide))
        self.stage16 = nn.Sequential(Unit(wide, wide), Unit(wide, wide))
        self.stage32 = nn.Sequential(Unit(wide, wide), Unit(wide, wide))
        self.neck = nn.ModuleList(Unit(wide, wide) for _ in STRIDES)
        self.features = nn.ModuleList(Unit(wide, wide) for _ in STRIDES)
        self.heads = nn.ModuleList(Unit(wide, HEAD_CHANNELS, bare=True) for _ in STRIDES)
        self.pool = nn.MaxPool2d(2)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")

    def taps(self, image: torch.Tensor) -> tuple[list[torch.Tensor], list[torch.Tensor], list[torch.Tensor]]:
        """The raw maps, the pyramid and the features of the heads (each (n, wide, H/s, W/s))."""
        x = self.stage4(self.pool(self.stage2(torch.relu(self.stem(image)))))
        f8 = self.stage8(self.pool(x))
        f16 = self.stage16(self.pool(f8))
        f32 = self.stage32(self.pool(f16))
        p32 = self.neck[2](f32)
        p16 = self.neck[1](f16 + self.up(p32))
        p8 = self.neck[0](f8 + self.up(p16))
        neck = [p8, p16, p32]
        features = [unit(p) for unit, p in zip(self.features, neck, strict=True)]
        return [head(f) for head, f in zip(self.heads, features, strict=True)], neck, features

    def forward(self, image: torch.Tensor) -> list[torch.Tensor]:
        return self.taps(image)[0]


def normalise(pixels: torch.Tensor) -> torch.Tensor:
    """Grey levels 0..255 to the network's input; black stays 0, as the convolutions' own padding."""
    return pixels * INPUT_SCALE


def flatten_heads(maps: list[torch.Tensor]) -> torch.Tensor:
    """Raw maps to one tensor (n, A, 16): stride 8 first, cells row by row."""
    return torch.cat([m.flatten(2) for m in maps], dim=2).transpose(1, 2)


def fold_strides(network: FaceDetector) -> FaceDetector:
    """A copy whose heads answer in pixels: offsets times the stride, log sizes plus log(stride / 2), a half size."""
    folded = copy.deepcopy(network)
    for stride, head in zip(STRIDES, folded.heads, strict=True):
        linear = [2, 3, *range(6, HEAD_CHANNELS)]
        head.depth.weight.data[linear] *= stride
        head.depth.bias.data[linear] *= stride
        head.depth.bias.data[4:6] += math.log(stride / 2)
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
        # channels stay in front until the end: rows of one quantity lie side by side in memory
        raw = torch.cat([m.flatten(2) for m in maps], dim=2)
        origins = []
        for stride, m in zip(STRIDES, maps, strict=True):
            rows, columns = m.shape[2], m.shape[3]
            y = (torch.arange(rows) * stride).reshape(-1, 1).expand(rows, columns)
            x = (torch.arange(columns) * stride).reshape(1, -1).expand(rows, columns)
            origins.append(torch.stack([x.reshape(-1), y.reshape(-1)]))
        origin = torch.cat(origins, dim=1).to(raw.dtype)
        chance = torch.sigmoid(raw[:, :2])
        scores = torch.sqrt(chance[:, :1] * chance[:, 1:]).flatten(1)
        centre, half = raw[:, 2:4] + origin, torch.exp(raw[:, 4:6])
        boxes = torch.cat([centre - half, centre + half], dim=1)
        landmarks = raw[:, 6:16] + torch.cat([origin] * 5)
        return scores, boxes.transpose(1, 2), landmarks.transpose(1, 2)
