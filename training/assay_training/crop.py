"""The face crops: the definitions that training and product share.

face-crop-v1, aligned to the face, is what our own models see.

From an RGB image and five landmarks (image pixels, pixel centres at whole numbers; person's right eye R, left eye L,
nose N, right mouth corner MR, left mouth corner ML):

    E = (R+L)/2    M = (MR+ML)/2    d = M-E
    x-axis  ux = normalise((L-R)/|L-R| + (d_y, -d_x)/|d|)     y-axis  uy = (-ux_y, ux_x)      (roll removed)
    centre  C  = E + 0.41 d          face size  F = 2.30 max(|L-R|, |d|)          side  S = margin F
    k = max(1, ceil(S/N - 1e-6))
    output (row i, column j) = rounded mean over a, b in 0..k-1 of bilinear(image, P),
        P = C + ((j + (a+.5)/k)/N - .5) S ux + ((i + (b+.5)/k)/N - .5) S uy

Coordinates are clamped to the image. Rounding is floor(x + .5). `face_crop_reference` is the definition in numpy;
`face_crop` is the quick way (OpenCV); the two may differ by `FAST_TOLERANCE` grey levels.

face-box-v1, upright around the detector's box, is what many published models were trained on. From a box (x, y, width, height)
whose edges lie between pixels, so that the whole image is (0, 0, W, H):

    C = (x + width/2 - 1/2, y + height/2 - 1/2)    F = max(width, height)    ux = (1, 0)    uy = (0, 1)

and the same sampling. Either may have a shift (s, t) in face sizes: C += F (s ux + t uy).
"""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

CENTRE_DOWN = 0.41
"""Centre of the crop on the way from the eyes' midpoint to the mouth's."""

FACE_SIZE = 2.30
"""Face size in units of the larger of eye distance and eye-mouth distance: about the longer side of the mesh box."""

PRODUCT_MARGINS = (1.2, 1.6)
"""At which the product shows a face to our detectors: filling the crop, and with as much again around it (decision 014)."""

MIN_SPAN_PX = 1.0
"""Landmarks closer than this give no direction: no crop."""

FAST_TOLERANCE = 2
"""Grey levels by which an implementation may differ from the definition."""


@dataclass(frozen=True)
class CropFrame:
    """Where a crop lies in its image: centre (2,), unit axes ux and uy (2,), face size in pixels."""

    centre: np.ndarray
    ux: np.ndarray
    uy: np.ndarray
    face: float


def five_points(mesh: np.ndarray) -> np.ndarray:
    """The five landmarks (5,2) out of a 468-point FaceMesh (468,2)."""
    return np.stack(
        [(mesh[33] + mesh[133]) / 2, (mesh[362] + mesh[263]) / 2, mesh[1], mesh[61], mesh[291]]
    ).astype(np.float64)


def crop_frame(points: np.ndarray) -> CropFrame | None:
    """Position of the crop for five landmarks (5,2); None where they are degenerate."""
    right, left, _, mouth_right, mouth_left = np.asarray(points, np.float64)
    eyes, mouth = (right + left) / 2, (mouth_right + mouth_left) / 2
    across, down = left - right, mouth - eyes
    eye_span, mouth_span = float(np.hypot(*across)), float(np.hypot(*down))
    if not (eye_span >= MIN_SPAN_PX and mouth_span >= MIN_SPAN_PX):
        return None
    ux = across / eye_span + np.array([down[1], -down[0]]) / mouth_span
    length = float(np.hypot(*ux))
    if length < 1e-6:
        return None
    ux = ux / length
    return CropFrame(eyes + CENTRE_DOWN * down, ux, np.array([-ux[1], ux[0]]), FACE_SIZE * max(eye_span, mouth_span))


MIN_SIDE_PX = 1.0
"""A box with a shorter side holds no face: no crop."""


def box_frame(box: tuple[float, float, float, float]) -> CropFrame | None:
    """Position of the upright crop, face-box-v1, for a box (x, y, width, height); None where it is degenerate."""
    x, y, width, height = box
    if not (width >= MIN_SIDE_PX and height >= MIN_SIDE_PX):
        return None
    centre = np.array([x + width / 2 - 0.5, y + height / 2 - 0.5])
    return CropFrame(centre, np.array([1.0, 0.0]), np.array([0.0, 1.0]), float(max(width, height)))


