"""Holds: what is before a face lies on original and forgery alike and hides the forgery; it is drawn where the face is, the same
for the same seed; its rim is no boundary of a blend; masks cover the mouth and leave the forehead free; the net is asked for it on
both of a pair."""

import numpy as np
import pytest

from assay_training.landmarks import LIPS
from assay_training.pairs import PairMaker
from assay_training.synthesis.occlude import KINDS, Cover, covered, draw_cover
from assay_training.synthesis.scene import Forgery, Scene, make_scene

FOREHEAD = [10, 338, 109]


def scene_of(maker: PairMaker, seed: int) -> tuple[np.random.Generator, Scene]:
    rng = np.random.default_rng(seed)
    return rng, make_scene(rng, maker.faces, int(maker.rows[seed % len(maker.rows)]), 120.0)


def at(alpha: np.ndarray, points: np.ndarray) -> np.ndarray:
    x, y = points.round().astype(int).T
    return alpha[y, x]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(5))
def test_a_cover_hides_a_part_and_never_all(maker, kind, seed):
    rng, scene = scene_of(maker, seed)
    cover = maker.cover(rng, scene, kind)
    assert cover.alpha.shape == scene.image.shape[:2] and cover.picture.dtype == np.uint8
    assert 0 <= cover.alpha.min() and cover.alpha.max() <= 1 and cover.alpha.mean() < 0.75
    untouched = cover.alpha == 0
    assert (cover.over(scene.image)[untouched] == scene.image[untouched]).all()


def test_masks_cover_the_mouth_and_leave_the_forehead_free(maker):
    mouths = []
    for seed in range(12):
        rng, scene = scene_of(maker, seed)
        alpha = maker.cover(rng, scene, "mask").alpha
        assert at(alpha, scene.mesh[FOREHEAD]).max() < 0.1
        mouths.append(at(alpha, scene.mesh[LIPS]).mean())
    assert np.median(mouths) > 0.95


@pytest.mark.parametrize("seed", range(6))
def test_both_of_a_pair_stand_behind_the_same_thing(maker, seed):
    rng, scene = scene_of(maker, seed)
    forgery = maker.forge(rng, scene, "painted")
    cover = maker.cover(rng, scene, "mask")
    before, after = covered(scene, forgery, cover)
    hidden = cover.alpha > 0.999
    assert hidden.any()
    assert np.abs(before.image[hidden].astype(int) - after.image[hidden]).max() <= 1
    assert after.mask[hidden].max() < 0.01 and after.mask.max() > 0


def test_the_rim_of_what_is_before_a_face_is_no_boundary_of_a_blend(maker):
    rng, scene = scene_of(maker, 1)
    side, middle = len(scene.image), scene.mesh.mean(0)
    y, x = np.mgrid[:side, :side]
    away = np.hypot(x - middle[0], y - middle[1]) / scene.face
    forgery = Forgery(scene.image, ((0.36 - away) / 0.04).clip(0, 1).astype(np.float32), "painted", "whole")
    cover = Cover(np.zeros_like(scene.image), (x < middle[0]).astype(np.float32), "thing")
    scene, forgery = covered(scene, forgery, cover)
    crops = maker._crop(rng, scene, forgery, cover, (scene.image, forgery.image), 128)
    mask, edge, occlusion = (layer.astype(float) for layer in crops[2:5])
    assert mask[occlusion > 250].max() < 5  # what is asked for is the part in sight
    assert edge.max() > 200 and edge[occlusion > 250].max() < 8
    inner = np.abs(np.mgrid[:128, :128] - 63.5).max(0) < 16
    assert mask[inner].max() > 250 and occlusion[inner].max() > 250  # the rim runs through here
    assert edge[inner].max() < 8


def test_same_seed_same_cover(maker):
    texture = maker.faces.picture(0)[0]
    first, again = (draw_cover(np.random.default_rng(3), scene_of(maker, 1)[1], texture) for _ in range(2))
    assert first.kind == again.kind
    assert (first.alpha == again.alpha).all() and (first.picture == again.picture).all()


def test_batches_tell_what_is_covered(maker):
    batch = maker.group(np.random.default_rng(1), 24, 96)
    some = batch.occlusion.reshape(24, -1).max(1) > 128
    assert 2 <= some.sum() <= 14
    assert batch.occlusion.shape == batch.mask.shape
