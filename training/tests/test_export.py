"""Holds: losses reward what they should; the exported file gives PyTorch's numbers, alone and in a batch; the shipped file is the one its entry names."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from assay_training.export import XRAY_OUTPUTS, Exported, check, export, manifest_entry, session
from assay_training.net import Output, Xray
from assay_training.xray_task import Targets, map_and_score_losses, to_tensor

SHIPPED = Path(__file__).parents[2] / "models/xray"


def test_export_gives_the_same_numbers(tmp_path):
    torch.manual_seed(0)
    net = Xray().eval()
    path = tmp_path / "net.onnx"
    export(Exported(net), XRAY_OUTPUTS, 96, path)
    found = check(Exported(net), 96, path)
    assert found["torchDifference"] < 1e-4 and found["batchDifference"] < 1e-4
    entry = manifest_entry(path, 96, "0.0.0", {"a": 1, "b": 0, "fittedOn": "test"}, XRAY_OUTPUTS, [])
    assert entry["bytes"] == path.stat().st_size


@pytest.mark.skipif(not (SHIPPED / "manifest-entry.json").exists(), reason="no shipped model in this checkout")
def test_the_shipped_file_keeps_its_contract():
    entry = json.loads((SHIPPED / "manifest-entry.json").read_text())
    path = SHIPPED.parent / entry["file"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]
    assert path.stat().st_size == entry["bytes"] <= 16 << 20
    run, size = session(path), entry["input"]["width"]
    logit, *maps = run.run(["logit", "boundary", "mask"], {"face": np.zeros((3, 3, size, size), np.float32)})
    assert logit.shape == (3, 1) and logit.dtype == np.float32
    for drawn in maps:
        assert drawn.shape == (3, 1, size // 4, size // 4) and 0 <= drawn.min() and drawn.max() <= 1


def test_right_answers_cost_less_than_none_and_wrong_ones_more():
    mask = torch.zeros(4, 1, 64, 64)
    mask[:, :, 16:48, 16:48] = 1

    def cost(sign: float) -> float:
        logit = sign * torch.tensor([[-3.0]] * 4 + [[3.0]] * 4)
        maps = {}
        for stride in (8, 16):
            small = torch.nn.functional.adaptive_avg_pool2d(mask, 64 // stride)
            full = torch.cat([torch.zeros_like(small), small])
            maps[stride] = sign * (full - 0.5) * 8
        both = sign * (torch.nn.functional.adaptive_avg_pool2d(torch.cat([mask, mask]), 8) - 0.5) * 8
        out = Output(logit, maps[8], maps[16], maps[8], maps[16], both)
        return map_and_score_losses(out, Targets(mask, mask, mask, torch.ones(4)))["loss"].item()

    assert cost(1.0) < cost(0.0) < cost(-1.0)


def test_faint_forgeries_count_less():
    out = Output(torch.zeros(4, 1), *(torch.zeros(4, 1, s, s) for s in (8, 4, 8, 4, 8)))
    out.logit[2] = -5.0  # the first pair's forgery is missed
    empty = torch.zeros(2, 1, 64, 64)
    costs = [map_and_score_losses(out, Targets(empty, empty, empty, torch.tensor([w, 1.0])))["score"].item() for w in (1.0, 0.1)]
    assert costs[1] < costs[0]


def test_input_range():
    x = to_tensor(np.array([[[[0, 127, 255]]]], np.uint8), "cpu")
    assert x.shape == (1, 3, 1, 1) and x.flatten().tolist() == pytest.approx([-1, 127 / 127.5 - 1, 1])
