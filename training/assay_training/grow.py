"""Learns from labelled footage without forgetting: `grow`.

After Stacking Brick by Brick (2025): the net is fine-tuned on what moderators labelled while half of every batch replays the
forgeries that it was made with, and on those it is held to what it said before (learning without forgetting, Li and Hoiem,
2016). Nothing is promoted on trust: a gate compares old and new on every family, on footage kept out by group, and refuses
when one family loses more than a stated bound.
"""

from __future__ import annotations

import argparse
import copy
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from assay_training.clips import FaceTrack, Region, read_clips
from assay_training.crop import PRODUCT_MARGINS, crop_frame, face_crop, warp_crop
from assay_training.export import load_net
from assay_training.measures import auc
from assay_training.net import Xray
from assay_training.pairs import LANDMARK_NOISE, Batch, PairMaker, join
from assay_training.pairs import draw_margin
from assay_training.synthesis.color import jpeg
from assay_training.train import GROUP, validation_set
from assay_training.xray_task import SMOOTHED, Targets, in_parts, map_and_score_losses, to_tensor

LABELLED = 16
"""Labelled crops a step, as many real as forged; as many pairs of the replay beside them."""

HOLD = 0.5
"""Weight of staying with the old answers on the replay."""

LEAST_GROUPS = 4
"""Groups of either label that are needed: fewer cannot be split into learning and judging."""


class NotEnough(ValueError):
    """The export is too small to learn from and to judge by."""


def split_groups(regions: list[Region], share: float, rng: np.random.Generator) -> tuple[list[Region], list[Region]]:
    """Regions to learn from and regions to judge by; footage of one group goes to one side."""
    for fake in (False, True):
        if len({r.group for r in regions if r.fake == fake and r.faces}) < LEAST_GROUPS:
            kind = "forged" if fake else "real"
            raise NotEnough(f"at least {LEAST_GROUPS} groups of {kind} footage with faces are needed")
    held: set[str] = set()
    for fake in (False, True):
        names = sorted({r.group for r in regions if r.fake == fake and r.faces})
        held |= set(rng.permutation(names)[: max(1, round(share * len(names)))])
    return [r for r in regions if r.group not in held], [r for r in regions if r.group in held]


def labelled_crop(rng: np.random.Generator, face: FaceTrack, size: int) -> np.ndarray:
    """One frame of a face, cropped with a detector's errors, sometimes mirrored and compressed once more: (N,N,3) uint8."""
    i = int(rng.integers(len(face.patches)))
    points = face.landmarks[i]
    unit = crop_frame(points).face
    frame = crop_frame(points + rng.normal(0, LANDMARK_NOISE * unit, points.shape)) or crop_frame(points)
    out = warp_crop(np.ascontiguousarray(face.patches[i]), frame, size, draw_margin(rng))
    if rng.random() < 0.3:
        out = jpeg(out, int(rng.integers(50, 96)))
    return np.ascontiguousarray(out[:, ::-1]) if rng.random() < 0.5 else out


@torch.inference_mode()
def clip_scores(net: nn.Module, regions: list[Region], size: int) -> np.ndarray:
    """Mean logit of each region's most suspicious face."""
    net.eval()

    def of_face(face: FaceTrack) -> np.ndarray:
        crops = [face_crop(p, m, size, margin) for margin in PRODUCT_MARGINS for p, m in zip(face.patches, face.landmarks)]
        return net(to_tensor(np.stack(crops), "cpu")).logit[:, 0].float().numpy()

    found = np.array([r.scores(of_face)[0] for r in regions])
    net.train()
    return found


def by_family(scores: np.ndarray, regions: list[Region]) -> dict[str, float]:
    """AUC of each family's forgeries against all real regions, and of all forgeries."""
    fake = np.array([r.fake for r in regions])
    family = np.array([r.family for r in regions])
    seen = np.isfinite(scores)
    real = scores[seen & ~fake]
    rows = {name: auc(real, scores[seen & fake & (family == name)]) for name in sorted(set(family[fake]))}
    return {"all": auc(real, scores[seen & fake])} | rows


@torch.inference_mode()
def by_way(net: nn.Module, batch: Batch) -> dict[str, float]:
    """AUC of each way of forging in the replay's held-out set."""
    net.eval()
    real, forged = (
        torch.cat([out.logit[:, 0].float() for out in in_parts(net, (part,), "cpu")]).numpy() for part in (batch.real, batch.forged)
    )
    net.train()
    ways = np.array([kind.split(":")[0] for kind in batch.kinds])
    return {f"replay {way}": auc(real, forged[ways == way]) for way in sorted(set(ways))}


