"""Measures detectors together on labelled clips: each alone, all, and all without each: `eval-ensemble`.

A detector earns its place when the others are worse without it. The calibration that ships may be fitted on clips
(`--fit`); how well it then does is told by cross-validation over footage: every clip is given a probability by a fit that saw
no clip of its group.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from assay_training.calibration import fit_logistic
from assay_training.clips import Region, read_clips
from assay_training.evaluate import report, xray_logits
from assay_training.export import session
from assay_training.measures import calibration_error, frame_variance, share_interval, sigmoid

FOLDS = 10


def face_logits(regions: list[Region], run) -> list[list[np.ndarray]]:
    """Logit of every frame (frames,) of every face of every region, the mean over margins."""
    return [[xray_logits(run, face).mean(1) for face in region.faces] for region in regions]


def together(by_model: list[list[list[np.ndarray]]]) -> list[list[np.ndarray]]:
    """The mean over the models, frame by frame."""
    return [[np.mean(face, axis=0) for face in zip(*faces)] for faces in zip(*by_model)]


def region_scores(by_model: list[list[list[np.ndarray]]]) -> np.ndarray:
    """Score of each region: of its most suspicious face, whose score is the mean over its frames and the models."""
    return np.array([max((face.mean() for face in faces), default=np.nan) for faces in together(by_model)])


def cross_validated(scores: np.ndarray, fake: np.ndarray, groups: np.ndarray, seed: int = 0) -> np.ndarray:
    """Probability of each clip by a logistic fit on the clips of other groups."""
    names = np.random.default_rng(seed).permutation(np.unique(groups))
    out = np.full(len(scores), np.nan)
    for held in np.array_split(names, FOLDS):
        inside = np.isin(groups, held)
        a, b = platt_fit(scores[~inside], fake[~inside])
        out[inside] = sigmoid(a * scores[inside] + b)
    return out


def platt_fit(scores: np.ndarray, fake: np.ndarray) -> tuple[float, float]:
    """a, b of p = sigmoid(a score + b) with Platt's targets (1999): no surer than so few clips allow."""
    fewest = min(int(fake.sum()), int((~fake).sum()))
    return fit_logistic(scores[~fake], scores[fake], 1 / (fewest + 2))


def ship(folders: list[Path], entries: list[dict], fits: list[tuple[float, float]], forged: int, real: int) -> None:
    """Writes the calibrations into the manifest entries, and says there that clips were used."""
    for folder, entry, (a, b) in zip(folders, entries, fits):
        how = f"{real} real and {forged} forged labelled clips, Platt's targets; the figures in the card are cross-validated over footage"
        entry["calibration"] = {"a": round(a, 4), "b": round(b, 4), "fittedOn": how}
        (folder / "manifest-entry.json").write_text(json.dumps(entry, indent=2) + "\n")


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="eval-ensemble", description=__doc__)
    p.add_argument("models", type=Path, nargs="+", help="folders with a manifest-entry.json")
    p.add_argument("--clips", type=Path, default=Path("../../shared/data/clips"))
    p.add_argument("--yunet", type=Path, default=Path("../../shared/peers/yunet_n_dynamic.onnx"))
    p.add_argument("--cache", type=Path, default=Path("runs/cache"))
    p.add_argument("--frames", type=int, default=14)
    p.add_argument("--out", type=Path, help="write the figures here too")
    p.add_argument("--ship", action="store_true", help="write each fit into its model's manifest entry (then models:manifest)")
    args = p.parse_args(argv)
    cv2.setNumThreads(1)
    regions = read_clips(args.clips, args.yunet, args.cache, args.frames)
    fake, groups = np.array([r.fake for r in regions]), np.array([r.group for r in regions])
    raw, names, entries = [], [], []
    for folder in args.models:
        entry = json.loads((folder / "manifest-entry.json").read_text())
        raw.append(face_logits(regions, session(folder.parent / entry["file"])))
        names.append(entry["id"])
        entries.append(entry)
    seen = np.array([len(r.faces) > 0 for r in regions])
    fits = []
    for faces in raw:
        scores = region_scores([faces])
        fits.append(platt_fit(scores[seen], fake[seen]))
    scaled = [[[a * v + b for v in face] for face in faces] for faces, (a, b) in zip(raw, fits)]
    found: dict = {"fits": {n: {"a": round(a, 4), "b": round(b, 4)} for n, (a, b) in zip(names, fits)}}
    sets = {name: [i] for i, name in enumerate(names)}
    if len(names) > 1:
        sets |= {"all": list(range(len(names)))}
    if len(names) > 2:
        sets |= {f"without {name}": [j for j in range(len(names)) if j != i] for i, name in enumerate(names)}
    for title, members in sets.items():
        scores = region_scores([scaled[i] for i in members])
        p_cv = cross_validated(scores[seen], fake[seen], groups[seen])
        flagged = p_cv[~fake[seen]] >= 0.7
        found[title] = report(regions, scores) | {
            "crossValidated": {
                "ece5": round(calibration_error(p_cv, fake[seen], 5), 3),
                "ece10": round(calibration_error(p_cv, fake[seen], 10), 3),
                "meanProbabilityReal": round(float(p_cv[~fake[seen]].mean()), 3),
                "meanProbabilityFake": round(float(p_cv[fake[seen]].mean()), 3),
                "realFlaggedAt0.7": round(float(flagged.mean()), 3),
                "realFlagged95": [round(v, 3) for v in share_interval(flagged, groups[seen][~fake[seen]])],
                "forgedFlaggedAt0.7": round(float((p_cv[fake[seen]] >= 0.7).mean()), 3),
            }
        }
    found["all" if len(names) > 1 else names[0]]["frameVariance"] = round(frame_variance([face for faces in together(scaled) for face in faces]), 3)
    if args.ship:
        ship(args.models, entries, fits, int(fake.sum()), int((~fake).sum()))
    print(json.dumps(found, indent=1))
    if args.out:
        args.out.write_text(json.dumps(found, indent=1) + "\n")
    return 0
