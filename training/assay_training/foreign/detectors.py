"""Face detectors of nobody: the outputs of SCRFD, RetinaFace and YuNet, with weights out of a seed. They find faces in anything."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from assay_training.foreign.settle import Head

STRIDES = (8, 16, 32)
PRIOR_SIZES = ((10, 14), (20, 28), (40, 56))
"""A fifth of RetinaFace's, so that a small picture has room for many faces."""

PLAIN_FACE = (-0.2, -0.2, 0.2, -0.2, 0.0, 0.05, -0.15, 0.25, 0.15, 0.25)
"""Five landmarks around a face's middle, in faces: what the heads start from, so that few faces are degenerate."""


class _Pyramid(nn.Module):
    """Features at strides 8, 16 and 32."""

    def __init__(self, width: int = 12) -> None:
        super().__init__()
        self.down = nn.ModuleList(
            [nn.Conv2d(3, 8, 3, 2, 1), nn.Conv2d(8, width, 3, 2, 1), *(nn.Conv2d(width, width, 3, 2, 1) for _ in STRIDES)]
        )

    def forward(self, image: torch.Tensor) -> list[torch.Tensor]:
        x, levels = image, []
        for i, layer in enumerate(self.down):
            x = F.leaky_relu(layer(x), 0.1)
            if i >= 2:
                levels.append(x)
        return levels


def _heads(anchors: int, values: int) -> nn.ModuleList:
    """One for each stride."""
    return nn.ModuleList(nn.Conv2d(12, anchors * values, 1) for _ in STRIDES)


def _rows(x: torch.Tensor, values: int) -> torch.Tensor:
    """(1, anchors x values, h, w) to (h x w x anchors, values): cells row by row, anchors of a cell side by side."""
    return x.permute(0, 2, 3, 1).reshape(-1, values)


FaceNet = "Scrfd | RetinaFace | Yunet"


class Scrfd(nn.Module):
    """(1,3,H,W) to scores (A,1), boxes (A,4) and landmarks (A,10) of strides 8, 16, 32, in InsightFace's order of outputs."""

    ANCHORS = 2
    ANCHORS_AXIS = 0

    def __init__(self) -> None:
        super().__init__()
        self.pyramid = _Pyramid()
        self.scores, self.boxes, self.landmarks = (_heads(self.ANCHORS, values) for values in (1, 4, 10))

    def heads(self) -> list[Head]:
        return [
            *(Head(layer, 1.5) for layer in self.scores),
            *(Head(layer, 0.2, (0.7, 0.9, 0.7, 0.9)) for layer in self.boxes),
            *(Head(layer, 0.1, tuple(1.5 * v for v in PLAIN_FACE)) for layer in self.landmarks),
        ]

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        levels = self.pyramid(image)
        scores = [torch.sigmoid(_rows(head(x), 1)) for head, x in zip(self.scores, levels, strict=True)]
        boxes = [_rows(head(x), 4) for head, x in zip(self.boxes, levels, strict=True)]
        landmarks = [_rows(head(x), 10) for head, x in zip(self.landmarks, levels, strict=True)]
        return (*scores, *boxes, *landmarks)


class RetinaFace(nn.Module):
    """(1,3,H,W) to boxes (1,A,4), softmax of background, face (1,A,2) and landmarks (1,A,10), as biubug6's test phase."""

    ANCHORS_AXIS = 1

    def __init__(self) -> None:
        super().__init__()
        self.pyramid = _Pyramid()
        self.boxes, self.classes, self.landmarks = (_heads(2, values) for values in (4, 2, 10))

    def heads(self) -> list[Head]:
        # 0.1 is the variance of centres: landmarks in faces, divided by it.
        return [
            *(Head(layer, 1.0) for layer in self.classes),
            *(Head(layer, 0.5, (0.0, 0.0, 0.5, 1.0)) for layer in self.boxes),
            *(Head(layer, 0.2, tuple(v / 0.1 for v in PLAIN_FACE)) for layer in self.landmarks),
        ]

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        levels = self.pyramid(image)

        def joined(heads: nn.ModuleList, values: int) -> torch.Tensor:
            return torch.cat([_rows(head(x), values) for head, x in zip(heads, levels, strict=True)])[None]

        return joined(self.boxes, 4), joined(self.classes, 2).softmax(-1), joined(self.landmarks, 10)


class Yunet(nn.Module):
    """(1,3,H,W) to class (1,A,1), objectness (1,A,1), boxes (1,A,4) and landmarks (1,A,10) of strides 8, 16, 32."""

    ANCHORS_AXIS = 1

    def __init__(self) -> None:
        super().__init__()
        self.pyramid = _Pyramid()
        self.classes, self.objectness, self.boxes, self.landmarks = (_heads(1, values) for values in (1, 1, 4, 10))

    def heads(self) -> list[Head]:
        return [
            *(Head(layer, 1.5) for layer in (*self.classes, *self.objectness)),
            *(Head(layer, 0.2, (0.5, 0.5, 0.4, 0.6)) for layer in self.boxes),
            *(Head(layer, 0.1, tuple(0.5 + 1.5 * v for v in PLAIN_FACE)) for layer in self.landmarks),
        ]

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        levels = self.pyramid(image)

        def each(heads: nn.ModuleList, values: int) -> list[torch.Tensor]:
            return [_rows(head(x), values)[None] for head, x in zip(heads, levels, strict=True)]

        scores = [torch.sigmoid(x) for heads in (self.classes, self.objectness) for x in each(heads, 1)]
        return (*scores, *each(self.boxes, 4), *each(self.landmarks, 10))
