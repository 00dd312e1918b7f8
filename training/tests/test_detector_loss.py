"""Invariants: the loss is least where the network says what the targets say, and finite where it is sure of the opposite."""

import pytest
import torch

from assay_training.detector.boxes import cell_grid
from assay_training.detector.loss import Targets, detector_loss
from assay_training.detector.settings import HEAD_CHANNELS, TrainSettings

CELLS, STRIDES = (torch.from_numpy(a) for a in cell_grid(32, 32))
COUNT = len(CELLS)


def loss_of(logits: tuple[float, float], target: float, wrong: int | None = None) -> tuple[torch.Tensor, torch.Tensor]:
    """Loss of cells that all say `logits`, with box and landmarks right but for channel `wrong`; and the raw values."""
    raw = torch.zeros(1, COUNT, HEAD_CHANNELS)
    raw[..., 0], raw[..., 1] = logits
    if wrong is not None:
        raw[..., wrong] = 0.3
    raw.requires_grad_()
    centre = CELLS * STRIDES
    box = torch.cat([centre - STRIDES / 2, centre + STRIDES / 2], dim=1)[None]
    score = torch.full((1, COUNT), target)
    targets = Targets(score, torch.ones(1, COUNT), box, centre.repeat(1, 5)[None], torch.ones(1, COUNT))
    return detector_loss(raw, targets, CELLS, STRIDES, TrainSettings())[0], raw


def test_the_score_is_the_geometric_mean_of_both_chances():
    chances = torch.logit(torch.tensor([0.9, 0.4]))
    loss, raw = loss_of((float(chances[0]), float(chances[1])), 0.6)
    assert loss.item() == pytest.approx(0, abs=1e-4)
    loss.backward()
    assert raw.grad.abs().max() < 1e-3
    assert loss_of((2.0, -2.0), 0.6)[0] > loss + 0.01


@pytest.mark.parametrize("channel", range(2, HEAD_CHANNELS))
def test_every_channel_of_box_and_landmarks_that_is_off_costs(channel):
    assert loss_of((3.0, 3.0), 0.9, wrong=channel)[0] > loss_of((3.0, 3.0), 0.9)[0] + 0.01


@pytest.mark.parametrize(("logit", "target"), [(90.0, 0.0), (-90.0, 0.9)])
def test_a_sure_mistake_has_a_finite_gradient(logit, target):
    loss, raw = loss_of((logit, logit), target)
    loss.backward()
    assert torch.isfinite(loss) and torch.isfinite(raw.grad).all()
