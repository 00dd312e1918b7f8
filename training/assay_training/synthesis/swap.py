"""Face swaps: faces that a painter made, and faces of other people, fitted, matched in colour and pasted."""

from __future__ import annotations

import cv2
import numpy as np

from assay_training.data import Faces
from assay_training.landmarks import ANCHORS, INNER, apply, box_side, fit_affine, fit_similarity
from assay_training.synthesis import color
from assay_training.synthesis.face_shape import FaceShape
from assay_training.synthesis.masks import blend, region_mask
from assay_training.synthesis.reenact import bend_by_points
from assay_training.synthesis.scene import Forgery, Scene

PLACE_NOISE = 0.008
"""Standard deviation of a painted face's shift, in texture sides."""

WARPS = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4)


def place_painted(rng: np.random.Generator, shape: FaceShape, mesh: np.ndarray, side: int, painted: np.ndarray) -> np.ndarray:
    """A painted face (s,s,3) on the mean mesh brought to `mesh` on a canvas: (side,side,3); outside the face it means
    nothing. It misses its place by a little, as swaps do."""
    size = painted.shape[0]
    where = shape.locate(mesh, side) * size - 0.5
    where += rng.normal(0, PLACE_NOISE * size, 2).astype(np.float32)
    return cv2.remap(painted, where, None, WARPS[rng.integers(0, 3)], borderMode=cv2.BORDER_REPLICATE)


def _merge(rng: np.random.Generator, scene: Scene, face: np.ndarray, way: str) -> Forgery:
    """Colour match, mask, feather and paste, as swap tools do, with the after-effects seen in real swaps."""
    side = scene.image.shape[0]
    region = str(rng.choice(["brows to chin", "whole", "inner", "lower half"], p=[0.6, 0.27, 0.08, 0.05]))
    wide = region_mask(rng, (side, side), scene.mesh, region, (0, 0), (0.0, 0.01), bend=0)
    match = rng.random()
    if match < 0.75:
        face = color.transfer(face, scene.image, wide, 1.0 if match < 0.5 else rng.uniform(0.5, 1), rng.random() < 0.7)
    if rng.random() < 0.3:
        face = color.jitter_color(rng, face, rng.uniform(0.1, 0.5))
    if rng.random() < 0.5:
        face = color.flatten_chroma(rng, face, wide)
    after = rng.random()
    if after < 0.25:
        face = color.sharpen(face, rng.uniform(0.7, 2.0), rng.uniform(0.3, 1.5))
    elif after < 0.5:
        face = color.enhance(rng, face)
    elif after < 0.6:
        face = cv2.GaussianBlur(face, (0, 0), rng.uniform(0.4, 1.2))
    elif after < 0.68:
        face = color.resample(rng, face, 0.5, 0.95)
    mask = region_mask(rng, (side, side), scene.mesh, region, (-0.02, 0.09), (0.004, 0.07), bend=rng.uniform(0, 0.02))
    if rng.random() < 0.08:
        mask = mask * rng.uniform(0.5, 0.9)
    base = scene.image
    if rng.random() < 0.35:
        # What feathering two faces that do not agree leaves: a ring around the edge without middle frequencies.
        ring = cv2.GaussianBlur(4 * mask * (1 - mask), (0, 0), rng.uniform(0.01, 0.05) * scene.face)
        soft = cv2.GaussianBlur(base, (0, 0), rng.uniform(0.01, 0.035) * scene.face)
        base = blend(base, soft, np.clip(ring * rng.uniform(0.5, 1.5), 0, 1))
    return Forgery(blend(base, face, mask), mask, way, region)


def painted_swap(
    rng: np.random.Generator, scene: Scene, shape: FaceShape, painted: np.ndarray, lender: np.ndarray | None
) -> Forgery:
    """A swap with a face that a painter made. Some of the detail that a large network would paint is borrowed from `lender`
    (S,S,3), a face at the scene's mesh, if there is one. Real swaps are often crisper than their surroundings; without this a
    detector learns that soft faces are forged and ranks them backwards."""
    face = place_painted(rng, shape, scene.mesh, scene.image.shape[0], painted)
    if lender is not None:
        sigma = rng.uniform(0.01, 0.05) * scene.face
        detail = lender.astype(np.float32) - cv2.GaussianBlur(lender, (0, 0), sigma)
        if rng.random() < 0.25:
            detail = cv2.GaussianBlur(detail, (0, 0), rng.uniform(0.3, 0.9))
        if rng.random() < 0.5:
            detail = detail.mean(2, keepdims=True)
        face = (face + detail * rng.uniform(0.3, 1.0) + 0.5).clip(0, 255).astype(np.uint8)
    return _merge(rng, scene, face, "painted")


