"""What a referenced detector says, beside the detector that it was made of."""

from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import torch

from assay_training.export import XRAY_OUTPUTS, Exported, export, session
from assay_training.net import Xray
from assay_training.reference import WEIGHT, with_reference
from assay_training.referenced import referenced
from assay_training.weights import NOT_EXPORTED, fill, read_weights

SIZE = 64


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("reference")
    plain, referenced = folder / "plain.onnx", folder / "referenced.onnx"
    export(Exported(Xray()), XRAY_OUTPUTS, SIZE, plain)
    onnx.save(with_reference(onnx.load(plain)), referenced)
    return plain, referenced


def pictures(count: int) -> np.ndarray:
    noise = np.random.default_rng(1).uniform(0, 255, (count, SIZE, SIZE, 3)).astype(np.float32)
    return np.stack([cv2.GaussianBlur(x, (0, 0), 1) for x in noise])


def as_input(x: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2) / 127.5 - 1).astype(np.float32)


def soft(x: np.ndarray) -> np.ndarray:
    small = cv2.resize(x, (SIZE // 2, SIZE // 2), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC).clip(0, 255)


def test_takes_off_half_of_what_the_detector_says_of_the_softened_picture(files) -> None:
    plain, referenced = (session(file) for file in files)
    x = pictures(3)
    own, boundary = plain.run(["logit", "boundary"], {"face": as_input(x)})
    reference = plain.run(["logit"], {"face": as_input(np.stack([soft(p) for p in x]))})[0]
    logit, same_boundary = referenced.run(["logit", "boundary"], {"face": as_input(x)})
    np.testing.assert_allclose(logit, own - WEIGHT * reference, atol=2e-4)
    np.testing.assert_array_equal(boundary, same_boundary)


def test_says_the_same_of_a_picture_alone_and_among_others(files) -> None:
    run, x = session(files[1]), as_input(pictures(4))
    together = run.run(["logit"], {"face": x})[0]
    alone = np.concatenate([run.run(["logit"], {"face": x[i : i + 1]})[0] for i in range(4)])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_shares_the_weights(files) -> None:
    plain, referenced = (file.stat().st_size for file in files)
    assert referenced < 1.03 * plain


def test_is_not_done_twice(files) -> None:
    with pytest.raises(ValueError, match="already"):
        with_reference(onnx.load(files[1]))


def test_a_net_trained_with_its_reference_is_asked_for_what_the_file_says(tmp_path) -> None:
    torch.manual_seed(0)
    net = Xray().eval()
    export(Exported(net), XRAY_OUTPUTS, SIZE, tmp_path / "plain.onnx")
    onnx.save(with_reference(onnx.load(tmp_path / "plain.onnx")), tmp_path / "referenced.onnx")
    x = as_input(pictures(3))
    logit = session(tmp_path / "referenced.onnx").run(["logit"], {"face": x})[0]
    with torch.inference_mode():
        np.testing.assert_allclose(referenced(net, torch.from_numpy(x)).logit.numpy(), logit, atol=2e-4)


def test_an_exported_detector_holds_the_weights_of_its_net(files) -> None:
    plain, with_its_reference = (read_weights(file) for file in files)
    fresh = Xray()
    learnt = {name for name in fresh.state_dict() if not name.startswith(NOT_EXPORTED)}
    assert set(plain) == learnt and all(torch.equal(plain[name], with_its_reference[name]) for name in plain)
    fill(fresh, files[0])
    out = session(files[0]).run(["logit"], {"face": as_input(pictures(2))})[0]
    with torch.inference_mode():
        np.testing.assert_allclose(fresh.eval()(torch.from_numpy(as_input(pictures(2)))).logit.numpy(), out, atol=2e-4)