def gate(before: dict[str, float], after: dict[str, float], bound: float, must_gain: str = "labelled all") -> list[str]:
    """Why a net may not be promoted; empty when it may. No figure may fall by more than `bound`, and what was labelled
    must not have been learnt for nothing."""
    lost = [f"{name} fell from {before[name]:.3f} to {after[name]:.3f}" for name in before if after[name] < before[name] - bound]
    if after[must_gain] <= before[must_gain]:
        lost.append(f"{must_gain} did not rise: {before[must_gain]:.3f} to {after[must_gain]:.3f}")
    return lost


def learn(net: nn.Module, regions: list[Region], maker: PairMaker, size: int, steps: int, rate: float, rng: np.random.Generator) -> nn.Module:
    """`net` after `steps` of fine-tuning; returns its moving average."""
    old = copy.deepcopy(net).eval()
    slow = copy.deepcopy(net).eval()
    optimiser = torch.optim.AdamW(net.parameters(), rate, weight_decay=0.01)
    sides = [[face for r in regions if r.fake == fake for face in r.faces] for fake in (False, True)]
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 20) * (1 - 0.9 * step / steps)
        crops = [labelled_crop(rng, side[rng.integers(len(side))], size) for side in sides for _ in range(LABELLED // 2)]
        label = torch.tensor([value for value in SMOOTHED for _ in range(LABELLED // 2)])
        replay = join([maker.group(rng, GROUP, size) for _ in range(LABELLED // GROUP)])
        pictures = to_tensor(np.concatenate([replay.real, replay.forged]), "cpu")
        out = net(pictures)
        with torch.inference_mode():
            said = old(pictures).logit.float().clone()
        replayed = map_and_score_losses(out, Targets.of(replay, "cpu"))["loss"]
        held = F.mse_loss(torch.sigmoid(out.logit.float()), torch.sigmoid(said))
        new = F.binary_cross_entropy_with_logits(net(to_tensor(np.stack(crops), "cpu")).logit[:, 0].float(), label)
        optimiser.zero_grad(set_to_none=True)
        (new + replayed + HOLD * held).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        with torch.no_grad():
            for a, b in zip(slow.parameters(), net.parameters()):
                a.lerp_(b, 1 - min(0.98, (step + 1) / (step + 10)))
        if step % 10 == 0:
            print(f"step {step} of {steps}: labelled {new.item():.3f}, replay {replayed.item():.3f}, held {held.item():.4f}", flush=True)
    return slow


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="grow", description=__doc__)
    p.add_argument("labelled", type=Path, help="folder with clips.csv (file,label,family,group,region) and the files")
    p.add_argument("--start", type=Path, default=Path("../models/xray/xray-v0.onnx"), help="what grows: a run's last.pt or an exported file")
    p.add_argument("--out", type=Path, default=Path("runs/grown"), help="where a promoted net and the gate's report go")
    p.add_argument("--cache", type=Path, default=Path("runs/cache"))
    p.add_argument("--yunet", type=Path, default=Path("../../shared/peers/yunet_n_dynamic.onnx"))
    p.add_argument("--size", type=int, default=192)
    p.add_argument("--steps", type=int, default=200)
    p.add_argument("--rate", type=float, default=5e-5)
    p.add_argument("--bound", type=float, default=0.02, help="AUC that any family may lose")
    p.add_argument("--held-out", type=float, default=0.3, help="share of the labelled groups that only judge")
    p.add_argument("--frames", type=int, default=14)
    p.add_argument("--seed", type=int, default=1)
    args = p.parse_args(argv)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    regions = read_clips(args.labelled, args.yunet, args.out, args.frames)
    try:
        learning, judging = split_groups(regions, args.held_out, rng)
    except NotEnough as error:
        raise SystemExit(f"grow: {error}") from None
    net = load_net(Xray(), args.start).train()
    kept = validation_set(args.cache, args.size)

    def figures(of: nn.Module) -> dict[str, float]:
        labelled = {f"labelled {k}": v for k, v in by_family(clip_scores(of, judging, args.size), judging).items()}
        return labelled | by_way(of, kept)

    before = figures(net)
    grown = learn(net, learning, PairMaker(args.cache, train=True), args.size, args.steps, args.rate, rng)
    after = figures(grown)
    refused = gate(before, after, args.bound)
    report = {"before": before, "after": after, "bound": args.bound, "refused": refused, "steps": args.steps, "seed": args.seed}
    report |= {"learntFrom": sorted({r.group for r in learning}), "judgedBy": sorted({r.group for r in judging})}
    (args.out / "gate.json").write_text(json.dumps(report, indent=1))
    for name in before:
        print(f"{name:32} {before[name]:.3f} -> {after[name]:.3f}")
    if refused:
        print("not promoted: " + "; ".join(refused))
        return 3
    torch.save({"average": grown.state_dict()}, args.out / "last.pt")
    print(f"promoted: {args.out / 'last.pt'}; export it with export-xray --run {args.out}")
    return 0
