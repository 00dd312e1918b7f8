"""What the product has to make of foreign models' outputs, written from their papers and repositories and not from the product's code."""

from __future__ import annotations

import math

import numpy as np

from assay_training.foreign.detectors import PRIOR_SIZES, STRIDES

MAX_CONTAINED = 0.7
"""The product takes a box this much inside a better one for the same face."""


def as_input(picture: np.ndarray, entry_input: dict) -> np.ndarray:
    """(H,W,3) RGB uint8 to one float32 picture in the entry's colours, range and layout."""
    x = picture if entry_input["color"] == "rgb" else picture[..., ::-1]
    x = (x.astype(np.float64) - entry_input["mean"]) * entry_input["scale"]
    x = x if entry_input["layout"] == "nhwc" else x.transpose(2, 0, 1)
    return np.ascontiguousarray(x[None], dtype=np.float32)


def log_odds(p: float) -> float:
    return math.log(p) - math.log1p(-p)


Faces = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Scores (A,), boxes (A,4: x1 y1 x2 y2) and landmarks (A,10), in input px."""


def _cells(height: int, width: int, stride: int, anchors: int) -> np.ndarray:
    """Column and row of each anchor's cell (A,2)."""
    rows, columns = np.mgrid[: math.ceil(height / stride), : math.ceil(width / stride)]
    return np.repeat(np.stack([columns, rows], -1).reshape(-1, 2), anchors, 0).astype(np.float64)


def scrfd_faces(outputs: list[np.ndarray], height: int, width: int, anchors: int = 2) -> Faces:
    """`distance2bbox` and `distance2kps` of InsightFace's scrfd.py."""
    scores, boxes, landmarks = [], [], []
    for i, stride in enumerate(STRIDES):
        corner = _cells(height, width, stride, anchors) * stride
        distance, points = outputs[3 + i].astype(np.float64) * stride, outputs[6 + i].astype(np.float64) * stride
        scores.append(outputs[i].ravel())
        boxes.append(np.concatenate([corner - distance[:, :2], corner + distance[:, 2:]], 1))
        landmarks.append(points + np.tile(corner, 5))
    return np.concatenate(scores), np.concatenate(boxes), np.concatenate(landmarks)


def retinaface_faces(outputs: list[np.ndarray], height: int, width: int) -> Faces:
    """`PriorBox`, `decode` and `decode_landm` of biubug6/Pytorch_Retinaface, in px instead of shares of the picture."""
    loc, conf, points = (x[0].astype(np.float64) for x in outputs)
    centres, sizes = [], []
    for stride, level in zip(STRIDES, PRIOR_SIZES, strict=True):
        cells = _cells(height, width, stride, len(level))
        centres.append((cells + 0.5) * stride)
        sizes.append(np.tile(np.array(level, np.float64), len(cells) // len(level)))
    centre, size = np.concatenate(centres), np.concatenate(sizes)[:, None]
    middle, extent = centre + loc[:, :2] * 0.1 * size, size * np.exp(loc[:, 2:] * 0.2)
    boxes = np.concatenate([middle - extent / 2, middle + extent / 2], 1)
    return conf[:, 1], boxes, np.tile(centre, 5) + points * 0.1 * size


def yunet_faces(outputs: list[np.ndarray], height: int, width: int) -> Faces:
    """As `FaceDetectorYNImpl::postProcess` of OpenCV decodes YuNet."""
    scores, boxes, landmarks = [], [], []
    for i, stride in enumerate(STRIDES):
        cells = _cells(height, width, stride, 1)
        classes, objectness, box, points = (outputs[3 * k + i][0].astype(np.float64) for k in range(4))
        middle, extent = (cells + box[:, :2]) * stride, np.exp(box[:, 2:]) * stride
        scores.append(np.sqrt(classes * objectness).ravel())
        boxes.append(np.concatenate([middle - extent / 2, middle + extent / 2], 1))
        landmarks.append((np.tile(cells, 5) + points) * stride)
    return np.concatenate(scores), np.concatenate(boxes), np.concatenate(landmarks)


def kept_faces(faces: Faces, threshold: float, nms_iou: float) -> list[int]:
    """Anchors that survive threshold and suppression, best first."""
    scores, boxes, _ = faces
    order = [int(a) for a in np.argsort(-scores, kind="stable") if scores[a] >= threshold]
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept: list[int] = []
    for a in order:
        for b in kept:
            width = min(boxes[a, 2], boxes[b, 2]) - max(boxes[a, 0], boxes[b, 0])
            height = min(boxes[a, 3], boxes[b, 3]) - max(boxes[a, 1], boxes[b, 1])
            both = max(width, 0) * max(height, 0)
            if both / (area[a] + area[b] - both) > nms_iou or both / min(area[a], area[b]) > MAX_CONTAINED:
                break
        else:
            kept.append(a)
    return kept
