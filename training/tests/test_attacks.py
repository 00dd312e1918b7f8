"""Holds: an attack stays within its bound; gradients and questions lower what the shipped detectors say of a made-up face, and
more than noise does; the differentiable crop says nearly what the defined one says."""

from pathlib import Path

import numpy as np
import pytest
import torch

from assay_training.attacks import Detector, by_chance, by_gradient, by_query, encoded, together
from assay_training.crop import five_points
from assay_training.pairs import PairMaker
from assay_training.synthesis.scene import make_scene
from tests.made_up_faces import write_cache

MODELS = Path(__file__).parents[2] / "models"
BOUND = 6


@pytest.fixture(scope="module")
def detectors():
    return [Detector.read(MODELS / name) for name in ("xray", "prompt")]


@pytest.fixture(scope="module")
def face(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    write_cache(folder)
    maker, rng = PairMaker(folder, train=True), np.random.default_rng(2)
    scene = make_scene(rng, maker.faces, int(maker.rows[1]), 140.0)
    return maker.forge(rng, scene, "foreign").image, five_points(scene.mesh)


def distance(a: np.ndarray, b: np.ndarray) -> int:
    return int(np.abs(a.astype(int) - b).max())


def test_the_differentiable_crop_says_what_the_defined_one_says(face, detectors):
    picture, points = face
    tensor = torch.from_numpy(picture).permute(2, 0, 1)[None].float()
    for detector in detectors:
        assert float(detector.soft_log_odds(tensor, points)) == pytest.approx(detector.log_odds(picture, points), abs=0.1)


def test_gradients_lower_what_is_said_within_the_bound(face, detectors):
    picture, points = face
    ask = together(detectors)
    attacked = by_gradient(picture, points, detectors, BOUND)
    assert 0 < distance(attacked, picture) <= BOUND
    assert ask(attacked, points) < min(ask(picture, points), ask(by_chance(picture, BOUND, np.random.default_rng(0)), points)) - 1


def test_questions_never_make_it_worse_and_stay_within_the_bound(face, detectors, monkeypatch):
    monkeypatch.setattr("assay_training.attacks.QUERIES", 25)
    picture, points = face
    ask = together(detectors)
    attacked = by_query(picture, points, ask, BOUND, np.random.default_rng(1))
    assert distance(attacked, picture) <= BOUND
    assert ask(attacked, points) <= ask(picture, points)


def test_an_encode_keeps_the_picture_and_not_its_last_digits(face):
    picture, _ = face
    again = encoded(picture)
    assert 0 < np.abs(again.astype(int) - picture[: len(again), : again.shape[1]]).mean() < 6
