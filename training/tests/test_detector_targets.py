"""Invariants: the teacher's answers are copied where they are right, raised where faint, added where missing."""

import numpy as np

from assay_training.detector.boxes import cell_grid
from assay_training.detector.targets import DOUBT, MISSED_SCORE, PEAK, make_targets

CELLS, STRIDES = cell_grid(64, 64)
FACE = np.array([[20.0, 20.0, 36.0, 36.0]])
POINTS = np.arange(10.0)[None] + 20
AT_FACE = int(np.flatnonzero((CELLS == [3, 3]).all(axis=1) & (STRIDES[:, 0] == 8))[0])


def targets(score: float, box, truth=FACE, points=POINTS):
    scores, boxes = np.zeros(len(CELLS)), np.zeros((len(CELLS), 4))
    scores[AT_FACE], boxes[AT_FACE] = score, box
    landmarks = np.ones((len(CELLS), 10))
    return make_targets(scores, boxes, landmarks, truth, points, CELLS, STRIDES)


def test_a_seen_face_keeps_the_teachers_score_and_takes_the_labels_shape():
    score, weight, box, points, _ = targets(0.9, [21, 21, 37, 37])
    assert np.isclose(score[AT_FACE], 0.9) and (weight == 1).all()
    assert box[AT_FACE].tolist() == FACE[0].tolist() and points[AT_FACE].tolist() == POINTS[0].tolist()


def test_a_faint_face_is_raised():
    assert np.isclose(targets(0.4, [21, 21, 37, 37])[0][AT_FACE], PEAK)


def test_a_missed_face_is_asked_for_at_its_nearest_cell_only():
    score, weight, box, _, known = targets(0.0, [0, 0, 0, 0])
    asked = np.flatnonzero(score > 0.5)
    assert len(asked) == 1 and np.isclose(score[asked[0]], MISSED_SCORE)
    assert STRIDES[asked[0], 0] == 8 and weight[asked[0]] == 1 and known[asked[0]] == 1
    assert np.abs(CELLS[asked[0]] * 8 - 28).max() <= 8 and box[asked[0]].tolist() == FACE[0].tolist()
    assert (weight == 0).sum() > 0, "its other near cells are left alone"


def test_unknown_landmarks_teach_nothing():
    score, _, _, points, known = targets(0.0, [0, 0, 0, 0], points=np.full((1, 10), np.nan))
    asked = int(score.argmax())
    assert known[asked] == 0 and np.isfinite(points).all()


def test_an_answer_without_a_label_is_doubted():
    score, _, box, _, _ = targets(0.8, [0, 40, 20, 60], truth=np.array([[44, 4, 60, 20.0]]))
    assert np.isclose(score[AT_FACE], 0.8 * DOUBT) and box[AT_FACE].tolist() == [0, 40, 20, 60]
    empty = targets(0.8, [0, 40, 20, 60], truth=np.zeros((0, 4)), points=np.zeros((0, 10)))
    assert np.isclose(empty[0][AT_FACE], 0.8 * DOUBT)


def test_a_face_too_small_is_neither_asked_for_nor_punished():
    score, weight, *_ = targets(0.0, [0, 0, 0, 0], truth=np.array([[20, 20, 23, 23.0]]))
    assert (score == 0).all() and (weight == 0).any()