def shifted(frame: CropFrame, shift: tuple[float, float]) -> CropFrame:
    """The crop with its centre moved along its own axes, right and down, in face sizes."""
    return replace(frame, centre=frame.centre + frame.face * (shift[0] * frame.ux + shift[1] * frame.uy))


def oversampling(side: float, size: int) -> int:
    """k: samples along each side of an output pixel."""
    return max(1, math.ceil(side / size - 1e-6))


def face_crop_reference(image: np.ndarray, points: np.ndarray, size: int, margin: float) -> np.ndarray | None:
    """The definition: (H,W,3) uint8 to (size,size,3) uint8, in double precision; None for degenerate landmarks."""
    frame = crop_frame(points)
    return None if frame is None else sample_crop(image, frame, size, margin)


def sample_crop(image: np.ndarray, frame: CropFrame, size: int, margin: float) -> np.ndarray:
    """The definition's sampling of any crop: (H,W,3) uint8 to (size,size,3) uint8, in double precision."""
    side = margin * frame.face
    k = oversampling(side, size)
    step = (np.arange(size * k) + 0.5) / (size * k) - 0.5
    x = frame.centre[0] + side * (step[None, :] * frame.ux[0] + step[:, None] * frame.uy[0])
    y = frame.centre[1] + side * (step[None, :] * frame.ux[1] + step[:, None] * frame.uy[1])
    height, width = image.shape[:2]
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    x1, y1 = np.minimum(x0 + 1, width - 1), np.minimum(y0 + 1, height - 1)
    fx, fy = (x - x0)[..., None], (y - y0)[..., None]
    pixels = image.astype(np.float64)
    fine = (pixels[y0, x0] * (1 - fx) + pixels[y0, x1] * fx) * (1 - fy) + (
        pixels[y1, x0] * (1 - fx) + pixels[y1, x1] * fx
    ) * fy
    mean = fine.reshape(size, k, size, k, 3).mean((1, 3))
    return np.floor(mean + 0.5).astype(np.uint8)


def crop_matrix(frame: CropFrame, size: int, margin: float) -> np.ndarray:
    """(2,3) matrix from output pixel (j, i) at `size` to image coordinates (x, y)."""
    side = margin * frame.face
    scale = side / size
    origin = frame.centre + (0.5 / size - 0.5) * side * (frame.ux + frame.uy)
    return np.column_stack([scale * frame.ux, scale * frame.uy, origin])


