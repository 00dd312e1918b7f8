"""Holds: a forgery differs from its original inside its mask only; the same seed makes the same pairs; real and forged of
a pair go through the same degradation and crop; an encode adds neither a difference to a pair nor a tint, and has the quantiser
asked for; the held-out painters never enter training."""

from dataclasses import replace

import numpy as np
import pytest

from assay_training.crop import PRODUCT_MARGINS, formula_image
from assay_training.codecs import CODECS, through
from assay_training.degrade import QUANTISER, before_codec, degrade_pairs, draw, filmed
from assay_training.pairs import FAINT, MARGIN_NOISE, MIX, PairMaker, draw_margin
from assay_training.synthesis.masks import boundary, region_mask
from assay_training.synthesis.painters import HELD_OUT, PAINTERS
from assay_training.synthesis.scene import canvas_side, make_scene


@pytest.mark.parametrize("kind", ["self-blend", "reenact", "lip-sync"])
@pytest.mark.parametrize("seed", range(4))
def test_edits_in_place_differ_inside_the_mask_only(maker, kind, seed):
    rng = np.random.default_rng(seed)
    scene = make_scene(rng, maker.faces, int(maker.rows[seed]), 110.0)
    forgery = maker.forge(rng, scene, kind)
    outside = forgery.mask == 0
    assert forgery.mask.min() >= 0 and forgery.mask.max() <= 1 and forgery.mask.max() > 0.2
    assert outside.any()
    difference = np.abs(forgery.image.astype(int) - scene.image).max(-1)
    if kind != "self-blend":  # a self-blend may change the surroundings instead of the face
        assert difference[outside].max() == 0
    assert difference[forgery.mask > 0.5 * forgery.mask.max()].mean() > 0


@pytest.mark.parametrize("kind", ["painted", "smoothed", "foreign"])
@pytest.mark.parametrize("seed", range(6))
def test_swaps_leave_what_is_far_from_the_face_alone(maker, kind, seed):
    rng = np.random.default_rng(seed)
    scene = make_scene(rng, maker.faces, int(maker.rows[seed]), 110.0)
    forgery = maker.forge(rng, scene, kind)
    difference = np.abs(forgery.image.astype(int) - scene.image).max(-1)
    far = np.ones_like(difference, bool)
    far[:] = forgery.mask == 0
    reach = int(0.2 * scene.face)  # a softened ring may reach a little over the mask
    ys, xs = np.nonzero(forgery.mask)
    far[max(0, ys.min() - reach) : ys.max() + reach, max(0, xs.min() - reach) : xs.max() + reach] = False
    assert not difference[far].any()
    assert difference[forgery.mask > 0.5].mean() > 1


def test_same_seed_same_pairs_other_seed_others(cache):
    def make(seed):
        return PairMaker(cache, train=True).group(np.random.default_rng(seed), 4, 96)

    first, again, other = make(3), make(3), make(4)
    assert np.array_equal(first.real, again.real) and np.array_equal(first.forged, again.forged)
    assert first.kinds == again.kinds and np.array_equal(first.edge, again.edge)
    assert not np.array_equal(first.real, other.real)


@pytest.mark.parametrize("seed", range(12))
def test_an_unforged_pair_is_degraded_equally_hard(maker, seed):
    rng = np.random.default_rng(seed)
    scene = make_scene(rng, maker.faces, int(maker.rows[0]), 100.0)
    ways = [draw(rng) for _ in range(3)]
    for real, forged in degrade_pairs(rng, [(scene.image, scene.image)] * 3, ways):
        assert real.shape == scene.image.shape
        if not ways[0].codec:
            assert np.array_equal(real, forged)


ENCODES = [(codec, coarseness, preset) for codec, kind in CODECS.items() for coarseness in kind.coarseness for preset in kind.presets]


@pytest.mark.parametrize("codec,coarseness,preset", ENCODES)
@pytest.mark.parametrize("moving", [False, True])
def test_the_encoder_treats_the_first_and_the_second_of_a_pair_alike(codec, coarseness, preset, moving):
    image = formula_image(160, 160)
    image = (image * 0.7 + np.random.default_rng(0).normal(20, 8, image.shape)).clip(0, 255).astype(np.uint8)
    coded = through(codec, [image] * 4, coarseness, preset, np.full((4, 2), 0.7) if moving else None)
    error = np.array([np.abs(c.astype(int) - image).mean() for c in coded])
    assert np.ptp(error) < 0.06 * error.mean()


