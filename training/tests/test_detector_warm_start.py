"""Invariants: before training the student is its teacher; narrowing loses only what the channels left do not explain."""

import copy

import numpy as np
import pytest
import torch

from assay_training.detector.boxes import cell_grid
from assay_training.detector.dataset import teacher_path
from assay_training.detector.narrow import choose_channels, narrow
from assay_training.detector.network import FaceDetector, normalise
from assay_training.detector.runtime import Teacher
from assay_training.detector.selection import TorchDetector
from assay_training.detector.settings import TEACHER_NETWORK, NetworkSettings
from assay_training.detector.warm_start import fill, teacher_network

needs_teacher = pytest.mark.skipif(
    not teacher_path().exists(), reason="the teacher's file (peers/yunet_n_dynamic.onnx) is not here"
)


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Blotches and grain, (1, height, width, 3) uint8."""
    rng = np.random.default_rng(seed)
    coarse = np.kron(rng.integers(0, 200, (height // 16, width // 16, 3)), np.ones((16, 16, 1)))
    return (coarse + rng.integers(0, 56, (height, width, 3))).astype(np.uint8)[None]


@needs_teacher
@pytest.mark.parametrize("size", [(64, 96), (160, 128)])
def test_the_filled_network_answers_as_the_teachers_file(size):
    teacher, network = Teacher(teacher_path()), teacher_network(teacher_path())
    images = noise(*size)
    scores, boxes, landmarks = teacher.dense(images)
    ours = TorchDetector(network).dense(images)
    # squared: the square root of a score near 0 magnifies its rounding
    np.testing.assert_allclose(ours[0] ** 2, scores**2, atol=1e-4)
    strides = cell_grid(*size)[1]
    np.testing.assert_allclose(ours[1] / strides, boxes / strides, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(ours[2] / strides, landmarks / strides, rtol=1e-4, atol=1e-4)


@needs_teacher
def test_the_filled_networks_features_are_the_teachers():
    teacher, network = Teacher(teacher_path(), with_features=True), teacher_network(teacher_path())
    images = noise(64, 64, 2)
    with torch.no_grad():
        _, neck, features = network.taps(normalise(torch.from_numpy(images).permute(0, 3, 1, 2).float()))
    for ours, theirs in zip(neck + features, teacher.dense_and_features(images)[1], strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs, rtol=1e-4, atol=1e-4)


def test_a_weight_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="was to be filled"):
        fill(torch.nn.Conv2d(4, 4, 1), np.zeros((4, 8, 1, 1), np.float32), np.zeros(4, np.float32))


def test_the_channels_chosen_are_those_that_explain_the_answer():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(500, 6))
    x[:, 4] = x[:, 1] + 2 * x[:, 3] + 0.01 * rng.normal(size=500)  # says nothing new
    x = np.concatenate([x, np.ones((500, 1))], axis=1)
    weight = rng.normal(size=(8, 7))
    weight[:, 0] = 0  # is not asked for
    channels, solved = choose_channels(x.T @ x / len(x), weight, 4)
    assert 0 not in channels and len(set(channels.tolist())) == 4
    got = x[:, [*channels, 6]] @ solved.T
    np.testing.assert_allclose(got, x @ weight.T, atol=0.1)


def test_narrowing_takes_out_silent_channels_without_a_trace():
    torch.manual_seed(5)
    network = FaceDetector(TEACHER_NETWORK).eval()
    with torch.no_grad():
        for unit, silent in zip(network.stage4[1:], (16, 32, 48), strict=True):
            unit.depth.weight[:silent] = 0
            unit.depth.bias[:silent] = -1
    pictures = [noise(64, 64, k)[0] for k in range(3)]
    narrowed = narrow(copy.deepcopy(network), pictures, NetworkSettings(stage4=(48, 32, 16)))
    assert [u.point.out_channels for u in narrowed.stage4] == [16, 48, 32, 16]
    assert narrowed.stage8[0].point.in_channels == 16
    FaceDetector(NetworkSettings(stage4=(48, 32, 16))).load_state_dict(narrowed.state_dict())
    image = normalise(torch.from_numpy(pictures[0].copy()).permute(2, 0, 1)[None].float())
    with torch.no_grad():
        for before, after in zip(network(image), narrowed(image), strict=True):
            torch.testing.assert_close(after, before, rtol=1e-3, atol=1e-3)


def test_what_follows_a_narrowed_unit_is_the_least_squares_answer_on_what_reaches_it():
    torch.manual_seed(6)
    network = FaceDetector(TEACHER_NETWORK).eval()
    for unit in network.stage4:  # as drawn, signals all but die out on their way
        torch.nn.init.kaiming_normal_(unit.point.weight)
        torch.nn.init.kaiming_normal_(unit.depth.weight)
    pictures = [noise(64, 64, k)[0] for k in range(8)]
    narrowed = narrow(copy.deepcopy(network), pictures, NetworkSettings(stage4=(64, 64, 16)))
    image = normalise(torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float())
    with torch.no_grad():
        asked, given = (n.pool(n.stage4(n.pool(n.stage2(torch.relu(n.stem(image)))))) for n in (network, narrowed))
        target = network.stage8[0].point(asked).permute(0, 2, 3, 1).reshape(-1, 64)
        answer = narrowed.stage8[0].point(given).permute(0, 2, 3, 1).reshape(-1, 64)
    rows = np.concatenate([given.permute(0, 2, 3, 1).reshape(-1, 16).numpy(), np.ones((len(target), 1))], axis=1)
    best = rows @ np.linalg.lstsq(rows, target.numpy(), rcond=None)[0]
    least = np.square(best - target.numpy()).mean()
    assert least > 1e-4 and (answer - target).square().mean() < 1.02 * least
