"""The loss: quality focal loss on scores, distance-IoU on boxes, relative L1 on landmarks."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from assay_training.detector.settings import TrainSettings
from assay_training.detector.targets import POSITIVE


@dataclass
class Targets:
    """A batch of targets: score (n,A), weight (n,A), box (n,A,4), landmarks (n,A,10), landmark weight (n,A)."""

    score: torch.Tensor
    weight: torch.Tensor
    box: torch.Tensor
    points: torch.Tensor
    points_weight: torch.Tensor


def distance_iou(predicted: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """1 - IoU + squared centre distance over squared diagonal of the hull (Zheng et al. 2020), for boxes (m,4)."""
    low, high = torch.maximum(predicted[:, :2], target[:, :2]), torch.minimum(predicted[:, 2:], target[:, 2:])
    inside = (high - low).clamp(min=0).prod(1)
    area = (predicted[:, 2:] - predicted[:, :2]).prod(1) + (target[:, 2:] - target[:, :2]).prod(1)
    iou = inside / (area - inside).clamp(min=1e-6)
    hull = torch.maximum(predicted[:, 2:], target[:, 2:]) - torch.minimum(predicted[:, :2], target[:, :2])
    apart = (predicted[:, :2] + predicted[:, 2:] - target[:, :2] - target[:, 2:]) / 2
    return 1 - iou + apart.square().sum(1) / hull.square().sum(1).clamp(min=1e-6)


def detector_loss(
    raw: torch.Tensor, targets: Targets, cells: torch.Tensor, strides: torch.Tensor, settings: TrainSettings
) -> tuple[torch.Tensor, dict[str, float]]:
    """Loss of raw heads (n,A,16) with the grid cells (A,2), strides (A,1); and its three parts for the log."""
    # the score is the geometric mean of two sigmoids; its logarithm stays finite where the score itself would be 0
    log_score = F.logsigmoid(raw[..., :2]).mean(2)
    log_rest = (-torch.expm1(log_score.clamp(max=-1e-6))).log()
    gap = (targets.score - log_score.exp()).abs().pow(settings.focal_beta)
    per_cell = -(targets.score * log_score + (1 - targets.score) * log_rest) * gap
    total = targets.score[targets.score > POSITIVE].sum().clamp(min=1.0)
    score_loss = (per_cell * targets.weight).sum() / total

    image, cell = torch.nonzero((targets.score > POSITIVE) & (targets.weight > 0), as_tuple=True)
    picked, trust = raw[image, cell], targets.score[image, cell]
    size, place = strides[cell], cells[cell]
    centre = (place + picked[:, 2:4]) * size
    half = picked[:, 4:6].clamp(-6, 6).exp() * size / 2
    box = targets.box[image, cell]
    box_loss = (distance_iou(torch.cat([centre - half, centre + half], 1), box) * trust).sum() / total

    side = (box[:, 2:] - box[:, :2]).clamp(min=1).prod(1).sqrt()
    points = (place.repeat(1, 5) + picked[:, 6:16]) * size
    apart = F.smooth_l1_loss(points, targets.points[image, cell], reduction="none", beta=0.25).mean(1) / side
    landmark_loss = (apart * trust * targets.points_weight[image, cell]).sum() * 10 / total

    loss = settings.score_weight * score_loss + settings.box_weight * box_loss
    loss = loss + settings.landmark_weight * landmark_loss
    parts = {"score": score_loss.item(), "box": box_loss.item(), "landmarks": landmark_loss.item()}
    return loss, parts


FACE_ATTENTION = 10.0
"""Cells with a face (score 1) weigh this much more than empty ones when features are compared."""


def feature_loss(ours: list[torch.Tensor], theirs: list[torch.Tensor], score: torch.Tensor) -> torch.Tensor:
    """Squared distance of six feature tensors (n,64,h,w), relative to the teacher's power, mean over the tensors.

    @param ours, theirs channels scaled to unit power of the teacher's
    @param score target scores (n,A), which say where the faces are
    """
    sizes = [t.shape[2] * t.shape[3] for t in theirs[:3]]
    weights = [1 + FACE_ATTENTION * part for part in score.split(sizes, dim=1)]
    total = torch.zeros(())
    for k, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        weight = weights[k % 3].reshape(len(b), 1, *b.shape[2:])
        total = total + ((a - b).square() * weight).mean() / (b.square() * weight).mean().clamp(min=1e-6)
    return total / len(theirs)
