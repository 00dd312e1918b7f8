"""Trains the face detector on one CPU thread, from the teacher's weights; goes on where its folder holds a checkpoint."""

from __future__ import annotations

import argparse
import copy
import csv
import json
import time
from pathlib import Path

import cv2
import numpy as np
import torch

from assay_training.detector.augment import Augmenter
from assay_training.detector.boxes import cell_grid
from assay_training.detector.dataset import Scene, teacher_path, training_scenes
from assay_training.detector.loss import Targets, detector_loss, feature_loss
from assay_training.detector.narrow import narrow
from assay_training.detector.network import FaceDetector, flatten_heads, normalise
from assay_training.detector.runtime import Teacher
from assay_training.detector.selection import own_scenes, selection_score
from assay_training.detector.settings import BatchShape, TrainSettings
from assay_training.detector.targets import make_targets
from assay_training.detector.warm_start import teacher_network

RUNS = Path(__file__).resolve().parents[2] / "runs"
CACHE = RUNS / "detector-cache.pkl"
"""Training scenes with the teacher's second look at them."""
LOG_EVERY = 20
"""Steps between two rows of curves.csv."""


Batch = tuple[torch.Tensor, Targets, list[torch.Tensor]]
"""Pictures (n,3,S,S) float32 0..255, their targets, the teacher's features."""


def make_batch(augmenter: Augmenter, teacher: Teacher, shape: BatchShape) -> Batch:
    """A batch of augmented pictures with the teacher's answers on the same pixels."""
    cells, strides = cell_grid(shape.side, shape.side)
    images, columns, features = [], [], []
    for _ in range(shape.count):
        image, boxes, points = augmenter.sample(shape.side)
        # one by one: a batch falls out of the processor's cache and takes four times as long per picture
        answers, tensors = teacher.dense_and_features(image[None])
        columns.append(make_targets(*(a[0] for a in answers), boxes, points, cells, strides))
        images.append(image)
        features.append(tensors)
    pixels = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float()
    targets = Targets(*(torch.from_numpy(np.stack(c).astype(np.float32)) for c in zip(*columns, strict=True)))
    return pixels, targets, [torch.from_numpy(np.concatenate(t)) for t in zip(*features, strict=True)]


def rate_at(progress: float, step: int, settings: TrainSettings) -> float:
    """Learning rate: warm-up by steps, level, then down in a straight line (progress 0..1 of the budget)."""
    left = (1 - min(progress, 1.0)) / (1 - settings.decay_from)
    share = settings.final_rate + (1 - settings.final_rate) * min(1.0, left)
    return settings.learning_rate * min(1.0, (step + 1) / settings.warmup_steps) * share


def warm_start(settings: TrainSettings, augmenter: Augmenter) -> FaceDetector:
    """The teacher's weights, narrowed to the student's widths on training pictures."""
    pictures = [augmenter.sample(256)[0] for _ in range(settings.narrowing_pictures)]
    return narrow(teacher_network(teacher_path()), pictures, settings.network)


def parameter_groups(network: FaceDetector) -> list[dict]:
    """One group per tensor with its `scale`, the root mean square of its values at the start, which its rate follows."""
    return [{"params": [p], "scale": float(p.detach().square().mean().sqrt())} for p in network.parameters()]


