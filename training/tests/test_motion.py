"""Holds: a picture that moves as a whole is predicted by its neighbours, one whose face is drawn anew in each frame is not, and is told
by the face alone; a face that is not found gives nothing."""

import cv2
import numpy as np

from assay_training.motion import AREAS, QUANTITIES, SIDE, aligned_run, quantities, summary


def moving(face_noise: float = 0.0, frames: int = 9) -> np.ndarray:
    rng = np.random.default_rng(1)
    scene = cv2.GaussianBlur(rng.uniform(0, 255, (2 * SIDE, 2 * SIDE)).astype(np.float32), (0, 0), 3)
    scene = (scene - scene.mean()) * 6 + 128
    crops = np.stack([scene[40 + t : 40 + t + SIDE, 40 : 40 + SIDE] for t in range(frames)])
    crops = crops + face_noise * rng.normal(size=crops.shape) * AREAS["face"]
    return crops.clip(0, 255).astype(np.uint8)


def test_what_moves_as_a_whole_is_predicted():
    values = quantities(moving())
    assert values.shape == (7, len(AREAS), len(QUANTITIES))
    assert np.median(values[:, 0, QUANTITIES.index("unpredicted")]) < 0.2
    assert abs(np.median(values[:, 0, QUANTITIES.index("speed")]) - 1) < 0.3


def test_a_face_drawn_anew_in_each_frame_is_told():
    points = np.tile(np.arange(10.0).reshape(5, 2), (9, 1, 1))
    still, anew = (summary([(moving(noise), points)]) for noise in (0.0, 12.0))
    assert anew["unpredicted, face : around"] > 2 * still["unpredicted, face : around"]
    assert abs(anew["unpredicted, around"] - still["unpredicted, around"]) < 0.05
    assert anew["landmarks' jumps"] == 0


class Blind:
    def faces(self, _rgb):
        return []


def test_no_face_is_nothing():
    assert aligned_run([np.zeros((64, 64, 3), np.uint8)] * 5, Blind()) is None
