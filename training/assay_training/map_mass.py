"""Does the map point at what was changed? `eval-maps`, on side-by-side clips: original left, forgery right.

The difference of the halves shows where the change is; the map of the forged half should lie inside it. A boundary runs
along the edge of the changed area, so that area is grown a little.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import cv2
import numpy as np

from assay_training.clips import FaceFinder, cut, even_frames
from assay_training.crop import face_crop
from assay_training.evaluate import MARGINS
from assay_training.export import net_input, session
from assay_training.measures import share_interval

LEAST_CHANGE = 5.0
"""Mean grey levels over all frames; less is what the encoder does."""

CHANGE_SHARE = 0.35
"""Of the strongest change of a clip (its 99th percentile): more counts as changed."""

SHIFTS = (-0.03, -0.015, 0.0, 0.015, 0.03)
"""Of the crop's side. The forged half lags a little behind the other, so that every outline differs; what agrees after a
small shift was not changed."""

TOLD = (0.1, 0.8)
"""Share of the crop that an area may have: with less or more, the change cannot be told from the motion of the head."""

GROW = 0.03
"""Of the crop's side."""


def difference_of(original: np.ndarray, forged: np.ndarray) -> np.ndarray:
    """How far two crops (N,N,3) of the same frame differ, (N,N) in mean grey levels, after the best of some small shifts."""
    side = len(original)
    least = np.full((side, side), np.inf, np.float32)
    for dx in SHIFTS:
        for dy in SHIFTS:
            move = np.float32([[1, 0, dx * side], [0, 1, dy * side]])
            moved = cv2.warpAffine(original, move, (side, side), borderMode=cv2.BORDER_REPLICATE)
            here = np.abs(moved.astype(np.float32) - forged).mean(2)
            least = np.minimum(least, cv2.GaussianBlur(here, (0, 0), 0.012 * side))
    return least


def changed_area(difference: np.ndarray) -> np.ndarray | None:
    """The hull of what changed about the middle of the crop, (N,N) bool, from the mean difference over a clip's frames: crops
    are aligned by the face, so that outlines which lag behind average out. None where hardly anything changed."""
    side = len(difference)
    bound = CHANGE_SHARE * float(np.quantile(difference, 0.99))
    if bound < LEAST_CHANGE * CHANGE_SHARE:
        return None
    size = 2 * round(GROW * side) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    joined = cv2.morphologyEx((difference > bound).astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    labels = cv2.connectedComponents(joined)[1]
    middle = labels[side // 4 : 3 * side // 4, side // 4 : 3 * side // 4]
    counts = np.bincount(middle[middle > 0], minlength=2)
    if counts.max() == 0:
        return None
    points = np.argwhere(labels == counts.argmax())[:, ::-1].astype(np.int32)
    area = np.zeros((side, side), np.uint8)
    cv2.fillConvexPoly(area, cv2.convexHull(points), 1)
    area = cv2.dilate(area, kernel).astype(bool)
    return area if TOLD[0] < area.mean() < TOLD[1] else None


def mass_inside(boundary: np.ndarray, area: np.ndarray) -> float:
    """Share of a map (n,n) in 0..1 that lies inside the area (N,N)."""
    full = cv2.resize(boundary, area.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return float(full[area].sum() / max(1e-6, full.sum()))


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="eval-maps", description=__doc__)
    p.add_argument("model", type=Path, help="a folder with a manifest-entry.json")
    p.add_argument("--clips", type=Path, default=Path("../../shared/data/clips"))
    p.add_argument("--yunet", type=Path, default=Path("../../shared/peers/yunet_n_dynamic.onnx"))
    p.add_argument("--frames", type=int, default=8)
    args = p.parse_args(argv)
    cv2.setNumThreads(1)
    entry = json.loads((args.model / "manifest-entry.json").read_text())
    run, size = session(args.model.parent / entry["file"]), entry["input"]["width"]
    finder, rows = FaceFinder(args.yunet), []
    labelled = list(csv.DictReader(open(args.clips / "clips.csv", newline="")))
    for row in (row for row in labelled if row["region"] == "right" and row["label"] == "fake"):
        pictures = even_frames(args.clips / row["file"], args.frames)
        inside, areas = [], []
        for margin in MARGINS:
            crops = []
            for picture in pictures:
                left, right = (np.ascontiguousarray(cut(picture, side)) for side in ("left", "right"))
                if left.shape == right.shape and (found := finder.faces(right)):
                    crops.append([face_crop(half, found[0], size, margin) for half in (left, right)])
            area = changed_area(np.mean([difference_of(*pair) for pair in crops], 0)) if crops else None
            if area is None:
                continue
            x = net_input([forged for _, forged in crops])
            inside += [mass_inside(boundary[0], area) for boundary in run.run(["boundary"], {"face": x})[0]]
            areas.append(float(area.mean()))
        if inside:
            rows.append({"file": row["file"], "group": row["group"], "inside": np.mean(inside), "area": np.mean(areas)})
    values, groups = np.array([r["inside"] for r in rows]), np.array([r["group"] for r in rows])
    found = {
        "model": f"{entry['id']} {entry['version']}",
        "clips": len(rows),
        "massInside": round(float(values.mean()), 3),
        "massInside95": [round(v, 3) for v in share_interval(values, groups)],
        "areaOfTheCrop": round(float(np.mean([r["area"] for r in rows])), 3),
        "byFile": {r["file"]: [round(float(r["inside"]), 3), round(float(r["area"]), 3)] for r in rows},
    }
    print(json.dumps(found, indent=1))
    return 0