class Trainer:
    """State of one run: network, its moving average, the best of it, optimiser, step, seconds spent."""

    def __init__(self, settings: TrainSettings, folder: Path, network: FaceDetector) -> None:
        torch.manual_seed(settings.seed)
        self.settings, self.folder = settings, folder
        self.network = network.to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.network).eval()
        self.optimiser = torch.optim.Adam(parameter_groups(network), lr=0.0, betas=(0.9, 0.99))
        self.step, self.images, self.spent = 0, 0, 0.0
        self.power: list[torch.Tensor] = []
        """Root mean square of each channel of each teacher feature, from the first batch: six of (64,)."""
        self.checks: list[dict] = []
        """Selection scores so far: minutes, pictures, average precision at each size."""
        self.best: dict[str, torch.Tensor] = {}
        """Weights of the average at the check with the highest mean."""

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint.pt"

    def save(self) -> None:
        state = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "progress": (self.step, self.images, self.spent),
            "power": self.power,
            "checks": self.checks,
            "best": self.best,
        }
        torch.save(state, self.checkpoint.with_suffix(".tmp"))
        self.checkpoint.with_suffix(".tmp").replace(self.checkpoint)

    def resume(self) -> None:
        if self.checkpoint.exists():
            state = torch.load(self.checkpoint, weights_only=True)
            self.network.load_state_dict(state["network"])
            self.average.load_state_dict(state["average"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.step, self.images, self.spent = state["progress"]
            self.power, self.checks, self.best = state["power"], state["checks"], state["best"]

    def check(self, scenes: list[Scene]) -> None:
        """Looks at the validation scenes; keeps the averaged weights when they are the best of the run."""
        precision = selection_score(self.average, scenes)
        row = {"minutes": round(self.spent / 60, 2), "pictures": self.images}
        row["averagePrecision"] = [round(p, 4) for p in precision]
        if sum(precision) > max((sum(c["averagePrecision"]) for c in self.checks), default=0.0):
            self.best = {name: value.clone() for name, value in self.average.state_dict().items()}
        self.checks.append(row)
        print(row, flush=True)

    def train_step(self, pixels: torch.Tensor, targets: Targets, features: list[torch.Tensor]) -> dict[str, float]:
        settings = self.settings
        rate = rate_at(self.spent / (settings.minutes * 60), self.step, settings)
        for group in self.optimiser.param_groups:
            group["lr"] = rate * group["scale"]
        cells, strides = (torch.from_numpy(a) for a in cell_grid(*pixels.shape[2:]))
        if not self.power:
            self.power = [f.square().mean((0, 2, 3)).sqrt().clamp(min=1e-3) for f in features]
        maps, neck, heads = self.network.taps(normalise(pixels).contiguous(memory_format=torch.channels_last))
        loss, parts = detector_loss(flatten_heads(maps), targets, cells, strides, settings)
        ours, theirs = (
            [f / p[:, None, None] for f, p in zip(tensors, self.power, strict=True)] for tensors in (neck + heads, features)
        )
        likeness = feature_loss(ours, theirs, targets.score)
        parts["features"] = likeness.item()
        loss = loss + settings.feature_weight * likeness
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), settings.clip_norm)
        if torch.isfinite(norm):
            self.optimiser.step()
        decay = min(settings.ema_decay, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            fresh = self.network.state_dict()
            for name, value in self.average.state_dict().items():
                value.lerp_(fresh[name], 1 - decay)
        self.step += 1
        self.images += len(pixels)
        return parts | {"loss": loss.item(), "rate": rate}


def plot_curves(folder: Path) -> None:
    """curves.png from curves.csv."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    with open(folder / "curves.csv", newline="") as f:
        rows = list(csv.DictReader(f))
    figure, axis = pyplot.subplots(figsize=(7, 4))
    for name in ("loss", "score", "box", "landmarks", "features"):
        axis.plot([int(r["images"]) for r in rows], [float(r[name]) for r in rows], label=name)
    axis.set(xlabel="pictures seen", ylabel="loss", yscale="log")
    axis.legend()
    figure.savefig(folder / "curves.png", dpi=120, bbox_inches="tight")


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="detector-train", description="Train the face detector.")
    parser.add_argument("--run", default="face-detector", help="name of the run folder under training/runs")
    parser.add_argument("--minutes", type=float, default=TrainSettings.minutes, help="processor time to spend")
    parser.add_argument("--seed", type=int, default=TrainSettings.seed)
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    cv2.setNumThreads(1)
    settings = TrainSettings(seed=options.seed, minutes=options.minutes)
    folder = RUNS / options.run
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "settings.json").write_text(json.dumps(settings.to_json(), indent=2) + "\n")

    teacher = Teacher(teacher_path(), with_features=True)
    parts = training_scenes(teacher, CACHE)
    print(f"{len(parts[0])} scenes, {len(parts[1])} negatives, {len(parts[2])} face crops", flush=True)
    trainer = Trainer(settings, folder, warm_start(settings, Augmenter(*parts, np.random.default_rng(settings.seed))))
    trainer.resume()
    validation = own_scenes()
    if not trainer.checks:
        trainer.check(validation)
    # a resumed run goes on with fresh pictures instead of replaying the old ones
    rng = np.random.default_rng([settings.seed, trainer.step])
    augmenter = Augmenter(*parts, rng)
    weights = np.array([s.weight for s in settings.shapes])
    columns = ["step", "images", "seconds", "loss", "score", "box", "landmarks", "features", "rate"]
    curves = folder / "curves.csv"
    if trainer.step == 0 or not curves.exists():
        curves.write_text(",".join(columns) + "\n")
    kept, saved_at, checked_at, clock = [], trainer.spent, trainer.spent, time.process_time()
    while trainer.spent < settings.minutes * 60:
        shape = settings.shapes[rng.choice(len(weights), p=weights / weights.sum())]
        kept.append(trainer.train_step(*make_batch(augmenter, teacher, shape)))
        now = time.process_time()
        trainer.spent += now - clock
        clock = now
        if trainer.step % LOG_EVERY == 0:
            row = {k: sum(r[k] for r in kept) / len(kept) for k in kept[0]}
            row |= {"step": trainer.step, "images": trainer.images, "seconds": trainer.spent}
            kept = []
            with open(curves, "a") as f:
                f.write(",".join(f"{row[c]:.6g}" for c in columns) + "\n")
        if trainer.spent - saved_at > settings.checkpoint_seconds:
            trainer.save()
            saved_at = trainer.spent
        if trainer.spent - checked_at > settings.check_minutes * 60:
            trainer.check(validation)
            checked_at, clock = trainer.spent, time.process_time()
    trainer.check(validation)
    trainer.save()
    plot_curves(folder)
    print(f"{trainer.step} steps, {trainer.images} pictures, {trainer.spent / 60:.1f} minutes", flush=True)
