"""Weights of a net to go on from: the average that a run's checkpoint keeps, or those of an exported file.

An exported detector holds every weight of its net under the name that PyTorch gave it. So whoever has a clone, and none of our
checkpoints, can train on (`--start`), grow and soften what ships.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

TOWERS = ("net.image.", "net.")
"""What the names in an exported file begin with: the image tower of `prompt`, and `xray`."""

NOT_EXPORTED = ("maps16.",)
"""Coarse maps, a help in training: nothing that ships needs them."""

MAY_LACK = (*NOT_EXPORTED, "occlusion8.")
"""What an exported file does not hold, or not yet (the head for what is hidden came with decision 015)."""


def read_weights(file: Path, whole: bool = False) -> dict[str, torch.Tensor]:
    """The averaged weights in a checkpoint (`.pt`), or the weights in an exported detector (`.onnx`): of its image tower, or of
    the `whole` of it."""
    if file.suffix != ".onnx":
        return torch.load(file, map_location="cpu", weights_only=True)["average"]
    import onnx
    from onnx import numpy_helper

    stored = {tensor.name: tensor for tensor in onnx.load(file).graph.initializer}
    tower = next((t for t in TOWERS[1 if whole else 0 :] if any(name.startswith(t) for name in stored)), None)
    if tower is None:
        raise ValueError(f"{file} is not a detector that was exported here")
    return {
        name.removeprefix(tower): torch.from_numpy(numpy_helper.to_array(tensor).copy())
        for name, tensor in stored.items()
        if name.startswith(tower)
    }


def fill(net: nn.Module, file: Path) -> nn.Module:
    """`net` with the weights that `file` holds. RuntimeError where they are another net's.

    Of an exported file, what is used in training alone or came later begins anew (`MAY_LACK`).
    """
    return _filled(net, read_weights(file), file)


def fill_whole_or_tower(whole: nn.Module, tower: nn.Module, file: Path) -> None:
    """`whole` from a checkpoint of its own kind; from any other, or an exported file, its image `tower` alone."""
    weights = read_weights(file)
    _filled(whole if whole.state_dict().keys() <= weights.keys() else tower, weights, file)


def _filled(net: nn.Module, weights: dict[str, torch.Tensor], file: Path) -> nn.Module:
    fresh = {name: value for name, value in net.state_dict().items() if name.startswith(MAY_LACK)}
    net.load_state_dict(fresh | weights if file.suffix == ".onnx" else weights)
    return net
