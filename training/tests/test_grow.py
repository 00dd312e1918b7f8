"""Holds: footage of one group never both teaches and judges; the gate names every family that lost and passes none that
learnt nothing; a few steps fit labelled faces while the replay goes on; too little footage is refused in words."""

import numpy as np
import pytest
import torch

from assay_training.clips import FaceTrack, Region
from assay_training.grow import NotEnough, by_family, clip_scores, gate, labelled_crop, learn, split_groups
from assay_training.net import Xray
from assay_training.pairs import PairMaker
from tests.made_up_faces import write_cache

POINTS = np.array([[60.0, 70], [100, 70], [80, 90], [65, 110], [95, 110]])


def footage(group: str, fake: bool, family: str = "swap") -> Region:
    """Grey noise; what is forged has a blue cast that anything can learn."""
    rng = np.random.default_rng(abs(hash((group, fake))) % 1000)
    face = FaceTrack()
    for _ in range(3):
        picture = rng.integers(80, 170, (160, 160, 3)).astype(np.uint8)
        if fake:
            picture[..., 2] = np.minimum(255, picture[..., 2].astype(int) + 70)
        face.add(picture, POINTS)
    return Region(f"{group}.mp4", fake, family, group, "full", [face], 3)


REGIONS = [footage(f"g{i}", fake) for i in range(6) for fake in (False, True)]


def test_footage_of_a_group_is_on_one_side():
    learning, judging = split_groups(REGIONS, 0.3, np.random.default_rng(0))
    sides = [{r.group for r in part} for part in (learning, judging)]
    assert sides[0] and sides[1] and not sides[0] & sides[1]
    assert {r.fake for r in judging} == {False, True}


def test_too_little_footage_is_refused():
    with pytest.raises(NotEnough, match="4 groups of forged"):
        split_groups([r for r in REGIONS if not r.fake or r.group == "g0"], 0.3, np.random.default_rng(0))


def test_the_gate_names_what_was_lost():
    before = {"labelled all": 0.7, "labelled a": 0.8, "replay painted": 0.9}
    assert gate(before, {"labelled all": 0.8, "labelled a": 0.79, "replay painted": 0.89}, 0.02) == []
    lost = gate(before, {"labelled all": 0.8, "labelled a": 0.7, "replay painted": 0.85}, 0.02)
    assert len(lost) == 2 and "labelled a fell from 0.800 to 0.700" in lost
    assert "did not rise" in gate(before, before, 0.02)[0]


def test_a_crop_is_what_the_net_takes():
    crop = labelled_crop(np.random.default_rng(0), REGIONS[0].faces[0], 96)
    assert crop.shape == (96, 96, 3) and crop.dtype == np.uint8


def test_a_few_steps_learn_what_was_labelled(tmp_path):
    write_cache(tmp_path)
    torch.manual_seed(0)
    net, rng = Xray(), np.random.default_rng(0)
    before = by_family(clip_scores(net, REGIONS, 64), REGIONS)
    grown = learn(net, REGIONS, PairMaker(tmp_path, train=True), 64, steps=12, rate=3e-3, rng=rng)
    after = by_family(clip_scores(grown, REGIONS, 64), REGIONS)
    assert set(before) == {"all", "swap"}
    assert after["swap"] > 0.9
