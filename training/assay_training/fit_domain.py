"""Teaches an exported detector to know pictures unlike those it learned from: `fit-domain`.

A small head on the features that the score comes from, fitted with outliers of our own making (outlier exposure, Hendrycks et al.,
2019); all else in the file stays as it is. The output `outOfDomain` (n,1), 0..1, is near 1 where the score means nothing.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional as F

from assay_training.crop import five_points
from assay_training.export import OUTPUT_KINDS
from assay_training.exported_folder import change_model
from assay_training.measures import auc, sigmoid
from assay_training.pairs import FACE_PX, PairMaker
from assay_training.shipped import Shipped, run_in_parts
from assay_training.singles import crops, degraded
from assay_training.synthesis.out_of_domain import ELSEWHERE, HELD_OUT, LOOKS, look, moved_points

GROUP = 8
HIDDEN = 48
OUTPUT = "outOfDomain"

MOST_UNLIKE = 0.9
"""Probability above which the product does not judge a frame."""

PREFIX = "domain/"

FAMILIAR = "familiar"
PLAIN = 0.5
"""Share of faces that stay as they are."""

GREY = 0.1
"""Share of those without colour: old films are rare in training and yet no reason not to judge."""


@dataclass(frozen=True)
class Faces:
    """crops (n,N,N,3) uint8; looks (n,): `FAMILIAR`, `ELSEWHERE` or a key of `LOOKS`; forged (n,) bool."""

    crops: np.ndarray
    looks: np.ndarray
    forged: np.ndarray


def faces(maker: PairMaker, rng: np.random.Generator, size: int, looks: list[str]) -> Faces:
    """`GROUP` faces of one native size and encode, real and forged, half of them in one of `looks`."""
    face = float(np.exp(rng.uniform(*np.log(FACE_PX))))
    pictures, points, named, forged = [], [], [], []
    for index in rng.choice(maker.rows, GROUP, p=maker.odds):
        scene, source = maker.shoot(rng, int(index), face)
        picture, marks, altered = scene.image, five_points(scene.mesh), rng.random() < 0.5
        cover = maker.cover(rng, scene) if rng.random() < 0.15 else None
        if altered:
            picture = maker.forge(rng, scene, None, source).image
        if cover:
            picture = cover.over(picture)
        name = FAMILIAR if rng.random() < PLAIN else str(rng.choice(looks))
        if name == ELSEWHERE:
            marks = moved_points(rng, marks, scene.face)
        elif name != FAMILIAR:
            picture = look(rng, picture, name)
        elif rng.random() < GREY:
            picture = np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None], 3, 2)
        pictures.append(picture)
        points.append(marks)
        named.append(name)
        forged.append(altered)
    cut = [crops(rng, (picture,), marks, face, size)[0] for picture, marks in zip(degraded(rng, pictures), points)]
    return Faces(np.stack(cut), np.array(named), np.array(forged))


def gather(maker: PairMaker, rng: np.random.Generator, size: int, looks: list[str], count: int) -> Faces:
    parts = [faces(maker, rng, size, looks) for _ in range(count // GROUP)]
    return Faces(*(np.concatenate([getattr(part, key) for part in parts]) for key in ("crops", "looks", "forged")))


def pooled_name(model: onnx.ModelProto) -> str:
    """The tensor (n,d) that the score's head reads. ValueError where this is not a detector that was exported here."""
    own = next((o for o in ("own_logit", "logit") if any(o in node.output for node in model.graph.node)), None)
    makers = {name: node for node in model.graph.node for name in node.output}
    node = makers.get(own)
    while node is not None and node.op_type in ("Gemm", "Relu"):
        if node.op_type == "Gemm" and makers.get(node.input[0]) is not None and makers[node.input[0]].op_type == "Concat":
            return node.input[0]
        node = makers.get(node.input[0])
    raise ValueError("this is not a detector that was exported here")


def features(model: onnx.ModelProto, pictures: np.ndarray) -> np.ndarray:
    """What the score's head reads of crops (n,N,N,3) uint8, (n,d) float32."""
    import onnxruntime

    seen = onnx.ModelProto()
    seen.CopyFrom(model)
    name = pooled_name(model)
    del seen.graph.output[:]
    seen.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    run = onnxruntime.InferenceSession(seen.SerializeToString(), providers=["CPUExecutionProvider"])
    return run_in_parts(run, name, pictures)


@dataclass(frozen=True)
class Head:
    """Two layers (w1 (h,d), b1 (h,), w2 (1,h), b2 (1,)) from features to the log odds of a picture unlike those learned from."""

    w1: np.ndarray
    b1: np.ndarray
    w2: np.ndarray
    b2: np.ndarray

    def log_odds(self, x: np.ndarray) -> np.ndarray:
        return (np.maximum(x @ self.w1.T + self.b1, 0) @ self.w2.T + self.b2)[:, 0]


