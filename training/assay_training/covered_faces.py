"""Real faces behind masks and hands: how many are called forged, and are they seen to be covered? `eval-occlusion`.

On scenes of the face detector's data, which no forgery detector was trained on; whether a face is covered was labelled by eye
(`annotations/covered-faces.csv`: file, corner of the box in pixels, `covered` or `bare`). Half of the faces are those of a few people.
"""

from __future__ import annotations

import argparse
import csv
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from assay_training.crop import PRODUCT_MARGINS
from assay_training.detector.dataset import MARKS
from assay_training.measures import auc
from assay_training.shipped import Shipped, ask_all, judged_summary

ANNOTATIONS = Path(__file__).parents[1] / "annotations" / "covered-faces.csv"

INNER = (0.3, -0.25, 0.4)
"""The inner face, brows to lips, in face sizes from the crop's middle: half width, top, bottom; as the product has it."""

MOST_HIDDEN = 0.35
"""Share of the inner face that may be hidden in a frame that the product judges."""


def share_hidden(maps: np.ndarray, margins: tuple[float, ...]) -> float:
    """Mean over the inner face of maps (m,n,n) in 0..1, one for each margin."""
    shares = []
    for drawn, margin in zip(maps, margins):
        at = ((np.arange(len(drawn)) + 0.5) / len(drawn) - 0.5) * margin
        inside = (np.abs(at) <= INNER[0])[None, :] & ((at >= INNER[1]) & (at <= INNER[2]))[:, None]
        shares.append(float(drawn[inside].mean()))
    return float(np.mean(shares))


def labelled_faces(folder: Path, annotations: Path = ANNOTATIONS) -> Iterator[tuple[np.ndarray, np.ndarray, bool]]:
    """Picture (H,W,3) RGB, five landmarks (5,2), whether the face is covered."""
    labels = {(r["file"], r["x"], r["y"]): r["face"] == "covered" for r in csv.DictReader(open(annotations, newline=""))}
    with tarfile.open(folder / "images.tar") as tar:
        members = {Path(m.name).name: m for m in tar.getmembers()}
        for row in csv.DictReader(open(folder / "boxes.csv", newline="")):
            covered = labels.get((row["file"], str(round(float(row["x"]), 1)), str(round(float(row["y"]), 1))))
            if covered is None:
                continue
            blob = np.frombuffer(tar.extractfile(members[Path(row["file"]).name]).read(), np.uint8)
            picture = np.ascontiguousarray(cv2.imdecode(blob, cv2.IMREAD_COLOR)[..., ::-1])
            yield picture, np.array([float(row[k]) for k in MARKS]).reshape(5, 2), covered


def looked_at(picture: np.ndarray, points: np.ndarray, models: list[Shipped]) -> tuple[float, float]:
    """Log odds of manipulation, calibrated, mean over the models; share of the inner face hidden (NaN where no model tells)."""
    odds, maps = ask_all(models, picture, points, "occlusion")
    return odds, float(np.mean([share_hidden(drawn, PRODUCT_MARGINS) for drawn in maps])) if maps else float("nan")


def summary(logits: np.ndarray, hidden: np.ndarray) -> dict:
    return {
        "faces": len(logits),
        "meanLogOdds": round(float(logits.mean()), 2),
        **judged_summary(logits, ~(hidden > MOST_HIDDEN)),
        "hidden": None if np.isnan(hidden).all() else [round(float(v), 2) for v in np.quantile(hidden, [0.05, 0.5, 0.95])],
    }


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="eval-occlusion", description=__doc__)
    p.add_argument("models", type=Path, nargs="+", help="folders with a manifest-entry.json")
    p.add_argument("--detect", type=Path, default=Path("../../shared/data/detect"))
    args = p.parse_args(argv)
    models = [Shipped.read(folder) for folder in args.models]
    rows = [(*looked_at(picture, points, models), covered) for picture, points, covered in labelled_faces(args.detect)]
    logits, hidden, covered = (np.array(column) for column in zip(*rows))
    found = {"models": [f"{m.entry['id']} {m.entry['version']}" for m in models]}
    found |= {name: summary(logits[part], hidden[part]) for name, part in (("covered", covered), ("bare", ~covered))}
    if not np.isnan(hidden).all():
        found["aucOfHidden"] = round(auc(hidden[~covered], hidden[covered]), 3)
    print(json.dumps(found, indent=1))
    return 0
