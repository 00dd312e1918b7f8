"""Masks of replaced regions: hull, then elastic bending, erosion or growth, feathering."""

from __future__ import annotations

import cv2
import numpy as np

from assay_training.landmarks import REGIONS

WORK_PX = 128
"""Masks are bent and blurred at this side and enlarged after: a mask is smooth, pixels would only cost time."""


def elastic_flow(rng: np.random.Generator, side: int, knots: int, amount: float) -> np.ndarray:
    """Smooth random displacement (side,side,2) in pixels, up to about `amount`."""
    coarse = rng.uniform(-amount, amount, (knots, knots, 2)).astype(np.float32)
    return cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)


def region_mask(
    rng: np.random.Generator,
    shape: tuple[int, int],
    mesh: np.ndarray,
    region: str,
    erode: tuple[float, float],
    feather: tuple[float, float],
    bend: float = 0.03,
) -> np.ndarray:
    """Mask (H,W) float32 in 0..1 of a region of a face.

    erode (negative grows), feather (sigma) and bend are fractions of the mesh box's longer side.
    """
    height, width = shape
    q = WORK_PX / max(height, width)
    face = float((mesh.max(0) - mesh.min(0)).max()) * q
    points = (mesh[REGIONS[region]] * q * 16).astype(np.int32)
    mask = np.zeros((WORK_PX, WORK_PX), np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(points), 255, cv2.LINE_AA, shift=4)
    if bend > 0:
        flow = elastic_flow(rng, WORK_PX, int(rng.integers(4, 8)), bend * face)
        grid = np.mgrid[0:WORK_PX, 0:WORK_PX].astype(np.float32)
        mask = cv2.remap(mask, grid[1] + flow[..., 0], grid[0] + flow[..., 1], cv2.INTER_LINEAR)
    amount = rng.uniform(*erode) * face
    if abs(amount) >= 0.5:
        size = 2 * int(round(abs(amount))) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        mask = cv2.erode(mask, kernel, borderValue=0) if amount > 0 else cv2.dilate(mask, kernel)
    mask = mask.astype(np.float32) / 255
    sigma = rng.uniform(*feather) * face
    if sigma > 0.3:
        mask = cv2.GaussianBlur(mask, (0, 0), sigma)
        if rng.random() < 0.4:  # feather inwards only, as tools do: the outer edge stays where the hull was
            mask = np.clip(mask * 2 - 1, 0, 1)
    full = cv2.resize(mask, None, fx=1 / q, fy=1 / q, interpolation=cv2.INTER_LINEAR)
    out = np.zeros((height, width), np.float32)
    h, w = min(height, full.shape[0]), min(width, full.shape[1])
    out[:h, :w] = full[:h, :w].clip(0, 1)  # a blur sums to one only nearly
    return out


def boundary(mask: np.ndarray) -> np.ndarray:
    """The Face X-ray of a mask: 4 m (1 - m)."""
    return 4 * mask * (1 - mask)


def blend(base: np.ndarray, face: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """`face` over `base` (both (H,W,3) uint8) where `mask` (H,W) is one."""
    m = mask[..., None]
    return (base + (face.astype(np.float32) - base) * m + 0.5).clip(0, 255).astype(np.uint8)
