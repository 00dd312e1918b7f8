"""From a checkpoint to the file that the product loads, checked on the way: `export-xray`."""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from assay_training.crop import PRODUCT_MARGINS
from assay_training.net import Output, Xray
from assay_training.weights import fill

OPSET = 18

TRAINING_DATA = ["helen_afw", "ytf", "aaf", "utk", "ImageNet (initial weights)"]


class Exported(nn.Module):
    """What the product sees: `logit` (n,1), manipulated > 0; `boundary`, `mask` and `occlusion`, (n,1,N/4,N/4) in 0..1 each."""

    def __init__(self, net: Xray) -> None:
        super().__init__()
        self.net = net

    def forward(self, face: torch.Tensor) -> tuple[torch.Tensor, ...]:
        out = self.net(face)
        return out.logit, *maps_of(out)


def maps_of(out: Output) -> tuple[torch.Tensor, ...]:
    """The maps that the product takes, (n,1,N/4,N/4) in 0..1: where a blend's boundary runs, what was replaced, what is covered."""
    maps = (out.edge8, out.mask8, out.occlusion8)
    return tuple(F.interpolate(torch.sigmoid(m), scale_factor=2.0, mode="bilinear", align_corners=False) for m in maps)


XRAY_OUTPUTS = ("logit", "boundary", "mask", "occlusion")


def load_net(net: nn.Module, checkpoint: Path) -> nn.Module:
    """`net` with the averaged weights of a checkpoint, or with those of an exported file."""
    return fill(net, checkpoint).eval()


def export(exported: nn.Module, outputs: tuple[str, ...], size: int, path: Path) -> None:
    """Writes what the product runs: (n,3,size,size) as `face` to a tuple of tensors named `outputs`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    example = torch.zeros(2, 3, size, size)
    program = torch.onnx.export(
        exported.eval(),
        (example,),
        input_names=["face"],
        output_names=list(outputs),
        dynamic_shapes={"face": {0: torch.export.Dim("n", min=1, max=1024)}},
        opset_version=OPSET,
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    program.save(str(path), external_data=False)


def net_input(crops: list[np.ndarray] | np.ndarray) -> np.ndarray:
    """Crops (N,N,3) uint8 RGB as an exported detector takes them, (n,3,N,N) float32."""
    return (np.stack(crops).transpose(0, 3, 1, 2).astype(np.float32) - 127.5) / 127.5


def session(path: Path):
    """An onnxruntime session on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def check(exported: nn.Module, size: int, path: Path) -> dict[str, float]:
    """Largest differences from PyTorch and between batched and single runs; milliseconds a face on one thread."""
    run = session(path)
    x = np.random.default_rng(0).uniform(-1, 1, (5, 3, size, size)).astype(np.float32)
    together = run.run(None, {"face": x})
    alone = [np.concatenate(v) for v in zip(*(run.run(None, {"face": x[i : i + 1]}) for i in range(5)))]
    with torch.inference_mode():
        torch_out = [v.numpy() for v in exported.eval()(torch.from_numpy(x))]
    times = []
    for _ in range(15):
        start = time.perf_counter()
        run.run(None, {"face": x[:1]})
        times.append(time.perf_counter() - start)
    return {
        "torchDifference": float(max(np.abs(a - b).max() for a, b in zip(together, torch_out))),
        "batchDifference": float(max(np.abs(a - b).max() for a, b in zip(together, alone))),
        "oneThreadMs": round(1000 * float(np.median(times)), 2),
    }


def manifest_entry(path: Path, size: int, version: str, calibration: dict, outputs: tuple[str, ...], sentences: list[dict]) -> dict:
    """The entry of a detector whose folder is named by its id; `sentences`: what the columns of that output say."""
    blob = path.read_bytes()
    return {
        "id": path.parent.name,
        "version": version,
        "task": "forgery-frame",
        "file": f"{path.parent.name}/{path.name}",
        "sha256": hashlib.sha256(blob).hexdigest(),
        "bytes": len(blob),
        "opset": OPSET,
        "input": {
            "name": "face",
            "width": size,
            "height": size,
            "layout": "nchw",
            "color": "rgb",
            "mean": [127.5] * 3,
            "scale": [1 / 127.5] * 3,
            "crop": {"definition": "face-crop-v1", "margins": list(PRODUCT_MARGINS)},
        },
        "outputs": {name: {"name": name, "kind": OUTPUT_KINDS[name]} for name in outputs},
        "calibration": calibration,
        **({"sentences": sentences} if sentences else {}),
        "licence": "Research and evaluation only: the terms of the training pictures apply to the weights",
        "trainingData": TRAINING_DATA,
        "card": f"models/{path.parent.name}/CARD.md",
    }


OUTPUT_KINDS = {"logit": "logit", "boundary": "probability", "mask": "probability", "occlusion": "probability", "outOfDomain": "probability", "sentences": "logit"}

UNCALIBRATED = {"a": 0.5, "b": 0.0, "fittedOn": "nothing yet: an early checkpoint"}


def training_record(run: Path, cache: Path) -> dict:
    """Settings and results of a run, of the autoencoders it used and its calibration, as far as they are there."""
    record = {p.stem: json.loads(p.read_text()) for p in (run / f"{n}.json" for n in ("settings", "result", "calibration", "history", "occlusion")) if p.exists()}
    record["autoencoders"] = {p.stem[3:]: json.loads(p.read_text()) for p in sorted(cache.glob("ae_*.json"))}
    for net in record["autoencoders"].values():
        net.pop("curve", None)
    return record


def arguments(name: str, argv: list[str], p: argparse.ArgumentParser | None = None) -> argparse.Namespace:
    p = p or argparse.ArgumentParser(prog=f"export-{name}", description=__doc__)
    p.add_argument("--run", type=Path, default=Path(f"runs/{name}"))
    p.add_argument("--cache", type=Path, default=Path("runs/cache"))
    p.add_argument("--out", type=Path, default=Path(f"../models/{name}"))
    p.add_argument("--size", type=int, default=192)
    p.add_argument("--version", default="0.1.0")
    return p.parse_args(argv)


def write(args: argparse.Namespace, exported: nn.Module, outputs: tuple[str, ...], sentences: list[dict]) -> None:
    """ONNX file, manifest entry, settings and curve into `args.out`; stops when the file does not give PyTorch's numbers."""
    torch.set_num_threads(1)
    path = args.out / f"{args.out.name}-v0.onnx"
    export(exported, outputs, args.size, path)
    found = check(exported, args.size, path)
    print(json.dumps(found), f"{path.stat().st_size} bytes")
    if found["torchDifference"] > 1e-3 or found["batchDifference"] > 1e-4:
        raise SystemExit("the exported net does not give PyTorch's numbers")
    fitted = args.run / "calibration.json"
    calibration = json.loads(fitted.read_text())["logistic"] if fitted.exists() else UNCALIBRATED
    entry = manifest_entry(path, args.size, args.version, calibration, outputs, sentences)
    (args.out / "manifest-entry.json").write_text(json.dumps(entry, indent=2) + "\n")
    (args.out / "training.json").write_text(json.dumps(training_record(args.run, args.cache) | {"export": found}, indent=1) + "\n")
    for name in ("curve.csv", "curve.png"):
        if (args.run / name).exists():
            shutil.copyfile(args.run / name, args.out / name)


def main(argv: list[str]) -> int:
    args = arguments("xray", argv)
    write(args, Exported(load_net(Xray(), args.run / "last.pt")), XRAY_OUTPUTS, [])
    return 0
