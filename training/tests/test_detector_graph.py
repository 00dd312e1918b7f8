"""Invariants: the exported graph is the network, for any size and batch; its decoding is that of boxes.py."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from assay_training.detector.boxes import cell_grid, decode_boxes, decode_landmarks
from assay_training.detector.graph import largest_difference, write_onnx
from assay_training.detector.network import DecodedFaceDetector, FaceDetector, flatten_heads, normalise
from assay_training.detector.selection import TorchDetector
from assay_training.detector.settings import NetworkSettings

SHIPPED = Path(__file__).resolve().parents[2] / "models" / "face-detector"
MAX_BYTES = 1_500_000


@pytest.fixture(scope="module")
def network() -> FaceDetector:
    torch.manual_seed(3)
    return FaceDetector(NetworkSettings()).eval()


def test_the_graph_decodes_as_boxes_py_does(network):
    image = torch.rand(2, 3, 64, 96) * 2
    with torch.no_grad():
        raw = flatten_heads(network(image)).numpy()
        scores, boxes, landmarks = (t.numpy() for t in DecodedFaceDetector(network).eval()(image))
    cells, strides = cell_grid(64, 96)
    chance = 1 / (1 + np.exp(-raw[..., :2]))
    np.testing.assert_allclose(scores, np.sqrt(chance[..., 0] * chance[..., 1]), rtol=1e-5)
    np.testing.assert_allclose(boxes, decode_boxes(raw[..., 2:6], cells, strides), rtol=1e-4, atol=1e-2)
    np.testing.assert_allclose(landmarks, decode_landmarks(raw[..., 6:], cells, strides), rtol=1e-4, atol=1e-2)


def test_the_detector_in_training_answers_as_the_exported_one(network):
    images = np.random.default_rng(1).integers(0, 256, (1, 64, 96, 3), np.uint8)
    with torch.no_grad():
        pixels = normalise(torch.from_numpy(images).permute(0, 3, 1, 2).float())
        expected = DecodedFaceDetector(network).eval()(pixels)
    for e, a in zip(expected, TorchDetector(network).dense(images), strict=True):
        np.testing.assert_allclose(a, e.numpy(), rtol=1e-4, atol=1e-2)


def test_onnxruntime_equals_torch_at_sizes_other_than_the_traced_one(network, tmp_path):
    write_onnx(network, tmp_path / "net.onnx")
    for height, width in ((96, 128), (64, 160), (256, 32)):
        assert largest_difference(network, tmp_path / "net.onnx", height, width) < 1e-3
    assert (tmp_path / "net.onnx").stat().st_size <= MAX_BYTES


@pytest.mark.skipif(not (SHIPPED / "manifest-entry.json").exists(), reason="no trained model yet")
def test_the_shipped_file_is_what_the_manifest_entry_says():
    import hashlib

    entry = json.loads((SHIPPED / "manifest-entry.json").read_text())
    blob = (SHIPPED / entry["file"]).read_bytes()
    assert hashlib.sha256(blob).hexdigest() == entry["sha256"] and len(blob) == entry["bytes"] <= MAX_BYTES
    model = onnx.load_from_string(blob)
    assert [i.name for i in model.graph.input] == [entry["input"]["name"]]
    assert {o.name for o in model.graph.output} == set(entry["outputs"].values())