@pytest.mark.parametrize("codec,coarseness,preset", ENCODES)
@pytest.mark.parametrize("moving", [False, True])
def test_identical_pictures_of_a_pair_come_back_all_but_identical(maker, codec, coarseness, preset, moving):
    image, other = maker.faces.images[0][:160, :160], maker.faces.images[1][:160, :160]
    motion = np.repeat([[1.3, -0.6], [-1.9, 0.4]], 2, axis=0) if moving else None
    coded = through(codec, [image, image, other, other], coarseness, preset, motion)
    for first, second in (coded[:2], coded[2:]):
        assert np.abs(first.astype(int) - second).mean() < (0.02 if CODECS[codec].scale == "qp" else 0.3) * FAINT


@pytest.mark.parametrize("colour", [(117, 117, 117), (220, 30, 60), (30, 200, 90), (20, 40, 230)])
@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_colours_come_back(codec, colour):
    image = np.full((64, 64, 3), colour, np.uint8)
    coded = through(codec, [image], 1, "ultrafast", None)[0]
    assert np.abs(coded.astype(int) - image).max() <= 2


def test_chroma_stays_where_it_was_and_is_not_copied_in_blocks():
    image = np.full((64, 64, 3), 128, np.uint8)
    image[:, :, 0] = np.linspace(60, 200, 64).astype(np.uint8)  # a ramp of chroma that blocks of 2x2 would make stairs of
    red = through("h264", [image], 1, "ultrafast", None)[0][8:-8, 8:-8, 0].astype(int)
    assert np.abs(red - image[8:-8, 8:-8, 0]).max() <= 2


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize("moving", [False, True])
def test_a_fine_quantiser_keeps_what_a_coarse_one_wipes(codec, moving):
    image = formula_image(160, 160)
    grain = np.random.default_rng(0).normal(20, 8, (160, 160, 1))  # no colour in it: 4:2:0 loses that at any quantiser
    image = (image * 0.7 + grain).clip(0, 255).astype(np.uint8)
    motion = np.array([[0.7, 0.7]]) if moving else None
    error = [np.abs(through(codec, [image], q, "ultrafast", motion)[0].astype(int) - image).mean() for q in (16, 25, 40)]
    assert error[0] < 2.5 and error[2] > 4 and error[0] < error[1] < error[2]


def test_quantisers_are_those_of_videos():
    rng = np.random.default_rng(0)
    ways = [way for way in (draw(rng) for _ in range(3000)) if way.codec in ("h264", "hevc")]
    drawn = np.array([way.coarseness for way in ways])
    assert drawn.min() >= 16 and drawn.max() <= 46
    assert 25 <= np.median(drawn) <= 29 and 0.005 < (drawn > QUANTISER[2]).mean() < 0.08
    assert {way.first_quantiser for way in ways} <= {0, *range(16, 33)}


@pytest.mark.parametrize("seed", range(6))
def test_frames_of_a_video_are_where_they_were(maker, seed):
    images = [maker.faces.images[k][:112, :112] for k in range(3)]
    frames, again = (filmed(np.random.default_rng(seed), images) for _ in range(2))
    for image, frame, same in zip(images, frames, again):
        assert frame.shape == image.shape and np.array_equal(frame, same)
        here, beside = (np.abs(frame.astype(int) - np.roll(image, k, 1))[:, 2:-2].mean() for k in (0, 1))
        assert 0 < here < beside
    assert filmed(np.random.default_rng(0), []) == []


def test_captured_scenes_alone_are_filmed_before_they_are_forged(maker, monkeypatch):
    rng = np.random.default_rng(2)
    scenes = [maker.shoot(rng, int(i), 100.0)[0] for i in np.resize(maker.rows, 40)]
    after = maker._film(rng, scenes)
    changed = np.array([not np.array_equal(a.image, b.image) for a, b in zip(scenes, after)])
    captured = np.array([scene.captured for scene in scenes])
    assert not changed[~captured].any() and 0.2 < changed[captured].mean() < 0.8
    came, sources, shoot, forge = [], [], maker.shoot, maker.forge

    def shot(*args):
        scene, source = shoot(*args)
        sources.append(source)
        return scene, source

    def forged(rng, scene, kind=None, source=None):
        came.append(source)
        return forge(rng, scene, kind, source)

    monkeypatch.setattr(maker, "shoot", shot)
    monkeypatch.setattr(maker, "forge", forged)
    maker.group(rng, 8, 64)
    assert len(came) == 8 and all(a is b for a, b in zip(came, sources))


