"""What a detector shows when its mask is named as an output, beside the one that was exported with it."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import utils

from assay_training.export import XRAY_OUTPUTS, Exported, export, session
from assay_training.mask_output import with_mask
from assay_training.net import Xray
from assay_training.reference import with_reference

SIZE = 64
OUTPUTS_THEN = ["logit", "boundary", "mask"]
"""Of files from before there was a mask; what hides a face came later still."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("mask") / "whole.onnx"
    export(Exported(Xray()), XRAY_OUTPUTS, SIZE, path)
    return path


def without_mask(model: onnx.ModelProto) -> onnx.ModelProto:
    return utils.Extractor(model).extract_model(["face"], ["logit", "boundary"])


@pytest.mark.parametrize("last_step", [lambda model: model, with_reference], ids=["plain", "referenced"])
def test_the_mask_is_the_one_of_the_net_and_all_else_stays(whole, tmp_path, last_step) -> None:
    model = onnx.load(whole)
    onnx.save(with_mask(last_step(without_mask(model))), tmp_path / "named.onnx")
    onnx.save(last_step(model), tmp_path / "whole.onnx")
    x = np.random.default_rng(3).uniform(-1, 1, (3, 3, SIZE, SIZE)).astype(np.float32)
    named, exported = (session(tmp_path / name).run(OUTPUTS_THEN, {"face": x}) for name in ("named.onnx", "whole.onnx"))
    for a, b in zip(named, exported):
        np.testing.assert_allclose(a, b, atol=1e-6)
    assert not np.allclose(named[1], named[2]), "mask and boundary are two maps"


def test_is_not_done_twice_nor_to_other_nets(whole) -> None:
    with pytest.raises(ValueError, match="already"):
        with_mask(onnx.load(whole))
    model = onnx.load(whole)
    with pytest.raises(ValueError, match="not a detector"):
        with_mask(utils.Extractor(model).extract_model(["face"], ["logit"]))
