"""Shows the mask of a detector that was exported without it: `mask-output`.

Every net of ours predicts two maps: the boundary of a blend and the mask of what was replaced. Earlier files gave the boundary alone and
kept the mask for the score. This names it as an output, so that whoever has a file and not its checkpoint need not train
again. Weights and all other outputs stay what they are.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import onnx
from onnx import helper

from assay_training.export import OUTPUT_KINDS
from assay_training.exported_folder import change_model


def with_mask(model: onnx.ModelProto) -> onnx.ModelProto:
    """A detector with the output `mask` (n,1,N/4,N/4) in 0..1 beside `boundary`, enlarged in the same way.

    Raises ValueError when it has one already, or is not a detector that was exported here.
    """
    if any(output.name == "mask" for output in model.graph.output):
        raise ValueError("this detector has a mask already")
    out = onnx.ModelProto()
    out.CopyFrom(model)
    graph = out.graph
    maker = {name: node for node in graph.node for name in node.output}
    try:
        enlarge = maker["boundary"]
        edge = maker[maker[enlarge.input[0]].input[0]]
        (sigmoid,) = (
            node
            for node in graph.node
            if node.op_type == "Sigmoid" and node.input[0] in maker and _slices_too(maker[node.input[0]], edge)
        )
    except (KeyError, ValueError):
        raise ValueError("this is not a detector that was exported here") from None
    node = onnx.NodeProto.FromString(enlarge.SerializeToString())
    node.name, node.input[0], node.output[0] = "mask_output", sigmoid.output[0], "mask"
    # Values must be known before they are used: last, all are.
    graph.node.append(node)
    boundary = next(output for output in graph.output if output.name == "boundary")
    shape = [d.dim_param or d.dim_value for d in boundary.type.tensor_type.shape.dim]
    graph.output.insert(list(graph.output).index(boundary) + 1, helper.make_tensor_value_info("mask", onnx.TensorProto.FLOAT, shape))
    onnx.checker.check_model(out, full_check=True)
    return out


def _slices_too(node: onnx.NodeProto, edge: onnx.NodeProto) -> bool:
    """The other of the two maps that come out of one convolution."""
    return node.op_type == edge.op_type == "Slice" and node.input[0] == edge.input[0] and node.name != edge.name


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="mask-output", description=__doc__)
    p.add_argument("model", type=Path, help="folder with an exported detector and its manifest-entry.json")
    p.add_argument("--version", required=True, help="of the changed detector")
    args = p.parse_args(argv)
    file = change_model(args.model, args.version, with_mask, _named)
    print(f"{file}: {file.stat().st_size} bytes, with the output mask")
    return 0


def _named(outputs: dict) -> dict:
    """The outputs of an entry with `mask` among them, in the order in which `export` names them."""
    known = outputs | {"mask": {"name": "mask", "kind": OUTPUT_KINDS["mask"]}}
    return {name: known[name] for name in OUTPUT_KINDS if name in known}
