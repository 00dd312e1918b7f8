"""Holds: the map's mass is counted where the halves differ; a clip's cross-validated probability comes from other footage;
several detectors score a region by its most suspicious face."""

import json

import cv2
import numpy as np

from assay_training.ensemble import cross_validated, platt_fit, region_scores, ship
from assay_training.map_mass import changed_area, difference_of, mass_inside


def test_mass_is_counted_inside_what_changed():
    original = np.full((100, 100, 3), 100, np.uint8)
    forged = original.copy()
    forged[30:60, 40:70] += 50
    area = changed_area(difference_of(original, forged))
    assert area[45, 55] and not area[10, 10] and area[28, 55], "grown a little, since a boundary lies on the edge"
    boundary = np.zeros((25, 25), np.float32)
    boundary[10:13, 12:15] = 1
    assert mass_inside(boundary, area) > 0.99
    boundary[0:3, 0:3] = 1
    assert 0.45 < mass_inside(boundary, area) < 0.55


def test_what_an_encoder_does_is_no_change():
    rng = np.random.default_rng(0)
    original = rng.integers(90, 110, (100, 100, 3)).astype(np.uint8)
    coded = original + rng.integers(0, 3, original.shape).astype(np.uint8)
    assert changed_area(difference_of(original, coded)) is None


def test_a_picture_that_only_moved_is_no_change():
    original = cv2.resize(np.random.default_rng(0).integers(0, 255, (10, 10, 3)).astype(np.uint8), (100, 100))
    assert difference_of(original, np.roll(original, 3, 0))[10:90, 10:90].mean() < 1


def test_the_most_suspicious_face_counts_by_the_mean_of_the_detectors():
    first, second = [[1.0, -2.0], [0.0]], [[-3.0, 4.0], []]
    assert region_scores([first])[0] == 1.0
    scores = region_scores([first, second])
    assert scores[0] == 1.0 and np.isnan(scores[1]), "a face is scored by all or not at all"


def test_cross_validation_never_looks_at_the_clip_itself():
    rng = np.random.default_rng(1)
    fake = np.arange(40) % 2 == 1
    scores = np.where(fake, 1.5, -1.5) + rng.normal(0, 1, 40)
    groups = np.array([f"g{i // 2}" for i in range(40)])
    before = cross_validated(scores, fake, groups)
    assert (before[fake].mean() > 0.7) and (before[~fake].mean() < 0.3)
    flipped = fake.copy()
    flipped[:2] = ~fake[:2]
    after = cross_validated(scores, flipped, groups)
    assert np.allclose(before[:2], after[:2]), "its own labels do not move its probability"


def test_a_fit_on_few_clips_is_not_sure_though_they_lie_apart():
    a, b = platt_fit(np.array([-1.0, 1.0]), np.array([False, True]))
    assert 0 < a < 1 and abs(b) < 1e-6


def test_shipping_a_fit_says_what_it_was_fitted_on(tmp_path):
    entry = {"id": "x", "calibration": {"a": 1, "b": 0, "fittedOn": "nothing"}}
    ship([tmp_path], [entry], [(0.71234, -0.5)], forged=29, real=31)
    found = json.loads((tmp_path / "manifest-entry.json").read_text())["calibration"]
    assert (found["a"], found["b"]) == (0.7123, -0.5) and "31 real and 29 forged" in found["fittedOn"]
