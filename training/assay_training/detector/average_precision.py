"""Average precision at one overlap, as PASCAL VOC 2010+ counts it: area under the precision envelope, all points."""

from __future__ import annotations

import numpy as np

from assay_training.detector.boxes import overlap


def match(boxes: np.ndarray, truth: np.ndarray, iou: float) -> np.ndarray:
    """Which of `boxes` (n,4; best first) hit: each takes the free true box (m,4) it overlaps most, if by >= `iou`."""
    hits = np.zeros(len(boxes), bool)
    if not len(truth) or not len(boxes):
        return hits
    table = overlap(boxes, truth)
    free = np.ones(len(truth), bool)
    for i in range(len(boxes)):
        row = np.where(free, table[i], -1)
        best = int(row.argmax())
        if row[best] >= iou:
            hits[i] = True
            free[best] = False
    return hits


def average_precision(scores: np.ndarray, hits: np.ndarray, truths: int) -> float:
    """AP of all detections (n,) of a set with `truths` true boxes; NaN without any true box."""
    if truths == 0:
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(hits[order])
    recall = np.concatenate([[0.0], right / truths])
    precision = np.concatenate([[1.0], right / np.arange(1, len(right) + 1)])
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall) * envelope[1:]))
