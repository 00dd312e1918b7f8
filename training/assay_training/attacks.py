"""What is left against a forger who knows the detectors, or may ask them: `eval-attacks`, on the forged faces of labelled clips.

Frames are altered by at most `--bounds` grey levels a pixel, at the scale of the video:

- *gradient*: ten steps against both detectors, whose weights he has (PGD; Madry et al., 2018);
- *transfer*: the same against one of them, measured on the other that he does not have;
- *query*: he sees nothing but the probability, and may ask a few hundred times (Square attack; Andriushchenko et al., 2020);
- *noise*: as much, by chance: what the alteration alone does;
- *fingerprint removed* (`--remover`): painted anew by an autoencoder that knows real faces alone (`fingerprint_removal.py`), without a bound.

Each as it is and after one more encode, as a platform makes it. Real faces stay what they are: a forger has no reason to touch them. Only what
paints a picture anew is tried on them, too, as people use such things without any harm in mind.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.nn import functional as F

from assay_training.clips import Region, read_clips
from assay_training.codecs import as_a_platform
from assay_training.crop import PRODUCT_MARGINS, crop_frame, crop_matrix, oversampling
from assay_training.fingerprint_removal import psnr, read_remover, without_fingerprint
from assay_training.measures import auc, auc_interval, sigmoid
from assay_training.net import Xray
from assay_training.referenced import referenced
from assay_training.shipped import FLAGGED, Shipped
from assay_training.weights import fill

STEPS = 10
"""Of the gradient attack; each of a quarter of the bound."""

QUERIES = 200

PLATFORM_CRF = 23


@dataclass(frozen=True)
class Detector:
    """A detector as it ships and, for gradients, the net whose weights its file holds."""

    shipped: Shipped
    net: Xray

    @classmethod
    def read(cls, folder: Path) -> Detector:
        shipped = Shipped.read(folder)
        return cls(shipped, fill(Xray(), shipped.file).eval().requires_grad_(False))

    @property
    def name(self) -> str:
        return self.shipped.entry["id"]

    def log_odds(self, picture: np.ndarray, points: np.ndarray) -> float:
        return self.shipped.ask(picture, points)[0]

    def soft_log_odds(self, picture: torch.Tensor, points: np.ndarray) -> torch.Tensor:
        """The same of (1,3,H,W) in 0..255, differentiable; crops are not rounded to whole grey levels."""
        crops = torch.cat([_soft_crop(picture, points, self.shipped.size, margin) for margin in PRODUCT_MARGINS])
        return self.shipped.calibrated(referenced(self.net, crops / 127.5 - 1).logit.mean())


def _soft_crop(picture: torch.Tensor, points: np.ndarray, size: int, margin: float) -> torch.Tensor:
    """face-crop-v1 of (1,3,H,W), (1,3,size,size), before rounding."""
    frame, (height, width) = crop_frame(points), picture.shape[2:]
    k = oversampling(margin * frame.face, size)
    fine = np.arange(size * k)
    place = np.stack([*np.meshgrid(fine, fine), np.ones((size * k,) * 2)], -1)
    at = place @ crop_matrix(frame, size * k, margin).T
    grid = torch.from_numpy(2 * at / np.array([width - 1, height - 1]) - 1)[None].float()
    return F.avg_pool2d(F.grid_sample(picture, grid, padding_mode="border", align_corners=True), k)


def together(detectors: list[Detector]) -> Callable[[np.ndarray, np.ndarray], float]:
    """Calibrated log odds of a face, mean over the detectors: what the product fuses."""
    return lambda picture, points: float(np.mean([d.log_odds(picture, points) for d in detectors]))


def by_gradient(picture: np.ndarray, points: np.ndarray, detectors: list[Detector], bound: int) -> np.ndarray:
    """The picture (H,W,3) altered by at most `bound` grey levels so that the detectors take it for real."""
    original = torch.from_numpy(picture).permute(2, 0, 1)[None].float()
    altered = original.clone()
    for _ in range(STEPS):
        altered.requires_grad_(True)
        sum(d.soft_log_odds(altered, points) for d in detectors).backward()
        step = altered.detach() - bound / 4 * altered.grad.sign()
        altered = original + (step - original).clamp(-bound, bound)
        altered = altered.clamp(0, 255)
    return altered[0].permute(1, 2, 0).round().to(torch.uint8).numpy()


def by_query(
    picture: np.ndarray, points: np.ndarray, ask: Callable[[np.ndarray, np.ndarray], float], bound: int, rng: np.random.Generator
) -> np.ndarray:
    """The same by asking alone: squares of one colour shift each, kept where the answer falls; smaller as it goes."""
    h, w = picture.shape[:2]
    stripes = rng.choice([-bound, bound], (1, w, 3))
    best = (picture.astype(np.int16) + stripes).clip(0, 255).astype(np.uint8)
    least = ask(best, points)
    if least > (plain := ask(picture, points)):
        best, least = picture, plain
    for i in range(QUERIES):
        share = 0.3 * 0.5 ** (4 * i / QUERIES)
        side = max(2, int(np.sqrt(share * h * w)))
        y, x = rng.integers(0, max(1, h - side)), rng.integers(0, max(1, w - side))
        tried = best.copy()
        part = picture[y : y + side, x : x + side].astype(np.int16) + rng.choice([-bound, bound], 3)
        tried[y : y + side, x : x + side] = part.clip(0, 255)
        if (found := ask(tried, points)) < least:
            best, least = tried, found
    return best


def by_chance(picture: np.ndarray, bound: int, rng: np.random.Generator) -> np.ndarray:
    return (picture.astype(np.int16) + rng.choice([-bound, bound], picture.shape)).clip(0, 255).astype(np.uint8)


def encoded(picture: np.ndarray) -> np.ndarray:
    h, w = (side // 2 * 2 for side in picture.shape[:2])
    return as_a_platform(np.ascontiguousarray(picture[:h, :w]), PLATFORM_CRF)


def some_frames(region: Region, count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Patches and landmarks of `count` frames of the most prominent face of a region that has one, evenly spaced."""
    face = region.faces[0]
    picked = np.unique(np.linspace(0, len(face.patches) - 1, count).round().astype(int))
    return [(np.ascontiguousarray(face.patches[i]), face.landmarks[i]) for i in picked]


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="eval-attacks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("models", type=Path, nargs=2, help="folders of the two detectors, each with a manifest-entry.json")
    p.add_argument("--clips", type=Path, default=Path("../../shared/data/clips"))
    p.add_argument("--yunet", type=Path, default=Path("../../shared/peers/yunet_n_dynamic.onnx"))
    p.add_argument("--cache", type=Path, default=Path("runs/cache"))
    p.add_argument("--bounds", type=int, nargs="+", default=[2, 4, 8], help="grey levels")
    p.add_argument("--frames", type=int, default=4, help="of each region")
    p.add_argument("--query-bound", type=int, default=8)
    p.add_argument("--query-frames", type=int, default=1, help="of each region; a frame takes 200 questions")
    p.add_argument("--remover", type=Path, help="folder of what `train-remover` left")
    args = p.parse_args(argv)
    cv2.setNumThreads(1)
    regions = [r for r in read_clips(args.clips, args.yunet, args.cache, 14) if r.faces]
    detectors = [Detector.read(folder) for folder in args.models]
    report = Report(regions, detectors, args.frames)
    report.say("as they are", lambda picture, points: picture)
    if args.remover:
        remover = read_remover(args.remover)
        report.say("fingerprint removed", lambda picture, points: without_fingerprint(remover, picture), alike=True)
        changed = [psnr(picture, without_fingerprint(remover, picture)) for frames in report.forged for picture, _ in frames]
        print(json.dumps({"fingerprint removed: median PSNR, dB": round(float(np.median(changed)), 1)}), flush=True)
    for bound in args.bounds:
        rng = np.random.default_rng(5)
        report.say(f"noise, {bound}", lambda picture, points: by_chance(picture, bound, rng))
        for one in detectors:
            report.say(f"gradient of {one.name}, {bound}", lambda picture, points: by_gradient(picture, points, [one], bound))
        report.say(f"gradient of both, {bound}", lambda picture, points: by_gradient(picture, points, detectors, bound))
    rng = np.random.default_rng(6)
    few = Report(regions, detectors, args.query_frames)
    few.say(f"{QUERIES} queries, {args.query_bound}", lambda picture, points: by_query(picture, points, together(detectors), args.query_bound, rng))
    print(json.dumps({"against": len(report.real), "forged": len(report.forged), "rows": report.rows + few.rows}, indent=1))
    return 0


