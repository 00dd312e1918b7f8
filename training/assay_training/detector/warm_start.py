"""Initial weights: the teacher's own, read from its ONNX file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from assay_training.detector.network import FaceDetector, Unit
from assay_training.detector.settings import INPUT_SCALE, STRIDES, TEACHER_NETWORK

BRANCHES = ("cls", "obj", "bbox", "kps")
"""The teacher's head branches, in the order of the channels of our one head."""
FILE_ORDER = ("cls", "bbox", "obj", "kps")
"""The same in the order of its file, each for all strides."""


def convolutions(path: Path | str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Weights and biases of the file's convolutions in the order of its graph."""
    graph = onnx.load(path).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    return [(arrays[n.input[1]], arrays[n.input[2]]) for n in graph.node if n.op_type == "Conv"]


def fill(layer: nn.Conv2d, weight: np.ndarray, bias: np.ndarray) -> None:
    """Copies a convolution; refuses another shape."""
    if tuple(layer.weight.shape) != weight.shape:
        raise ValueError(f"a convolution of {tuple(layer.weight.shape)} was to be filled with {weight.shape}")
    layer.weight.data.copy_(torch.from_numpy(weight.copy()))
    layer.bias.data.copy_(torch.from_numpy(bias.copy()))


def teacher_network(path: Path | str) -> FaceDetector:
    """The teacher (YuNet-n, dynamic or fixed file) as our network, answer for answer.

    Channel order BGR and grey levels as they are become RGB and `normalise`; the four branches of each level become one
    convolution pair with their channels side by side.
    """
    network = FaceDetector(TEACHER_NETWORK).eval()
    found = iter(convolutions(path))

    weight, bias = next(found)
    fill(network.stem, weight[:, ::-1] / np.float32(INPUT_SCALE), bias)
    body = [network.stage2, *network.stage4, *network.stage8, *network.stage16, *network.stage32]
    units: list[Unit] = [*body, *reversed(network.neck), *network.features]
    for unit in units:
        fill(unit.point, *next(found))
        fill(unit.depth, *next(found))
    branches = {(name, s): (next(found), next(found)) for name in FILE_ORDER for s in STRIDES}
    for stride, head in zip(STRIDES, network.heads, strict=True):
        for part, layer in enumerate((head.point, head.depth)):
            pairs = [branches[name, stride][part] for name in BRANCHES]
            fill(layer, np.concatenate([w for w, _ in pairs]), np.concatenate([b for _, b in pairs]))
    if next(found, None) is not None:
        raise ValueError(f"{path} has more convolutions than YuNet-n")
    return network
