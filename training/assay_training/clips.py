"""Labelled clips for validation: frames, faces and landmarks, found once and kept in the cache.

Never used for training, nor for choosing a checkpoint, a threshold or a calibration.
"""

from __future__ import annotations

import csv
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import av
import cv2
import numpy as np

from assay_training.crop import crop_frame

SEAM_PX = 4
"""Side-by-side clips are cut at half their width; this much is left out on each side of the cut."""

DETECT_PX = 640
"""Long side at which faces are looked for."""

MIN_SHARE = 0.35
"""A face smaller than this share of the frame's largest is background: it is not scored."""

SAME_FACE = 0.7
"""A face goes on where the next one's centre is within this many face sizes of the last one's."""

KEPT = 2.4
"""Side of the kept surroundings of a face, in face sizes: more than any crop needs."""


@dataclass(eq=False)
class FaceTrack:
    """One face through a clip: patches (h,w,3) uint8 RGB with its five landmarks (5,2) in each."""

    patches: list[np.ndarray] = field(default_factory=list)
    landmarks: list[np.ndarray] = field(default_factory=list)
    centre: np.ndarray = field(default_factory=lambda: np.zeros(2))
    """Where it was seen last, pixels of the region."""
    size: float = 0.0

    def add(self, rgb: np.ndarray, points: np.ndarray) -> None:
        frame = crop_frame(points)
        patch, moved = _patch(rgb, points)
        self.patches.append(patch)
        self.landmarks.append(moved)
        self.centre, self.size = frame.centre, frame.face


@dataclass(frozen=True)
class Region:
    """One labelled region of one clip with the faces that were followed through it, longest first."""

    file: str
    fake: bool
    family: str
    group: str
    region: str
    faces: list[FaceTrack]
    frames: int

    def scores(self, of_face: Callable[[FaceTrack], np.ndarray]) -> tuple[float, float]:
        """Score of the region and of its most prominent face: means over frames, and the highest of all faces.

        'Forged' says that some face of the region is; with several people in the picture it need not be the largest.
        """
        means = [float(np.mean(of_face(face))) for face in self.faces]
        return (max(means), means[0]) if means else (float("nan"), float("nan"))


def cut(frame: np.ndarray, region: str) -> np.ndarray:
    half = frame.shape[1] // 2
    return {"left": frame[:, : half - SEAM_PX], "right": frame[:, half + SEAM_PX :], "full": frame}[region]


class FaceFinder:
    """The published YuNet."""

    def __init__(self, model: Path) -> None:
        self.net = cv2.FaceDetectorYN.create(str(model), "", (320, 320), 0.6, 0.3, 200)

    def faces(self, rgb: np.ndarray) -> list[np.ndarray]:
        """Five landmarks (5,2) of each face in picture pixels (centres at whole numbers), largest first."""
        scale = min(1.0, DETECT_PX / max(rgb.shape[:2]))
        w, h = (max(32, int(round(s * scale / 32)) * 32) for s in rgb.shape[1::-1])
        ratio = np.array([rgb.shape[1] / w, rgb.shape[0] / h])
        small = cv2.resize(rgb, (w, h), interpolation=cv2.INTER_AREA)
        self.net.setInputSize((w, h))
        found = self.net.detect(np.ascontiguousarray(small[..., ::-1]))[1]
        if found is None:
            return []
        side = np.sqrt(found[:, 2] * found[:, 3])
        order = [i for i in np.argsort(-side, kind="stable") if side[i] >= MIN_SHARE * side.max()]
        points = [(found[i, 4:14].reshape(5, 2).astype(np.float64) + 0.5) * ratio - 0.5 for i in order]
        return [p for p in points if crop_frame(p) is not None]


def follow(pictures: list[np.ndarray], finder: FaceFinder) -> list[FaceTrack]:
    """The faces seen in at least half as many of the pictures as the one seen most often; that one first."""
    tracks: list[FaceTrack] = []
    for picture in pictures:
        free = list(tracks)
        for points in finder.faces(picture):
            frame = crop_frame(points)
            near = [t for t in free if np.hypot(*(t.centre - frame.centre)) < SAME_FACE * max(t.size, frame.face)]
            track = min(near, key=lambda t: float(np.hypot(*(t.centre - frame.centre)))) if near else FaceTrack()
            if near:
                free.remove(track)
            else:
                tracks.append(track)
            track.add(picture, points)
    most = max((len(t.patches) for t in tracks), default=0)
    kept = [t for t in tracks if len(t.patches) * 2 >= most]
    return sorted(kept, key=lambda t: (-len(t.patches), -t.size))


def _patch(rgb: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    frame = crop_frame(points)
    reach = KEPT / 2 * frame.face
    x0, y0 = np.maximum(np.floor(frame.centre - reach).astype(int), 0)
    x1, y1 = np.ceil(frame.centre + reach).astype(int)
    return rgb[y0:y1, x0:x1].copy(), points - np.array([x0, y0])


def even_frames(file: Path, frames: int) -> list[np.ndarray]:
    """At most `frames` pictures (H,W,3) uint8 RGB of a video, evenly spaced."""
    with av.open(str(file)) as container:
        count = sum(1 for _ in container.decode(video=0))
    wanted = {int((i + 0.5) * count / frames) for i in range(frames)}
    with av.open(str(file)) as container:
        return [f.to_ndarray(format="rgb24") for i, f in enumerate(container.decode(video=0)) if i in wanted]


def read_clips(folder: Path, yunet: Path, cache: Path, frames: int) -> list[Region]:
    """All regions of `folder/clips.csv`, `frames` evenly spaced frames each; from the cache when it has them."""
    kept = cache / f"clip-faces-{frames}.pickle"
    if kept.exists():
        return pickle.loads(kept.read_bytes())
    finder, regions = FaceFinder(yunet), []
    rows = list(csv.DictReader(open(folder / "clips.csv", newline="")))
    for file in sorted({row["file"] for row in rows}):
        pictures = even_frames(folder / file, frames)
        for row in (row for row in rows if row["file"] == file):
            faces = follow([np.ascontiguousarray(cut(picture, row["region"])) for picture in pictures], finder)
            regions.append(Region(file, row["label"] == "fake", row["family"], row["group"], row["region"], faces, len(pictures)))
    cache.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(pickle.dumps(regions))
    return regions
