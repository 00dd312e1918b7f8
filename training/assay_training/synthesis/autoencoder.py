"""Small face-swap autoencoders, trained on the training faces only: painters (`painters.py`) where there is time for them.

They imitate how live-swap tools are made: one shared encoder sees a warped face on the mean mesh and a decoder conditioned
on an identity paints it anew. An identity here is a cluster of faces that look alike (nobody's real model is needed).
The nets differ in width, bottleneck, up-sampling and loss, so that a detector cannot learn one net's fingerprint.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from assay_training import data
from assay_training.freed_memory import keep_freed_memory
from assay_training.precision import half_precision

IDENTITIES = 24
"""Clusters of look-alikes that stand for identities."""


@dataclass(frozen=True)
class Recipe:
    """One net: picture side, widths from fine to coarse, bottleneck channels, way of up-sampling, loss, seed."""

    size: int
    widths: tuple[int, ...]
    bottleneck: int
    up: str
    loss: str
    seed: int


RECIPES = {
    "a": Recipe(112, (24, 48, 80, 128), 64, "shuffle", "l1+dssim", 11),
    "b": Recipe(96, (32, 56, 96, 112), 96, "nearest", "l1+edge", 12),
    "c": Recipe(128, (20, 40, 72, 112, 128), 256, "bilinear", "l1+dssim", 13),
}


def _up(kind: str, before: int, after: int) -> nn.Module:
    if kind == "shuffle":
        return nn.Sequential(nn.Conv2d(before, after * 4, 3, 1, 1), nn.PixelShuffle(2))
    return nn.Sequential(
        nn.Upsample(scale_factor=2, mode=kind, **({"align_corners": False} if kind == "bilinear" else {})),
        nn.Conv2d(before, after, 3, 1, 1),
    )


class Autoencoder(nn.Module):
    """(n,3,S,S) in 0..1 and identity (n,) to (n,3,S,S): same pose and expression, painted as that identity."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        w = recipe.widths
        steps: list[nn.Module] = []
        for before, after in zip((3, *w), w):
            steps += [nn.Conv2d(before, after, 5 if before == 3 else 3, 2, 2 if before == 3 else 1), nn.LeakyReLU(0.1)]
        self.encoder = nn.Sequential(*steps, nn.Conv2d(w[-1], recipe.bottleneck, 1))
        self.identity = nn.Embedding(IDENTITIES, 32)
        self.enter = nn.Conv2d(recipe.bottleneck, w[-1], 3, 1, 1)
        backwards = w[::-1]
        self.ups = nn.ModuleList(_up(recipe.up, a, b) for a, b in zip(backwards, backwards[1:]))
        self.film = nn.ModuleList(nn.Linear(32, 2 * c) for c in backwards)
        self.leave = _up(recipe.up, w[0], 3)

    def forward(self, x: torch.Tensor, identity: torch.Tensor) -> torch.Tensor:
        style = self.identity(identity)
        h = self.enter(self.encoder(x))
        for i, film in enumerate(self.film):
            scale, shift = film(style)[:, :, None, None].chunk(2, 1)
            h = F.leaky_relu(h * (1 + scale) + shift, 0.1)
            if i < len(self.ups):
                h = self.ups[i](h)
        return torch.sigmoid(self.leave(h))


