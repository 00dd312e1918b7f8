"""Takes the fingerprint of a generator out of a picture: `train-remover`, an attack for `eval-attacks` to measure.

After GANprintR (Neves et al., 2020): an autoencoder that has learned to paint real faces alone gives back of any picture what real faces
have, and little of the traces that a network left in it. Fully convolutional, so that a frame of any size goes through it; two poolings,
so that what is lost of the picture itself stays small.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from assay_training import data
from assay_training.freed_memory import keep_freed_memory
from assay_training.precision import half_precision

PART_PX = 96
"""Side of the parts of faces that it learns from."""

BATCH = 16

MULTIPLE = 4
"""Sides of what goes through: two poolings."""


def _conv(before: int, after: int) -> nn.Module:
    return nn.Conv2d(before, after, 3, 1, 1, padding_mode="replicate")


class Remover(nn.Module):
    """(n,3,H,W) in 0..1 to the same; H and W multiples of 4. Three convolutions and two poolings down, the same up."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        steps: list[nn.Module] = []
        for before, after in ((3, width), (width, 2 * width)):
            steps += [_conv(before, after), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
        steps += [_conv(2 * width, 4 * width), nn.ReLU(inplace=True)]
        for before, after in ((4 * width, 2 * width), (2 * width, width)):
            steps += [_conv(before, after), nn.ReLU(inplace=True), nn.Upsample(scale_factor=2)]
        self.steps = nn.Sequential(*steps, _conv(width, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.steps(x)


def without_fingerprint(net: Remover, picture: np.ndarray) -> np.ndarray:
    """The picture (H,W,3) uint8 as the net paints it."""
    height, width = picture.shape[:2]
    x = torch.from_numpy(picture).permute(2, 0, 1)[None].float().div(255)
    x = F.pad(x, (0, -width % MULTIPLE, 0, -height % MULTIPLE), mode="replicate")
    with torch.inference_mode():
        out = net(x)[0, :, :height, :width]
    return out.mul(255).add(0.5).clamp(0, 255).byte().permute(1, 2, 0).numpy()


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    """Peak signal-to-noise ratio of two pictures, dB; infinite where they are the same."""
    error = float(((a.astype(np.float32) - b) ** 2).mean())
    return float("inf") if error == 0 else 10 * float(np.log10(255**2 / error))


def parts_of(faces: data.Faces, rows: np.ndarray, rng: np.random.Generator) -> torch.Tensor:
    """A part of each face (n,3,96,96) in 0..1, from within what is picture."""
    parts = []
    for row in rows:
        picture, _ = faces.picture(int(row))
        y, x = (int(rng.integers(0, max(1, side - PART_PX + 1))) for side in picture.shape[:2])
        part = picture[y : y + PART_PX, x : x + PART_PX]
        pad = [(0, PART_PX - part.shape[0]), (0, PART_PX - part.shape[1]), (0, 0)]
        parts.append(np.pad(part, pad, mode="edge") if part.shape[:2] != (PART_PX, PART_PX) else part)
    return torch.from_numpy(np.stack(parts)).permute(0, 3, 1, 2).float().div(255)


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="train-remover", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--cache", type=Path, default=Path("runs/cache"), help="what `prepare` wrote")
    p.add_argument("--run", type=Path, default=Path("runs/remover"), help="checkpoint, curve and result")
    p.add_argument("--minutes", type=float, default=12)
    p.add_argument("--rate", type=float, default=1e-3)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--seed", type=int, default=1)
    args = p.parse_args(argv)
    keep_freed_memory()
    args.run.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    faces = data.load(args.cache)
    train, held_out = np.flatnonzero(faces.train), np.flatnonzero(~faces.train)
    unseen = parts_of(faces, held_out[:: max(1, len(held_out) // 64)], np.random.default_rng(99))
    net = Remover().to(memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(net.parameters(), args.rate)
    step, began, half = 0, time.time(), half_precision()
    with open(args.run / "curve.csv", "w", newline="") as handle:
        curve = csv.writer(handle)
        curve.writerow(["step", "seconds", "loss", "held_out_psnr"])
        while (spent := time.time() - began) < args.minutes * 60:
            for group in optimiser.param_groups:
                group["lr"] = args.rate * max(0.02, 1 - spent / (args.minutes * 60))
            batch = parts_of(faces, rng.choice(train, BATCH), rng).contiguous(memory_format=torch.channels_last)
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
                out = net(batch)
            loss = F.mse_loss(out.float(), batch)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            step += 1
            if step % 100 == 0:
                row = [step, round(spent), round(float(loss.detach()), 6), round(_held_out_psnr(net, unseen), 2)]
                curve.writerow(row)
                handle.flush()
                print(f"step {row[0]} {row[1]}s loss {row[2]} held-out PSNR {row[3]} dB", flush=True)
    torch.save(net.state_dict(), args.run / "remover.pt")
    result = {"steps": step, "batch": BATCH, "seconds": round(spent), "seed": args.seed, "heldOutPsnr": round(_held_out_psnr(net, unseen), 2)}
    (args.run / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    return 0


def _held_out_psnr(net: Remover, unseen: torch.Tensor) -> float:
    with torch.inference_mode():
        error = float(F.mse_loss(net(unseen).clamp(0, 1), unseen))
    return -10 * float(np.log10(error))


def read_remover(run: Path) -> Remover:
    """What `train-remover` left in a folder."""
    net = Remover()
    net.load_state_dict(torch.load(run / "remover.pt", weights_only=True))
    return net.eval().requires_grad_(False)