def warp_crop(image: np.ndarray, frame: CropFrame, size: int, margin: float) -> np.ndarray:
    """The quick way for any uint8 image (H,W[,C]): bilinear at k x size, then the exact k x k mean."""
    k = oversampling(margin * frame.face, size)
    fine = cv2.warpAffine(
        image,
        crop_matrix(frame, size * k, margin),
        (size * k, size * k),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return fine if k == 1 else cv2.resize(fine, (size, size), interpolation=cv2.INTER_AREA)


def face_crop(image: np.ndarray, points: np.ndarray, size: int, margin: float) -> np.ndarray | None:
    """The quick way: (H,W,3) uint8 to (size,size,3) uint8; None for degenerate landmarks."""
    frame = crop_frame(points)
    return None if frame is None else warp_crop(image, frame, size, margin)


def formula_image(height: int, width: int) -> np.ndarray:
    """The golden file's picture, a formula and no photograph: (height,width,3) uint8."""
    y, x, c = np.mgrid[0:height, 0:width, 0:3].astype(np.float64)
    value = 127.5 + 60 * np.sin(x * 0.11 + c) + 60 * np.cos(y * 0.07 - c * 0.5)
    return np.floor(value + 0.5).astype(np.uint8)


def _landmarks(centre: tuple[float, float], eye_span: float, roll_degrees: float, squeeze: float = 1.0) -> np.ndarray:
    """Five landmarks of a plain face: eyes `eye_span` apart (times `squeeze`), turned by `roll_degrees`."""
    plain = np.array([[-0.5 * squeeze, -0.55], [0.5 * squeeze, -0.55], [0.04, 0.05], [-0.4, 0.5], [0.42, 0.52]])
    angle = math.radians(roll_degrees)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return np.round(plain * eye_span @ turn.T + np.array(centre), 3)


GOLDEN_CASES = {
    "upright": _landmarks((120, 100), 22, 0),
    "rolled by 40 degrees": _landmarks((140, 90), 26, 40),
    "rolled by -100 degrees": _landmarks((130, 100), 24, -100),
    "small, enlarged": _landmarks((70, 60), 6.5, 5),
    "large, k = 3": _landmarks((160, 110), 30, -7),
    "large, k = 7": _landmarks((150, 100), 66, 12),
    "turned aside": _landmarks((150, 120), 30, 3, squeeze=0.35),
    "partly outside, top left": _landmarks((6, 9), 24, 10),
    "partly outside, bottom right": _landmarks((255, 195), 28, -15),
}


def write_golden(path: str = "../libs/forensics/testdata/face-crop.golden.json") -> None:
    """Writes the crops of `GOLDEN_CASES` out of the formula image, by the definition."""
    height, width, size, margin = 200, 260, 32, 1.3
    image = formula_image(height, width)
    cases = []
    for name, points in GOLDEN_CASES.items():
        frame = crop_frame(points)
        crop = face_crop_reference(image, points, size, margin)
        if frame is None or crop is None:
            raise RuntimeError(f"golden case {name} is degenerate")
        cases.append(
            {
                "name": name,
                "landmarks": points.tolist(),
                "faceSize": round(frame.face, 6),
                "centre": [round(v, 6) for v in frame.centre.tolist()],
                "k": oversampling(margin * frame.face, size),
                "rgb": base64.b64encode(crop.tobytes()).decode(),
            }
        )
    golden = {
        "definition": "face-crop-v1",
        "image": {
            "width": width,
            "height": height,
            "formula": "pixel(x,y,c) = floor(127.5 + 60*sin(x*0.11 + c) + 60*cos(y*0.07 - c*0.5) + 0.5)",
        },
        "landmarkOrder": ["right eye", "left eye", "nose", "right mouth corner", "left mouth corner"],
        "size": size,
        "margin": margin,
        "tolerance": FAST_TOLERANCE,
        "degenerate": [[[10, 10], [10.5, 10], [10, 12], [8, 20], [14, 20]], [[0, 0], [20, 0], [10, 0], [5, 0], [15, 0.5]]],
        "cases": cases,
    }
    out = Path(path)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(golden, indent=1) + "\n")


VARIANT_CASES = {
    "box, upright": {"box": (60.5, 40, 50, 62)},
    "box, wider than high": {"box": (40, 70.25, 90, 44)},
    "box, small, enlarged": {"box": (100, 100, 9, 12.5)},
    "box, partly outside": {"box": (215, 150.5, 60, 66)},
    "box, shifted down and left": {"box": (90, 60, 48, 52), "shift": (-0.2, 0.1)},
    "aligned, rolled, shifted up and right": {"landmarks": GOLDEN_CASES["rolled by 40 degrees"], "shift": (0.1, -0.13)},
}
"""Crops around boxes, and crops with a shift."""


def write_variants(path: str = "../libs/forensics/testdata/crop-variants.golden.json") -> None:
    """Writes the crops of `VARIANT_CASES` out of the formula image, by the definition."""
    height, width, size, margin = 200, 260, 24, 1.3
    image = formula_image(height, width)
    cases = []
    for name, case in VARIANT_CASES.items():
        plain = box_frame(case["box"]) if "box" in case else crop_frame(case["landmarks"])
        if plain is None:
            raise RuntimeError(f"golden case {name} is degenerate")
        frame = shifted(plain, case["shift"]) if "shift" in case else plain
        cases.append(
            {
                "name": name,
                "definition": "face-box-v1" if "box" in case else "face-crop-v1",
                **{key: np.asarray(value).tolist() for key, value in case.items()},
                "faceSize": round(frame.face, 6),
                "centre": [round(v, 6) for v in frame.centre.tolist()],
                "rgb": base64.b64encode(sample_crop(image, frame, size, margin).tobytes()).decode(),
            }
        )
    golden = {"image": {"width": width, "height": height}, "size": size, "margin": margin, "cases": cases}
    Path(path).write_text(json.dumps(golden, indent=1) + "\n")
