"""What sets a real face apart from its surroundings although nobody forged it: focus, light on the face, a beauty mode.

Done to a scene before anything is forged in it, so that both of a pair have it: a difference between a face and what is
around it must not be enough to call a face forged. Edges are as soft as those of lenses, lamps and phones: most of them
softer than the feather of a swap.
"""

from __future__ import annotations

import cv2
import numpy as np

from assay_training.synthesis.color import as_bytes, shaken, sharpen
from assay_training.synthesis.masks import blend, region_mask

ODDS = {"focus": 0.08, "light": 0.08, "beauty": 0.08, "soft head": 0.1}
"""How often each is met; else nothing."""

HEAD = (-0.28, -0.12)
"""The head: the face's oval grown by this, in face sizes, so that hair and ears are in it."""


def nuisance(rng: np.random.Generator, image: np.ndarray, mesh: np.ndarray, face: float) -> np.ndarray:
    """A picture (S,S,3) of a face whose mesh box is `face` pixels, with one of `ODDS` or, mostly, as it was."""
    kind = str(rng.choice([*ODDS, "none"], p=[*ODDS.values(), 1 - sum(ODDS.values())]))
    if kind == "focus":
        return _focused(rng, image, mesh, face)
    if kind == "light":
        return _lit(rng, image, mesh)
    if kind == "beauty":
        return _beautified(rng, image, mesh)
    if kind == "soft head":
        return _softened(rng, image, mesh, face)
    return image


def _focused(rng: np.random.Generator, image: np.ndarray, mesh: np.ndarray, face: float) -> np.ndarray:
    """What is behind the head out of focus, by a lens or by a portrait mode."""
    head = region_mask(rng, image.shape[:2], mesh, "whole", HEAD, (0.02, 0.08), bend=0.02)
    return blend(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.012, 0.06) * face), image, head)


def _softened(rng: np.random.Generator, image: np.ndarray, mesh: np.ndarray, face: float) -> np.ndarray:
    """The head softer than what is behind it: it moves before a wall that stands still, or the lens is focused on the wall."""
    head = region_mask(rng, image.shape[:2], mesh, "whole", HEAD, (0.02, 0.08), bend=0.02)
    if rng.random() < 0.5:
        soft = shaken(image, max(2.0, rng.uniform(0.015, 0.06) * face), rng.uniform(0, 180))
    else:
        soft = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.004, 0.016) * face)
    return blend(image, soft, head)


def _lit(rng: np.random.Generator, image: np.ndarray, mesh: np.ndarray) -> np.ndarray:
    """The face in a light of its own: a screen, a lamp, a window, make-up."""
    where = region_mask(rng, image.shape[:2], mesh, "whole", (-0.08, 0.04), (0.08, 0.2), bend=0.04)
    gain = np.exp(rng.uniform(-0.25, 0.25) + rng.uniform(-0.06, 0.06, 3)).astype(np.float32)
    return blend(image, as_bytes(image * gain), where)


def _beautified(rng: np.random.Generator, image: np.ndarray, mesh: np.ndarray) -> np.ndarray:
    """Clean skin and crisp features on the face alone, as phones do it."""
    where = region_mask(rng, image.shape[:2], mesh, "whole", (-0.06, 0.02), (0.07, 0.16), bend=0.02)
    clean = cv2.bilateralFilter(image, 7, rng.uniform(12, 40), 3)
    return blend(image, sharpen(clean, 1.2, rng.uniform(0.2, 0.9)), where * rng.uniform(0.5, 1.0))
