"""Holds: a remover learns to paint, pictures of any size go through it, and it is read back as it was written."""

import json

import numpy as np
import pytest

from assay_training.crop import formula_image
from assay_training.fingerprint_removal import Remover, main, psnr, read_remover, without_fingerprint
from tests.made_up_faces import write_cache


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("remover")
    (folder / "cache").mkdir()
    write_cache(folder / "cache")
    assert main(["--cache", str(folder / "cache"), "--run", str(folder / "run"), "--minutes", "0.2"]) == 0
    return folder / "run"


def test_pictures_of_any_size_are_painted_and_better_than_by_an_untrained_net(run):
    net, untrained = read_remover(run), Remover()
    for height, width in ((96, 96), (61, 130)):
        picture = formula_image(height, width)
        painted = without_fingerprint(net, picture)
        assert painted.shape == picture.shape and painted.dtype == np.uint8
        assert psnr(picture, without_fingerprint(untrained, picture)) + 3 < psnr(picture, painted) < 60


def test_the_run_says_what_it_was(run):
    result = json.loads((run / "result.json").read_text())
    assert result["steps"] > 5 and result["heldOutPsnr"] > 10


def test_the_ratio_of_the_same_picture_is_without_bound():
    picture = formula_image(8, 8)
    assert psnr(picture, picture) == float("inf")
    assert psnr(picture, picture + 1) == pytest.approx(48.13, abs=0.01)
