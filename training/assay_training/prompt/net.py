"""An image tower and a text tower that agree on what was done to a face (after CLIP, Radford et al., 2021; M2F2-Det, 2025).

The image tower is the `xray` net with one more head, so it keeps score and boundary; the text tower is a transformer of two
layers, trained from nothing on sentences that the forgeries' recipes make true.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from assay_training.net import POOLED, Output, Xray
from assay_training.prompt.words import LENGTH, PAD

EMBEDDING = 64
TEXT_WIDTH = 96


class TextTower(nn.Module):
    """(n, LENGTH) word numbers to unit vectors (n, EMBEDDING)."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, TEXT_WIDTH, padding_idx=PAD)
        self.places = nn.Parameter(torch.randn(LENGTH, TEXT_WIDTH) * 0.02)
        layer = nn.TransformerEncoderLayer(TEXT_WIDTH, 4, 2 * TEXT_WIDTH, dropout=0.1, batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.leave = nn.Linear(TEXT_WIDTH, EMBEDDING)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        empty = tokens == PAD
        x = self.layers(self.words(tokens) + self.places, src_key_padding_mask=empty)
        kept = (~empty)[..., None].float()
        return F.normalize(self.leave((x * kept).sum(1) / kept.sum(1)), dim=1)


class Prompt(nn.Module):
    """image: pictures as for `Xray` to its `Output` and unit vectors (n, EMBEDDING); text: sentences to the same space.

    A picture and a sentence agree with the log odds `scale * cosine + bias`.
    """

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.image = Xray()
        self.embed = nn.Sequential(nn.Linear(POOLED, 128), nn.ReLU(inplace=True), nn.Linear(128, EMBEDDING))
        self.text = TextTower(vocabulary)
        self.log_scale = nn.Parameter(torch.tensor(2.0))
        self.bias = nn.Parameter(torch.tensor(-2.0))

    def forward(self, x: torch.Tensor) -> tuple[Output, torch.Tensor]:
        pooled, maps = self.image.features(x)
        return self.image.answer(pooled, maps), F.normalize(self.embed(pooled).float(), dim=1)

    def agreement(self, pictures: torch.Tensor, sentences: torch.Tensor) -> torch.Tensor:
        """Log odds (n,k) that sentence k is true of picture n, from unit vectors (n,e) and (k,e)."""
        return self.log_scale.exp() * pictures @ sentences.T + self.bias
