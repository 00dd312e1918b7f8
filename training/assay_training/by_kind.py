"""Measures exported detectors on each way of forging apart: `eval-kinds`.

Held-out faces, held-out painters, margins and encodes as in training. A mean over all ways hides the one that is never seen.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from assay_training.measures import auc
from assay_training.pairs import MIX
from assay_training.shipped import Shipped, run_in_parts
from assay_training.train import validation_set


def odds(detectors: list[Shipped], crops: np.ndarray) -> np.ndarray:
    """Mean calibrated log odds (n,) of crops (n,N,N,3), as the product weighs the detectors."""
    each = [d.calibrated(run_in_parts(d.run, "logit", crops)[:, 0]) for d in detectors]
    return np.mean(each, axis=0)


def measured(real: np.ndarray, forged: np.ndarray) -> dict[str, float]:
    return {"auc": round(auc(real, forged), 3), "pairs": round(float((forged > real).mean()), 3)}


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="eval-kinds", description=__doc__)
    p.add_argument("models", type=Path, nargs="+", help="folders of detectors")
    p.add_argument("--cache", type=Path, default=Path("runs/cache"))
    p.add_argument("--pairs", type=int, default=160, help="of each way of forging")
    p.add_argument("--seed", type=int, default=311)
    p.add_argument("--kinds", nargs="+", default=list(MIX))
    args = p.parse_args(argv)
    detectors = [Shipped.read(folder) for folder in args.models]
    sets = {d.entry["id"]: [d] for d in detectors} | ({"all": detectors} if len(detectors) > 1 else {})
    for kind in args.kinds:
        batch = validation_set(args.cache, detectors[0].size, args.pairs, seed=args.seed, kind=kind)
        found = {}
        for name, members in sets.items():
            real, forged = odds(members, batch.real), odds(members, batch.forged)
            found[name] = measured(real, forged)
            regions = np.array([k.split(": ")[1] for k in batch.kinds])
            found[name]["pairs by region"] = {r: round(float((forged > real)[regions == r].mean()), 2) for r in sorted(set(regions))}
        print(kind, json.dumps(found), flush=True)
    return 0
