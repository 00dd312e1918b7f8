"""Holds: the head learns what is hidden, and every other weight stays what it was."""

import numpy as np
import torch

from assay_training.fit_occlusion import GROUP, faces, fit
from assay_training.net import Xray


def test_faces_come_with_what_hides_them(maker):
    crops, hidden = faces(maker, np.random.default_rng(4), 64)
    assert crops.shape == (GROUP, 64, 64, 3) and hidden.shape == (GROUP, 64, 64)
    shares = hidden.reshape(GROUP, -1).mean(1)
    assert (shares > 5).any() and shares.max() < 255


def test_the_head_learns_and_nothing_else_moves(maker):
    torch.manual_seed(0)
    net = Xray()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    first = fit(net, maker, 1, 64, 1, "cpu")
    last = fit(net, maker, 12, 64, 1, "cpu")
    assert last < first
    moved = {name for name, value in net.state_dict().items() if not torch.equal(value, before[name])}
    assert moved and all(name.startswith("occlusion8.") for name in moved)
