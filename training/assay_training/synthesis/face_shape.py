"""Faces without their shape: every face warped to one mean mesh and back (Cootes et al., Active Appearance Models, 1998).

On the mean mesh eyes lie on eyes and lips on lips, so that pictures of many people can be averaged, or painted by a
linear model, and stay crisp.
"""

from __future__ import annotations

import cv2
import numpy as np
from scipy.spatial import Delaunay

from assay_training.crop import crop_frame, crop_matrix, five_points
from assay_training.landmarks import apply, fit_similarity

SHAPE_MARGIN = 1.12
"""Side of a texture in face sizes: the whole mesh with a little of what surrounds it."""

ROUNDS = 8
"""Steps of the inversion in `locate`; after six the mean error on real meshes is under a tenth of a pixel."""

GRID_PX = 64
"""The warp is smooth: it is computed on this grid and enlarged."""


def mean_mesh(meshes: np.ndarray) -> np.ndarray:
    """Mean (468,2) of meshes (n,468,2), each put upright by the face crop's definition; 0..1 across a texture."""
    upright = []
    for mesh in meshes:
        if (frame := crop_frame(five_points(mesh))) is not None:
            unit = np.vstack([crop_matrix(frame, 1, SHAPE_MARGIN), [0, 0, 1]])
            upright.append(apply(np.linalg.inv(unit)[:2], mesh) + 0.5)
    return np.mean(upright, axis=0)


class FaceShape:
    """The mean mesh as a texture of `size` pixels square."""

    def __init__(self, mean: np.ndarray, size: int) -> None:
        self.size, self.mean = size, mean * size - 0.5
        net = Delaunay(self.mean)
        v, u = np.mgrid[0:size, 0:size]
        pixels = np.stack([u.ravel(), v.ravel()], 1).astype(np.float64)
        triangle = net.find_simplex(pixels)
        bend = net.transform[triangle]
        two = np.einsum("nij,nj->ni", bend[:, :2], pixels - bend[:, 2])
        weights = np.column_stack([two, 1 - two.sum(1)])
        corners = net.simplices[triangle]
        outside = triangle < 0
        nearest = ((pixels[outside, None] - self.mean[None]) ** 2).sum(2).argmin(1)
        corners[outside], weights[outside] = nearest[:, None], [1.0, 0.0, 0.0]
        self.corners, self.weights = corners, weights[..., None]
        self.beyond = np.where(outside[:, None], pixels - self.mean[corners[:, 0]], 0.0)
        """From the mesh's nearest point to a pixel outside the mesh, (size*size,2); zero inside."""

    def positions(self, mesh: np.ndarray) -> np.ndarray:
        """Where each texture pixel lies in the picture that holds `mesh` (468,2): (size,size,2) float32."""
        turn = fit_similarity(self.mean, mesh)[:, :2]
        places = (mesh[self.corners] * self.weights).sum(1) + self.beyond @ turn.T
        return places.reshape(self.size, self.size, 2).astype(np.float32)

    def texture(self, picture: np.ndarray, mesh: np.ndarray) -> np.ndarray:
        """The face of a picture (H,W,3) uint8 on the mean mesh, (size,size,3) uint8."""
        zoom = np.sqrt(abs(np.linalg.det(fit_similarity(self.mean, mesh)[:, :2])))
        if zoom > 1.5:  # bilinear samples of a finer picture would alias
            picture = cv2.GaussianBlur(picture, (0, 0), 0.35 * zoom)
        return cv2.remap(picture, self.positions(mesh), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    def locate(self, mesh: np.ndarray, side: int) -> np.ndarray:
        """Where each pixel of a picture of `side` pixels square lies in the texture, 0..1 across it: (side,side,2).

        The inverse of `positions` by fixed-point iteration; far outside the face it means nothing.
        """
        there = self.positions(mesh)
        forward = fit_similarity(self.mean, mesh)
        back = np.linalg.inv(forward[:, :2])
        centres = (np.arange(GRID_PX) + 0.5) * side / GRID_PX - 0.5
        goal = np.stack(np.meshgrid(centres, centres), -1)
        at = (goal - forward[:, 2]) @ back.T
        for _ in range(ROUNDS):
            reached = cv2.remap(there, at.astype(np.float32), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            at = np.clip(at + 0.8 * (goal - reached) @ back.T, -0.2 * self.size, 1.2 * self.size)
        unit = ((at + 0.5) / self.size).astype(np.float32)
        return cv2.resize(unit, (side, side), interpolation=cv2.INTER_LINEAR)
