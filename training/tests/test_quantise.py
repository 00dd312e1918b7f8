"""Holds: the encoder's convolutions become int8 and nothing else does; the copy is smaller and answers alike."""

import numpy as np
import onnx
import torch

from assay_training.export import XRAY_OUTPUTS, Exported, export, session
from assay_training.net import Xray
from assay_training.quantise import compared, quantise


def test_an_int8_copy_answers_alike(tmp_path):
    torch.manual_seed(1)
    source, target = tmp_path / "net.onnx", tmp_path / "int8.onnx"
    net = Xray()
    for part in net.modules():
        if isinstance(part, torch.nn.Conv2d):  # as wide as after training: else all layers but the first say nothing
            torch.nn.init.kaiming_normal_(part.weight)
    export(Exported(net), XRAY_OUTPUTS, 64, source)
    pictures = np.random.default_rng(0).uniform(-1, 1, (32, 3, 64, 64)).astype(np.float32)
    assert quantise(source, target, pictures) == 50
    assert target.stat().st_size < 0.5 * source.stat().st_size
    nodes = onnx.load(target).graph.node
    heads = [n for n in nodes if n.op_type in ("Gemm", "MatMul")]
    weights = {n.output[0] for n in nodes if n.op_type == "DequantizeLinear"}
    assert heads and not any(name in weights for n in heads for name in n.input)
    found = compared(source, target, pictures, rounds=2)
    spread = session(source).run(["logit"], {"face": pictures})[0].std()
    assert abs(found["meanDifference"]) < 2 * spread + 0.05
    assert not list(tmp_path.glob("*.prepared.onnx"))
