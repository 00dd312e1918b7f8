"""Does the map point at what was changed? `eval-maps`, on side-by-side clips: original left, forgery right.

The difference of the halves shows where the change is; the map of the forged half should lie inside it. A boundary runs
along the edge of the changed area, so that area is grown a little.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import av
import cv2
import numpy as np

from assay_training.clips import FaceFinder, cut
from assay_training.crop import face_crop
from assay_training.evaluate import MARGINS
from assay_training.export import session
from assay_training.measures import share_interval

LEAST_CHANGE = 6.0
"""Mean grey levels; less is what the encoder does."""

CHANGE_SHARE = 0.2
"""Of the strongest change of a crop (its 99th percentile): more counts as changed."""

GROW = 0.06
"""Of the crop's side."""


def changed_area(original: np.ndarray, forged: np.ndarray) -> np.ndarray | None:
    """Where two crops (N,N,3) of the same frame differ, (N,N) bool; None where they hardly do."""
    difference = cv2.GaussianBlur(np.abs(original.astype(np.float32) - forged).mean(2), (0, 0), 2)
    bound = max(LEAST_CHANGE, CHANGE_SHARE * float(np.quantile(difference, 0.99)))
    area = (difference > bound).astype(np.uint8)
    if area.mean() < 0.01:
        return None
    size = 2 * round(GROW * len(area)) + 1
    return cv2.dilate(area, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))).astype(bool)


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
        with av.open(str(args.clips / row["file"])) as container:
            count = sum(1 for _ in container.decode(video=0))
        wanted = {int((i + 0.5) * count / args.frames) for i in range(args.frames)}
        with av.open(str(args.clips / row["file"])) as container:
            pictures = [f.to_ndarray(format="rgb24") for i, f in enumerate(container.decode(video=0)) if i in wanted]
        inside, areas = [], []
        for picture in pictures:
            left, right = (np.ascontiguousarray(cut(picture, side)) for side in ("left", "right"))
            if left.shape != right.shape or not (found := finder.faces(right)):
                continue
            for margin in MARGINS:
                original, forged = (face_crop(half, found[0], size, margin) for half in (left, right))
                if (area := changed_area(original, forged)) is None:
                    continue
                x = (forged.transpose(2, 0, 1)[None].astype(np.float32) - 127.5) / 127.5
                inside.append(mass_inside(run.run(["boundary"], {"face": x})[0][0, 0], area))
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
