"""Masks against infection as people wear them: outline on a mesh, cloth, folds, strings."""

from __future__ import annotations

import cv2
import numpy as np

JAW = [93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323]
"""Along the jaw from the person's right ear over the chin to the left one."""

NOSE_TOPS = (197, 195, 5)
"""How high on the nose a mask sits, highest first."""

UNDER_EYES = ([346, 347, 330], [101, 118, 117])
"""The upper edge between ear and nose: left cheek inwards, right cheek outwards."""

COLOURS = {"white": (232, 236, 238), "blue": (150, 192, 214), "green": (148, 206, 188), "black": (34, 34, 38), "grey": (140, 142, 146),
           "pink": (226, 170, 184), "navy": (38, 48, 84), "beige": (206, 188, 166)}  # fmt: skip
ODDS = (0.3, 0.22, 0.1, 0.16, 0.06, 0.06, 0.05, 0.05)

PATTERNED = 0.14
"""Share of cloths with the pattern of another picture, or of a colour of their own."""

FOLDS = 0.65
"""Share with folds from side to side."""


def outline(rng: np.random.Generator, mesh: np.ndarray, face: float) -> np.ndarray:
    """Edge of the cloth, (n,2): along the jaw, a little beyond it, and over nose and cheeks; now and then below the nose."""
    middle = mesh[[13, 1]].mean(0)
    jaw = mesh[JAW]
    cut = int(rng.integers(0, 4))
    jaw = jaw[cut : len(jaw) - cut]
    jaw = middle + (jaw - middle) * rng.uniform(0.98, 1.12)
    if rng.random() < 0.1:
        top = mesh[[426, 2, 206]]
    else:
        left, right = UNDER_EYES
        drop = np.array([0, rng.uniform(0.0, 0.09) * face])
        top = np.concatenate([mesh[left] + drop, mesh[[rng.choice(NOSE_TOPS, p=[0.55, 0.33, 0.12])]], mesh[right] + drop])
    edge = np.concatenate([jaw, top]).astype(np.float64)
    return _smooth(edge + rng.normal(0, 0.006 * face, edge.shape))


def _smooth(points: np.ndarray, rounds: int = 2) -> np.ndarray:
    """Corners cut off (Chaikin), closed."""
    for _ in range(rounds):
        ahead = np.roll(points, -1, 0)
        points = np.stack([0.75 * points + 0.25 * ahead, 0.25 * points + 0.75 * ahead], 1).reshape(-1, 2)
    return points


def painted_cloth(rng: np.random.Generator, side: int, edge: np.ndarray, texture: np.ndarray) -> np.ndarray:
    """Cloth under light from one side, brighter along the nose, (side,side,3) float32."""
    if rng.random() < PATTERNED:
        cloth = cv2.resize(texture, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    else:
        colour = np.array(list(COLOURS.values())[rng.choice(len(COLOURS), p=ODDS)], np.float32)
        cloth = np.broadcast_to(colour + rng.normal(0, 9, 3).astype(np.float32), (side, side, 3)).copy()
    left, top = edge.min(0)
    right, bottom = edge.max(0)
    x = (np.arange(side) - (left + right) / 2) / max(1.0, (right - left) / 2)
    y = (np.arange(side) - top) / max(1.0, bottom - top)
    bulge = 1.06 - rng.uniform(0.1, 0.4) * np.abs(x + rng.uniform(-0.25, 0.25)) ** 2
    fall = 1 - rng.uniform(0.05, 0.3) * y.clip(0, 1)
    light = (fall[:, None] * bulge[None, :]).astype(np.float32)
    coarse = rng.normal(0, 0.05, (int(rng.integers(3, 8)),) * 2).astype(np.float32)
    light = light * np.exp(cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC))
    grain = cv2.GaussianBlur(rng.normal(0, rng.uniform(1, 6), (side, side)).astype(np.float32), (0, 0), 0.6)
    return cloth * light[..., None] + grain[..., None]


def folds(rng: np.random.Generator, cloth: np.ndarray, edge: np.ndarray, face: float) -> None:
    """Draws folds into `cloth`: dark lines with a bright one below, bent like the chin."""
    left, top = edge.min(0)
    right, bottom = edge.max(0)
    x = np.linspace(left, right, 24)
    bow = ((x - (left + right) / 2) / max(1.0, (right - left) / 2)) ** 2
    width = max(1, int(round(face * rng.uniform(0.004, 0.012))))
    depth = rng.uniform(0.06, 0.25)
    for share in np.linspace(rng.uniform(0.3, 0.45), rng.uniform(0.6, 0.8), int(rng.integers(2, 5))):
        y = top + share * (bottom - top) - rng.uniform(0.0, 0.12) * (bottom - top) * bow
        for offset, factor in ((0, 1 - depth), (width, 1 + 0.5 * depth)):
            line = np.zeros(cloth.shape[:2], np.float32)
            path = np.stack([x, y + offset], 1)
            cv2.polylines(line, [(path * 16).astype(np.int32)], False, 1.0, width, cv2.LINE_AA, shift=4)
            cloth *= (1 + (factor - 1) * line)[..., None]


def sash(rng: np.random.Generator, mesh: np.ndarray, edge: np.ndarray, face: float) -> tuple[list[np.ndarray], np.ndarray | None]:
    """Strings from the cloth's sides to the ears: their outlines and colour; none where the ears hide them."""
    if rng.random() < 0.35:
        return [], None
    width = face * rng.uniform(0.008, 0.02)
    sides = edge[[int(edge[:, 0].argmin()), int(edge[:, 0].argmax())]]
    bands = []
    for corner, ear in zip(sides, mesh[[234, 454]]):
        away = ear + (ear - mesh[1]) * rng.uniform(0.02, 0.18) + rng.normal(0, 0.03 * face, 2)
        across = np.array([0, width])
        bands.append(np.stack([corner, away, away + across, corner + across]))
    bright = rng.random() < 0.7
    return bands, np.float32([225, 228, 230] if bright else [40, 40, 44])
