"""One small alteration of one part of a real face (soft discrepancies; SeeABLE, Larue et al., 2023).

A self-blend changes several things at once, this one thing only and faintly, so that it can be said which.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from assay_training.synthesis import color
from assay_training.synthesis.masks import blend, elastic_flow, region_mask
from assay_training.synthesis.scene import Forgery, Scene

REGION_ODDS = {
    "whole": 0.08,
    "brows to chin": 0.12,
    "inner": 0.12,
    "lower half": 0.07,
    "mouth and chin": 0.09,
    "mouth": 0.08,
    "eyes and brows": 0.16,
    "nose": 0.1,
    "left cheek": 0.06,
    "right cheek": 0.06,
    "forehead": 0.06,
}


def _tinted(rng: np.random.Generator, image: np.ndarray, face: float) -> np.ndarray:
    """Another colour, the same light: a shift of 4 to 14 in the a and b of 8-bit Lab."""
    angle, length = rng.uniform(0, 2 * np.pi), rng.uniform(4, 14)
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.float32)
    lab[..., 1:] += np.float32([np.cos(angle), np.sin(angle)]) * length
    return cv2.cvtColor(color.as_bytes(lab), cv2.COLOR_LAB2RGB)


def _relit(rng: np.random.Generator, image: np.ndarray, face: float) -> np.ndarray:
    """Lighter, darker, of more or less contrast: at least one of the two shows."""
    sign = rng.choice([-1, 1], 2)
    gain, bias = 1 + sign[0] * rng.uniform(0.05, 0.22), sign[1] * rng.uniform(4, 16)
    mean = float(image.mean())
    return color.as_bytes((image.astype(np.float32) - mean) * gain + mean + bias)


def _softer(rng: np.random.Generator, image: np.ndarray, face: float) -> np.ndarray:
    way = rng.integers(0, 3)
    if way == 0:
        return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.6, 1.8))
    if way == 1:
        return color.resample(rng, image, 0.35, 0.75)
    return cv2.bilateralFilter(image, 5, rng.uniform(18, 45), 3)


def _sharper(rng: np.random.Generator, image: np.ndarray, face: float) -> np.ndarray:
    return color.sharpen(image, rng.uniform(0.7, 2.5), rng.uniform(0.4, 1.4))


def _grainier(rng: np.random.Generator, image: np.ndarray, face: float) -> np.ndarray:
    if rng.random() < 0.4:
        return color.jpeg(image, int(rng.integers(15, 60)))
    grain = rng.standard_normal(image.shape, np.float32) * rng.uniform(3, 9)
    return color.as_bytes(image + (cv2.GaussianBlur(grain, (0, 0), rng.uniform(0.4, 0.9)) * 1.5 if rng.random() < 0.5 else grain))


def _moved(rng: np.random.Generator, image: np.ndarray, face: float) -> np.ndarray:
    """Shifted by 1.5 to 4 % of the face, turned, scaled or bent: nothing is painted, edges do not meet."""
    side = image.shape[0]
    if rng.random() < 0.3:
        flow = elastic_flow(rng, side, 6, 0.03 * face)
        grid = np.mgrid[0:side, 0:side].astype(np.float32)
        return cv2.remap(image, grid[1] + flow[..., 0], grid[0] + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), rng.uniform(-3, 3), 1 + rng.uniform(-0.06, 0.06))
    angle, length = rng.uniform(0, 2 * np.pi), rng.uniform(0.015, 0.04) * face
    matrix[:, 2] += np.array([np.cos(angle), np.sin(angle)]) * length
    return cv2.warpAffine(image, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


ALTERATIONS: dict[str, Callable[[np.random.Generator, np.ndarray, float], np.ndarray]] = {
    "tinted": _tinted,
    "relit": _relit,
    "softer": _softer,
    "sharper": _sharper,
    "grainier": _grainier,
    "moved": _moved,
}
"""Each takes a picture (S,S,3) uint8 and the face's size in pixels."""


def soft_discrepancy(rng: np.random.Generator, scene: Scene, alteration: str | None = None) -> Forgery:
    """One alteration (a key of `ALTERATIONS`, drawn where none is named) of one region; the forgery's way is its name."""
    alteration = alteration or str(rng.choice(list(ALTERATIONS)))
    region = str(rng.choice(list(REGION_ODDS), p=list(REGION_ODDS.values())))
    changed = ALTERATIONS[alteration](rng, scene.image, scene.face)
    side = scene.image.shape[0]
    mask = region_mask(rng, (side, side), scene.mesh, region, (-0.04, 0.02), (0.004, 0.05))
    return Forgery(blend(scene.image, changed, mask), mask, alteration, region)
