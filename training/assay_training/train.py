"""The training loop of the frame forgery detectors: `python -m assay_training train-xray --help`."""

from __future__ import annotations

import argparse
import copy
import csv
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from assay_training.pairs import MIX, Batch, PairMaker, join
from assay_training.precision import half_precision
from assay_training.referenced import referenced
from assay_training.xray_task import Targets, XrayTask, to_tensor

GROUP = 8
"""Pairs that share a face size and a codec setting."""


class Stream(torch.utils.data.IterableDataset):
    """Endless batches; a worker's seed depends on the run's seed, its own number and how far the run had come."""

    def __init__(self, cache: Path, size: int, groups: int, seed: int, start: int, mix: dict[str, float]) -> None:
        self.cache, self.size, self.groups, self.seed, self.start, self.mix = cache, size, groups, seed, start, mix

    def __iter__(self):
        torch.set_num_threads(1)
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, self.start, info.id if info else 0])
        maker = PairMaker(self.cache, train=True, mix=self.mix)
        while True:
            yield join([maker.group(rng, GROUP, self.size) for _ in range(self.groups)])


def validation_set(
    cache: Path, size: int, pairs: int = 160, mix: dict[str, float] = MIX, seed: int = 99, kind: str | None = None
) -> Batch:
    """A fixed set of held-out faces forged with the held-out painter and the other ways, or in one way alone."""
    rng = np.random.default_rng(seed)
    maker = PairMaker(cache, train=False, mix=mix)
    return join([maker.group(rng, GROUP, size, kind) for _ in range(pairs // GROUP)])


def _arguments(name: str, argv: list[str]) -> argparse.Namespace:
    p = argparse.ArgumentParser(prog=f"train-{name}", description=__doc__)
    p.add_argument("--cache", type=Path, default=Path("runs/cache"), help="what `prepare` wrote")
    p.add_argument("--imagenet", type=Path, default=Path("../../shared/peers/mobilenet_v2_100_imagenet_fp16.npz"))
    p.add_argument("--start", type=Path, help="begin with the weights of this checkpoint or exported .onnx instead (its own kind, or `xray`)")
    p.add_argument("--run", type=Path, default=Path(f"runs/{name}"), help="checkpoints, curves and settings")
    p.add_argument("--minutes", type=float, default=75, help="length of the schedule on this machine")
    p.add_argument("--sizes", default="160:0.6,192:1.0", help="input side and the share of the schedule it lasts to")
    p.add_argument("--reference", action="store_true", help="measure each face by a softened copy of itself, as `reference` does to the file")
    p.add_argument("--groups", type=int, default=2, help=f"groups of {GROUP} pairs a batch")
    p.add_argument("--rate", type=float, default=4e-4)
    p.add_argument("--workers", type=int, default=1)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    p.add_argument("--resume", action="store_true", help="go on from the run's last checkpoint")
    return p.parse_args(argv)


def _size_at(plan: str, progress: float) -> int:
    steps = [(int(a), float(b)) for a, b in (part.split(":") for part in plan.split(","))]
    return next((size for size, until in steps if progress < until), steps[-1][0])


def _rate_at(progress: float, step: int, peak: float) -> float:
    return peak * min(1.0, (step + 1) / 150) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0))))


