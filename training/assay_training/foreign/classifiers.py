"""Forgery detectors of nobody: the shapes of CLIP, Xception, EfficientNet and MesoNet, with weights out of a seed."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

CLIP_SIZE, CLIP_EMBEDDING = 32, 24
XCEPTION_SIZE = 64
EFFICIENTNET_SIZE = 48
MESO_SIZE = 32


class ClipImageEncoder(nn.Module):
    """A vision transformer as CLIP's (class token, pre-norm, QuickGELU, projection): (n,3,32,32) to embeddings (n,24)."""

    def __init__(self, width: int = 16, layers: int = 2, heads: int = 2, patch: int = 8) -> None:
        super().__init__()
        tokens = (CLIP_SIZE // patch) ** 2 + 1
        self.patches = nn.Conv2d(3, width, patch, patch, bias=False)
        self.token = nn.Parameter(torch.randn(width))
        self.places = nn.Parameter(torch.randn(tokens, width))
        self.before, self.after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.blocks = nn.ModuleList(_Block(width, heads) for _ in range(layers))
        self.projection = nn.Parameter(torch.randn(width, CLIP_EMBEDDING))

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        x = self.patches(pixel_values).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], 1, -1), x], 1) + self.places
        x = self.before(x)
        for block in self.blocks:
            x = block(x)
        return self.after(x[:, 0]) @ self.projection


class _Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        n, tokens, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(n, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-1, -2) / (width // self.heads) ** 0.5).softmax(-1)
        x = x + self.out((weights @ v).transpose(1, 2).reshape(n, tokens, width))
        y = self.up(self.norm2(x))
        return x + self.down(y * torch.sigmoid(1.702 * y))


class Xception(nn.Module):
    """Separable convolutions with residuals, as Xception's blocks: (n,3,64,64) to logits of real, fake (n,2)."""

    def __init__(self) -> None:
        super().__init__()
        self.entry = nn.Conv2d(3, 8, 3, 2, 1)
        self.blocks = nn.ModuleList([_Separable(8, 16), _Separable(16, 24)])
        self.classes = nn.Linear(24, 2)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.entry(image))
        for block in self.blocks:
            x = block(x)
        return self.classes(x.mean((2, 3)))


class _Separable(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False)
        self.pointwise, self.skip = nn.Conv2d(inputs, outputs, 1), nn.Conv2d(inputs, outputs, 1, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.max_pool2d(F.relu(self.pointwise(self.depthwise(x))), 3, 2, 1) + self.skip(x)


class EfficientNet(nn.Module):
    """An inverted bottleneck with squeeze and excitation, as a Keras EfficientNet gives it: (1,48,48,3) to softmax of fake, real (1,2)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 2, 1)
        self.expand, self.depthwise = nn.Conv2d(8, 24, 1), nn.Conv2d(24, 24, 5, 2, 2, groups=24)
        self.squeeze, self.excite = nn.Conv2d(24, 4, 1), nn.Conv2d(4, 24, 1)
        self.project, self.classes = nn.Conv2d(24, 16, 1), nn.Linear(16, 2)

    def forward(self, input_1: torch.Tensor) -> torch.Tensor:
        x = F.silu(self.stem(input_1.permute(0, 3, 1, 2)))
        x = F.silu(self.depthwise(F.silu(self.expand(x))))
        x = x * torch.sigmoid(self.excite(F.silu(self.squeeze(x.mean((2, 3), keepdim=True)))))
        return self.classes(self.project(x).mean((2, 3))).softmax(1)


class Meso(nn.Module):
    """Convolutions and pooling, as MesoNet's: (n,3,32,32) in 0..1 to the probability of REAL (n,1)."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 5, padding=2)])
        self.hidden, self.out = nn.Linear(8 * 16, 16), nn.Linear(16, 1)

    def forward(self, face: torch.Tensor) -> torch.Tensor:
        x = face
        for layer in self.layers:
            x = F.max_pool2d(F.relu(layer(x)), 2)
        x = F.avg_pool2d(x, 2).flatten(1)
        return torch.sigmoid(self.out(F.leaky_relu(self.hidden(x), 0.1)))
