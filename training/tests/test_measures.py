"""Holds: AUC counts ties half; the calibration finds a known slope and smoothing tames it; the error is zero when right."""

import numpy as np
import pytest

from assay_training.calibration import fit_logistic
from assay_training.measures import auc, auc_interval, calibration_error, frame_variance, sigmoid


def test_auc():
    assert auc(np.array([0.0, 1.0]), np.array([2.0, 3.0])) == 1
    assert auc(np.array([1.0]), np.array([1.0])) == 0.5
    assert np.isnan(auc(np.array([]), np.array([1.0])))


def test_interval_holds_the_auc_and_widens_when_clips_share_footage():
    rng = np.random.default_rng(0)
    fake = np.arange(80) % 2 == 1
    scores = rng.normal(0, 1, 80) + fake
    value = auc(scores[~fake], scores[fake])
    low, high = auc_interval(scores, fake, np.arange(80), 500)
    assert low < value < high
    repeated = np.repeat(np.arange(10), 8)
    scores = rng.normal(0, 1, 10)[repeated] + fake * 0.3
    apart, together = (np.diff(auc_interval(scores, fake, g, 500))[0] for g in (np.arange(80), repeated))
    assert together < apart  # paired halves of one footage cancel its own level; resampling by clip would not see that


def test_a_known_slope_is_found_and_smoothing_makes_it_smaller():
    rng = np.random.default_rng(1)
    x = rng.normal(0, 2, 40000)
    fake = rng.random(40000) < sigmoid(1.5 * x - 0.4)
    a, b = fit_logistic(x[~fake], x[fake], 0.0)
    assert a == pytest.approx(1.5, abs=0.08) and b == pytest.approx(-0.4, abs=0.08)
    assert 0 < fit_logistic(x[~fake], x[fake], 0.15)[0] < a


def test_separable_scores_do_not_run_away():
    a, b = fit_logistic(np.full(20, -3.0), np.full(20, 3.0), 0.15)
    assert sigmoid(np.array([3 * a + b]))[0] == pytest.approx(0.85, abs=0.01)


def test_calibration_error():
    rng = np.random.default_rng(2)
    p = rng.random(50000)
    fake = rng.random(50000) < p
    assert calibration_error(p, fake) < 0.01
    assert calibration_error(np.ones(100), np.zeros(100, bool)) == 1


def test_the_spread_of_frames_is_told_from_that_of_faces():
    rng = np.random.default_rng(0)
    faces = [rng.normal(0, 2) + rng.normal(0, 1, rng.integers(2, 20)) for _ in range(3000)]
    assert frame_variance(faces) == pytest.approx(0.25, abs=0.02)
    assert frame_variance([np.array([-1.0, 1.0])] * 5) == float("inf")
