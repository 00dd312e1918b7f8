"""Text to numbers: words, lower case, in the order of a fixed vocabulary."""

from __future__ import annotations

import re

import torch

LENGTH = 48
"""Longest sentence, words."""

PAD, UNKNOWN = 0, 1


def split(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


class Vocabulary:
    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.place = {word: i + 2 for i, word in enumerate(words)}

    def __len__(self) -> int:
        return len(self.words) + 2

    def encode(self, texts: list[str]) -> torch.Tensor:
        """(n, LENGTH) int64.

        Raises ValueError for a sentence that is empty, too long, or mostly of words never seen in training.
        """
        rows = torch.zeros(len(texts), LENGTH, dtype=torch.long)
        for row, text in zip(rows, texts):
            words = split(text)
            places = [self.place.get(word, UNKNOWN) for word in words]
            if not 0 < len(places) <= LENGTH:
                raise ValueError(f"'{text}' has {len(places)} words; 1 to {LENGTH} can be read")
            if places.count(UNKNOWN) * 2 > len(places):
                unknown = sorted({w for w in words if w not in self.place})
                raise ValueError(f"'{text}': the model has never read {', '.join(unknown)}")
            row[: len(places)] = torch.tensor(places)
        return rows
