"""Pictures that no forgery detector here learned from: filmed from a screen, printed, drawn, in false colours, or of no face.

On such pictures a detector's score means nothing: a real face filmed from a screen is called manipulated by every second
look. They are made of real and forged faces alike, so that what is learned of them says nothing about forging.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from assay_training.synthesis import color


def _grey(image: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def _filmed_screen(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """A display's red, green and blue stripes, seen by a camera whose pixels do not meet them: moire."""
    side, scale = image.shape[0], 3
    shown = cv2.resize(image, None, fx=rng.uniform(0.5, 1.1), fy=rng.uniform(0.5, 1.1), interpolation=cv2.INTER_AREA)
    shown = cv2.resize(shown, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST).astype(np.float32)
    depth = rng.uniform(0.4, 1.0)
    for channel in range(3):
        lit = np.full(shown.shape[1], 1 - depth, np.float32)
        lit[channel::scale] = 1 + 2 * depth
        shown[..., channel] *= lit
    shown[::scale] *= 1 - rng.uniform(0.2, 0.7)
    height, width = shown.shape[:2]
    # Seen a little from the side, through a lens that is not quite in focus.
    corners = np.float32([[0, 0], [side, 0], [side, side], [0, side]]) + rng.uniform(-0.03, 0.03, (4, 2)).astype(np.float32) * side
    onto = cv2.getPerspectiveTransform(np.float32([[0, 0], [width, 0], [width, height], [0, height]]), corners)
    shown = cv2.GaussianBlur(shown.clip(0, 255), (0, 0), rng.uniform(0.4, 1.1))
    return color.as_bytes(cv2.warpPerspective(shown, onto, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) * rng.uniform(0.8, 1.2))


def _waves(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """A regular pattern over all, as moire leaves it."""
    y, x = np.indices(image.shape[:2], dtype=np.float32)
    angle, period = rng.uniform(0, np.pi), rng.uniform(2.2, 9)
    wave = np.sin((np.cos(angle) * x + np.sin(angle) * y) * 2 * np.pi / period + rng.uniform(0, 6))
    tint = rng.uniform(0.6, 1.0, 3) if rng.random() < 0.5 else np.ones(3)
    return color.as_bytes(image * (1 + rng.uniform(0.1, 0.3) * wave[..., None] * tint))


def _scan_lines(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    lines = np.ones(image.shape[0], np.float32)
    period = int(rng.integers(2, 6))
    for k in range(max(1, period // 2)):
        lines[k::period] = 1 - rng.uniform(0.25, 0.6)
    return color.as_bytes(image * lines[:, None, None])


def _printed(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Halftone dots of a newspaper, in grey or in each colour at an angle of its own."""
    y, x = np.indices(image.shape[:2], dtype=np.float32)
    period, hard = rng.uniform(2.5, 6), rng.uniform(0.02, 0.1)
    source = image if rng.random() < 0.6 else np.repeat(_grey(image)[..., None], 3, 2)
    out = np.empty(image.shape, np.float32)
    for channel, angle in enumerate(rng.uniform(0, np.pi) + np.array([0, 0.26, 0.78]) * (source is image)):
        u, v = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
        raster = 0.5 + 0.25 * (np.cos(2 * np.pi * u / period) + np.cos(2 * np.pi * v / period))
        out[..., channel] = 255 / (1 + np.exp(-np.clip((source[..., channel] / 255 - raster) / hard, -30, 30)))
    share = rng.uniform(0.5, 1.0)
    return color.as_bytes(source * (1 - share) + cv2.GaussianBlur(out, (0, 0), rng.uniform(0.3, 0.8)) * share)


def _inverted(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    return 255 - image


FALSE_COLOURS = (cv2.COLORMAP_INFERNO, cv2.COLORMAP_JET, cv2.COLORMAP_HOT, cv2.COLORMAP_BONE, cv2.COLORMAP_PLASMA)


def _false_colours(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """As thermal cameras show warmth."""
    return np.ascontiguousarray(cv2.applyColorMap(_grey(image), FALSE_COLOURS[rng.integers(len(FALSE_COLOURS))])[..., ::-1])


def _pencil(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    grey, coloured = cv2.pencilSketch(image, sigma_s=float(rng.uniform(15, 50)), sigma_r=float(rng.uniform(0.05, 0.12)), shade_factor=float(rng.uniform(0.03, 0.06)))
    return coloured if rng.random() < 0.5 else np.repeat(grey[..., None], 3, 2)


def _cartoon(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Flat areas of few colours, some with drawn outlines."""
    out = image
    for _ in range(3):
        out = cv2.bilateralFilter(out, 9, float(rng.uniform(40, 80)), 7)
    step = int(rng.integers(24, 56))
    out = (out // step * step + step // 2).clip(0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        edges = cv2.adaptiveThreshold(cv2.medianBlur(_grey(image), 5), 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 9, 4)
        out = cv2.bitwise_and(out, np.repeat(edges[..., None], 3, 2))
    return out


def _painting(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Brushed: edges kept, everything between them flat."""
    return cv2.medianBlur(cv2.edgePreservingFilter(image, flags=1, sigma_s=float(rng.uniform(30, 60)), sigma_r=float(rng.uniform(0.3, 0.5))), 5)


def _pixels(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """A mosaic, as those who hide a face lay over it."""
    side, blocks = image.shape[0], int(rng.integers(12, 34))
    small = cv2.resize(image, (blocks, blocks), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (side, side), interpolation=cv2.INTER_NEAREST)


LOOKS: dict[str, Callable[[np.random.Generator, np.ndarray], np.ndarray]] = {
    "filmed screen": _filmed_screen,
    "waves": _waves,
    "printed": _printed,
    "inverted": _inverted,
    "false colours": _false_colours,
    "pencil": _pencil,
    "cartoon": _cartoon,
    "pixels": _pixels,
    "scan lines": _scan_lines,
    "painting": _painting,
}
"""Each takes a picture (S,S,3) uint8 at native scale, before the encoder."""

HELD_OUT = ("scan lines",)
"""Looks that the head never sees: do they strike it too? (Paintings were held out at first, and did not: decision 016.)"""

ELSEWHERE = "no face"
"""Crops that lie beside the face, or upside down: what a face detector takes for a face and is none."""


def moved_points(rng: np.random.Generator, points: np.ndarray, face: float) -> np.ndarray:
    """Five landmarks (5,2) of a face of `face` px laid where there is none: beside it, or turned by a third of a circle and more."""
    middle = points.mean(0)
    if rng.random() < 0.6:
        angle = rng.uniform(0, 2 * np.pi)
        middle_to = middle + rng.uniform(0.55, 0.9) * face * np.array([np.cos(angle), np.sin(angle)])
        return (points - middle) * rng.uniform(0.4, 0.9) + middle_to
    turn = rng.uniform(2.1, 4.2)
    rotate = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return (points - middle) @ rotate + middle


def look(rng: np.random.Generator, image: np.ndarray, name: str) -> np.ndarray:
    """A picture (S,S,3) in one of `LOOKS`; some are saved as JPEG before they reach an encoder."""
    out = np.ascontiguousarray(LOOKS[name](rng, image))
    return color.jpeg(out, int(rng.integers(60, 95))) if rng.random() < 0.4 else out
