"""Faces one by one, for the heads that are fitted after a net: degraded as in training, cropped with a detector's errors."""

from __future__ import annotations

import numpy as np

from assay_training.crop import crop_frame, warp_crop
from assay_training.degrade import degrade_pairs, draw
from assay_training.pairs import LANDMARK_NOISE, draw_margin


def degraded(rng: np.random.Generator, pictures: list[np.ndarray]) -> list[np.ndarray]:
    """An even number of pictures of one size, degraded. Two go the way of a pair: it is the same for both, and here that does no harm."""
    pairs = degrade_pairs(rng, list(zip(pictures[::2], pictures[1::2])), [draw(rng) for _ in pictures[::2]])
    return [picture for pair in pairs for picture in pair]


def crops(rng: np.random.Generator, images: tuple[np.ndarray, ...], points: np.ndarray, face: float, size: int) -> list[np.ndarray]:
    """The same crop, N = size, of pictures and maps that lie over each other; points (5,2) of a face of `face` px."""
    frame = crop_frame(points + rng.normal(0, LANDMARK_NOISE * face, points.shape))
    margin = draw_margin(rng)
    return [warp_crop(np.ascontiguousarray(image), frame, size, margin) for image in images]
