"""Measures what detectors say in words, together as the product asks them: `eval-reasons`.

Held-out faces forged with held-out painters, whose recipe is known; a region or an operation is named rightly when its
description is the likeliest of its kind. Only forgeries that show after the encode are asked about.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from assay_training.pairs import SHOWS, Batch
from assay_training.shipped import Shipped, run_in_parts
from assay_training.synthesis.facts import FACTS, OPERATION_FACTS, REGION_FACTS
from assay_training.train import validation_set

def log_odds(detectors: list[Shipped], crops: np.ndarray) -> dict[str, np.ndarray]:
    """Log odds (n,) of every description by its key, mean over the detectors that have it; crops (n,N,N,3) uint8."""
    found: dict[str, list[np.ndarray]] = {}
    for detector in detectors:
        values = run_in_parts(detector.run, "sentences", crops)
        for column, row in enumerate(detector.entry["sentences"]):
            found.setdefault(row["key"], []).append(values[:, column])
    return {key: np.mean(columns, axis=0) for key, columns in found.items()}


def named_rightly(odds: dict[str, np.ndarray], batch: Batch) -> dict[str, float]:
    """Share of regions and of operations named rightly, and of each operation."""
    seen = batch.weight > SHOWS
    found: dict[str, float] = {"forgeries": float(seen.sum())}
    for title, names in (("region", list(REGION_FACTS)), ("operation", list(OPERATION_FACTS))):
        truth = batch.facts[:, [FACTS.index(name) for name in names]].argmax(1)
        right = np.stack([odds[name] for name in names], 1).argmax(1) == truth
        found[title] = float(right[seen].mean())
        found |= {f"{title} {name}": float(right[seen & (truth == i)].mean()) for i, name in enumerate(names) if (seen & (truth == i)).any()}
    return found


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="eval-reasons", description=__doc__)
    p.add_argument("models", type=Path, nargs="+", help="folders of detectors with descriptions")
    p.add_argument("--cache", type=Path, default=Path("runs/cache"))
    p.add_argument("--pairs", type=int, default=480)
    p.add_argument("--seed", type=int, default=199)
    args = p.parse_args(argv)
    detectors = [Shipped.read(folder) for folder in args.models]
    size = detectors[0].size
    if any(detector.size != size for detector in detectors):
        p.error("the detectors must have one input size")
    batch = validation_set(args.cache, size, args.pairs, seed=args.seed)
    sets = {detector.entry["id"]: [detector] for detector in detectors}
    if len(detectors) > 1:
        sets["all"] = detectors
    for name, members in sets.items():
        found = named_rightly(log_odds(members, batch.forged), batch)
        print(name, json.dumps({k: round(v, 3) for k, v in found.items()}), flush=True)
    return 0
