"""Turns a run's checkpoint into the files of `models/face-detector`."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import torch

from assay_training.detector.augment import Augmenter
from assay_training.detector.dataset import load_scenes, teacher_path, training_scenes
from assay_training.detector.graph import OPSET, OUTPUTS, largest_difference, write_onnx
from assay_training.detector.network import FaceDetector
from assay_training.detector.runtime import MULTIPLE, Student, Teacher
from assay_training.detector.settings import INPUT_SCALE, STRIDES, NetworkSettings, TrainSettings
from assay_training.detector.threshold import choose_threshold
from assay_training.detector.train import CACHE, RUNS, warm_start

MODEL_FOLDER = Path(__file__).resolve().parents[3] / "models" / "face-detector"
VERSION = "1"
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
    "initial weights: YuNet-n (ShiqiYu/libfacedetection.train, Apache-2.0, trained on WIDER FACE)",
    "answers of YuNet-n on these pictures",
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
            "mean": [0.0] * 3,
            "scale": [INPUT_SCALE] * 3,
            "multipleOf": MULTIPLE,
            "longSide": LONG_SIDE,
        },
        "outputs": {name: {"name": name, "kind": name} for name in OUTPUTS},
        "strides": list(STRIDES),
        "scoreThreshold": threshold,
        "nmsIou": NMS_IOU,
        "opset": OPSET,
        "licence": "research and evaluation only (terms of the training data, see the card)",
        "trainingData": TRAINING_DATA,
        "card": "CARD.md",
    }


def network_settings(shape: dict) -> NetworkSettings:
    """Widths as settings.json has them."""
    return NetworkSettings(shape["thin"], tuple(shape["stage4"]), shape["wide"])


def untrained(settings: dict) -> FaceDetector:
    """The network of a run as it was before its first step."""
    parts = training_scenes(Teacher(teacher_path()), CACHE)
    start = TrainSettings(
        seed=settings["seed"],
        narrowing_pictures=settings["narrowing_pictures"],
        network=network_settings(settings["network"]),
    )
    return warm_start(start, Augmenter(*parts, np.random.default_rng(start.seed))).eval()


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="detector-export", description="Export the face detector.")
    parser.add_argument("--run", default="face-detector", help="name of the run folder under training/runs")
    parser.add_argument("--untrained", type=Path, help="only write the run's network before training here, to measure it")
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    folder = RUNS / options.run
    settings = json.loads((folder / "settings.json").read_text())
    if options.untrained:
        write_onnx(untrained(settings), options.untrained)
        return
    state = torch.load(folder / "checkpoint.pt", weights_only=True)
    network = FaceDetector(network_settings(settings["network"])).eval()
    network.load_state_dict(state["best"])

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
    record["selection"] = {"on": "validation scenes without wider_val, as stored and halved", "checks": state["checks"]}
    record["threshold"] = {"chosen": threshold, "on": "validation scenes without wider_val", "table": table}
    (MODEL_FOLDER / "training.json").write_text(json.dumps(record, indent=2) + "\n")
    print(f"{path.name}: {entry['bytes']} bytes, threshold {threshold}, after {step} steps, {images} pictures")
    for row in table:
        print("  ", row)
