"""Which checkpoint of a run is the best: judged on the validation scenes, never on clips or on wider_val."""

from __future__ import annotations

import cv2
import numpy as np
import torch

from assay_training.detector.boxes import cell_grid, decode_boxes, decode_landmarks
from assay_training.detector.dataset import VAL_ONLY_SOURCE, Scene, load_scenes
from assay_training.detector.measure import find_all, set_average_precision
from assay_training.detector.network import FaceDetector, flatten_heads, normalise

SIZES = (1.0, 0.5)
"""Scenes as stored, and at half their size, where they stand in for pictures full of small faces."""


class TorchDetector:
    """A network in training behind the interface of `runtime.Detector`."""

    def __init__(self, network: FaceDetector) -> None:
        self.network = network

    @torch.no_grad()
    def dense(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        pixels = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float()
        raw = flatten_heads(self.network(normalise(pixels).contiguous(memory_format=torch.channels_last))).numpy()
        scores = np.exp(-np.logaddexp(0, -raw[..., :2]).mean(axis=2))
        cells, strides = cell_grid(*images.shape[1:3])
        return scores, decode_boxes(raw[..., 2:6], cells, strides), decode_landmarks(raw[..., 6:], cells, strides)


def own_scenes(split: str = "val") -> list[Scene]:
    """Validation scenes on which something may be chosen, pictures without faces among them."""
    return [s for s in load_scenes(split) if s.source != VAL_ONLY_SOURCE]


def at_size(scene: Scene, size: float) -> Scene:
    if size == 1.0:
        return scene
    height, width = scene.image.shape[:2]
    small = cv2.resize(scene.image, (round(width * size), round(height * size)), interpolation=cv2.INTER_AREA)
    return Scene(scene.name, scene.source, small, scene.boxes * size, scene.landmarks * size)


def selection_score(network: FaceDetector, scenes: list[Scene]) -> list[float]:
    """AP@0.5 over all scenes together, false alarms in empty ones included, at each of SIZES; their mean decides."""
    detector = TorchDetector(network.eval())
    return [set_average_precision(find_all(detector, [at_size(s, size) for s in scenes], None)) for size in SIZES]
