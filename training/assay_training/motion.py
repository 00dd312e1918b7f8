"""What the motion between neighbouring frames says of a clip, by quantities that need no training.

A temporal detector lives on what a forger does to each frame anew: flicker, jumps, a face that moves unlike its surroundings. Whether
labelled clips hold any of it is seen before one is trained: face crops of neighbouring frames, aligned by smoothed landmarks, are
predicted from the frames beside them by optical flow, inside the face and around it.
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
from assay_training.measures import auc

SIDE = 160
LANDMARKS = np.float32([[0.36, 0.40], [0.64, 0.40], [0.5, 0.56], [0.39, 0.72], [0.61, 0.72]]) * SIDE
"""Where eyes, nose and corners of the mouth lie in an aligned crop."""
SMOOTHING = np.array([1, 4, 6, 4, 1]) / 16
"""Over frames: the landmarks' own noise would be motion."""
FOUND = 0.7
"""Share of a run's frames that must show the face."""

_y, _x = np.mgrid[:SIDE, :SIDE] / SIDE
AREAS = {
    "face": ((_x - 0.5) / 0.24) ** 2 + ((_y - 0.56) / 0.28) ** 2 < 1,
    "around": ((_x - 0.5) / 0.36) ** 2 + ((_y - 0.55) / 0.42) ** 2 > 1,
    "mouth": (abs(_x - 0.5) < 0.16) & (abs(_y - 0.72) < 0.09),
    "eyes": (abs(_x - 0.5) < 0.24) & (abs(_y - 0.40) < 0.07),
}
QUANTITIES = ("unpredicted", "unpredicted forward", "acceleration", "speed", "fine detail", "brightness")


def aligned_run(frames: list[np.ndarray], finder: FaceFinder) -> tuple[np.ndarray, np.ndarray] | None:
    """Crops (T,SIDE,SIDE) uint8 grey of the most prominent face, aligned, and its landmarks (T,5,2) as found, in picture pixels."""
    found: list[np.ndarray | None] = []
    last: np.ndarray | None = None
    for frame in frames:
        faces = finder.faces(frame)
        near = faces and (faces[0] if last is None else min(faces, key=lambda p: float(np.hypot(*(p.mean(0) - last)))))
        found.append(near if len(faces) else None)
        last = found[-1].mean(0) if found[-1] is not None else last
    seen = [i for i, points in enumerate(found) if points is not None]
    if len(seen) < FOUND * len(frames):
        return None
    flat = np.stack([found[i].reshape(-1) for i in seen])
    points = np.stack([np.interp(range(len(frames)), seen, flat[:, c]) for c in range(10)], 1).reshape(-1, 5, 2)
    padded = np.pad(points, ((2, 2), (0, 0), (0, 0)), "edge")
    smooth = sum(weight * padded[k : k + len(points)] for k, weight in enumerate(SMOOTHING))
    crops = []
    for frame, where in zip(frames, smooth):
        matrix, _ = cv2.estimateAffinePartial2D(np.float32(where), LANDMARKS, method=cv2.LMEDS)
        scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
        soft = cv2.GaussianBlur(frame, (0, 0), 0.35 / scale) if scale < 0.5 else frame
        crop = cv2.warpAffine(soft, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        crops.append(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY))
    return np.stack(crops), points


def quantities(crops: np.ndarray) -> np.ndarray:
    """(T-2, areas, quantities) float64; what is not predicted, and fine detail, as shares of the mean gradient."""
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    x, y = np.meshgrid(np.arange(SIDE, dtype=np.float32), np.arange(SIDE, dtype=np.float32))
    rows = []
    for before, now, after in zip(crops, crops[1:], crops[2:]):
        back, on = flow.calc(now, before, None), flow.calc(now, after, None)
        from_before = cv2.remap(before, x + back[..., 0], y + back[..., 1], cv2.INTER_CUBIC).astype(np.float32)
        from_after = cv2.remap(after, x + on[..., 0], y + on[..., 1], cv2.INTER_CUBIC).astype(np.float32)
        picture = now.astype(np.float32)
        gradient = np.hypot(cv2.Sobel(picture, cv2.CV_32F, 1, 0), cv2.Sobel(picture, cv2.CV_32F, 0, 1)) / 8 + 1
        values = (
            (np.abs(picture - (from_before + from_after) / 2), True),
            (np.abs(picture - from_before), True),
            (np.hypot(*(back + on).transpose(2, 0, 1)), False),
            (np.hypot(*back.transpose(2, 0, 1)), False),
            (np.abs(picture - cv2.GaussianBlur(picture, (0, 0), 1.2)), True),
            (picture - from_before, False),
        )
        rows.append([[v[m].mean() / (gradient[m].mean() if share else 1) for v, share in values] for m in AREAS.values()])
    return np.array(rows)