def main(name: str, task: XrayTask, argv: list[str]) -> int:
    """Trains `task`'s net by the command line's settings; leaves checkpoint, curve, settings and result in the run's folder."""
    args = _arguments(name, argv)
    if args.reference:
        task.look = referenced
    args.run.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    net = task.net(args.imagenet, args.start).to(args.device, memory_format=torch.channels_last)
    decay, plain = [], []
    for parameter in net.parameters():
        (decay if parameter.ndim > 1 else plain).append(parameter)
    optimiser = torch.optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}], args.rate)
    average = copy.deepcopy(net).eval()
    step, spent, images = 0, 0.0, 0
    last = args.run / "last.pt"
    if args.resume and last.exists():
        state = torch.load(last, map_location=args.device, weights_only=True)
        net.load_state_dict(state["net"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        step, spent, images = state["step"], state["seconds"], state["images"]
    settings = {k: str(v) if isinstance(v, Path) else v for k, v in vars(args).items() if k not in ("cache", "imagenet", "run")}
    (args.run / "settings.json").write_text(json.dumps(settings, indent=1))
    curve = open(args.run / "curve.csv", "a" if step else "w", newline="")
    rows = csv.writer(curve)
    if not step:
        rows.writerow(["step", "seconds", "images", "size", "rate", *task.parts, "val_auc", "val_pairs"])

    def save(name: str) -> None:
        state = {"net": net.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict()}
        torch.save(state | {"step": step, "seconds": spent, "images": images, "size": size}, args.run / "saving.pt")
        (args.run / "saving.pt").rename(args.run / name)

    size, stream, mean = 0, None, np.zeros(len(task.parts))
    amp = half_precision(args.device)
    total, clock, saved, checked = args.minutes * 60, time.time(), spent, spent
    while spent < total:
        if (wanted := _size_at(args.sizes, spent / total)) != size:
            size = wanted
            dataset = Stream(args.cache, size, args.groups, args.seed, step, task.mix)
            loader = torch.utils.data.DataLoader(
                dataset, batch_size=None, num_workers=args.workers, prefetch_factor=6 if args.workers else None
            )
            stream = iter(loader)
            held_out = validation_set(args.cache, size, mix=task.mix)
        batch = next(stream)
        rate = _rate_at(spent / total, step, args.rate)
        for group in optimiser.param_groups:
            group["lr"] = rate
        x = to_tensor(np.concatenate([batch.real, batch.forged]), args.device)
        with torch.autocast(args.device.split(":")[0], dtype=torch.bfloat16, enabled=amp):
            out = task.look(net, x)
        found = task.loss(net, out, batch, Targets.of(batch, args.device))
        optimiser.zero_grad(set_to_none=True)
        found["loss"].backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        step, images = step + 1, images + len(x)
        with torch.no_grad():
            keep = min(0.998, (step + 1) / (step + 20))
            for slow, fast in zip(average.parameters(), net.parameters()):
                slow.lerp_(fast, 1 - keep)
        parts = np.array([float(found[part].detach()) for part in task.parts])
        mean = parts if step == 1 or not mean.any() else mean * 0.97 + parts * 0.03
        now = time.time()
        spent, clock = spent + now - clock, now
        if step % 25 == 0:
            extra = ["", ""]
            if spent - checked > 420 or step == 50:
                seen, checked = task.validate(average, held_out, args.device), spent
                print(f"step {step} validation {json.dumps({k: round(v, 3) for k, v in seen.items()})}", flush=True)
                extra = [round(seen["auc"], 4), round(seen["pairs"], 4)]
            rows.writerow([step, round(spent), images, size, f"{rate:.2e}", *mean.round(4), *extra])
            curve.flush()
            print(f"step {step} {spent:.0f}s {images} images size {size} loss {mean.round(3).tolist()}", flush=True)
        if spent - saved > (60 if step < 120 else 240):
            save("last.pt")
            saved = spent
    save("last.pt")
    result = {"steps": step, "seconds": round(spent), "images": images, "validation": task.validate(average, held_out, args.device)}
    (args.run / "result.json").write_text(json.dumps(result, indent=1))
    plot(args.run, task.parts)
    return 0


def plot(run: Path, parts: tuple[str, ...]) -> None:
    """Draws `curve.csv` as `curve.png`."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    rows = list(csv.DictReader(open(run / "curve.csv")))
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    for key in parts:
        left.plot([int(r["step"]) for r in rows], [float(r[key]) for r in rows], label=key)
    left.set(xlabel="step", title="training loss (running mean)")
    left.legend()
    checked = [r for r in rows if r["val_auc"]]
    for key in ("val_auc", "val_pairs"):
        right.plot([int(r["step"]) for r in checked], [float(r[key]) for r in checked], "o-", label=key)
    right.set(xlabel="step", title="held-out synthetic faces", ylim=(0.4, 1))
    right.legend()
    figure.tight_layout()
    figure.savefig(run / "curve.png", dpi=90)
