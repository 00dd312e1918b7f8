"""Faces of nobody: formula pictures with a drawn mesh, enough for the code that cuts, bends and blends."""

import math
from pathlib import Path

import numpy as np

from assay_training.crop import formula_image
from assay_training.data import IMAGE_PX
from assay_training.landmarks import BROWS, LEFT_EYE, LIPS, NOSE, OVAL, RIGHT_EYE
from assay_training.synthesis.face_shape import mean_mesh
from assay_training.synthesis.painters import HELD_OUT, PAINTERS, SHAPE_FILE


def made_up_mesh(rng: np.random.Generator) -> np.ndarray:
    """(468,2) in picture pixels: an oval face with brows, eyes, nose and mouth where they belong."""
    mesh = rng.normal(0, 0.2, (468, 2)).clip(-0.4, 0.4)

    def ring(indices: list[int], centre: tuple[float, float], radii: tuple[float, float]) -> None:
        for k, index in enumerate(indices):
            angle = 2 * math.pi * k / len(indices) - math.pi / 2
            mesh[index] = (centre[0] + radii[0] * math.cos(angle), centre[1] + radii[1] * math.sin(angle))

    ring(OVAL, (0, 0), (0.42, 0.5))
    ring(RIGHT_EYE, (-0.2, -0.1), (0.08, 0.03))
    ring(LEFT_EYE, (0.2, -0.1), (0.08, 0.03))
    ring(LIPS, (0, 0.25), (0.15, 0.06))
    mesh[NOSE] = np.stack([np.linspace(-0.06, 0.06, len(NOSE)), np.linspace(-0.1, 0.12, len(NOSE))], 1)
    mesh[BROWS] = np.stack([np.linspace(-0.3, 0.3, len(BROWS)), np.full(len(BROWS), -0.22)], 1)
    mesh[[33, 133, 362, 263]] = [(-0.28, -0.1), (-0.12, -0.1), (0.12, -0.1), (0.28, -0.1)]
    mesh[[61, 291, 1]] = [(-0.15, 0.25), (0.15, 0.25), (0.0, 0.08)]
    return (mesh * 160 + IMAGE_PX / 2).astype(np.float32)


def write_cache(folder: Path, count: int = 24, seed: int = 0) -> None:
    """A cache as `prepare` leaves it, with pictures painted by chance in place of the painters'."""
    rng = np.random.default_rng(seed)
    base = formula_image(IMAGE_PX * 2, IMAGE_PX * 2)
    images = np.stack(
        [
            (base[y : y + IMAGE_PX, x : x + IMAGE_PX] * rng.uniform(0.6, 1) + rng.normal(0, 6, (IMAGE_PX, IMAGE_PX, 3))).clip(0, 255)
            for y, x in rng.integers(0, IMAGE_PX, (count, 2))
        ]
    ).astype(np.uint8)
    np.save(folder / "faces.npy", images)
    valid = np.tile([0, 0, IMAGE_PX, IMAGE_PX], (count, 1))
    valid[::5] = [40, 44, 220, 216]
    meshes = np.stack([made_up_mesh(rng) for _ in range(count)])
    np.savez(
        folder / "faces.npz",
        meshes=meshes,
        valid=valid,
        train=np.arange(count) % 3 > 0,
        source=np.array(["a", "b"])[np.arange(count) % 2],
        face_px=np.full(count, 160.0),
        person=np.arange(count) // 2,
    )
    np.save(folder / SHAPE_FILE, mean_mesh(meshes))
    for size, name in enumerate([*PAINTERS, *HELD_OUT], 60):
        np.save(folder / f"{name}.npy", rng.integers(60, 200, (count, 2, size, size, 3)).astype(np.uint8))
