"""Expression edits: mouth or eyes bent and painted anew in place, as Face2Face and NeuralTextures do."""

from __future__ import annotations

import cv2
import numpy as np

from assay_training.landmarks import ANCHORS, LEFT_EYE, LIPS, RIGHT_EYE
from assay_training.synthesis import color
from assay_training.synthesis.masks import blend, region_mask
from assay_training.synthesis.scene import Forgery, Scene

FLOW_PX = 32
"""A bend is computed on this coarse grid and enlarged."""


def bend_by_points(image: np.ndarray, source: np.ndarray, target: np.ndarray, reach: float) -> np.ndarray:
    """Moves what lies at `source` (n,2) to `target` (n,2), smoothly; `reach` = width of each point's pull in pixels."""
    side = image.shape[0]
    centres = (np.arange(FLOW_PX) + 0.5) * side / FLOW_PX - 0.5
    gx, gy = np.meshgrid(centres, centres)
    d2 = (gx[..., None] - target[:, 0]) ** 2 + (gy[..., None] - target[:, 1]) ** 2
    weight = np.exp(-d2 / (2 * reach * reach))
    flow = weight @ (source - target) / (weight.sum(-1, keepdims=True) + 0.3)
    flow = cv2.resize(flow.astype(np.float32), (side, side), interpolation=cv2.INTER_LINEAR)
    grid = np.mgrid[0:side, 0:side].astype(np.float32)
    way = cv2.INTER_LINEAR
    return cv2.remap(image, grid[1] + flow[..., 0], grid[0] + flow[..., 1], way, borderMode=cv2.BORDER_REFLECT)


def reenact(rng: np.random.Generator, scene: Scene, source: np.ndarray) -> Forgery:
    """Opens, closes, spreads or lifts parts of the face; `source` (S,S,3) is the face to bend: the scene's own, the same
    before the camera softened it, or a painter's version."""
    target = scene.mesh.copy()
    mouth = scene.mesh[LIPS]
    middle = mouth.mean(0)
    stretch = 1 + rng.uniform(-1, 1, 2) * np.array([0.15, 0.45])
    target[LIPS] = middle + (mouth - middle) * stretch + rng.uniform(-0.02, 0.02, 2) * scene.face
    for eye in (LEFT_EYE, RIGHT_EYE):
        centre = scene.mesh[eye].mean(0)
        target[eye] = centre + (scene.mesh[eye] - centre) * np.array([1, rng.uniform(0.5, 1.3)])
    face = bend_by_points(source, scene.mesh[ANCHORS], target[ANCHORS], 0.07 * scene.face)
    if rng.random() < 0.75:
        face = color.change_frequency(rng, face)
    if rng.random() < 0.5:
        face = color.jitter_color(rng, face, 0.25)
    region = str(rng.choice(["mouth and chin", "lower half", "inner", "brows to chin", "mouth", "whole"]))
    side = scene.image.shape[0]
    mask = region_mask(rng, (side, side), scene.mesh, region, (-0.03, 0.03), (0.004, 0.04), bend=0.015)
    return Forgery(blend(scene.image, face, mask), mask, "reenact", region)