def summary(runs: list[tuple[np.ndarray, np.ndarray]]) -> dict[str, float]:
    """Each quantity of a region: its median over frames; of brightness how much it flickers; and each against what is around the face."""
    values = np.concatenate([quantities(crops) for crops, _ in runs])
    found: dict[str, float] = {}
    for k, name in enumerate(QUANTITIES):
        for a, area in enumerate(AREAS):
            column = values[:, a, k]
            found[f"{name}, {area}"] = float(column.std() if name == "brightness" else np.median(column))
        found[f"{name}, face : around"] = found[f"{name}, face"] / (found[f"{name}, around"] + 1e-3)
    jitter, own = [], []
    for _, points in runs:
        eyes = np.linalg.norm(points[:, 0] - points[:, 1], axis=1).mean()
        jitter.append(np.abs(np.diff(points, 2, axis=0)).mean() / eyes)
        own.append(np.abs(np.diff(points - points.mean(1, keepdims=True), 2, axis=0)).mean() / eyes)
    return found | {"landmarks' jumps": float(np.mean(jitter)), "landmarks' jumps within the face": float(np.mean(own))}


def neighbouring_frames(file: Path, region: str, length: int, runs: int) -> list[list[np.ndarray]]:
    """`runs` stretches of `length` neighbouring frames, evenly spaced; one of what there is in a clip that is shorter."""
    with av.open(str(file)) as container:
        count = sum(1 for _ in container.decode(video=0))
    starts = [0] if count < length else [int(s) for s in np.linspace(0, count - length, runs)]
    stretches: list[list[np.ndarray]] = [[] for _ in starts]
    with av.open(str(file)) as container:
        for i, frame in enumerate(container.decode(video=0)):
            wanted = [k for k, start in enumerate(starts) if start <= i < start + length]
            picture = cut(frame.to_ndarray(format="rgb24"), region) if wanted else None
            for k in wanted:
                stretches[k].append(picture)
    return stretches


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="eval-motion")
    p.add_argument("--clips", type=Path, default=Path("../../shared/data/clips"))
    p.add_argument("--yunet", type=Path, default=Path("../../shared/peers/yunet_n_dynamic.onnx"))
    p.add_argument("--frames", type=int, default=33, help="neighbouring frames of a stretch")
    p.add_argument("--stretches", type=int, default=3)
    p.add_argument("--out", type=Path)
    args = p.parse_args(argv)
    cv2.setNumThreads(1)
    finder = FaceFinder(args.yunet)
    rows, measured = [], []
    with open(args.clips / "clips.csv") as table:
        for row in csv.DictReader(table):
            stretches = neighbouring_frames(args.clips / row["file"], row["region"], args.frames, args.stretches)
            runs = [run for frames in stretches if (run := aligned_run(frames, finder))]
            if not runs:
                print(f"{row['file']} {row['region']}: no face", flush=True)
                continue
            rows.append(row)
            measured.append(summary(runs))
            print(f"{len(rows)} {row['file']} {row['region']}", flush=True)
    fake = np.array([row["label"] == "fake" for row in rows])
    twins = {(row["file"], row["region"]): i for i, row in enumerate(rows)}
    pairs = [(twins[f, "left"], i) for (f, region), i in twins.items() if region == "right" and (f, "left") in twins]
    results = {}
    for name in measured[0]:
        x = np.array([found[name] for found in measured])
        wins = [float(x[forged] > x[real]) for real, forged in pairs]
        results[name] = {"auc": auc(x[~fake], x[fake]), "pairs": float(np.mean(wins)) if wins else None}
        print(f"{name:38s} AUC {results[name]['auc']:.2f}  pairs {np.mean(wins) if wins else float('nan'):.2f}")
    if args.out:
        args.out.write_text(json.dumps({"regions": len(rows), "quantities": results}, indent=1))
    return 0