class Report:
    """Rows of figures, one an attack: AUC of attacked forgeries against real faces, share still called manipulated, by detector and together."""

    def __init__(self, regions: list[Region], detectors: list[Detector], frames: int) -> None:
        self.detectors = detectors
        self.groups = np.array([r.group for r in sorted(regions, key=lambda r: r.fake)])
        self.forged = [some_frames(r, frames) for r in regions if r.fake]
        self.real = [some_frames(r, frames) for r in regions if not r.fake]
        self.rows: list[dict] = []
        self.untouched = np.array([self._odds(frames) for frames in self.real])

    def _odds(self, frames: list[tuple[np.ndarray, np.ndarray]]) -> list[float]:
        """Mean log odds over the frames, of each detector and of both together."""
        each = [float(np.mean([d.log_odds(picture, points) for picture, points in frames])) for d in self.detectors]
        return [*each, float(np.mean(each))]

    def say(self, title: str, attack: Callable[[np.ndarray, np.ndarray], np.ndarray], alike: bool = False) -> None:
        """One row. alike: real faces altered in the same way, too."""
        attacked = [[(attack(picture, points), points) for picture, points in frames] for frames in self.forged]
        again = [[(encoded(picture), points) for picture, points in frames] for frames in attacked]
        row: dict = {"attack": title}
        for way, faces in (("", attacked), (" after an encode", again)):
            odds = np.array([self._odds(frames) for frames in faces])
            if not way:
                forged = odds
            for k, name in enumerate([d.name for d in self.detectors] + ["both"]):
                row[f"auc {name}{way}"] = round(auc(self.untouched[:, k], odds[:, k]), 3)
            row[f"called manipulated{way}"] = round(float((sigmoid(odds[:, -1]) >= FLAGGED).mean()), 3)
            scores = np.concatenate([self.untouched[:, -1], odds[:, -1]])
            fake = np.arange(len(scores)) >= len(self.untouched)
            row[f"interval{way}"] = [round(v, 2) for v in auc_interval(scores, fake, self.groups)]
        if alike:
            altered = np.array([self._odds([(attack(picture, points), points) for picture, points in frames]) for frames in self.real])
            row["auc both, real altered alike"] = round(auc(altered[:, -1], forged[:, -1]), 3)
            row["real called manipulated, altered alike"] = round(float((sigmoid(altered[:, -1]) >= FLAGGED).mean()), 3)
        self.rows.append(row)
        print(json.dumps(row), flush=True)
