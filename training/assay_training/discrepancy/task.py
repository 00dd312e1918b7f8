"""What `discrepancy` is asked for in training: what `xray` is asked for, and which part was altered in which way."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from assay_training.discrepancy.cells import cells_of
from assay_training.discrepancy.net import Discrepancy
from assay_training.net import Output, load_imagenet
from assay_training.pairs import SHOWS, Batch
from assay_training.weights import fill_whole_or_tower
from assay_training.xray_task import Targets, XrayTask, map_and_score_losses

CELLS_WEIGHT = 0.5


class DiscrepancyTask(XrayTask):
    parts = ("loss", "score", "rank", "maps", "cells")
    mix = {"soft": 0.25, "painted": 0.28, "smoothed": 0.06, "self-blend": 0.17, "foreign": 0.12, "reenact": 0.12}

    def net(self, imagenet: Path, start: Path | None) -> nn.Module:
        """From ImageNet, or with the weights of a checkpoint of this task or of `xray` (its exported file too)."""
        net = Discrepancy()
        if start is None:
            load_imagenet(net.image, imagenet)
        else:
            fill_whole_or_tower(net, net.image, start)
        return net

    def loss(
        self, net: nn.Module, out: tuple[Output, torch.Tensor, torch.Tensor], batch: Batch, targets: Targets
    ) -> dict[str, torch.Tensor]:
        answer, parts, ways = out
        found = map_and_score_losses(answer, targets)
        n, weight = len(batch.weight), targets.weight
        each = sum(
            F.cross_entropy(logits[n:].float(), torch.from_numpy(truth).to(logits.device), reduction="none", label_smoothing=0.05)
            for logits, truth in zip((parts, ways), cells_of(batch.kinds))
        )
        cells = (each * weight).sum() / weight.sum()
        return {**found, "loss": found["loss"] + CELLS_WEIGHT * cells, "cells": cells}

    @torch.inference_mode()
    def validate(self, net: nn.Module, batch: Batch, device: str) -> dict[str, float]:
        """As `xray`; and share of forgeries that show whose part, and whose way, is named rightly."""
        net.eval()
        answers = [(out.logit[:, 0], parts, ways) for out, parts, ways in self.answers(net, batch, device)]
        logits, parts, ways = (torch.cat(v).float().cpu().numpy() for v in zip(*answers))
        net.train()
        n = len(batch.weight)
        found = self.ranks(logits[:n], logits[n:], batch.kinds)
        seen = batch.weight > SHOWS
        for name, scores, truth in zip(("part", "way"), (parts, ways), cells_of(batch.kinds)):
            found[name] = float((scores[n:].argmax(1) == truth)[seen].mean()) if seen.any() else float("nan")
        return found
