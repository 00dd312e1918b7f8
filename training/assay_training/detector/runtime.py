"""Detectors as onnxruntime sessions behind one interface, so that student and teacher are measured alike."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import onnx
import onnxruntime as ort

from assay_training.detector.boxes import cell_grid, decode_boxes, decode_landmarks, non_maximum_suppression
from assay_training.detector.settings import INPUT_SCALE, STRIDES

TEACHER_FEATURES = ("283", "273", "263", "287", "291", "295")
"""Tensors of yunet_n_dynamic.onnx: the pyramid at strides 8, 16, 32, then the features of the heads; 64 channels."""

MULTIPLE = 32
"""Height and width of an input are multiples of the largest stride."""


@dataclass(frozen=True)
class Faces:
    """Faces of one image, best first: boxes (n,4) x1,y1,x2,y2, scores (n,), landmarks (n,10), pixels of that image."""

    boxes: np.ndarray
    scores: np.ndarray
    landmarks: np.ndarray

    def above(self, score: float) -> Faces:
        keep = self.scores >= score
        return Faces(self.boxes[keep], self.scores[keep], self.landmarks[keep])

    def sizes(self) -> np.ndarray:
        """Square root of the area, pixels."""
        return np.sqrt(np.maximum((self.boxes[:, 2:] - self.boxes[:, :2]).prod(axis=1), 0))


def one_thread_session(path: Path | str | bytes) -> ort.InferenceSession:
    """A CPU session with one thread that does not spin."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    model = path if isinstance(path, bytes) else str(path)
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class Detector(Protocol):
    """Dense answers on a batch of equally large RGB images (n,H,W,3), uint8, H and W multiples of 32."""

    def dense(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Scores (n,A), boxes (n,A,4), landmarks (n,A,10) in pixels."""
        ...


class Teacher:
    """YuNet-n (Apache-2.0, ShiqiYu/libfacedetection.train): BGR 0..255, score = sqrt(cls obj)."""

    def __init__(self, path: Path | str, with_features: bool = False) -> None:
        source: Path | str | bytes = path
        self.features = list(TEACHER_FEATURES) if with_features else []
        if with_features:
            model = onnx.load(path)
            model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in self.features)
            source = model.SerializeToString()
        self.session = one_thread_session(source)
        self.names = [f"{kind}_{s}" for kind in ("cls", "obj", "bbox", "kps") for s in STRIDES]

    def dense(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self.dense_and_features(images)[0]

    def dense_and_features(
        self, images: np.ndarray
    ) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], list[np.ndarray]]:
        """The dense answers, and the tensors named in TEACHER_FEATURES, each (n,64,H/s,W/s)."""
        blob = np.ascontiguousarray(images[..., ::-1].transpose(0, 3, 1, 2), np.float32)
        out = self.session.run(self.names + self.features, {"input": blob})
        cls, obj, box, points = (np.concatenate(out[i : i + 3], axis=1) for i in (0, 3, 6, 9))
        cells, strides = cell_grid(images.shape[1], images.shape[2])
        scores = np.sqrt(np.clip(cls[..., 0], 0, 1) * np.clip(obj[..., 0], 0, 1))
        answers = scores, decode_boxes(box, cells, strides), decode_landmarks(points, cells, strides)
        return answers, out[12:]


class Student:
    """The exported face detector: RGB times INPUT_SCALE, decoded in the graph."""

    def __init__(self, path: Path | str) -> None:
        self.session = one_thread_session(path)

    def dense(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        blob = images.transpose(0, 3, 1, 2).astype(np.float32, order="C") * np.float32(INPUT_SCALE)
        scores, boxes, landmarks = self.session.run(["scores", "boxes", "landmarks"], {"image": blob})
        return scores, boxes, landmarks


def letterbox(image: np.ndarray, long_side: int | None) -> tuple[np.ndarray, float]:
    """The image scaled to `long_side` (None: as it is), padded right and below with black to multiples of 32; its scale.

    Scaling is by area downwards and bilinear upwards.
    """
    height, width = image.shape[:2]
    scale = 1.0 if long_side is None else long_side / max(height, width)
    if scale != 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    height, width = image.shape[:2]
    down, right = -height % MULTIPLE, -width % MULTIPLE
    return cv2.copyMakeBorder(image, 0, down, 0, right, cv2.BORDER_CONSTANT, value=(0, 0, 0)), scale


def detect(
    detector: Detector, image: np.ndarray, long_side: int | None = None, score: float = 0.02, iou: float = 0.4
) -> Faces:
    """Faces of one RGB image, in its own pixels."""
    padded, scale = letterbox(image, long_side)
    scores, boxes, landmarks = (a[0] for a in detector.dense(padded[None]))
    keep = np.flatnonzero(scores >= score)
    keep = keep[non_maximum_suppression(boxes[keep], scores[keep], iou)]
    return Faces(boxes[keep] / scale, scores[keep], landmarks[keep] / scale)
