"""Measures a face by itself: `reference` adds a second look at a softened copy of the same crop to an exported detector.

Much of what a detector says of a face is about the video, not about the forgery: camera, sharpness, codec, person. A copy of half
the resolution has the same of all that, but little of what gives a forgery away. What the detector says of the copy is therefore
a reference, and half of it is taken off:

    logit(x) - WEIGHT logit(up(down(x)))        down: mean of 2x2 pixels; up: bicubic (a = CUBIC), clipped to -1..1

Weights are shared, so the file hardly grows; the time of a crop doubles. (onnxruntime's own bicubic `Resize` alone takes as long as the
whole detector, hence a convolution to four phases.) Outputs other than `logit` stay as they are. The idea is
that of a counterfactual or self-reference; the figures that led to it stand in the cards and in decision 012.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper, utils

from assay_training.exported_folder import change_model

WEIGHT = 0.5

CUBIC = -0.75
"""As OpenCV and PyTorch resize."""

PREFIX = "reference/"


def is_referenced(model: onnx.ModelProto) -> bool:
    return any(node.name.startswith(PREFIX) for node in model.graph.node)


def with_reference(model: onnx.ModelProto) -> onnx.ModelProto:
    """A detector `face` (n,3,N,N) in -1..1 to `logit` (n,1) and more, whose logit has its reference taken off.

    Raises ValueError when it already has one.
    """
    if is_referenced(model):
        raise ValueError("this detector already measures a face by itself")
    out = onnx.ModelProto()
    out.CopyFrom(model)
    graph = out.graph
    weights = {tensor.name for tensor in graph.initializer}
    copy = [onnx.NodeProto.FromString(node.SerializeToString()) for node in _before(model, "logit")]
    for node in copy:
        node.name = PREFIX + node.name
        node.input[:] = [name if not name or name in weights else PREFIX + name for name in node.input]
        node.output[:] = [PREFIX + name for name in node.output]
    for node in graph.node:
        node.input[:] = ["own_logit" if name == "logit" else name for name in node.input]
        node.output[:] = ["own_logit" if name == "logit" else name for name in node.output]
    graph.node.extend([*_softened("face", PREFIX + "face"), *copy, *_less("own_logit", PREFIX + "logit", "logit")])
    graph.initializer.extend(
        [
            helper.make_tensor(PREFIX + "rim", TensorProto.INT64, [8], [0, 0, 2, 2, 0, 0, 2, 2]),
            numpy_helper.from_array(phases(), PREFIX + "phases"),
            helper.make_tensor(PREFIX + "low", TensorProto.FLOAT, [], [-1]),
            helper.make_tensor(PREFIX + "high", TensorProto.FLOAT, [], [1]),
            helper.make_tensor(PREFIX + "weight", TensorProto.FLOAT, [], [WEIGHT]),
        ]
    )
    onnx.checker.check_model(out, full_check=True)
    return out


def _before(model: onnx.ModelProto, output: str) -> list[onnx.NodeProto]:
    """The nodes that an output needs, in order."""
    return list(utils.Extractor(model).extract_model(["face"], [output]).graph.node)


def phases() -> np.ndarray:
    """Bicubic doubling as a convolution, (12,3,5,5): four output pixels, row by row, of each of three colours."""
    before = np.array([_cubic(1.75), _cubic(0.75), _cubic(0.25), _cubic(1.25), 0])
    rows = {0: before, 1: before[::-1]}
    out = np.zeros((12, 3, 5, 5), np.float32)
    for colour in range(3):
        for i in range(2):
            for j in range(2):
                out[4 * colour + 2 * i + j, colour] = np.outer(rows[i], rows[j])
    return out


def _cubic(distance: float) -> float:
    """Weight of a pixel at this distance, 0..2 (Keys, 1981)."""
    d = distance
    if d <= 1:
        return ((CUBIC + 2) * d - (CUBIC + 3)) * d * d + 1
    return ((CUBIC * d - 5 * CUBIC) * d + 8 * CUBIC) * d - 4 * CUBIC


def _softened(face: str, soft: str) -> list[onnx.NodeProto]:
    half, padded, phases, twice = (PREFIX + name for name in ("half", "padded", "phased", "twice"))
    return [
        helper.make_node("AveragePool", [face], [half], PREFIX + "down", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Pad", [half, PREFIX + "rim"], [padded], PREFIX + "pad", mode="edge"),
        helper.make_node("Conv", [padded, PREFIX + "phases"], [phases], PREFIX + "up"),
        helper.make_node("DepthToSpace", [phases], [twice], PREFIX + "arrange", blocksize=2, mode="CRD"),
        helper.make_node("Clip", [twice, PREFIX + "low", PREFIX + "high"], [soft], PREFIX + "clip"),
    ]


def _less(own: str, reference: str, logit: str) -> list[onnx.NodeProto]:
    scaled = PREFIX + "scaled"
    return [
        helper.make_node("Mul", [reference, PREFIX + "weight"], [scaled], PREFIX + "scale"),
        helper.make_node("Sub", [own, scaled], [logit], PREFIX + "less"),
    ]


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="reference", description=__doc__)
    p.add_argument("model", type=Path, help="folder with an exported detector and its manifest-entry.json")
    p.add_argument("--version", required=True, help="of the changed detector")
    args = p.parse_args(argv)
    file = change_model(args.model, args.version, with_reference)
    print(f"{file}: {file.stat().st_size} bytes. Its calibration is of the detector before: fit it anew (eval-ensemble --ship).")
    return 0
