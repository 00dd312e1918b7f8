"""Measures checkpoints of `prompt` on held-out faces with held-out painters: `validate-prompt`. Sees no clip."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from assay_training.prompt.task import PromptTask
from assay_training.train import validation_set


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="validate-prompt", description=__doc__)
    p.add_argument("runs", type=Path, nargs="+")
    p.add_argument("--cache", type=Path, default=Path("runs/cache"))
    p.add_argument("--size", type=int, default=224)
    p.add_argument("--pairs", type=int, default=320)
    p.add_argument("--seed", type=int, default=199)
    args = p.parse_args(argv)
    held_out = validation_set(args.cache, args.size, args.pairs, seed=args.seed)
    task = PromptTask(seed=3)
    for run in args.runs:
        found = task.validate(task.net(Path(), run / "last.pt"), held_out, "cpu")
        print(run, json.dumps({name: round(value, 3) for name, value in found.items()}), flush=True)
    return 0