@pytest.mark.parametrize("codec", CODECS)
def test_pictures_of_one_stream_know_nothing_of_each_other(codec):
    image, other = formula_image(128, 128), formula_image(128, 128)[::-1].copy()
    preset, coarse = next(iter(CODECS[codec].presets)), CODECS[codec].coarseness[1]
    alone = through(codec, [image, image, image], coarse, preset, None)[2]
    after_other = through(codec, [image, other, image], coarse, preset, None)[2]
    off = np.abs(alone.astype(int) - after_other).mean()
    assert off < 0.25 * np.abs(alone.astype(int) - image).mean()


def test_noise_is_the_same_on_both(maker):
    rng = np.random.default_rng(1)
    way = next(w for w in (draw(rng) for _ in range(200)) if w.noise and not w.codec)
    image = maker.faces.images[0]
    assert np.array_equal(before_codec(image, way), before_codec(image, way))


def test_shapes_and_ranges(maker):
    batch = maker.group(np.random.default_rng(0), 8, 64)
    assert batch.real.shape == batch.forged.shape == (8, 64, 64, 3)
    assert batch.mask.shape == batch.edge.shape == (8, 64, 64)
    assert ((batch.weight > 0) & (batch.weight <= 1)).all()
    assert batch.edge.max() > 100


def test_the_held_out_painters_are_not_trained_with(cache):
    def sizes(names):
        return {np.load(cache / f"{name}.npy", mmap_mode="r").shape[-2] for name in names}

    assert {p.shape[-2] for p in PairMaker(cache, train=True).painted} == sizes(PAINTERS)
    assert {p.shape[-2] for p in PairMaker(cache, train=False).painted} == sizes(HELD_OUT)
    assert not set(PAINTERS) & set(HELD_OUT)


def test_training_and_validation_faces_do_not_meet(cache):
    assert not set(PairMaker(cache, train=True).rows) & set(PairMaker(cache, train=False).rows)


def test_what_is_lent_comes_from_another_person_and_half_of_it_from_the_same_source(maker):
    rng, faces = np.random.default_rng(0), maker.faces
    lent = np.array([(i, maker.neighbours.near(rng, i)) for i in np.repeat(maker.rows, 12)])
    assert (faces.person[lent[:, 0]] != faces.person[lent[:, 1]]).all() and set(lent[:, 1]) <= set(maker.rows)
    at_home = (faces.source[lent[:, 0]] == faces.source[lent[:, 1]]).mean()
    assert 0.65 < at_home < 0.85  # half, and of the others half by chance: the made-up faces have two sources


@pytest.mark.parametrize("seed", range(3))
def test_a_lender_is_as_soft_as_the_scene_unless_the_forger_had_a_cleaner_picture(maker, seed, monkeypatch):
    taken = []
    monkeypatch.setattr("assay_training.pairs.color.capture", lambda rng, image: taken.append(image) or image)
    scene = make_scene(np.random.default_rng(seed), maker.faces, int(maker.rows[0]), 120)
    captured = replace(scene, captured=True)
    for of, source, times in ((scene, scene.image, 0), (captured, scene.image.copy(), 0), (captured, captured.image, 1)):
        taken.clear()
        maker.forge(np.random.default_rng(seed), of, "foreign", source)
        assert len(taken) == times


def test_margins_are_those_of_the_product():
    drawn = np.array([draw_margin(np.random.default_rng(seed)) for seed in range(400)])
    off = np.abs(drawn[:, None] - PRODUCT_MARGINS)
    assert off.min(1).max() <= MARGIN_NOISE
    assert 0.4 < (off.argmin(1) == 0).mean() < 0.6


def test_a_boundary_is_where_a_mask_is_half():
    assert boundary(np.array([0.0, 0.5, 1.0])).tolist() == [0, 1, 0]


def test_a_larger_erosion_leaves_a_smaller_mask(maker):
    mesh = maker.faces.meshes[0]
    small, large = (
        region_mask(np.random.default_rng(0), (256, 256), mesh, "whole", (e, e), (0, 0), bend=0).sum() for e in (0.08, 0.0)
    )
    assert 0.4 < small / large < 0.85


def test_the_mix_is_whole_and_canvases_suit_the_encoder():
    assert sum(MIX.values()) == pytest.approx(1)
    assert all(canvas_side(f) % 16 == 0 for f in (72, 101.3, 230))
