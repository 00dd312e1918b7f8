"""Self-blended images (Shiohara and Yamasaki, 2022): a face over itself after a change of colour, detail and place."""

from __future__ import annotations

import cv2
import numpy as np

from assay_training.synthesis import color
from assay_training.synthesis.masks import blend, elastic_flow, region_mask
from assay_training.synthesis.scene import Forgery, Scene

REGION_ODDS = {
    "whole": 0.25,
    "brows to chin": 0.3,
    "inner": 0.15,
    "mouth and chin": 0.08,
    "eyes and brows": 0.05,
    "lower half": 0.12,
    "mouth": 0.05,
}


def small_affine(rng: np.random.Generator, scene: Scene, amount: float = 1.0) -> np.ndarray:
    """(2,3) map: +-3 % shift, +-4 % scale, +-2 degrees about the face's middle."""
    centre = scene.mesh.mean(0)
    angle, zoom = rng.uniform(-2, 2) * amount, 1 + rng.uniform(-0.04, 0.04) * amount
    matrix = cv2.getRotationMatrix2D((float(centre[0]), float(centre[1])), angle, zoom)
    matrix[:, 2] += rng.uniform(-0.03, 0.03, 2) * scene.face * amount
    return matrix


def self_blend(rng: np.random.Generator, scene: Scene, source: np.ndarray) -> Forgery:
    """Blends a changed copy into the scene; which of the two copies is changed is chosen at random.

    `source` (S,S,3) is the scene's picture, or the same before the camera softened it: then the face is the copy that differs.
    """
    face, base = source, scene.image
    cleaner = source is not scene.image
    changed = source
    if rng.random() < 0.8:
        changed = color.jitter_color(rng, changed, rng.uniform(0.3, 1.0))
    if rng.random() < (0.3 if cleaner else 0.75) or changed is scene.image:
        changed = color.change_frequency(rng, changed)
    inside = cleaner or rng.random() < 0.6
    face, base = (changed, base) if inside else (face, changed)
    side = scene.image.shape[0]
    matrix = small_affine(rng, scene)
    face = cv2.warpAffine(face, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    if rng.random() < 0.4:
        flow = elastic_flow(rng, side, 6, 0.012 * scene.face)
        grid = np.mgrid[0:side, 0:side].astype(np.float32)
        face = cv2.remap(face, grid[1] + flow[..., 0], grid[0] + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    region = str(rng.choice(list(REGION_ODDS), p=list(REGION_ODDS.values())))
    mask = region_mask(rng, (side, side), scene.mesh, region, (-0.04, 0.05), (0.004, 0.06))
    # A weak mask shows less; in a third of the pictures as in the paper (0.25, 0.5, 0.75), else whole.
    mask = mask * float(rng.choice([0.25, 0.5, 0.75, 1.0], p=[0.06, 0.12, 0.16, 0.66]))
    return Forgery(blend(base, face, mask), mask, "self-blend", region)
