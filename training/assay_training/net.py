"""The detector: a U-shaped MobileNetV2 that says whether a face was manipulated and where it was blended.

Input (n,3,N,N): RGB, x/127.5-1. The encoder is MobileNetV2-1.0 with its batch norms folded (ImageNet weights: fewer
things to go wrong in small batches). A decoder predicts, at strides 16 and 8, the mask of what was replaced and its
boundary 4m(1-m), and at stride 8 what is covered by something before the face. The score comes from comparing the inner face with the ring around it: their pooled features, the
difference of the two, and how much boundary the decoder sees.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class SameConv(nn.Module):
    """Convolution padded as TensorFlow SAME does on even sizes: at stride 2 nothing before, one after."""

    def __init__(self, before: int, after: int, kernel: int, stride: int, groups: int, act: bool) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, after, kernel, stride, kernel // 2 if stride == 1 else 0, groups=groups)
        self.stride, self.act = stride, act

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(F.pad(x, (0, 1, 0, 1)) if self.stride == 2 else x)
        return F.relu6(x) if self.act else x


class InvertedResidual(nn.Module):
    def __init__(self, before: int, after: int, stride: int, expand: int) -> None:
        super().__init__()
        middle = before * expand
        steps = [SameConv(before, middle, 1, 1, 1, True)] if expand > 1 else []
        steps += [SameConv(middle, middle, 3, stride, middle, True), SameConv(middle, after, 1, 1, 1, False)]
        self.steps = nn.Sequential(*steps)
        self.residual = stride == 1 and before == after

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.steps(x) if self.residual else self.steps(x)


STAGES = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
"""MobileNetV2-1.0: expansion, channels, blocks, stride of the first."""

TAPS = {2: 24, 5: 32, 12: 96, 16: 320}
"""Blocks whose output is used (strides 4, 8, 16, 32) and their channels."""


@dataclass
class Output:
    """logit (n,1) with manipulated > 0; logits (n,1,h,w) of boundary and mask at strides 8 and 16, of occlusion at stride 8."""

    logit: torch.Tensor
    edge8: torch.Tensor
    edge16: torch.Tensor
    mask8: torch.Tensor
    mask16: torch.Tensor
    occlusion8: torch.Tensor


def _mix(before: int, after: int) -> nn.Module:
    """Depthwise 3x3, then 1x1."""
    return nn.Sequential(
        nn.Conv2d(before, before, 3, 1, 1, groups=before), nn.Conv2d(before, after, 1), nn.ReLU(inplace=True)
    )


POOLED = 320 + 2 * 96 + 3 * 80 + 3 * 48 + 2 * 24 + 3
"""Pooled features that the heads see."""

Maps = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
"""Logits of boundary and mask, (n,2,h,w), at strides 8 and 16, and of occlusion, (n,1,h,w), at stride 8."""


class Xray(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = SameConv(3, 32, 3, 2, 1, True)
        blocks, before = [], 32
        for expand, after, count, stride in STAGES:
            for i in range(count):
                blocks.append(InvertedResidual(before, after, stride if i == 0 else 1, expand))
                before = after
        self.blocks = nn.ModuleList(blocks)
        self.from32 = nn.Conv2d(320, 80, 1)
        self.from16 = nn.Conv2d(96, 80, 1)
        self.from8 = nn.Conv2d(32, 48, 1)
        self.up16 = _mix(80, 80)
        self.narrow = nn.Conv2d(80, 48, 1)
        self.up8 = _mix(48, 48)
        self.maps16 = nn.Conv2d(80, 2, 1)
        self.maps8 = nn.Conv2d(48, 2, 1)
        self.occlusion8 = nn.Sequential(_mix(48, 32), nn.Conv2d(32, 1, 1))
        self.detail = nn.Conv2d(24, 24, 3, 1, 1, groups=24)
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(POOLED, 128), nn.ReLU(inplace=True), nn.Linear(128, 1))
        for maps in (self.maps16, self.maps8, self.occlusion8[1]):
            nn.init.constant_(maps.bias, -2.0)

    def forward(self, x: torch.Tensor) -> Output:
        return self.answer(*self.features(x))

    def answer(self, pooled: torch.Tensor, maps: Maps) -> Output:
        maps8, maps16, occlusion8 = maps
        return Output(self.head(pooled), maps8[:, :1], maps16[:, :1], maps8[:, 1:], maps16[:, 1:], occlusion8)

    def features(self, x: torch.Tensor) -> tuple[torch.Tensor, Maps]:
        """Pooled features (n,POOLED) and the maps."""
        taps: dict[int, torch.Tensor] = {}
        x = self.stem(x)
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i in TAPS:
                taps[i] = x
        f4, f8, f16, f32 = taps[2], taps[5], taps[12], taps[16]
        u16 = F.relu(self.from16(f16) + F.interpolate(self.from32(f32), size=f16.shape[2:], mode="nearest"))
        u16 = self.up16(u16)
        u8 = F.relu(self.from8(f8) + F.interpolate(self.narrow(u16), size=f8.shape[2:], mode="nearest"))
        u8 = self.up8(u8)
        maps16, maps8 = self.maps16(u16), self.maps8(u8)
        d4 = self.detail(f4).abs()
        parts = [f32.mean((2, 3)), *_inside_outside(f16, False), *_inside_outside(u16, True)]
        parts += [*_inside_outside(u8, True), *_inside_outside(d4, False)]
        edge = torch.sigmoid(maps8[:, :1]).flatten(1)
        parts += [edge.mean(1, keepdim=True), edge.amax(1, keepdim=True), torch.sigmoid(maps8[:, 1:]).mean((2, 3))]
        return torch.cat(parts, 1), (maps8, maps16, self.occlusion8(u8))


def _inside_outside(features: torch.Tensor, peak: bool) -> list[torch.Tensor]:
    """Means over the inner face and inner minus ring, (n,c) each; with `peak` the maximum over all too.

    The crop is aligned, so the inner face is a fixed ellipse of about half the crop's side.
    """
    h, w = features.shape[2:]
    y = (torch.arange(h, device=features.device) + 0.5) / h - 0.5
    x = (torch.arange(w, device=features.device) + 0.5) / w - 0.5
    radius = torch.sqrt((x[None, :] / 0.27) ** 2 + ((y[:, None] - 0.02) / 0.32) ** 2)
    inside = torch.sigmoid((1 - radius) * 8)
    outside = 1 - inside
    inner = (features * (inside / inside.sum())).sum((2, 3))
    ring = (features * (outside / outside.sum())).sum((2, 3))
    return [inner, inner - ring] + ([features.amax((2, 3))] if peak else [])


def load_imagenet(net: Xray, path: Path) -> None:
    """Fills the encoder from an npz of folded MobileNetV2 weights (arrays w00, b00, ...; order as in `spec`)."""
    table = np.load(path)
    convs = [net.stem.conv] + [step.conv for block in net.blocks for step in block.steps]
    spec = json.loads(str(table["spec"]))
    if len(spec) < len(convs):
        raise ValueError(f"{path.name}: {len(spec)} layers, the encoder has {len(convs)}")
    for conv, layer in zip(convs, spec):
        weight = torch.from_numpy(table[f"w{layer['i']:02d}"].astype(np.float32))
        if weight.shape != conv.weight.shape or layer["stride"] != conv.stride[0]:
            raise ValueError(f"{path.name}: layer {layer['i']} is {tuple(weight.shape)}, wanted {tuple(conv.weight.shape)}")
        conv.weight.data.copy_(weight)
        conv.bias.data.copy_(torch.from_numpy(table[f"b{layer['i']:02d}"].astype(np.float32)))
