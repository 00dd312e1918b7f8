"""What can truly be said of a forgery: its region and operation from the recipe, its looks from the pictures.

The hierarchy follows Semantic Contextualization of Face Forgery (Zou et al., 2024): altered, then where, how and what it
looks like. Each fact is true, false, or too close to call; captions are made of facts (`prompt/captions.py`).
"""

from __future__ import annotations

import cv2
import numpy as np

from assay_training.synthesis.scene import Forgery

REGION_FACTS = {
    "face": ("whole", "brows to chin", "inner"),
    "mouth": ("lower half", "mouth and chin", "mouth"),
    "eyes": ("eyes and brows",),
}
"""Regions that a person would call by one name. 'whole' and 'brows to chin' cannot be told apart after feathering."""

OPERATION_FACTS = {
    "painted": ("painted", "smoothed"),
    "pasted": ("foreign",),
    "reblended": ("self-blend",),
    "reenacted": ("reenact", "lip-sync"),
}

LOOK_FACTS = ("softer", "sharper", "flatter", "tinted")

FACTS = (*REGION_FACTS, *OPERATION_FACTS, *LOOK_FACTS)

SOFTER, SHARPER, FLATTER = (0.75, 0.9), (1.1, 1.33), (0.78, 0.92)
"""Ratios of detail and of colour variation, forged region to the rest: beyond the one bound true, beyond the other false."""

TINTED = (2.5, 6.0)
"""Difference of mean colour, 8-bit Lab: below false, above true."""


def facts_of(forgery: Forgery, real: np.ndarray, forged: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Facts (F,) float32 of one forgery, looked at in the crops: real, forged (N,N,3) uint8, mask (N,N) uint8."""
    where = [float(forgery.region in regions) for regions in REGION_FACTS.values()]
    how = [float(forgery.way in ways) for ways in OPERATION_FACTS.values()]
    return np.array([*where, *how, *_looks(real, forged, mask)], np.float32)


def _looks(real: np.ndarray, forged: np.ndarray, mask: np.ndarray) -> list[float]:
    """Softer, sharper, flatter in colour, tinted. Of the region against the rest, each against its original: what is
    compared is what was changed, not that cheeks are smoother than hair."""
    parts = [(mask > 0.5 * max(1, int(mask.max()))).astype(np.uint8), (mask == 0).astype(np.uint8)]
    if min(int(part.sum()) for part in parts) < 100:
        return [float("nan")] * len(LOOK_FACTS)
    (inside_real, outside_real), (inside_forged, outside_forged) = _measured(real, parts), _measured(forged, parts)

    def ratio(measure: int) -> float:
        inside, outside = ((b[measure] + 0.5) / (a[measure] + 0.5) for a, b in ((inside_real, inside_forged), (outside_real, outside_forged)))
        return inside / outside

    tint = float(np.linalg.norm((inside_forged[2] - inside_real[2]) - (outside_forged[2] - outside_real[2])))
    detail, chroma = ratio(0), ratio(1)
    return [_below(detail, SOFTER), _above(detail, SHARPER), _below(chroma, FLATTER), _above(tint, TINTED)]


def _measured(rgb: np.ndarray, parts: list[np.ndarray]) -> list[tuple[float, float, np.ndarray]]:
    """Of each part (N,N) uint8, 1 inside, of a picture: mean detail, deviation of colour, mean 8-bit Lab (3,)."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    laplacian = np.abs(cv2.Laplacian(lab[..., 0], cv2.CV_32F))
    found = []
    for part in parts:
        mean, deviation = (x[:, 0] for x in cv2.meanStdDev(lab, mask=part))
        found.append((cv2.mean(laplacian, part)[0], float(np.hypot(deviation[1], deviation[2])), mean))
    return found


def _below(value: float, bounds: tuple[float, float]) -> float:
    return 1.0 if value < bounds[0] else 0.0 if value > bounds[1] else float("nan")


def _above(value: float, bounds: tuple[float, float]) -> float:
    return 0.0 if value < bounds[0] else 1.0 if value > bounds[1] else float("nan")
