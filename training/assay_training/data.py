"""Faces for training: unpacks a folder of sources once and maps it into memory, shared between processes.

A source `NAME` is three files: `NAME.tar` (JPEG 256x256), `NAME.landmarks.npy` (N,468,2), `NAME.csv` in the same row
order with the columns `file, identity, split, face_px, vx0, vy0, vx1, vy1` (see docs/training.md).
"""

from __future__ import annotations

import csv
import tarfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

IMAGE_PX = 256
"""Side of a stored crop: 1.6 x the longer side of the mesh box."""


@dataclass(frozen=True)
class Faces:
    """All faces of all sources, row by row.

    images (N,256,256,3) uint8 RGB, memory-mapped; meshes (N,468,2) float32 in pixels; valid (N,4) int: x0, y0, x1, y1
    of the part that is picture; train (N,) bool; source (N,) str; face_px (N,) float: mesh box side before the crop;
    person (N,) int: rows of one number show one person, as far as a source says who is shown.
    """

    images: np.ndarray
    meshes: np.ndarray
    valid: np.ndarray
    train: np.ndarray
    source: np.ndarray
    face_px: np.ndarray
    person: np.ndarray

    def picture(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """The valid part of face `index`, RGB, and its mesh in that part's pixels."""
        x0, y0, x1, y1 = self.valid[index]
        return self.images[index, y0:y1, x0:x1], self.meshes[index] - np.array([x0, y0], np.float32)


def sources_in(folder: Path) -> list[str]:
    return sorted(p.stem for p in folder.glob("*.csv"))


def prepare(folder: Path, cache: Path) -> None:
    """Decodes every source of `folder` into `cache`; does nothing when that was done."""
    if (cache / "faces.npz").exists():
        return
    cache.mkdir(parents=True, exist_ok=True)
    rows, meshes = [], []
    for name in sources_in(folder):
        with open(folder / f"{name}.csv", newline="") as handle:
            part = list(csv.DictReader(handle))
        rows += [(name, row) for row in part]
        meshes.append(np.load(folder / f"{name}.landmarks.npy").astype(np.float32))
    images = np.lib.format.open_memmap(
        cache / "faces.npy", mode="w+", dtype=np.uint8, shape=(len(rows), IMAGE_PX, IMAGE_PX, 3)
    )
    start = 0
    for name in sources_in(folder):
        files = [row["file"] for source, row in rows if source == name]
        place = {file: start + i for i, file in enumerate(files)}
        with tarfile.open(folder / f"{name}.tar") as tar:
            for member in tar:
                if member.name in place:
                    blob = np.frombuffer(tar.extractfile(member).read(), np.uint8)
                    images[place[member.name]] = cv2.imdecode(blob, cv2.IMREAD_COLOR)[..., ::-1]
        start += len(files)
    images.flush()
    np.savez(
        cache / "faces.npz",
        meshes=np.concatenate(meshes),
        valid=np.array([[int(float(row[k])) for k in ("vx0", "vy0", "vx1", "vy1")] for _, row in rows]),
        train=np.array([row["split"] == "train" for _, row in rows]),
        source=np.array([name for name, _ in rows]),
        face_px=np.array([float(row["face_px"]) for _, row in rows]),
        person=_persons(rows),
    )


def _persons(rows: list[tuple[str, dict[str, str]]]) -> np.ndarray:
    """A number for each row's person, (N,) int; a row whose source does not name one is a person of its own."""
    named = [(source, row.get("identity") or row["file"]) for source, row in rows]
    number = {name: i for i, name in enumerate(dict.fromkeys(named))}
    return np.array([number[name] for name in named])


def load(cache: Path) -> Faces:
    """The faces that `prepare` unpacked."""
    table = np.load(cache / "faces.npz")
    return Faces(np.load(cache / "faces.npy", mmap_mode="r"), **{k: table[k] for k in table.files})
