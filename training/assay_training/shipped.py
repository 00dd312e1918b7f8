"""A detector as it ships: its file, how its answers are calibrated, and what the product would say of a face by it alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assay_training.crop import PRODUCT_MARGINS, face_crop
from assay_training.export import net_input, session

FLAGGED = 0.85
"""Probability from which policy 4 calls a face manipulated."""


@dataclass(frozen=True)
class Shipped:
    """entry: of the manifest; file: the exported net; run: a session over it."""

    entry: dict
    file: Path
    run: object

    @classmethod
    def read(cls, folder: Path) -> Shipped:
        """The detector of a folder with a manifest-entry.json."""
        entry = json.loads((folder / "manifest-entry.json").read_text())
        file = folder.parent / entry["file"]
        return cls(entry, file, session(file))

    @property
    def size(self) -> int:
        return self.entry["input"]["width"]

    def calibrated(self, logit):
        """Log odds of manipulation."""
        return self.entry["calibration"]["a"] * logit + self.entry["calibration"]["b"]

    def ask(self, picture: np.ndarray, points: np.ndarray, *outputs: str) -> tuple[float, *tuple[np.ndarray, ...]]:
        """Calibrated log odds of a face in a picture (H,W,3), and what other outputs say of its crops, one for each of the product's margins:
        maps (m,n,n), values (m,)."""
        x = net_input([face_crop(picture, points, self.size, margin) for margin in PRODUCT_MARGINS])
        logit, *told = self.run.run(["logit", *outputs], {"face": x})
        return self.calibrated(float(logit.mean())), *(values[:, 0] for values in told)
