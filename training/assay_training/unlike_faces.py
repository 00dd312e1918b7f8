"""Real faces unlike those that the detectors learned from: how many are called forged, and are they known as such? `eval-domain`.

Held-out faces at their native scale in each look of `synthesis/out_of_domain.py`, as a JPEG of quality 85; two of the looks
(`HELD_OUT`) no head was fitted with. With `--clips`, how many frames of labelled clips would not be judged.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from assay_training.clips import read_clips
from assay_training.crop import five_points
from assay_training.fit_domain import MOST_UNLIKE, OUTPUT
from assay_training.pairs import PairMaker
from assay_training.shipped import Shipped, ask_all, judged_summary
from assay_training.synthesis import color
from assay_training.synthesis.out_of_domain import HELD_OUT, LOOKS
from assay_training.synthesis.scene import make_scene

FACE_PX = (110.0, 190.0)


def asked(picture: np.ndarray, points: np.ndarray, models: list[Shipped]) -> tuple[float, float]:
    """Log odds of manipulation, calibrated, mean over the models; the highest probability of being unlike (NaN where no model tells)."""
    odds, told = ask_all(models, picture, points, OUTPUT)
    return odds, max((float(values.mean()) for values in told), default=float("nan"))


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="eval-domain", description=__doc__)
    p.add_argument("models", type=Path, nargs="+", help="folders with a manifest-entry.json")
    p.add_argument("--cache", type=Path, default=Path("runs/cache"))
    p.add_argument("--faces", type=int, default=200)
    p.add_argument("--seed", type=int, default=3)
    p.add_argument("--clips", type=Path, help="labelled clips: how many of their frames would not be judged?")
    p.add_argument("--yunet", type=Path, default=Path("../../shared/peers/yunet_n_dynamic.onnx"))
    args = p.parse_args(argv)
    models = [Shipped.read(folder) for folder in args.models]
    rng, maker = np.random.default_rng(args.seed), PairMaker(args.cache, train=False)
    rows = rng.choice(maker.rows, args.faces, replace=False)
    scenes = [make_scene(rng, maker.faces, int(row), float(rng.uniform(*FACE_PX))) for row in rows]
    for name in ("as it is", *LOOKS):
        pictures = [LOOKS[name](rng, s.image) if name in LOOKS else s.image for s in scenes]
        logits, unlike = np.array([asked(color.jpeg(picture, 85), five_points(s.mesh), models) for picture, s in zip(pictures, scenes)]).T
        print(name + (" (held out)" if name in HELD_OUT else ""), json.dumps(judged_summary(logits, ~(unlike > MOST_UNLIKE))), flush=True)
    if args.clips:
        told = [
            asked(patch, marks, models)[1]
            for region in read_clips(args.clips, args.yunet, args.cache, 14)
            for face in region.faces[:1]
            for patch, marks in zip(face.patches, face.landmarks)
        ]
        print(f"clips: {int((np.array(told) > MOST_UNLIKE).sum())} of {len(told)} frames of the most prominent faces not judged")
    return 0
