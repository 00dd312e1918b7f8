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

TOWER = "image."
"""What the image tower's weights begin with in a checkpoint of `prompt`."""


def average(checkpoints: list[Path], shares: list[float]) -> dict[str, torch.Tensor]:
    """Weighted mean of the averaged weights of each checkpoint or exported file; shares are made to sum to 1.

    What files do not hold (`MAY_LACK`) is the last one's. Where the first is a checkpoint of `prompt`, and others of image towers alone
    (`xray`, exported files), the towers are mixed and all else is the first's. ValueError where they are not of the same net.
    """
    weights = [read_weights(file) for file in checkpoints]
    if _tower(weights[0]) is not weights[0] and any(_tower(each) is each for each in weights):
        return weights[0] | {TOWER + name: value for name, value in _mean([_tower(each) for each in weights], shares).items()}
    return _mean(weights, shares)


def _tower(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The image tower of a checkpoint of `prompt`; any other net's weights as they are."""
    return {name.removeprefix(TOWER): value for name, value in weights.items() if name.startswith(TOWER)} or weights


def _mean(weights: list[dict[str, torch.Tensor]], shares: list[float]) -> dict[str, torch.Tensor]:
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