def fit(x: np.ndarray, unlike: np.ndarray, steps: int, seed: int) -> Head:
    """x (n,d); unlike (n,) bool. Features are brought to one scale, and the scale is folded into the first layer."""
    torch.manual_seed(seed)
    mean, spread = x.mean(0), x.std(0) + 0.05 * x.std() + 1e-6
    data, label = torch.from_numpy((x - mean) / spread).float(), torch.from_numpy(unlike).float()
    net = nn.Sequential(nn.Dropout(0.2), nn.Linear(x.shape[1], HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1))
    optimiser = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, steps)
    for step in range(steps):
        rows = torch.randint(len(data), (256,))
        loss = F.binary_cross_entropy_with_logits(net(data[rows])[:, 0], label[rows] * 0.98 + 0.01)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 200 == 199:
            print(f"step {step + 1} loss {float(loss.detach()):.4f}", flush=True)
    w1, b1, w2, b2 = (p.detach().numpy().astype(np.float64) for p in (net[1].weight, net[1].bias, net[3].weight, net[3].bias))
    return Head(*(v.astype(np.float32) for v in (w1 / spread, b1 - (w1 / spread) @ mean, w2, b2)))


def with_domain(model: onnx.ModelProto, head: Head) -> onnx.ModelProto:
    """The detector with the output `outOfDomain` (n,1), in the place of an earlier one if there was."""
    out = onnx.ModelProto()
    out.CopyFrom(model)
    graph = out.graph
    for kept, items in ((graph.node, list(graph.node)), (graph.initializer, list(graph.initializer))):
        del kept[:]
        kept.extend(item for item in items if not item.name.startswith(PREFIX))
    outputs = [output for output in graph.output if output.name != OUTPUT]
    del graph.output[:]
    graph.output.extend(outputs)
    names = {key: PREFIX + key for key in ("w1", "b1", "w2", "b2")}
    graph.initializer.extend(numpy_helper.from_array(getattr(head, key), name) for key, name in names.items())
    hidden, risen, odds = (PREFIX + name for name in ("hidden", "risen", "odds"))
    graph.node.extend(
        [
            helper.make_node("Gemm", [pooled_name(out), names["w1"], names["b1"]], [hidden], PREFIX + "first", transB=1),
            helper.make_node("Relu", [hidden], [risen], PREFIX + "relu"),
            helper.make_node("Gemm", [risen, names["w2"], names["b2"]], [odds], PREFIX + "second", transB=1),
            helper.make_node("Sigmoid", [odds], [OUTPUT], PREFIX + "sigmoid"),
        ]
    )
    batch = graph.output[0].type.tensor_type.shape.dim[0].dim_param or "n"
    graph.output.append(helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [batch, 1]))
    onnx.checker.check_model(out, full_check=True)
    return out


def report(odds: np.ndarray, kept: Faces) -> dict:
    """Share above `MOST_UNLIKE` of the familiar ones, real and forged, and of each look; AUC of telling each."""
    over, familiar = sigmoid(odds) > MOST_UNLIKE, kept.looks == FAMILIAR
    found = {f"familiar, {name}": round(float(over[familiar & (kept.forged == forged)].mean()), 4) for name, forged in (("real", False), ("forged", True))}
    for name in sorted(set(kept.looks) - {FAMILIAR}):
        found[name] = {"above": round(float(over[kept.looks == name].mean()), 3), "auc": round(auc(odds[familiar], odds[kept.looks == name]), 3)}
    return found


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="fit-domain", description=__doc__)
    p.add_argument("model", type=Path, help="folder with an exported detector and its manifest-entry.json; it is changed")
    p.add_argument("--version", required=True, help="of the changed detector")
    p.add_argument("--cache", type=Path, default=Path("runs/cache"))
    p.add_argument("--faces", type=int, default=8000)
    p.add_argument("--steps", type=int, default=1600)
    p.add_argument("--seed", type=int, default=1)
    args = p.parse_args(argv)
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    shipped = Shipped.read(args.model)
    model = onnx.load(shipped.file)
    seen = [name for name in (*LOOKS, ELSEWHERE) if name not in HELD_OUT]
    learned = gather(PairMaker(args.cache, train=True), np.random.default_rng(args.seed), shipped.size, seen, args.faces)
    head = fit(features(model, learned.crops), learned.looks != FAMILIAR, args.steps, args.seed)
    kept = gather(PairMaker(args.cache, train=False), np.random.default_rng(args.seed + 1), shipped.size, [*seen, *HELD_OUT], args.faces // 4)
    found = report(head.log_odds(features(model, kept.crops)), kept)
    print(json.dumps(found, indent=1))
    change_model(args.model, args.version, lambda before: with_domain(before, head), _named)
    record = args.model / "training.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | {"domain": {"faces": args.faces, "steps": args.steps, "seed": args.seed, "bound": MOST_UNLIKE, "validation": found}}, indent=1) + "\n")
    return 0


def _named(outputs: dict) -> dict:
    return outputs | {OUTPUT: {"name": OUTPUT, "kind": OUTPUT_KINDS[OUTPUT]}}
