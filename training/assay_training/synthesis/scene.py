"""The picture that a forgery is made in, and what comes out of making one."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from assay_training.data import Faces
from assay_training.landmarks import box_side


@dataclass(frozen=True)
class Scene:
    """A real face at its native scale on a square canvas.

    image (S,S,3) uint8 RGB, mesh (468,2) in its pixels, face = mesh box side in pixels, index = row in `Faces`,
    scale and shift take the stored picture's pixels (not the canvas's) to the canvas; captured: a modest camera took it.
    """

    image: np.ndarray
    mesh: np.ndarray
    face: float
    index: int
    scale: float
    shift: np.ndarray
    captured: bool = False


@dataclass(frozen=True)
class Forgery:
    """image (S,S,3) uint8, mask (S,S) float32 of what was replaced; way: how it was made (a key of `pairs.MIX` or of `soft_discrepancy.ALTERATIONS`), region: a
    key of `landmarks.REGIONS`; whole: the mask as it was before something came between, where anything did."""

    image: np.ndarray
    mask: np.ndarray
    way: str
    region: str
    whole: np.ndarray | None = None


def canvas_side(face: float) -> int:
    """Side of the canvas for a face of this size: a multiple of 16 for the video encoder."""
    return int(round(1.6 * face / 16)) * 16


def make_scene(rng: np.random.Generator, faces: Faces, index: int, face: float) -> Scene:
    """Face `index` scaled so that its mesh box is about `face` pixels, edges replicated to fill the canvas."""
    picture, mesh = faces.picture(index)
    scale = face / box_side(mesh)
    side = canvas_side(face)
    h, w = picture.shape[:2]
    width, height = max(8, round(w * scale)), max(8, round(h * scale))
    way = cv2.INTER_AREA if scale < 0.8 else (cv2.INTER_CUBIC, cv2.INTER_LINEAR)[rng.integers(0, 2)]
    image = cv2.resize(np.ascontiguousarray(picture), (width, height), interpolation=way)
    ratio = np.array([width / w, height / h], np.float32)
    mesh = (mesh + 0.5) * ratio - 0.5
    middle = (mesh.max(0) + mesh.min(0)) / 2
    shift = np.round(side / 2 - middle).astype(int)
    left, top = shift
    x0, y0, x1, y1 = max(0, -left), max(0, -top), min(width, side - left), min(height, side - top)
    image = cv2.copyMakeBorder(
        image[y0:y1, x0:x1], top + y0, side - top - y1, left + x0, side - left - x1, cv2.BORDER_REPLICATE
    )
    return Scene(image, mesh + shift, face, index, scale, shift.astype(np.float32))
