"""Teaches a net what is hidden, and nothing else: `fit-occlusion`.

The head that says what is before a face is fitted to a net whose every other weight stays, so that detectors whose weights were mixed
(`soup`), or trained before there was such a head, get one. It sees real faces alone, most of them behind something, degraded as
in training.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from assay_training.crop import five_points
from assay_training.net import Xray
from assay_training.pairs import FACE_PX, PairMaker
from assay_training.prompt.captions import every_word
from assay_training.prompt.net import Prompt
from assay_training.prompt.words import Vocabulary
from assay_training.singles import crops, degraded
from assay_training.xray_task import to_tensor

COVERED = 0.7
"""Share of the faces with something before them."""

GROUP = 8
"""Faces that share a native size and a codec's settings."""


def faces(maker: PairMaker, rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """`GROUP` crops (n,N,N,3) uint8 and what is hidden in them (n,N,N) uint8 for 0..1."""
    face = float(np.exp(rng.uniform(*np.log(FACE_PX))))
    scenes, alphas, pictures = [], [], []
    for index in rng.choice(maker.rows, GROUP, p=maker.odds):
        scene, _ = maker.shoot(rng, int(index), face)
        cover = maker.cover(rng, scene) if rng.random() < COVERED else None
        scenes.append(scene)
        pictures.append(cover.over(scene.image) if cover else scene.image)
        alphas.append((cover.alpha * 255).astype(np.uint8) if cover else np.zeros(scene.image.shape[:2], np.uint8))
    cut = [
        crops(rng, (picture, alpha), five_points(scene.mesh), scene.face, size)
        for scene, alpha, picture in zip(scenes, alphas, degraded(rng, pictures))
    ]
    seen, hidden = zip(*cut)
    return np.stack(seen), np.stack(hidden)


def fit(net: Xray, maker: PairMaker, steps: int, size: int, seed: int, device: str) -> float:
    """Trains `net.occlusion8` alone; returns the last running mean of its loss."""
    rng = np.random.default_rng(seed)
    net.requires_grad_(False).eval().to(device)
    net.occlusion8.requires_grad_(True)
    optimiser = torch.optim.AdamW(net.occlusion8.parameters(), 4e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, steps)
    mean = 0.0
    for step in range(steps):
        seen, hidden = (np.concatenate(part) for part in zip(*(faces(maker, rng, size) for _ in range(4))))
        said = net(to_tensor(seen, device)).occlusion8
        true = F.adaptive_avg_pool2d(torch.from_numpy(hidden).to(device)[:, None].float().div(255), said.shape[2:])
        loss = F.binary_cross_entropy_with_logits(said, true)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
        mean = float(loss.detach()) if step == 0 else 0.97 * mean + 0.03 * float(loss.detach())
        if step % 25 == 24:
            print(f"step {step + 1} loss {mean:.4f}", flush=True)
    return mean


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="fit-occlusion", description=__doc__)
    p.add_argument("run", type=Path, help="folder with the checkpoint last.pt of `xray` or `prompt`; it is changed")
    p.add_argument("--cache", type=Path, default=Path("runs/cache"))
    p.add_argument("--steps", type=int, default=300)
    p.add_argument("--size", type=int, default=192)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = p.parse_args(argv)
    cv2.setNumThreads(1)
    torch.manual_seed(args.seed)
    state = torch.load(args.run / "last.pt", map_location="cpu", weights_only=True)
    weights = {name: value for name, value in state["average"].items() if "occlusion8." not in name}
    whole: nn.Module = Prompt(len(Vocabulary(every_word()))) if "bias" in weights else Xray()
    whole.load_state_dict(whole.state_dict() | weights)
    net = whole.image if isinstance(whole, Prompt) else whole
    loss = fit(net, PairMaker(args.cache, train=True), args.steps, args.size, args.seed, args.device)
    average = {name: value.cpu() for name, value in whole.state_dict().items()}
    torch.save(state | {"net": average, "average": average}, args.run / "last.pt")
    (args.run / "occlusion.json").write_text(json.dumps({"steps": args.steps, "faces": args.steps * 4 * GROUP, "loss": round(loss, 4)}))
    return 0
