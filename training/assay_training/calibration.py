"""Turns a clip's mean logit into a probability: `calibrate`.

Fitted on held-out faces, forged with the held-out painter and the other ways, several degraded frames a 'clip', with
no real deepfake seen. Synthetic forgeries are easier than real ones, so a plain fit would be far too sure of itself on
footage: labels are smoothed by `SMOOTHING` (it stands for the share of footage on which a detector of this kind is
wrong although its logit is large), and the logits are balanced, one forged clip for each real one.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from assay_training.crop import PRODUCT_MARGINS, crop_frame, five_points, warp_crop
from assay_training.degrade import degrade_pairs, draw
from assay_training.export import net_input, session
from assay_training.measures import auc, calibration_error, sigmoid
from assay_training.pairs import FACE_PX, LANDMARK_NOISE, PairMaker

SMOOTHING = 0.15
"""Fixed beforehand from the literature (detectors keep an AUC of 0.6-0.8 on footage of other origin), not on clips."""

FRAMES = 4


def synthetic_clips(cache: Path, run, count: int, seed: int = 77) -> tuple[np.ndarray, np.ndarray]:
    """Mean logits (count,) of real and (count,) of forged clips of `FRAMES` frames at `PRODUCT_MARGINS`."""
    maker, rng = PairMaker(cache, train=False), np.random.default_rng(seed)
    size = run.get_inputs()[0].shape[2]
    found = np.empty((count, 2))
    for i, index in enumerate(rng.choice(maker.rows, count, p=maker.odds)):
        scene, source = maker.shoot(rng, int(index), float(np.exp(rng.uniform(*np.log(FACE_PX)))))
        forgery = maker.forge(rng, scene, source=source)
        pairs = degrade_pairs(rng, [(scene.image, forgery.image)] * FRAMES, [draw(rng)] * FRAMES)
        points = five_points(scene.mesh)
        unit = crop_frame(points).face
        frames = [crop_frame(points + rng.normal(0, LANDMARK_NOISE * unit, points.shape)) for _ in pairs]
        for k in (0, 1):
            crops = [warp_crop(np.ascontiguousarray(p[k]), f, size, m) for p, f in zip(pairs, frames) for m in PRODUCT_MARGINS]
            found[i, k] = run.run(["logit"], {"face": net_input(crops)})[0].mean()
    return found[:, 0], found[:, 1]


def fit_logistic(real: np.ndarray, fake: np.ndarray, smoothing: float) -> tuple[float, float]:
    """a, b of p = sigmoid(a logit + b), least cross-entropy with smoothed labels, by Newton's method."""
    x = np.concatenate([real, fake])
    y = np.concatenate([np.full(len(real), smoothing), np.full(len(fake), 1 - smoothing)])
    design, theta = np.stack([x, np.ones_like(x)], 1), np.zeros(2)
    for _ in range(50):
        p = sigmoid(design @ theta)
        hessian = (design * (p * (1 - p))[:, None]).T @ design + 1e-6 * np.eye(2)
        step = np.linalg.solve(hessian, design.T @ (y - p))
        theta = theta + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            break
    return float(theta[0]), float(theta[1])


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="calibrate", description=__doc__)
    p.add_argument("--cache", type=Path, default=Path("runs/cache"))
    p.add_argument("--run", type=Path, default=Path("runs/xray"))
    p.add_argument("--model", type=Path, default=Path("../models/xray/xray-v0.onnx"))
    p.add_argument("--clips", type=int, default=240)
    args = p.parse_args(argv)
    real, fake = synthetic_clips(args.cache, session(args.model), args.clips)
    a, b = fit_logistic(real, fake, SMOOTHING)
    plain = fit_logistic(real, fake, 0.0)
    probability = sigmoid(a * np.concatenate([real, fake]) + b)
    label = np.concatenate([np.zeros(len(real), bool), np.ones(len(fake), bool)])
    found = {
        "logistic": {
            "a": round(a, 4),
            "b": round(b, 4),
            "fittedOn": f"{args.clips} real and {args.clips} forged synthetic clips of held-out faces (no footage), "
            f"{FRAMES} frames at margins {' and '.join(map(str, PRODUCT_MARGINS))}, held-out painter, labels smoothed by {SMOOTHING}",
        },
        "smoothing": SMOOTHING,
        "withoutSmoothing": {"a": round(plain[0], 4), "b": round(plain[1], 4)},
        "syntheticAuc": round(auc(real, fake), 4),
        "syntheticPairs": round(float((fake > real).mean()), 4),
        "syntheticEce": round(calibration_error(probability, label), 4),
        "realLogits": {"mean": round(float(real.mean()), 3), "deviation": round(float(real.std()), 3)},
        "forgedLogits": {"mean": round(float(fake.mean()), 3), "deviation": round(float(fake.std()), 3)},
    }
    (args.run / "calibration.json").write_text(json.dumps(found, indent=1))
    print(json.dumps(found, indent=1))
    return 0
