"""A detector as it ships: its file, how its answers are calibrated, and what the product would say of a face by it alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assay_training.crop import PRODUCT_MARGINS, face_crop
from assay_training.export import net_input, session
from assay_training.measures import sigmoid

FLAGGED = 0.85
"""Probability from which policy 4 calls a face manipulated."""


PART = 32
"""Crops that are given to a session at once."""


def run_in_parts(run, output: str, crops: np.ndarray) -> np.ndarray:
    """What a session says, by one output, of crops (n,N,N,3) uint8."""
    parts = (crops[i : i + PART] for i in range(0, len(crops), PART))
    return np.concatenate([run.run([output], {"face": net_input(part)})[0] for part in parts])


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


def ask_all(detectors: list[Shipped], picture: np.ndarray, points: np.ndarray, output: str) -> tuple[float, list[np.ndarray]]:
    """Calibrated log odds, mean over the detectors, and what those that have it say by one more output of their crops."""
    answers = [d.ask(picture, points, *([output] if output in d.entry["outputs"] else [])) for d in detectors]
    return float(np.mean([odds for odds, *_ in answers])), [told for _, *rest in answers for told in rest]


def judged_summary(logits: np.ndarray, judged: np.ndarray) -> dict[str, float]:
    """Shares of faces with log odds `logits` (n,) that the product would call manipulated if it judged them, does not judge (`judged` (n,) is
    false), and both judges and calls so."""
    flagged = sigmoid(logits) >= FLAGGED
    return {
        "calledManipulated": round(float(flagged.mean()), 3),
        "notJudged": round(float((~judged).mean()), 3),
        "judgedAndCalledManipulated": round(float((judged & flagged).mean()), 3),
    }
