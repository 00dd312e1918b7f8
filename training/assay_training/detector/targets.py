"""Training targets: the teacher's dense answers on the same pixels, corrected by what is known to be there."""

from __future__ import annotations

import numpy as np

from assay_training.detector.boxes import overlap

POSITIVE = 0.05
"""Teacher score from which a cell learns box and landmarks."""
SEEN_SCORE = 0.3
"""A labelled face counts as seen when the teacher answers with this score and overlap >= SEEN_IOU."""
SEEN_IOU = 0.45
PEAK = 0.85
"""A labelled face that the teacher sees faintly is raised to this score at its best cell."""
MISSED_SCORE = 0.75
"""Score asked of the student at the best cell of a labelled face that the teacher missed."""
DOUBT = 0.5
"""Teacher answers without a labelled face are taken at this share of their score."""
MIN_SIDE = 4.0
"""Faces smaller than this (square root of the area, pixels) are not asked for; nor are they punished."""


SMALL = 24.0
"""Faces under this size (square root of the area, pixels) take the label's box, seen on enlarged pixels."""


def side_of(boxes: np.ndarray) -> np.ndarray:
    """Square roots of the areas of boxes (n,4)."""
    return np.sqrt(np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), 1e-6))


def stride_for(size: float) -> int:
    """Cell size for a face of `size` pixels (square root of its area), where the teacher has none to copy."""
    return 8 if size < 40 else 16 if size < 110 else 32


def make_targets(
    scores: np.ndarray,
    boxes: np.ndarray,
    landmarks: np.ndarray,
    truth: np.ndarray,
    truth_points: np.ndarray,
    cells: np.ndarray,
    strides: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Targets of one picture.

    @param scores, boxes, landmarks the teacher's dense answers (A,), (A,4), (A,10)
    @param truth, truth_points labelled faces (n,4), (n,10), NaN where a landmark is unknown
    @param cells, strides grid (A,2) column and row, and (A,1)
    @returns score (A,) in 0..1, weight of the score loss (A,) (0: ignore), box (A,4), landmarks (A,10),
        landmark weight (A,) (0: unknown)
    """
    target = np.minimum(scores, 1).astype(np.float32)
    weight = np.ones_like(target)
    box = boxes.astype(np.float32).copy()
    points = landmarks.astype(np.float32).copy()
    known_points = np.ones_like(target)
    hot = np.flatnonzero(scores > POSITIVE)
    if not len(truth):
        target *= DOUBT
        return target, weight, box, points, known_points
    table = overlap(boxes[hot], truth) if len(hot) else np.zeros((0, len(truth)))
    if len(hot):
        best = table.argmax(axis=1)
        value = table[np.arange(len(hot)), best]
        target[hot[value < 0.3]] *= DOUBT
        good = value >= SEEN_IOU
        # a turned face's box is only roughly known: the label replaces the teacher's small boxes, where it is precise
        small = good & (side_of(truth)[best] < SMALL)
        box[hot[small]] = truth[best[small]]
        named = good & np.isfinite(truth_points[best]).all(axis=1)
        points[hot[named]] = truth_points[best[named]]
    centres = (truth[:, :2] + truth[:, 2:]) / 2
    sides = side_of(truth)
    for k in range(len(truth)):
        mine = hot[(table[:, k] >= SEEN_IOU) & (best == k)] if len(hot) else hot
        top = float(scores[mine].max()) if len(mine) else 0.0
        if top >= SEEN_SCORE:
            if top < PEAK:
                target[mine] *= PEAK / top
            continue
        stride = stride_for(sides[k])
        distance = np.abs((cells + 0.0) * strides - centres[k]).max(axis=1) / strides[:, 0]
        near = np.flatnonzero((distance <= 1.0) & (strides[:, 0] == stride))
        if not len(near):
            continue
        weight[near] = np.where(target[near] < 0.5, 0, weight[near])
        if sides[k] < MIN_SIDE:
            continue
        cell = near[distance[near].argmin()]
        target[cell] = max(target[cell], MISSED_SCORE)
        weight[cell] = 1
        box[cell] = truth[k]
        finite = bool(np.isfinite(truth_points[k]).all())
        known_points[cell] = float(finite)
        points[cell] = truth_points[k] if finite else 0
    return target, weight, box, points, known_points
