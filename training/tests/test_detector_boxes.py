"""Invariants: the grid runs row by row, stride 8 first; decoding is YuNet's; mirroring swaps right and left."""

import numpy as np

from assay_training.detector.boxes import (
    cell_grid,
    decode_boxes,
    decode_landmarks,
    flip_faces,
    non_maximum_suppression,
    overlap,
)


def test_the_grid_runs_row_by_row_with_stride_8_first():
    cells, strides = cell_grid(32, 64)
    assert cells.shape == (4 * 8 + 2 * 4 + 1 * 2, 2)
    assert cells[0].tolist() == [0, 0] and cells[1].tolist() == [1, 0] and cells[8].tolist() == [0, 1]
    assert strides[:, 0].tolist() == [8] * 32 + [16] * 8 + [32] * 2


def test_a_cell_decodes_to_pixels():
    cells, strides = np.array([[2.0, 3.0]]), np.array([[16.0]])
    raw = np.array([[0.5, 0.25, np.log(2), np.log(3)]])
    np.testing.assert_allclose(decode_boxes(raw, cells, strides), [[40 - 16, 52 - 24, 40 + 16, 52 + 24]])
    points = decode_landmarks(np.array([[0.5, 0, 0, 0, 0, 0, 0, 0, 0, -1.0]]), cells, strides)
    np.testing.assert_allclose(points, [[40, 48, 32, 48, 32, 48, 32, 48, 32, 32]])


def test_overlap_of_half_shifted_squares_is_a_third():
    np.testing.assert_allclose(overlap(np.array([[0, 0, 10, 10.0]]), np.array([[5, 0, 15, 10.0]])), [[1 / 3]])


def test_suppression_keeps_the_best_of_each_heap():
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [30, 30, 40, 40.0]])
    assert non_maximum_suppression(boxes, np.array([0.5, 0.9, 0.7]), 0.4).tolist() == [1, 2]
    assert non_maximum_suppression(boxes[:0], np.zeros(0), 0.4).tolist() == []


def test_mirroring_swaps_right_and_left_landmarks():
    # right eye, left eye, nose, right mouth corner, left mouth corner
    points = np.array([[20, 30, 40, 31, 32, 40, 22, 50, 38, 51.0]])
    boxes, mirrored = flip_faces(np.array([[10, 20, 50, 60.0]]), points, 100)
    assert boxes.tolist() == [[50, 20, 90, 60]]
    assert mirrored.tolist() == [[60, 31, 80, 30, 68, 40, 62, 51, 78, 50]]
    # the person's right eye stays left of the left eye in the picture
    assert mirrored[0, 0] < mirrored[0, 2] and mirrored[0, 6] < mirrored[0, 8]
    again = flip_faces(boxes, mirrored, 100)
    assert again[0].tolist() == [[10, 20, 50, 60]] and again[1].tolist() == points.tolist()


def test_mirroring_keeps_unknown_landmarks_unknown():
    _, mirrored = flip_faces(np.zeros((1, 4)), np.full((1, 10), np.nan), 100)
    assert np.isnan(mirrored).all()
