"""Turns a run's checkpoint into the files of `models/face-detector`."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import cv2
import torch

from assay_training.detector.dataset import load_scenes
from assay_training.detector.graph import OPSET, OUTPUTS, largest_difference, write_onnx
from assay_training.detector.network import FaceDetector
from assay_training.detector.runtime import MULTIPLE, Student
from assay_training.detector.settings import INPUT_MEAN, INPUT_SCALE, STRIDES, NetworkSettings
from assay_training.detector.threshold import choose_threshold
from assay_training.detector.train import RUNS

MODEL_FOLDER = Path(__file__).resolve().parents[3] / "models" / "face-detector"
VERSION = "0"
LONG_SIDE = 640
"""The product scales frames to this long side before it looks for faces, pixels."""
NMS_IOU = 0.4
MAX_DIFFERENCE = 1e-3
"""Torch and onnxruntime may differ by this much (see `largest_difference`): float32 sums in another order."""
TRAINING_DATA = [
    "MaskON (Kaggle face-mask-detection), train part",
    "formatcom/tfm-mask-detect, train part",
    "Helen and AFW (iBUG 300-W), train part",
    "All-Age-Faces, train part",
    "UTKFace, train part",
    "YouTube Faces, train part",
    "ImageNet sample images, as pictures without faces, train part",
    "answers of YuNet-n (ShiqiYu/libfacedetection.train, trained on WIDER FACE) on these pictures",
]


def manifest_entry(path: Path, threshold: float) -> dict:
    blob = path.read_bytes()
    return {
        "id": "face-detector",
        "version": VERSION,
        "task": "face-detector",
        "file": path.name,
        "sha256": hashlib.sha256(blob).hexdigest(),
        "bytes": len(blob),
        "input": {
            "name": "image",
            "layout": "nchw",
            "color": "rgb",
            "mean": [INPUT_MEAN] * 3,
            "scale": [INPUT_SCALE] * 3,
            "multipleOf": MULTIPLE,
            "longSide": LONG_SIDE,
        },
        "outputs": {name: name for name in OUTPUTS},
        "strides": list(STRIDES),
        "scoreThreshold": threshold,
        "nmsIou": NMS_IOU,
        "opset": OPSET,
        "licence": "research and evaluation only (terms of the training data, see the card)",
        "trainingData": TRAINING_DATA,
        "card": "CARD.md",
    }


def run_history(run: str) -> list[dict]:
    """What led to a run, oldest first: each run it started from with its length and loss weights."""
    folder = RUNS / run
    settings = json.loads((folder / "settings.json").read_text())
    step, images, seconds = torch.load(folder / "checkpoint.pt", weights_only=True)["progress"]
    own = {"run": run, "steps": step, "pictures": images, "minutes": round(seconds / 60, 1)}
    own |= {k: v for k, v in settings.items() if k not in ("network", "minutes", "startsFrom")}
    before = settings.get("startsFrom")
    return [*(run_history(before) if before else []), own]


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="detector-export", description="Export the face detector.")
    parser.add_argument("--run", default="face-detector", help="name of the run folder under training/runs")
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    folder = RUNS / options.run
    settings = json.loads((folder / "settings.json").read_text())
    state = torch.load(folder / "checkpoint.pt", weights_only=True)
    shape = settings["network"]
    network = FaceDetector(NetworkSettings(tuple(shape["channels"]), tuple(shape["blocks"]), shape["neck"])).eval()
    network.load_state_dict(state["average"])

    MODEL_FOLDER.mkdir(parents=True, exist_ok=True)
    path = MODEL_FOLDER / f"face-detector-v{VERSION}.onnx"
    write_onnx(network, path)
    for height, width in ((640, 640), (384, 640), (96, 160)):
        difference = largest_difference(network, path, height, width)
        if not difference <= MAX_DIFFERENCE:
            raise RuntimeError(f"the exported file differs from the network by {difference} at {width}x{height}")
    threshold, table = choose_threshold(Student(path), load_scenes("val"), LONG_SIDE)
    entry = manifest_entry(path, threshold)
    (MODEL_FOLDER / "manifest-entry.json").write_text(json.dumps(entry, indent=2) + "\n")
    step, images, seconds = state["progress"]
    record = {"settings": settings, "run": {"steps": step, "pictures": images, "minutes": round(seconds / 60, 1)}}
    record["history"] = run_history(options.run)
    record["threshold"] = {"chosen": threshold, "on": "validation scenes without wider_val", "table": table}
    (MODEL_FOLDER / "training.json").write_text(json.dumps(record, indent=2) + "\n")
    print(f"{path.name}: {entry['bytes']} bytes, threshold {threshold}, after {step} steps, {images} pictures")
    for row in table:
        print("  ", row)
