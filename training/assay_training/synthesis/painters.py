"""Painters: ways to make a face anew from a face, all on the mean mesh (`face_shape.py`), computed once in `prepare`.

They imitate what face-swap networks give: clean skin, crisp features, another person under the same light. Linear models
and averages of look-alikes (eigenfaces: Turk and Pentland, 1991) need no training; autoencoders (`autoencoder.py`) join
where there is time to train them. `HELD_OUT` never enters training: validation and calibration use it alone.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from assay_training import data
from assay_training.synthesis.face_shape import FaceShape, mean_mesh

TEXTURE_PX = 128
SHAPE_FILE = "mean-mesh.npy"
PAINTERS = ("eigenfaces", "look-alikes", "ae_a", "ae_b")
HELD_OUT = ("median", "ae_c")
"""Of another kind than those trained with: a median of look-alikes, and the third autoencoder."""

COMPONENTS = 320
LIGHT = 8
"""Leading components that hold light and skin colour: another identity keeps these of the scene."""

WORK_PX = 96
"""Eigenfaces are computed on textures of this side: in float32 6,000 of them take 0.7 GB."""


def textures(faces: data.Faces, shape: FaceShape) -> np.ndarray:
    """Every face on the mean mesh, (N,S,S,3) uint8."""
    out = np.empty((len(faces.images), shape.size, shape.size, 3), np.uint8)
    for i in range(len(out)):
        picture, mesh = faces.picture(i)
        out[i] = shape.texture(np.ascontiguousarray(picture), mesh)
    return out


def _eigenfaces(small: np.ndarray, train: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean (d,), components (k,d) of the training textures, coefficients (N,k) of all, by randomised SVD."""
    from sklearn.decomposition import PCA

    flat = small.reshape(len(small), -1).astype(np.float32)
    count = min(COMPONENTS, int(train.sum()) - 1)
    model = PCA(count, svd_solver="randomized", iterated_power=1, random_state=seed).fit(flat[train])
    return model.mean_.astype(np.float32), model.components_.astype(np.float32), model.transform(flat).astype(np.float32)


def _look_alikes(coefficients: np.ndarray, rows: np.ndarray, person: np.ndarray, count: int) -> np.ndarray:
    """The `count` training faces of other people nearest to each face: (N,count), by whitened coefficients.

    Other people: an average of frames of the very person is hardly another face, and nothing is swapped by it.
    """
    from sklearn.neighbors import NearestNeighbors

    white = coefficients / (coefficients[rows].std(0) + 1e-3)
    # Light and colour have to agree, or an average shows two lights; identity follows in the middle components.
    white = np.concatenate([white[:, :LIGHT] * 2, white[:, LIGHT:60]], 1)
    own = int(np.bincount(person[rows]).max())
    near = NearestNeighbors(n_neighbors=count + own).fit(white[rows]).kneighbors(white, return_distance=False)
    found = rows[near]
    return np.stack([row[person[row] != person[i]][:count] for i, row in enumerate(found)])


def prepare(cache: Path, seed: int = 7) -> None:
    """Writes the mean mesh and `cache/NAME.npy` (N,2,S,S,3) uint8 of every painter that needs no training."""
    if (cache / "median.npy").exists():
        return
    cv2.setNumThreads(1)
    faces = data.load(cache)
    rng = np.random.default_rng(seed)
    mean = mean_mesh(faces.meshes[faces.train])
    np.save(cache / SHAPE_FILE, mean)
    real = textures(faces, FaceShape(mean, TEXTURE_PX))
    np.save(cache / "textures.npy", real)
    small = np.stack([cv2.resize(t, (WORK_PX, WORK_PX), interpolation=cv2.INTER_AREA) for t in real])
    centre, parts, coefficients = _eigenfaces(small, faces.train, seed)
    train_rows = np.flatnonzero(faces.train)
    alike = _look_alikes(coefficients, train_rows, faces.person, 8)

    painted = _store(cache / "eigenfaces.partial.npy", len(real), WORK_PX)
    for i in range(len(real)):
        own, other = coefficients[i], coefficients[alike[i, rng.integers(0, 8)]]
        for k in (0, 1):
            count = int(np.exp(rng.uniform(np.log(min(60, len(own))), np.log(len(own)))))
            mixed = own.copy()
            if k == 1:
                mixed[LIGHT:] += rng.uniform(0.5, 1.0) * (other - own)[LIGHT:]
            picture = centre + mixed[:count] @ parts[:count]
            painted[i, k] = picture.reshape(WORK_PX, WORK_PX, 3).clip(0, 255).astype(np.uint8)
    painted.flush()

    averages, medians = (_store(cache / f"{name}.partial.npy", len(real), TEXTURE_PX) for name in ("look-alikes", "median"))
    for i in range(len(real)):
        few, many = int(rng.integers(2, 4)), int(rng.integers(4, 9))
        for k, count in enumerate((few, many)):
            averages[i, k] = _lit_alike(real[alike[i, :count]].astype(np.float32).mean(0), real[i])
        for k, count in enumerate((3, 5)):
            medians[i, k] = _lit_alike(np.median(real[alike[i, :count]], axis=0).astype(np.float32), real[i])
    averages.flush()
    medians.flush()
    # Whole files only: what was interrupted is painted again, and 'median' comes last because it says that all are there.
    for name in ("eigenfaces", "look-alikes", "median"):
        (cache / f"{name}.partial.npy").rename(cache / f"{name}.npy")


def _store(path: Path, count: int, size: int) -> np.ndarray:
    return np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=(count, 2, size, size, 3))


def _lit_alike(face: np.ndarray, scene: np.ndarray) -> np.ndarray:
    """`face` (S,S,3) float under the broad light and colour of `scene`, as networks that see the scene paint it."""
    sigma = face.shape[0] / 7
    broad = cv2.GaussianBlur(scene.astype(np.float32), (0, 0), sigma) - cv2.GaussianBlur(face, (0, 0), sigma)
    return (face + broad + 0.5).clip(0, 255).astype(np.uint8)
