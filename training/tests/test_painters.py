"""Holds: a face warped to the mean mesh and back lies where it was; a painted face is nobody's copy yet fits its scene's light;
the same seed paints the same."""

import cv2
import numpy as np
import pytest

from assay_training.data import load
from assay_training.synthesis import painters
from assay_training.synthesis.face_shape import FaceShape, mean_mesh
from tests.made_up_faces import made_up_mesh, write_cache


@pytest.fixture(scope="module")
def mesh():
    return made_up_mesh(np.random.default_rng(3))


def test_the_mean_of_one_mesh_is_that_mesh(mesh):
    shape = FaceShape(mean_mesh(mesh[None]), 64)
    places = shape.positions(mesh)
    for u, v, (x, y) in zip(*np.round(shape.mean.T).astype(int), mesh, strict=True):
        if 0 <= u < 64 and 0 <= v < 64:  # a texture pixel is about 3 pixels of the picture
            assert np.hypot(places[v, u, 0] - x, places[v, u, 1] - y) < 3


def test_locating_inverts_the_positions_inside_the_face(mesh):
    # the same points a little moved: a smooth change of shape, as between two real faces
    other = mesh * [1.06, 0.97] + 4 * np.sin(mesh[:, ::-1] / 60)
    shape = FaceShape(mean_mesh(mesh[None]), 64)
    side = 256
    where = shape.locate(other, side) * shape.size - 0.5
    back = cv2.remap(shape.positions(other), where, None, cv2.INTER_LINEAR)
    y, x = np.mgrid[0:side, 0:side]
    off = np.hypot(back[..., 0] - x, back[..., 1] - y)
    inside = np.zeros((side, side), np.uint8)
    cv2.fillConvexPoly(inside, cv2.convexHull(other.astype(np.int32)), 1)
    inside = cv2.erode(inside, np.ones((25, 25), np.uint8)).astype(bool)
    assert off[inside].mean() < 0.5 and np.percentile(off[inside], 99) < 2.5


def test_painting_is_repeatable_and_keeps_the_light_of_the_scene(tmp_path):
    answers = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        write_cache(folder)
        for painter in ("eigenfaces", "look-alikes", "median"):
            (folder / f"{painter}.npy").unlink()
        painters.prepare(folder)
        answers.append({n: np.load(folder / f"{n}.npy") for n in ("eigenfaces", "look-alikes", "median", "textures")})
    for name, painted in answers[0].items():
        assert np.array_equal(painted, answers[1][name])
    real = answers[0]["textures"].astype(float)
    for name in ("look-alikes", "median"):
        painted = answers[0][name][:, 0].astype(float)
        assert np.abs(painted.mean((1, 2, 3)) - real.mean((1, 2, 3))).max() < 12
        assert (np.abs(painted - real).mean((1, 2, 3)) > 2).all()
    faces = load(tmp_path / "first")
    coefficients = np.random.default_rng(5).normal(size=(len(real), 60))
    alike = painters._look_alikes(coefficients, np.flatnonzero(faces.train), faces.person, 8)
    assert (faces.person[alike] != faces.person[:, None]).all() and faces.train[alike].all()
    assert faces.images.shape[0] == len(real)
