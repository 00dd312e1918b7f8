"""Landmark sets of the 468-point FaceMesh that cut faces the way forgery tools do, and fits between meshes."""

from __future__ import annotations

import numpy as np

OVAL = [10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149,
        150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109]  # fmt: skip
JAW = OVAL[7:30]
BROWS = [70, 63, 105, 66, 107, 336, 296, 334, 293, 300]
LIPS = [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185]
LEFT_EYE = [263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466]
RIGHT_EYE = [33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246]
NOSE = [168, 6, 197, 195, 5, 4, 1, 98, 327, 64, 294, 48, 278, 2, 129, 358]
UNDER_EYES = [111, 117, 118, 119, 120, 121, 340, 346, 347, 348, 349, 350]
CHEEKS = [50, 280, 205, 425, 187, 411]
MOUTH_AND_CHIN = [2, 98, 327, 206, 426, 216, 436, 212, 432, 57, 287, 152, 148, 377, 176, 400, 149, 378, 150, 379]

REGIONS: dict[str, list[int]] = {
    "whole": OVAL,
    "brows to chin": BROWS + JAW,
    "inner": BROWS + CHEEKS + LIPS,
    "mouth and chin": MOUTH_AND_CHIN,
    "eyes and brows": BROWS + UNDER_EYES + [33, 263],
    "mouth": LIPS,
    "nose": NOSE,
    "lower half": [6, 117, 346, *JAW[2:-2]],
    "right cheek": [116, 117, 118, 101, 36, 206, 207, 187, 147, 123],
    "left cheek": [345, 346, 347, 330, 266, 426, 427, 411, 376, 352],
    "forehead": [10, 338, 297, 332, 284, 109, 67, 103, 54, *BROWS],
}
"""Convex hulls of these points are the regions that a forgery may replace."""

ANCHORS = sorted({*OVAL[::2], *BROWS[::2], *LIPS[::3], *LEFT_EYE[::3], *RIGHT_EYE[::3], *NOSE[::3], *CHEEKS})
"""Points that carry a warp from one mesh to another: enough for shape, few enough to be quick."""

INNER = sorted({*BROWS, *LIPS, *LEFT_EYE, *RIGHT_EYE, *NOSE})
"""Points that move little when a face turns: for fitting one face on another."""


def box_side(mesh: np.ndarray) -> float:
    """Longer side of the mesh's box, in the mesh's own unit."""
    return float((mesh.max(0) - mesh.min(0)).max())


def fit_affine(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """(2,3) least-squares affine map from source points (n,2) to target points (n,2)."""
    ones = np.concatenate([source, np.ones((len(source), 1))], 1)
    return np.linalg.lstsq(ones, target, rcond=None)[0].T


def fit_similarity(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """(2,3) least-squares map of turn, scale and shift from source points to target points."""
    s, t = source - source.mean(0), target - target.mean(0)
    norm = (s * s).sum()
    a, b = (s * t).sum() / norm, (s[:, 0] * t[:, 1] - s[:, 1] * t[:, 0]).sum() / norm
    turn = np.array([[a, -b], [b, a]])
    return np.column_stack([turn, target.mean(0) - turn @ source.mean(0)])


def apply(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    return points @ matrix[:, :2].T + matrix[:, 2]