def _dssim(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    def blur(t: torch.Tensor) -> torch.Tensor:
        return F.avg_pool2d(t, 7, 2)

    mx, my = blur(x), blur(y)
    vx, vy, cov = blur(x * x) - mx * mx, blur(y * y) - my * my, blur(x * y) - mx * my
    ssim = (2 * mx * my + 1e-4) * (2 * cov + 9e-4) / ((mx * mx + my * my + 1e-4) * (vx + vy + 9e-4))
    return (1 - ssim).mean() / 2


def _edge(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    across = ((x[..., 1:] - x[..., :-1]) - (y[..., 1:] - y[..., :-1])).abs().mean()
    down = ((x[..., 1:, :] - x[..., :-1, :]) - (y[..., 1:, :] - y[..., :-1, :])).abs().mean()
    return across + down


def identities(small: np.ndarray, seed: int = 5) -> np.ndarray:
    """Cluster (N,) of each aligned face (N,24,24,3): look-alikes in light, colour and shape."""
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA

    flat = small.reshape(len(small), -1).astype(np.float32) / 255
    return KMeans(IDENTITIES, n_init=2, random_state=seed).fit_predict(PCA(24, random_state=seed).fit_transform(flat))


def _warped(batch: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """A random smooth warp of each picture, the same as swap tools use so that the code is not copied pixels."""
    n, _, size, _ = batch.shape
    coarse = (torch.rand(n, 2, 5, 5, generator=rng) - 0.5) * 0.11
    flow = F.interpolate(coarse, size=(size, size), mode="bicubic", align_corners=True).permute(0, 2, 3, 1)
    line = torch.linspace(-1, 1, size)
    grid = torch.stack(torch.meshgrid(line, line, indexing="xy"), -1)
    return F.grid_sample(batch, grid + flow, align_corners=True, padding_mode="border")


def train(name: str, cache: Path, seconds: float, batch: int = 16, go_on: bool = False) -> None:
    """Trains net `name` for about `seconds`, then paints every face twice: as its own cluster and as another's.

    Writes `cache/ae_<name>.npy` (N,2,S,S,3) uint8, `.pt` with the weights and a JSON with the settings. One thread, so that two
    run at once. `go_on`: from what an earlier run left there, if one did; its steps, seconds and curve go before ours.
    """
    keep_freed_memory()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    recipe, started = RECIPES[name], time.time()
    torch.manual_seed(recipe.seed)
    rng = torch.Generator().manual_seed(recipe.seed)
    faces = data.load(cache)
    real = np.load(cache / "textures.npy", mmap_mode="r")
    pictures = np.stack([cv2.resize(t, (recipe.size, recipe.size), interpolation=cv2.INTER_AREA) for t in real])
    who = identities(np.stack([cv2.resize(p, (24, 24), interpolation=cv2.INTER_AREA) for p in pictures]))
    # An embedding belongs to a cluster: the clusters of other faces would be other people's.
    clusters = hashlib.sha256(np.asarray(who, np.int32).tobytes()).hexdigest()[:16]
    train_rows = np.flatnonzero(faces.train)
    net = Autoencoder(recipe).to(memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(net.parameters(), 1.5e-3, betas=(0.9, 0.99))
    weights, log = cache / f"ae_{name}.pt", cache / f"ae_{name}.json"
    step, seconds_before, curve = 0, 0.0, []
    if go_on and weights.exists():
        net.load_state_dict(torch.load(weights, weights_only=True))
        before = json.loads(log.read_text())
        if before.get("clusters") != clusters:
            raise ValueError(f"{log}: learned from other faces than those in {cache}; leave out --go-on")
        step, seconds_before, curve = before["steps"], before["seconds"], before["curve"]
        rng.manual_seed(recipe.seed + step)
    first = step
    while (spent := time.time() - started) < seconds:
        for group in optimiser.param_groups:
            group["lr"] = 1.5e-3 * min(1, (step - first + 1) / 50) * max(0.05, 1 - spent / seconds)
        rows = train_rows[torch.randint(len(train_rows), (batch,), generator=rng).numpy()]
        target = torch.from_numpy(pictures[rows]).permute(0, 3, 1, 2).float().div(255)
        target = target.contiguous(memory_format=torch.channels_last)
        if torch.rand((), generator=rng) < 0.5:
            target = target.flip(3)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half_precision()):
            out = net(_warped(target, rng), torch.from_numpy(who[rows]).long())
        out = out.float()
        loss = (out - target).abs().mean()
        loss = loss + (_dssim(out, target) if "dssim" in recipe.loss else 0.7 * _edge(out, target))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        step += 1
        if step % 50 == 0:
            curve.append([step, round(float(loss.detach()), 4)])
            print(name, step, f"{float(loss.detach()):.4f} {spent:.0f}s", flush=True)
    net.eval()
    painted = np.lib.format.open_memmap(
        cache / f"ae_{name}.npy", mode="w+", dtype=np.uint8, shape=(len(pictures), 2, recipe.size, recipe.size, 3)
    )
    choice = np.random.default_rng(recipe.seed)
    other = (who + choice.integers(1, IDENTITIES, len(who))) % IDENTITIES
    with torch.inference_mode():
        for i in range(0, len(pictures), 64):
            x = torch.from_numpy(pictures[i : i + 64]).permute(0, 3, 1, 2).float().div(255)
            for k, label in enumerate((who, other)):
                y = net(x, torch.from_numpy(label[i : i + 64]).long())
                painted[i : i + 64, k] = y.mul(255).add(0.5).byte().permute(0, 2, 3, 1).numpy()
    painted.flush()
    torch.save(net.state_dict(), weights)
    spent = seconds_before + seconds
    facts = {"recipe": recipe.__dict__, "steps": step, "batch": batch, "seconds": spent, "curve": curve, "clusters": clusters}
    log.write_text(json.dumps(facts))
