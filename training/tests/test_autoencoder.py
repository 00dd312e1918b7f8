"""Holds: a net that goes on begins with what it had learned, and its log counts both runs; without that it begins anew."""

import json

import numpy as np
import torch

from assay_training.synthesis import autoencoder, painters
from tests.made_up_faces import write_cache

FACES = 48
"""Enough for as many clusters as there are identities."""


def test_goes_on_where_an_earlier_run_ended(tmp_path):
    write_cache(tmp_path, FACES)
    for painter in ("eigenfaces", "look-alikes", "median"):
        (tmp_path / f"{painter}.npy").unlink()
    painters.prepare(tmp_path)

    def run(seconds: float, **more: bool) -> tuple[dict, dict]:
        autoencoder.train("b", tmp_path, seconds, 4, **more)
        return json.loads((tmp_path / "ae_b.json").read_text()), torch.load(tmp_path / "ae_b.pt", weights_only=True)

    log, learned = run(4)
    assert log["steps"] > 0
    # No time for a step: what is written is what was read.
    same, weights = run(0, go_on=True)
    assert same["steps"] == log["steps"] and all(torch.equal(weights[k], learned[k]) for k in learned)
    longer, _ = run(2, go_on=True)
    assert longer["steps"] > log["steps"] and longer["seconds"] == 6
    assert run(0)[0]["steps"] == 0
    painted = np.load(tmp_path / "ae_b.npy")
    assert painted.shape == (FACES, 2, 96, 96, 3) and painted.dtype == np.uint8
