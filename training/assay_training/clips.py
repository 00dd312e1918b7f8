"""Labelled clips for validation: frames, faces and landmarks, found once and kept in the cache.

Never used for training, nor for choosing a checkpoint, a threshold or a calibration.
"""

from __future__ import annotations

import csv
import pickle
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from assay_training.crop import crop_frame

SEAM_PX = 4
"""Side-by-side clips are cut at half their width; this much is left out on each side of the cut."""

DETECT_PX = 640
"""Long side at which faces are looked for."""

KEPT = 2.4
"""Side of the kept surroundings of a face, in face sizes: more than any crop needs."""


@dataclass(frozen=True)
class Region:
    """One labelled region of one clip: patches (h,w,3) uint8 RGB with a face's five landmarks (5,2) in each."""

    file: str
    fake: bool
    family: str
    group: str
    region: str
    patches: list[np.ndarray]
    landmarks: list[np.ndarray]
    frames: int


def cut(frame: np.ndarray, region: str) -> np.ndarray:
    half = frame.shape[1] // 2
    return {"left": frame[:, : half - SEAM_PX], "right": frame[:, half + SEAM_PX :], "full": frame}[region]


class FaceFinder:
    """The published YuNet: the largest face of a picture."""

    def __init__(self, model: Path) -> None:
        self.net = cv2.FaceDetectorYN.create(str(model), "", (320, 320), 0.6, 0.3, 200)

    def largest(self, rgb: np.ndarray) -> np.ndarray | None:
        """Five landmarks (5,2) in picture pixels (centres at whole numbers), or None."""
        scale = min(1.0, DETECT_PX / max(rgb.shape[:2]))
        w, h = (max(32, int(round(s * scale / 32)) * 32) for s in rgb.shape[1::-1])
        ratio = np.array([rgb.shape[1] / w, rgb.shape[0] / h])
        small = cv2.resize(rgb, (w, h), interpolation=cv2.INTER_AREA)
        self.net.setInputSize((w, h))
        found = self.net.detect(np.ascontiguousarray(small[..., ::-1]))[1]
        if found is None:
            return None
        best = found[np.argmax(found[:, 2] * found[:, 3])]
        return (best[4:14].reshape(5, 2).astype(np.float64) + 0.5) * ratio - 0.5


def _patch(rgb: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    frame = crop_frame(points)
    if frame is None:
        return None
    reach = KEPT / 2 * frame.face
    x0, y0 = np.maximum(np.floor(frame.centre - reach).astype(int), 0)
    x1, y1 = np.ceil(frame.centre + reach).astype(int)
    return rgb[y0:y1, x0:x1].copy(), points - np.array([x0, y0])


def read_clips(folder: Path, yunet: Path, cache: Path, frames: int) -> list[Region]:
    """All regions of `folder/clips.csv`, `frames` evenly spaced frames each; from the cache when it has them."""
    kept = cache / f"clips-{frames}.pickle"
    if kept.exists():
        return pickle.loads(kept.read_bytes())
    finder, regions = FaceFinder(yunet), []
    rows = list(csv.DictReader(open(folder / "clips.csv", newline="")))
    for file in sorted({row["file"] for row in rows}):
        with av.open(str(folder / file)) as container:
            count = sum(1 for _ in container.decode(video=0))
        wanted = sorted({int((i + 0.5) * count / frames) for i in range(frames)})
        with av.open(str(folder / file)) as container:
            pictures = [f.to_ndarray(format="rgb24") for i, f in enumerate(container.decode(video=0)) if i in wanted]
        for row in (row for row in rows if row["file"] == file):
            patches, landmarks = [], []
            for picture in pictures:
                part = np.ascontiguousarray(cut(picture, row["region"]))
                points = finder.largest(part)
                if points is not None and (kept_part := _patch(part, points)) is not None:
                    patches.append(kept_part[0])
                    landmarks.append(kept_part[1])
            regions.append(Region(file, row["label"] == "fake", row["family"], row["group"], row["region"], patches, landmarks, len(pictures)))
    cache.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(pickle.dumps(regions))
    return regions
