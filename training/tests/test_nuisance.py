"""Differences of a face from its surroundings that are no forgery: only where they should be, and with edges wider than a swap's."""

import numpy as np
import pytest

from assay_training.synthesis import nuisance
from tests.made_up_faces import made_up_mesh

SIDE = 256
FACE = 160.0


def scene() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    return rng.integers(40, 216, (SIDE, SIDE, 3), dtype=np.uint8), made_up_mesh(rng)


def changed(way: str) -> np.ndarray:
    """Mean change of each pixel over some draws, (S,S)."""
    image, mesh = scene()
    total = np.zeros((SIDE, SIDE))
    for seed in range(12):
        rng = np.random.default_rng(seed)
        after = {
            "focus": lambda: nuisance._focused(rng, image, mesh, FACE),
            "soft head": lambda: nuisance._softened(rng, image, mesh, FACE),
            "light": lambda: nuisance._lit(rng, image, mesh),
            "beauty": lambda: nuisance._beautified(rng, image, mesh),
        }[way]()
        assert after.shape == image.shape and after.dtype == np.uint8
        total += np.abs(after.astype(int) - image).mean(2)
    return total / 12


def test_focus_leaves_the_face_and_the_others_the_background() -> None:
    middle, corner = (slice(120, 136), slice(120, 136)), (slice(0, 16), slice(0, 16))
    focus = changed("focus")
    assert focus[middle].mean() < 1 < focus[corner].mean()
    for way in ("light", "beauty", "soft head"):
        change = changed(way)
        assert change[corner].mean() < 1 < change[middle].mean()


def test_light_has_no_edge() -> None:
    image, mesh = scene()
    flat = np.full_like(image, 128)
    for seed in range(12):
        after = nuisance._lit(np.random.default_rng(seed), flat, mesh).astype(int)
        # From pixel to pixel it moves by a few grey levels where a swap's feather may move by tens.
        assert np.abs(np.diff(after, axis=1)).max() <= 4


@pytest.mark.parametrize("seed", range(3))
def test_is_met_as_often_as_said_and_is_the_same_from_one_seed(seed: int) -> None:
    image, mesh = scene()
    rngs = np.random.default_rng(seed), np.random.default_rng(seed)
    once, again = (nuisance.nuisance(rng, image, mesh, FACE) for rng in rngs)
    assert np.array_equal(once, again)
    rng = np.random.default_rng(seed)
    left = sum(nuisance.nuisance(rng, image, mesh, FACE) is image for _ in range(200)) / 200
    assert abs(left - (1 - sum(nuisance.ODDS.values()))) < 0.1
