"""Lip-sync: the lower face painted anew by a small generator so that the lips follow a sound, and put back into the frame.

After Wav2Lip (Prajwal et al., 2020), which paints a box of 96 pixels around the face and pastes all of it, and its successors,
which paint 128 to 256 pixels and paste the lower half or the mouth alone, feathered.
"""

from __future__ import annotations

import cv2
import numpy as np

from assay_training.landmarks import ANCHORS, JAW, LIPS
from assay_training.synthesis import color
from assay_training.synthesis.masks import blend, region_mask
from assay_training.synthesis.reenact import bend_by_points
from assay_training.synthesis.scene import Forgery, Scene

GENERATOR_PX = {96: 0.4, 128: 0.25, 192: 0.15, 256: 0.2}
"""Sides of the box that generators paint, and how often each."""

PASTES = {"box": 0.3, "lower box": 0.2, "lower half": 0.25, "mouth and chin": 0.25}
"""What is put back: all that was painted, its lower half, or a region of the face."""


def spoken(rng: np.random.Generator, scene: Scene, source: np.ndarray) -> np.ndarray:
    """`source` (S,S,3), a face at the scene's mesh, saying something else: the lips open, close or round, the jaw goes along."""
    target = scene.mesh.copy()
    lips = scene.mesh[LIPS]
    middle = lips.mean(0)
    open_by = rng.uniform(0.5, 1.9)
    target[LIPS] = middle + (lips - middle) * np.array([rng.uniform(0.75, 1.15), open_by])
    height = float(np.ptp(lips[:, 1]))
    chin = sorted(JAW, key=lambda i: -scene.mesh[i, 1])[:9]
    drop = 0.5 * height * (open_by - 1)
    target[chin, 1] += drop * 0.6
    target[LIPS, 1] += drop * 0.3
    return bend_by_points(source, scene.mesh[ANCHORS], target[ANCHORS], 0.07 * scene.face)


def generated(rng: np.random.Generator, face: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    """`face` (S,S,3) as a generator of few pixels gives back the box x0, y0, x1, y1 of it: soft, with colours a little off."""
    x0, y0, x1, y1 = box
    size = int(rng.choice(list(GENERATOR_PX), p=list(GENERATOR_PX.values())))
    inside = np.ascontiguousarray(face[y0:y1, x0:x1])
    small = cv2.resize(inside, (size, size), interpolation=cv2.INTER_AREA if size < x1 - x0 else cv2.INTER_LINEAR)
    if rng.random() < 0.75:  # trained to be right on average, it has no fine detail; sharper losses leave some
        small = cv2.GaussianBlur(small, (0, 0), rng.uniform(0.35, 1.1))
    if rng.random() < 0.25:
        small = color.enhance(rng, small)
    if rng.random() < 0.4:
        small = color.jitter_color(rng, small, rng.uniform(0.1, 0.3))
    back = cv2.resize(small, (x1 - x0, y1 - y0), interpolation=(cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4)[rng.integers(0, 3)])
    out = face.copy()
    out[y0:y1, x0:x1] = back
    return out


def face_box(rng: np.random.Generator, scene: Scene) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 of the box that a generator is given: the face with the chin's movement, within the canvas."""
    side = scene.image.shape[0]
    (left, top), (right, bottom) = scene.mesh.min(0), scene.mesh.max(0)
    pad = rng.uniform(-0.04, 0.06, 4) * scene.face
    low = rng.uniform(0.0, 0.1) * scene.face
    edges = np.round([left - pad[0], top - pad[1], right + pad[2], bottom + max(0.0, pad[3]) + low]).astype(int)
    x0, y0 = (int(v) for v in edges[:2].clip(0, side - 16))
    x1, y1 = (int(v) for v in edges[2:].clip(16, side))
    return x0, y0, max(x1, x0 + 16), max(y1, y0 + 16)


def box_mask(side: int, box: tuple[int, int, int, int], sigma: float) -> np.ndarray:
    """(side,side) float32, 1 within the box, feathered inwards so that nothing outside changes."""
    x0, y0, x1, y1 = box
    mask = np.zeros((side, side), np.float32)
    mask[y0:y1, x0:x1] = 1
    if sigma < 0.3:
        return mask
    return np.clip(cv2.GaussianBlur(mask, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE) * 2 - 1, 0, 1)


def with_mouth_of(rng: np.random.Generator, scene: Scene, source: np.ndarray, lent: np.ndarray) -> np.ndarray:
    """`source` (S,S,3) with the lower half of the face `lent` (S,S,3), under the same light: a generator sees the rest of the picture."""
    side = source.shape[0]
    mask = region_mask(rng, (side, side), scene.mesh, "lower half", (0.0, 0.04), (0.02, 0.06), bend=0)
    alike = color.transfer(lent, source, mask, rng.uniform(0.7, 1.0), rng.random() < 0.7)
    return blend(source, alike, mask)


def lip_sync(rng: np.random.Generator, scene: Scene, source: np.ndarray, lent: np.ndarray | None) -> Forgery:
    """source: the scene's picture, or the same before the camera softened it; lent (S,S,3): a face at the scene's mesh, a painter's or
    another person's, whose mouth it gets. Without it, the face's own mouth moves."""
    side = scene.image.shape[0]
    box = face_box(rng, scene)
    x0, y0, x1, y1 = box
    speaker = source if lent is None else with_mouth_of(rng, scene, source, lent)
    painted = generated(rng, spoken(rng, scene, speaker), box)
    paste = str(rng.choice(list(PASTES), p=list(PASTES.values())))
    nose = float(scene.mesh[4, 1])
    lower = (x0, int(np.clip(nose + rng.uniform(-0.12, 0.08) * scene.face, y0 + 2, y1 - 8)), x1, y1)
    if paste == "box":
        mask, region = box_mask(side, box, rng.uniform(0, 0.02) * scene.face), "whole"
    elif paste == "lower box":
        mask, region = box_mask(side, lower, rng.uniform(0, 0.05) * scene.face), "lower half"
    else:
        mask, region = region_mask(rng, (side, side), scene.mesh, paste, (-0.04, 0.03), (0.01, 0.06), bend=0.01), paste
        if rng.random() < 0.5:
            painted = color.transfer(painted, scene.image, mask, rng.uniform(0.5, 1.0), rng.random() < 0.5)
    return Forgery(blend(scene.image, painted, mask), mask, "lip-sync", region)
