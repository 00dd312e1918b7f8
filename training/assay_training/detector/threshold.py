"""The score threshold: chosen on the validation scenes that are not WIDER, never on clips or on wider_val."""

from __future__ import annotations

import numpy as np

from assay_training.detector.dataset import NEGATIVE_SOURCE, VAL_ONLY_SOURCE, Scene
from assay_training.detector.measure import Found, balance_at, false_alarms, find_all
from assay_training.detector.runtime import Detector

MIN_SIZE = 16.0
"""Labelled faces smaller than this (square root of the area, pixels of the picture) do not count."""
CANDIDATES = tuple(np.round(np.arange(0.30, 0.86, 0.05), 2).tolist())
MAX_FALSE_ALARMS = 0.0
"""False alarms per picture without faces that are tolerated, at most: the teacher has none in the validation scenes."""


def find_reduced(student: Detector, scenes: list[Scene], long_side: int) -> Found:
    """Faces at the product's input size: reduced to `long_side` where larger."""
    return [f for s in scenes for f in find_all(student, [s], long_side if max(s.image.shape[:2]) > long_side else None)]


def choose_threshold(student: Detector, val: list[Scene], long_side: int) -> tuple[float, list[dict]]:
    """The score with the best F1 among those with few false alarms on negatives, and the table it was chosen from.

    Pictures are reduced to `long_side` but never enlarged, as in the product.
    """
    own = [s for s in val if s.source != VAL_ONLY_SOURCE]
    faces = find_reduced(student, [s for s in own if s.source != NEGATIVE_SOURCE], long_side)
    empty = find_reduced(student, [s for s in own if s.source == NEGATIVE_SOURCE], long_side)
    table = []
    for score in CANDIDATES:
        balance = balance_at(faces, score, MIN_SIZE)
        row = {"score": score, "precision": balance.precision, "recall": balance.recall, "f1": balance.f1}
        table.append({k: round(v, 4) for k, v in row.items()} | {"falseAlarms": false_alarms(empty, score)})
    quiet = [r for r in table if r["falseAlarms"] <= MAX_FALSE_ALARMS * max(len(empty), 1)] or table[-1:]
    return max(quiet, key=lambda r: r["f1"])["score"], table
