"""The measurements of the face detector: AP, recall of the teacher's faces in clips, false alarms, latency."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from assay_training.detector.average_precision import average_precision, match
from assay_training.detector.boxes import overlap
from assay_training.detector.dataset import Scene
from assay_training.detector.runtime import Detector, Faces, detect
from assay_training.detector.settings import INPUT_SCALE

IOU = 0.5
FRAMES_PER_CLIP = 16
CLIP_FACE_PX = 60.0
"""Teacher's faces of at least this size (square root of the box area, pixels of the frame) must be found in clips."""
TEACHER_SCORE = 0.6

Found = list[tuple[Scene, Faces]]


def find_all(detector: Detector, scenes: list[Scene], long_side: int | None) -> Found:
    return [(s, detect(detector, s.image, long_side)) for s in scenes]


def set_average_precision(found: Found) -> float:
    """AP@0.5 over the scenes together; every labelled face counts, whatever its size."""
    scores = np.concatenate([f.scores for _, f in found])
    hits = np.concatenate([match(f.boxes, s.boxes, IOU) for s, f in found])
    return average_precision(scores, hits, sum(len(s.boxes) for s, _ in found))


def false_alarms(found: Found, score: float) -> int:
    """Faces found in scenes that have none."""
    return sum(len(f.above(score).scores) for _, f in found)


@dataclass(frozen=True)
class Balance:
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)


def balance_at(found: Found, score: float, min_size: float) -> Balance:
    """Precision and recall at a score; labelled faces below `min_size` neither count nor punish."""
    right = answers = wanted = recalled = 0
    for scene, faces in found:
        sizes = np.sqrt((scene.boxes[:, 2:] - scene.boxes[:, :2]).prod(axis=1))
        boxes = faces.above(score).boxes
        hits = match(boxes, scene.boxes, IOU)
        table = overlap(boxes, scene.boxes) if len(scene.boxes) else np.zeros((len(boxes), 0))
        on_small = np.array([bool((row[sizes < min_size] >= 0.3).any()) for row in table], bool).reshape(len(boxes))
        own = np.sqrt(np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), 0))
        counted = ~on_small & (own >= min_size)
        right += int((hits & counted).sum())
        answers += int(counted.sum())
        large = scene.boxes[sizes >= min_size]
        wanted += len(large)
        recalled += int(match(boxes, large, IOU).sum())
    return Balance(right / max(answers, 1), recalled / max(wanted, 1))


def sample_frames(path: Path, count: int = FRAMES_PER_CLIP) -> list[np.ndarray]:
    """`count` RGB frames of a video, evenly spread: the middles of `count` equal parts."""
    video = cv2.VideoCapture(str(path))
    frames = []
    while True:
        more, frame = video.read()
        if not more:
            break
        frames.append(frame)
    video.release()
    picks = [int((k + 0.5) * len(frames) / count) for k in range(count)] if frames else []
    return [np.ascontiguousarray(frames[k][..., ::-1]) for k in picks]


@dataclass(frozen=True)
class ClipRecall:
    """How many of the teacher's faces of a clip were found, and the landmark distance on those."""

    clip: str
    wanted: int
    found: int
    landmark_error: float
    """Mean distance of the five landmarks from the teacher's, in shares of the face size; NaN without a find."""
    extra: int
    """Faces of the student of CLIP_FACE_PX and more that overlap no answer of the teacher (score >= 0.3)."""


def clip_recall(
    student: Detector, teacher: Detector, path: Path, long_side: int | None, score: float, iou: float
) -> ClipRecall:
    wanted = found = extra = 0
    apart = []
    for frame in sample_frames(path):
        all_theirs = detect(teacher, frame, long_side, score=0.3)
        theirs = all_theirs.above(TEACHER_SCORE)
        ours = detect(student, frame, long_side, score, iou)
        keep = theirs.sizes() >= CLIP_FACE_PX
        boxes, points, sizes = theirs.boxes[keep], theirs.landmarks[keep], theirs.sizes()[keep]
        table = overlap(boxes, ours.boxes) if len(ours.boxes) else np.zeros((len(boxes), 1))
        wanted += len(boxes)
        for k in range(len(boxes)):
            if table[k].max() >= IOU:
                found += 1
                gap = (points[k] - ours.landmarks[table[k].argmax()]).reshape(5, 2)
                apart.append(np.linalg.norm(gap, axis=1).mean() / sizes[k])
        large = ours.boxes[ours.sizes() >= CLIP_FACE_PX]
        if len(large):
            known = overlap(large, all_theirs.boxes).max(axis=1, initial=0) if len(all_theirs.boxes) else np.zeros(len(large))
            extra += int((known < 0.3).sum())
    return ClipRecall(path.name, wanted, found, float(np.mean(apart)) if apart else float("nan"), extra)


def paired_latency(
    student: object, teacher: object, height: int, width: int, rounds: int = 60
) -> tuple[tuple[float, float], tuple[float, float]]:
    """((median, best) of the student, the same of the teacher) in ms per frame: bare `session.run`, taking turns."""
    blob = np.random.default_rng(0).uniform(0, 255, (1, 3, height, width)).astype(np.float32)
    runs = [(student.session, {"image": blob * np.float32(INPUT_SCALE)}), (teacher.session, {"input": blob})]
    times: list[list[float]] = [[], []]
    for k in range(rounds + 5):
        for slot, (session, feed) in zip(times, runs, strict=True):
            start = time.perf_counter()
            session.run(None, feed)
            if k >= 5:
                slot.append((time.perf_counter() - start) * 1e3)
    return tuple((float(np.median(t)), float(min(t))) for t in times)
