"""Holds: a lip-sync leaves brows and forehead alone unless its generator pastes the whole box; few pixels cost detail; a lent mouth comes
under the light of the face that gets it; each way to paste turns up, under a region that captions know."""

import cv2
import numpy as np
import pytest

from assay_training.landmarks import BROWS
from assay_training.synthesis import lip_sync as module
from assay_training.synthesis.facts import REGION_FACTS
from assay_training.synthesis.lip_sync import box_mask, face_box, generated, lip_sync, spoken, with_mouth_of
from assay_training.synthesis.scene import make_scene


@pytest.fixture
def scene(maker):
    return make_scene(np.random.default_rng(1), maker.faces, int(maker.rows[0]), 150.0)


@pytest.mark.parametrize("seed", range(12))
def test_brows_and_forehead_stay_unless_the_whole_box_is_pasted(scene, seed):
    forgery = lip_sync(np.random.default_rng(seed), scene, scene.image, None)
    assert any(forgery.region in regions for regions in REGION_FACTS.values())
    brows = int(scene.mesh[BROWS, 1].mean())
    changed = np.abs(forgery.image[:brows].astype(int) - scene.image[:brows]).max()
    assert (changed > 0) == (forgery.region == "whole")


def test_each_way_to_paste_turns_up(scene):
    rng = np.random.default_rng(0)
    seen = {lip_sync(rng, scene, scene.image, None).region for _ in range(40)}
    assert seen == {"whole", "lower half", "mouth and chin"}


def test_few_pixels_cost_detail(scene, monkeypatch):
    def detail(image):
        return np.abs(cv2.Laplacian(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.CV_32F)).mean()

    box = (8, 8, 200, 200)
    left = {}
    for size in (96, 256):
        monkeypatch.setattr(module, "GENERATOR_PX", {size: 1.0})
        left[size] = np.mean([detail(generated(np.random.default_rng(seed), scene.image, box)[8:200, 8:200]) for seed in range(8)])
    assert left[96] < 0.8 * left[256]


def test_outside_the_box_nothing_changes(scene):
    rng = np.random.default_rng(3)
    x0, y0, x1, y1 = box = face_box(rng, scene)
    out = generated(rng, scene.image, box)
    outside = np.ones(out.shape[:2], bool)
    outside[y0:y1, x0:x1] = False
    assert np.array_equal(out[outside], scene.image[outside])
    mask = box_mask(len(out), box, 4.0)
    assert mask[outside].max() == 0 and mask[(y0 + y1) // 2, (x0 + x1) // 2] > 0.99


def test_a_mouth_that_moves_leaves_the_eyes_where_they_are(scene):
    moved = spoken(np.random.default_rng(2), scene, scene.image).astype(int)
    forehead = int(scene.mesh[[63, 293], 1].mean())
    assert np.abs(moved[:forehead] - scene.image[:forehead]).max() <= 2


def test_a_lent_mouth_comes_under_the_same_light(scene):
    dark = (scene.image * 0.4).astype(np.uint8)
    mixed = with_mouth_of(np.random.default_rng(4), scene, scene.image, dark)
    x, y = (int(v) for v in scene.mesh[[61, 291]].mean(0))
    around = np.s_[y - 10 : y + 10, x - 15 : x + 15]
    assert mixed[around].mean() > 0.8 * scene.image[around].mean()
