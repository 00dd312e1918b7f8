"""Holds: the small models that the product's tests run are the ones that the command makes, within 100 kB each; the golden numbers are
theirs; the decoding written here agrees with formulas worked out by hand."""

import json

import numpy as np
import pytest

from assay_training.foreign import reference as r
from assay_training.foreign.export import FOLDER, golden_faces, golden_logits, golden_picture, write_all

MODELS = json.loads((FOLDER / "manifest.json").read_text())["models"]
GOLDEN = json.loads((FOLDER / "golden.json").read_text())
MAX_BYTES = 100_000


@pytest.mark.parametrize("model", [m for m in MODELS if m["task"] == "forgery-frame"], ids=lambda m: m["id"])
def test_golden_logits_are_the_models(model):
    assert golden_logits(FOLDER, golden_picture(), model) == pytest.approx(GOLDEN["logits"][model["id"]], abs=2e-4)


@pytest.mark.parametrize("model", [m for m in MODELS if m["task"] == "face-detector"], ids=lambda m: m["id"])
def test_golden_faces_are_the_models(model):
    threshold, faces = golden_faces(FOLDER, golden_picture(), model)
    assert threshold == pytest.approx(model["scoreThreshold"], abs=1e-4)
    wanted = GOLDEN["found"][model["id"]]
    assert [f["box"] for f in faces] == [pytest.approx(f["box"], abs=1e-2) for f in wanted]


def test_the_command_makes_models_of_the_same_shapes_and_numbers(tmp_path):
    write_all(tmp_path)
    again = json.loads((tmp_path / "golden.json").read_text())
    for model, logits in GOLDEN["logits"].items():
        assert again["logits"][model] == pytest.approx(logits, abs=1e-2)
    assert {m["id"]: m["outputs"].keys() for m in json.loads((tmp_path / "manifest.json").read_text())["models"]} == {
        m["id"]: m["outputs"].keys() for m in MODELS
    }
    assert max(path.stat().st_size for path in tmp_path.iterdir()) < MAX_BYTES


def test_scrfd_counts_distances_from_the_corner_in_strides():
    rows = {s: (32 // s) ** 2 * 2 for s in (8, 16, 32)}
    outputs = [np.zeros((n, k)) for k in (1, 4, 10) for n in rows.values()]
    a = 2 * 5 + 1  # second anchor of the second cell in the second row: its corner is (8, 8)
    outputs[0][a], outputs[3][a] = 0.9, (1, 0.5, 2, 3)
    outputs[6][a, :2] = (0.25, -0.25)
    scores, boxes, landmarks = r.scrfd_faces(outputs, 32, 32)
    assert scores[a] == 0.9 and boxes[a].tolist() == [0, 4, 24, 32] and landmarks[a, :2].tolist() == [10, 6]


def test_retinaface_moves_and_scales_its_priors():
    count = sum((64 // s) ** 2 * 2 for s in (8, 16, 32))
    outputs = [np.zeros((1, count, k)) for k in (4, 2, 10)]
    a = 2 * 9 + 1  # second size of the second cell in the second row
    outputs[0][0, a], outputs[1][0, a], outputs[2][0, a, :2] = (1, -1, np.log(2) / 0.2, 0), (0.1, 0.9), (2, 3)
    scores, boxes, landmarks = r.retinaface_faces(outputs, 64, 64)
    size = r.PRIOR_SIZES[0][1]
    x, y = 12 + 0.1 * size, 12 - 0.1 * size
    assert scores[a] == 0.9
    assert boxes[a] == pytest.approx([x - size, y - size / 2, x + size, y + size / 2])
    assert landmarks[a, :2] == pytest.approx([12 + 0.2 * size, 12 + 0.3 * size])
