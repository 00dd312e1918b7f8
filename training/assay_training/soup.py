"""Averages the weights of checkpoints of one lineage: `soup` (model soups, Wortsman et al., 2022; WiSE-FT, 2022).

A net that was trained on from another keeps some of what the first knew when the two are averaged, at no cost in use. The
share is chosen on held-out synthetic faces (`validate-prompt`), never on clips.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import torch

from assay_training.weights import MAY_LACK, read_weights


def average(checkpoints: list[Path], shares: list[float]) -> dict[str, torch.Tensor]:
    """Weighted mean of the averaged weights of each checkpoint or exported file; shares are made to sum to 1.

    What files do not hold (`MAY_LACK`) is the last one's. ValueError where they are not of the same net.
    """
    weights = [read_weights(file) for file in checkpoints]
    known = {name: value for name, value in weights[-1].items() if name.startswith(MAY_LACK)}
    weights = [known | each for each in weights]
    shapes = [{name: tuple(value.shape) for name, value in each.items()} for each in weights]
    if any(each != shapes[0] for each in shapes):
        raise ValueError("the checkpoints are of different nets")
    total = sum(shares)
    return {name: sum(each[name] * (share / total) for each, share in zip(weights, shares)) for name in weights[0]}


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="soup", description=__doc__)
    p.add_argument("runs", nargs="+", help="RUN:SHARE, e.g. runs/prompt:0.4 runs/prompt2:0.6, or FILE.onnx:SHARE; curve and settings are those of the last")
    p.add_argument("--out", type=Path, required=True, help="folder of the new run")
    args = p.parse_args(argv)
    runs, shares = zip(*[(Path(word.rpartition(":")[0]), float(word.rpartition(":")[2])) for word in args.runs])
    args.out.mkdir(parents=True, exist_ok=True)
    for file in runs[-1].iterdir():
        if file.suffix in (".csv", ".png", ".json"):
            shutil.copy(file, args.out)
    torch.save({"average": average([run if run.suffix == ".onnx" else run / "last.pt" for run in runs], list(shares))}, args.out / "last.pt")
    return 0
