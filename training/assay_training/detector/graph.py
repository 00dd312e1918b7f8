"""Writes a network as ONNX and checks the file against the network."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import onnx
import torch

from assay_training.detector.network import DecodedFaceDetector, FaceDetector
from assay_training.detector.runtime import one_thread_session

OPSET = 17
DESCRIPTION = (
    "Assay face detector: five landmarks, strides 8, 16, 32. Changed from YuNet-n of ShiqiYu/libfacedetection.train "
    "(Apache-2.0): narrowed, heads merged, trained further. See CARD.md for data and terms."
)
OUTPUTS = ("scores", "boxes", "landmarks")


def write_onnx(network: FaceDetector, path: Path) -> None:
    """The decoded network with a dynamic batch, height and width."""
    axes = {"image": {0: "n", 2: "height", 3: "width"}} | {name: {0: "n", 1: "cells"} for name in OUTPUTS}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            DecodedFaceDetector(network).eval(),
            (torch.zeros(1, 3, 96, 128),),
            str(path),
            input_names=["image"],
            output_names=list(OUTPUTS),
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load(path)
    onnx.checker.check_model(model)
    model.doc_string = DESCRIPTION
    onnx.save(model, path)


def largest_difference(network: FaceDetector, path: Path, height: int, width: int, count: int = 2) -> float:
    """Largest difference between torch and onnxruntime over all outputs, on noise of the given size.

    Pixels (or score) for values below 1, a share of the value above: |a - b| / (1 + |a|).
    """
    image = np.random.default_rng(0).uniform(0, 2, (count, 3, height, width)).astype(np.float32)
    with torch.no_grad():
        expected = DecodedFaceDetector(network).eval()(torch.from_numpy(image))
    actual = one_thread_session(path).run(list(OUTPUTS), {"image": image})
    pairs = [(e.numpy(), a) for e, a in zip(expected, actual, strict=True)]
    return max(float((np.abs(e - a) / (1 + np.abs(e))).max()) for e, a in pairs)
