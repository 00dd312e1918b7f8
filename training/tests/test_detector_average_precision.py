"""Invariants: AP is the area under the precision envelope; a true box is found once; the order is the score's."""

import math

import numpy as np

from assay_training.detector.average_precision import average_precision, match


def test_average_precision_of_a_case_worked_by_hand():
    # by score: hit, miss, hit, miss; 3 true faces.
    # recall 1/3 at precision 1, 2/3 at precision 2/3, the last third never: 1/3 * 1 + 1/3 * 2/3 = 5/9
    scores = np.array([0.9, 0.8, 0.7, 0.1])
    hits = np.array([True, False, True, False])
    assert math.isclose(average_precision(scores, hits, 3), 5 / 9)
    shuffled = [2, 0, 3, 1]
    assert math.isclose(average_precision(scores[shuffled], hits[shuffled], 3), 5 / 9)


def test_the_envelope_lifts_an_early_miss():
    # miss, hit, hit: precision 0, 1/2, 2/3; the envelope is 2/3 for both finds
    assert math.isclose(average_precision(np.array([3, 2, 1.0]), np.array([False, True, True]), 2), 2 / 3)


def test_nothing_found_is_zero_and_nothing_to_find_is_not_a_number():
    assert average_precision(np.zeros(0), np.zeros(0, bool), 5) == 0
    assert math.isnan(average_precision(np.ones(1), np.zeros(1, bool), 0))


def test_a_true_box_is_found_once_and_the_better_answer_has_it():
    truth = np.array([[0, 0, 10, 10], [20, 0, 30, 10.0]])
    boxes = np.array([[0, 0, 10, 9], [0, 1, 10, 10], [21, 0, 30, 10], [50, 50, 60, 60.0]])
    assert match(boxes, truth, 0.5).tolist() == [True, False, True, False]


def test_half_overlap_is_enough_and_less_is_not():
    truth = np.array([[0, 0, 10, 10.0]])
    assert match(np.array([[0, 0, 10, 5.0]]), truth, 0.5).tolist() == [True]
    assert match(np.array([[0, 0, 10, 4.9]]), truth, 0.5).tolist() == [False]
