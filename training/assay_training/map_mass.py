"""Do the maps point at what was changed? `eval-maps`, on side-by-side clips: original left, forgery right.

The difference of the halves shows where the change is; the maps of the forged half should lie inside it. A boundary runs
along the edge of the changed area, so that area is grown a little. Faces lie in the middle of a crop and are what swaps change, so
a map that knows nothing of the picture does well, too: the mean of each map over all clips is measured beside it. With
`--synthetic` the same on held-out faces with forgeries of known, differing regions, where such a map does badly.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from assay_training.clips import FaceFinder, cut, even_frames
from assay_training.crop import PRODUCT_MARGINS, face_crop
from assay_training.export import net_input, session
from assay_training.measures import share_interval
from assay_training.pairs import SHOWS, PairMaker, join
from assay_training.train import GROUP

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

REPLACED = 0.5
"""A pixel was replaced where the mask is at least this share of its own maximum."""


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
    p.add_argument("--synthetic", type=int, default=0, help="measure on this many pairs of held-out synthetic faces instead")
    p.add_argument("--cache", type=Path, default=Path("runs/cache"), help="of `prepare`, for --synthetic")
    args = p.parse_args(argv)
    cv2.setNumThreads(1)
    entry = json.loads((args.model / "manifest-entry.json").read_text())
    run, size = session(args.model.parent / entry["file"]), entry["input"]["width"]
    maps = [name for name in ("boundary", "mask") if name in entry["outputs"]]
    if args.synthetic:
        print(json.dumps(synthetic(run, maps, args.cache, args.synthetic, size), indent=1))
        return 0
    finder, rows = FaceFinder(args.yunet), []
    labelled = list(csv.DictReader(open(args.clips / "clips.csv", newline="")))
    for row in (row for row in labelled if row["region"] == "right" and row["label"] == "fake"):
        pictures = even_frames(args.clips / row["file"], args.frames)
        inside, areas = {name: [] for name in maps}, []
        for margin in PRODUCT_MARGINS:
            crops = []
            for picture in pictures:
                left, right = (np.ascontiguousarray(cut(picture, side)) for side in ("left", "right"))
                if left.shape == right.shape and (found := finder.faces(right)):
                    crops.append([face_crop(half, found[0], size, margin) for half in (left, right)])
            area = changed_area(np.mean([difference_of(*pair) for pair in crops], 0)) if crops else None
            if area is None:
                continue
            x = net_input([forged for _, forged in crops])
            for name, drawn in zip(maps, run.run(maps, {"face": x})):
                inside[name] += [(m[0], area) for m in drawn]
            areas.append(float(area.mean()))
        if areas:
            rows.append({"file": row["file"], "group": row["group"], "maps": inside, "area": float(np.mean(areas))})
    found = {
        "model": f"{entry['id']} {entry['version']}",
        "clips": len(rows),
        "areaOfTheCrop": round(float(np.mean([r["area"] for r in rows])), 3),
        **{name: summary([r["maps"][name] for r in rows], rows) for name in maps},
    }
    print(json.dumps(found, indent=1))
    return 0


def synthetic(run, maps: list[str], cache: Path, count: int, size: int) -> dict:
    """Mass inside the true mask of forgeries that show, by region, beside that of the mean map over all of them."""
    maker, rng = PairMaker(cache, train=False), np.random.default_rng(17)
    batch = join([maker.group(rng, GROUP, size) for _ in range(-(-count // GROUP))])
    shown = np.flatnonzero(batch.weight >= SHOWS)
    areas = [m >= REPLACED * max(1, int(m.max())) for m in batch.mask[shown]]
    regions = np.array([batch.kinds[i].split(": ")[1] for i in shown])
    parts = [run.run(maps, {"face": net_input(batch.forged[part])}) for part in np.array_split(shown, -(-len(shown) // 32))]
    found: dict = {"pairs": len(batch.weight), "shown": len(shown), "areaOfTheCrop": round(float(np.mean(areas)), 3)}
    for name, drawn in zip(maps, (np.concatenate(values)[:, 0] for values in zip(*parts))):
        inside, blind = beside_the_mean_map(drawn, areas)
        found[name] = {
            region: {"massInside": round(float(inside[rows].mean()), 3), "ofTheMeanMap": round(float(blind[rows].mean()), 3), "forgeries": int(rows.sum())}
            for region, rows in [("all", np.ones(len(shown), bool)), *((r, regions == r) for r in sorted(set(regions)))]
        }  # fmt: skip
    return found


def beside_the_mean_map(drawn: Sequence[np.ndarray], areas: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Mass of each map (n,n) inside its area (N,N), and what the mean of all the maps has in the same places."""
    mean = np.mean(drawn, 0)
    inside = np.array([mass_inside(own, area) for own, area in zip(drawn, areas)])
    return inside, np.array([mass_inside(mean, area) for area in areas])


def summary(drawn: list[list[tuple[np.ndarray, np.ndarray]]], rows: list[dict]) -> dict:
    """Of one kind of map: its mass inside, clip by clip, and that of the mean map, which is the same for every picture."""
    clips = np.cumsum([len(clip) for clip in drawn])[:-1]
    inside, blind = beside_the_mean_map(*zip(*(each for clip in drawn for each in clip)))
    values, blind_values = (np.array([part.mean() for part in np.split(v, clips)]) for v in (inside, blind))
    return {
        "massInside": round(float(values.mean()), 3),
        "massInside95": [round(v, 3) for v in share_interval(values, np.array([r["group"] for r in rows]))],
        "massInsideOfTheMeanMap": round(float(blind_values.mean()), 3),
        "byFile": {r["file"]: [round(float(v), 3), round(r["area"], 3)] for v, r in zip(values, rows)},
    }
