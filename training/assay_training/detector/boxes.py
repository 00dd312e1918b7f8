"""Boxes in numpy: cell grids, decoding, overlap, non-maximum suppression. Boxes are x1, y1, x2, y2 in pixels."""

from __future__ import annotations

import numpy as np

from assay_training.detector.settings import STRIDES


def cell_grid(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Cells (A, 2) as column, row and their stride (A, 1); stride 8 first, cells row by row."""
    cells, strides = [], []
    for s in STRIDES:
        y, x = np.mgrid[0 : height // s, 0 : width // s]
        cells.append(np.stack([x.ravel(), y.ravel()], axis=1))
        strides.append(np.full((cells[-1].shape[0], 1), s))
    return np.concatenate(cells).astype(np.float32), np.concatenate(strides).astype(np.float32)


def decode_boxes(raw: np.ndarray, cells: np.ndarray, strides: np.ndarray) -> np.ndarray:
    """Boxes (..., A, 4) from raw values (..., A, 4): centre = (cell + b01) s, size = exp(b23) s."""
    centre = (cells + raw[..., :2]) * strides
    half = np.exp(raw[..., 2:4]) * strides / 2
    return np.concatenate([centre - half, centre + half], axis=-1)


def decode_landmarks(raw: np.ndarray, cells: np.ndarray, strides: np.ndarray) -> np.ndarray:
    """Landmarks (..., A, 10) from raw values (..., A, 10): point k = (cell + p) s."""
    return (np.tile(cells, 5) + raw) * strides


def overlap(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over union (len(a), len(b))."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:4], b[None, :, 2:4])
    inside = np.clip(high - low, 0, None).prod(axis=2)
    area_a = (a[:, 2:4] - a[:, :2]).prod(axis=1)
    area_b = (b[:, 2:4] - b[:, :2]).prod(axis=1)
    return inside / np.maximum(area_a[:, None] + area_b[None] - inside, 1e-9)


def non_maximum_suppression(boxes: np.ndarray, scores: np.ndarray, iou: float, most: int = 1500) -> np.ndarray:
    """Indices that stay, best first: a box goes when a better one overlaps it by more than `iou`.

    Only the `most` best boxes are looked at.
    """
    order = np.argsort(-scores, kind="stable")[:most]
    covers = overlap(boxes[order], boxes[order]) > iou
    alive = np.ones(len(order), bool)
    for place in range(len(order)):
        if alive[place]:
            alive[place + 1 :] &= ~covers[place, place + 1 :]
    return order[alive]


def flip_faces(boxes: np.ndarray, landmarks: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """Boxes (n, 4) and landmarks (n, 10) of the mirrored picture: right and left eye and mouth corner change names."""
    flipped = np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], axis=1)
    points = landmarks.reshape(-1, 5, 2)[:, [1, 0, 2, 4, 3]].copy()
    points[:, :, 0] = width - points[:, :, 0]
    return flipped, points.reshape(-1, 10)
