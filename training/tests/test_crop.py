"""Holds: the quick crop and the definition agree; the golden files are the definition's; degenerate faces give no crop."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest

from assay_training.crop import (
    FAST_TOLERANCE,
    GOLDEN_CASES,
    VARIANT_CASES,
    box_frame,
    crop_frame,
    face_crop,
    face_crop_reference,
    formula_image,
    sample_crop,
    shifted,
    warp_crop,
)

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "libs/forensics/testdata/face-crop.golden.json").read_text()
)
VARIANTS = json.loads(
    (Path(__file__).parents[2] / "libs/forensics/testdata/crop-variants.golden.json").read_text()
)
IMAGE = formula_image(GOLDEN["image"]["height"], GOLDEN["image"]["width"])


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda c: c["name"])
def test_both_ways_give_the_golden_bytes(case):
    points, size, margin = np.array(case["landmarks"]), GOLDEN["size"], GOLDEN["margin"]
    golden = np.frombuffer(base64.b64decode(case["rgb"]), np.uint8).reshape(size, size, 3).astype(int)
    assert np.array_equal(face_crop_reference(IMAGE, points, size, margin), golden)
    assert np.abs(face_crop(IMAGE, points, size, margin).astype(int) - golden).max() <= FAST_TOLERANCE


def test_golden_cases_are_all_in_the_file():
    assert [c["name"] for c in GOLDEN["cases"]] == list(GOLDEN_CASES)


@pytest.mark.parametrize("points", GOLDEN["degenerate"])
def test_degenerate_landmarks_give_no_crop(points):
    assert crop_frame(np.array(points)) is None
    assert face_crop(IMAGE, np.array(points), 32, 1.3) is None


def test_a_rolled_face_comes_out_upright():
    upright = face_crop(IMAGE, GOLDEN_CASES["upright"], 64, 1.3)
    turned = np.rot90(IMAGE)  # 90 degrees counter-clockwise: (x, y) -> (y, W-1-x)
    points = GOLDEN_CASES["upright"]
    moved = np.stack([points[:, 1], IMAGE.shape[1] - 1 - points[:, 0]], 1)
    again = face_crop(np.ascontiguousarray(turned), moved, 64, 1.3)
    assert np.abs(again.astype(int) - upright.astype(int)).max() <= FAST_TOLERANCE


@pytest.mark.parametrize("case", VARIANTS["cases"], ids=lambda c: c["name"])
def test_boxes_and_shifts_give_the_golden_bytes(case):
    size, margin = VARIANTS["size"], VARIANTS["margin"]
    golden = np.frombuffer(base64.b64decode(case["rgb"]), np.uint8).reshape(size, size, 3).astype(int)
    frame = box_frame(case["box"]) if case["definition"] == "face-box-v1" else crop_frame(np.array(case["landmarks"]))
    if "shift" in case:
        frame = shifted(frame, case["shift"])
    assert np.array_equal(sample_crop(IMAGE, frame, size, margin), golden)
    assert np.abs(warp_crop(IMAGE, frame, size, margin).astype(int) - golden).max() <= FAST_TOLERANCE


def test_variant_cases_are_all_in_the_file():
    assert [c["name"] for c in VARIANTS["cases"]] == list(VARIANT_CASES)


def test_a_box_of_whole_pixels_cuts_them_out():
    frame = box_frame((32, 16, 64, 64))
    assert np.array_equal(sample_crop(IMAGE, frame, 64, 1.0), IMAGE[16:80, 32:96])


def test_boxes_without_extent_give_no_crop():
    assert box_frame((10, 10, 0.5, 20)) is None and box_frame((10, 10, float("nan"), 20)) is None