def smoothed_swap(rng: np.random.Generator, scene: Scene, source: np.ndarray) -> Forgery:
    """A 'generator' that costs nothing: the face of `source` without fine detail or fine colour, or cleaned and crisp."""
    image, kind = source, rng.integers(0, 6)
    if kind == 0:
        face = cv2.bilateralFilter(image, 7, rng.uniform(20, 60), rng.uniform(2, 5))
    elif kind == 1:
        face = color.resample(rng, image, 0.35, 0.7)
    elif kind >= 4:
        face = color.enhance(rng, image)
    elif kind == 2:
        face = cv2.medianBlur(image, int(rng.choice([3, 5])))
    else:
        size = int(rng.integers(56, 129))
        f = size / (1.12 * scene.face)
        small = cv2.resize(image, None, fx=f, fy=f, interpolation=cv2.INTER_AREA)
        face = cv2.resize(small, image.shape[1::-1], interpolation=WARPS[rng.integers(0, 3)])
    matrix = np.float32([[1, 0, 0], [0, 1, 0]])
    matrix[:, 2] = rng.uniform(-0.012, 0.012, 2) * scene.face
    face = cv2.warpAffine(face, matrix, image.shape[1::-1], borderMode=cv2.BORDER_REFLECT)
    return _merge(rng, scene, face, "smoothed")


AT_HOME = 0.5
"""Share of neighbours looked for within a face's own source: pictures of two sources differ in sharpness and encode, and a forger's
material need not."""


class Neighbours:
    """Finds, for a face, another person's face of nearly the same pose and shape."""

    def __init__(self, faces: Faces, rows: np.ndarray) -> None:
        points = faces.meshes[:, INNER]
        middle = points.mean(1, keepdims=True)
        flat = (points - middle) / np.sqrt(((points - middle) ** 2).sum((1, 2), keepdims=True))
        self.shape = flat.reshape(len(flat), -1).astype(np.float32)
        self.rows, self.person, self.source = rows, faces.person, faces.source
        self.at_home = {name: rows[faces.source[rows] == name] for name in np.unique(faces.source[rows])}

    def near(self, rng: np.random.Generator, index: int, tries: int = 150) -> int:
        rows = self.at_home.get(self.source[index], self.rows) if rng.random() < AT_HOME else self.rows
        some = rng.choice(rows, tries)
        others = some[self.person[some] != self.person[index]]
        some = others if len(others) else rng.choice(self.rows[self.person[self.rows] != self.person[index]], tries)
        distance = ((self.shape[some] - self.shape[index]) ** 2).sum(1)
        return int(some[np.argsort(distance)[rng.integers(0, 3)]])


def fitted(rng: np.random.Generator, scene: Scene, faces: Faces, other: int) -> np.ndarray:
    """Another person's face (S,S,3) at the scene's mesh."""
    picture, mesh = faces.picture(other)
    picture = np.array(picture)
    fit = fit_affine if rng.random() < 0.5 else fit_similarity
    matrix = fit(mesh[INNER], scene.mesh[INNER])
    if (shrink := scene.face / box_side(mesh)) < 0.7:
        picture = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        matrix = matrix.copy()
        matrix[:, :2] /= shrink
    side = scene.image.shape[0]
    face = cv2.warpAffine(picture, matrix, (side, side), flags=WARPS[rng.integers(0, 2)], borderMode=cv2.BORDER_REPLICATE)
    if rng.random() < 0.7:
        moved = apply(fit(mesh[INNER], scene.mesh[INNER]), mesh)
        face = bend_by_points(face, moved[ANCHORS], scene.mesh[ANCHORS], 0.06 * scene.face)
    return face


def foreign_swap(rng: np.random.Generator, scene: Scene, face: np.ndarray) -> Forgery:
    """Another person's face (S,S,3), fitted to the scene (`fitted`), pasted."""
    return _merge(rng, scene, face, "foreign")
