"""Reads the detection scenes and the face crops, and the teacher's careful second look at them.

Expected under the data folder (default `../shared` beside the repository, or `ASSAY_SHARED`):
`data/detect` with images.tar, labels.csv, boxes.csv; `data/faces` with NAME.tar and NAME.csv; `data/clips`;
`peers/yunet_n_dynamic.onnx`. The columns are described in docs/training.md.
"""

from __future__ import annotations

import csv
import os
import pickle
import tarfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from assay_training.detector.boxes import overlap
from assay_training.detector.runtime import Detector, Faces, detect

FACE_SOURCES = ("helen_afw", "ytf", "aaf", "utk")
NEGATIVE_SOURCE = "imagenet_sample"
VAL_ONLY_SOURCE = "wider_val"

ADD_SCORE = 0.6
"""A face that only the teacher saw becomes a label from this score on."""
REFINE_IOU = 0.45
"""A labelled box takes the teacher's tighter shape and landmarks when they overlap this much."""


def data_root() -> Path:
    """Folder that holds `data` and `peers`."""
    return Path(os.environ.get("ASSAY_SHARED", Path(__file__).resolve().parents[4] / "shared"))


def teacher_path() -> Path:
    return data_root() / "peers" / "yunet_n_dynamic.onnx"


@dataclass
class Scene:
    """One picture with its faces: RGB (H,W,3) uint8, boxes (n,4) x1,y1,x2,y2, landmarks (n,10) with NaN for unknown."""

    name: str
    source: str
    image: np.ndarray
    boxes: np.ndarray
    landmarks: np.ndarray


def decode_image(blob: bytes) -> np.ndarray:
    return np.ascontiguousarray(cv2.imdecode(np.frombuffer(blob, np.uint8), cv2.IMREAD_COLOR)[..., ::-1])


MARKS = ("rex", "rey", "lex", "ley", "nx", "ny", "rmx", "rmy", "lmx", "lmy")
"""Columns of boxes.csv with the five landmarks, in the order in which they are used."""


def load_scenes(split: str, folder: Path | None = None) -> list[Scene]:
    """Scenes of `split` ("train" | "val"), in the order of labels.csv. `wider_val` has no training part."""
    folder = folder or data_root() / "data" / "detect"
    with open(folder / "labels.csv", newline="") as f:
        rows = [r for r in csv.DictReader(f) if r["split"] == split]
    if split == "train" and any(r["source"] == VAL_ONLY_SOURCE for r in rows):
        raise ValueError(f"{VAL_ONLY_SOURCE} is for validation only")
    faces: dict[str, list[list[float]]] = {r["file"]: [] for r in rows}
    with open(folder / "boxes.csv", newline="") as f:
        for r in csv.DictReader(f):
            if r["file"] in faces:
                x, y, w, h = (float(r[k]) for k in "xywh")
                faces[r["file"]].append([x, y, x + w, y + h, *(float(r[k]) for k in MARKS)])
    with tarfile.open(folder / "images.tar") as tar:
        blobs = {Path(m.name).name: tar.extractfile(m).read() for m in tar if m.isfile()}
    scenes = []
    for r in rows:
        table = np.array(faces[r["file"]], np.float32).reshape(-1, 14)
        image = decode_image(blobs[Path(r["file"]).name])
        scenes.append(Scene(r["file"], r["source"], image, table[:, :4], table[:, 4:]))
    return scenes


def second_look(scene: Scene, teacher: Detector) -> None:
    """Refines the labels of a training scene in place with the teacher's answers on enlarged pixels.

    Small faces get tighter boxes and landmarks than people drew; faces that people left out are added.
    """
    if scene.source == NEGATIVE_SOURCE:
        return
    boxes, landmarks = scene.boxes.copy(), scene.landmarks.copy()
    small = len(boxes) and np.sqrt((boxes[:, 2:] - boxes[:, :2]).prod(axis=1)).min() < 24
    for long_side in (640, 1024) if small else (640,):
        seen: Faces = detect(teacher, scene.image, long_side, score=0.3)
        for box, score, points in zip(seen.boxes, seen.scores, seen.landmarks, strict=True):
            known = overlap(box[None], boxes)[0] if len(boxes) else np.zeros(0)
            best = int(known.argmax()) if len(known) else -1
            if best >= 0 and known[best] >= REFINE_IOU:
                boxes[best], landmarks[best] = box, points
            elif score >= ADD_SCORE and (best < 0 or known[best] < 0.2):
                boxes, landmarks = np.vstack([boxes, box]), np.vstack([landmarks, points])
    scene.boxes, scene.landmarks = boxes.astype(np.float32), landmarks.astype(np.float32)


def load_face_crops(teacher: Detector, split: str = "train", folder: Path | None = None) -> list[Scene]:
    """Face crops cut to their real picture, each with the one face the teacher finds in it; others are left out."""
    folder = folder or data_root() / "data" / "faces"
    crops = []
    for source in FACE_SOURCES:
        with open(folder / f"{source}.csv", newline="") as f:
            rows = [r for r in csv.DictReader(f) if r["split"] == split]
        with tarfile.open(folder / f"{source}.tar") as tar:
            blobs = {m.name: tar.extractfile(m).read() for m in tar if m.isfile()}
        for r in rows:
            x0, y0, x1, y1 = (round(float(r[k])) for k in ("vx0", "vy0", "vx1", "vy1"))
            image = np.ascontiguousarray(decode_image(blobs[r["file"]])[max(y0, 0) : y1, max(x0, 0) : x1])
            found = detect(teacher, image, score=0.6)
            if len(found.scores) == 1:
                crops.append(Scene(r["file"], source, image, found.boxes, found.landmarks))
    return crops


def training_scenes(teacher: Detector, cache: Path) -> tuple[list[Scene], list[Scene], list[Scene]]:
    """Scenes with faces, negatives and face crops for training, labels refined; kept in the file `cache`."""
    if cache.exists():
        with open(cache, "rb") as f:
            return pickle.load(f)
    scenes = load_scenes("train")
    for scene in scenes:
        second_look(scene, teacher)
    negatives = [s for s in scenes if s.source == NEGATIVE_SOURCE]
    parts = ([s for s in scenes if s.source != NEGATIVE_SOURCE], negatives, load_face_crops(teacher))
    cache.parent.mkdir(parents=True, exist_ok=True)
    with open(cache, "wb") as f:
        pickle.dump(parts, f, protocol=pickle.HIGHEST_PROTOCOL)
    return parts
