"""What happens to a picture on its way to a detector: noise, blur, resizing, JPEG, video encodes; the same for both of a pair.

All of it is done at the face's native scale, before the crop: compressing after resizing teaches a detector sharp
synthetic edges that real encodes wipe out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from assay_training.codecs import CODECS, Codec, through
from assay_training.synthesis.color import KERNELS, jpeg, shaken, sharpen

CODEC_ODDS = {"h264": 0.74, "hevc": 0.1, "vp9": 0.09, "mpeg4": 0.07}

QUANTISER = (16, 25, 40)
"""Least, likeliest and greatest quantiser of H.264 and HEVC: videos at CRF 16 to 23 and what platforms make of them."""

COARSE = 0.15
"""Share of quantisers drawn evenly from the codec's whole range instead, up to pictures that are mostly wiped."""

FIRST_QUANTISER = (16, 32)
"""H.264 of a first generation, before a platform encodes it again."""

MOTION = 0.45
"""Share of encodes whose pictures come back as predicted frames."""

BLOCK = 16
"""Side of a macroblock."""

BACKGROUND_QUANTISER = (20, 36)
"""H.264 of the footage that a forgery is made in."""


@dataclass(frozen=True)
class Degradation:
    """One way to the detector. Two generations of loss at most; a seed makes noise the same on both of a pair.

    light: factor of each channel (exposure and white balance); shake: motion blur's length in pixels and its direction in
    degrees. The codec's settings are as in `codecs.CODECS`.
    """

    blur: float
    noise: float
    resize: float
    kernel: int
    first_jpeg: int
    first_quantiser: int
    codec: str
    coarseness: int
    preset: str
    motion: bool
    last_jpeg: int
    light: tuple[float, float, float] = (1.0, 1.0, 1.0)
    gamma: float = 1.0
    shake: tuple[float, float] = (0.0, 0.0)
    beauty: float = 0.0
    seed: int = field(default=0, repr=False)


def draw(rng: np.random.Generator) -> Degradation:
    """A random degradation; 0 = that step is left out."""
    way = rng.random()
    video = way < 0.66
    only_jpeg = 0.66 <= way < 0.9
    codec = str(rng.choice(list(CODEC_ODDS), p=list(CODEC_ODDS.values())))
    kind = CODECS[codec]
    return Degradation(
        blur=float(rng.uniform(0.4, 1.3)) if rng.random() < 0.25 else 0.0,
        noise=float(rng.uniform(1, 6)) if rng.random() < 0.25 else 0.0,
        resize=float(rng.uniform(0.45, 1.3)) if rng.random() < 0.3 else 0.0,
        kernel=int(KERNELS[rng.integers(0, 4)]),
        first_jpeg=int(rng.integers(45, 96)) if rng.random() < 0.25 else 0,
        first_quantiser=_within(rng, FIRST_QUANTISER) if video and rng.random() < 0.25 else 0,
        codec=codec if video else "",
        coarseness=_coarseness(rng, kind),
        preset=str(rng.choice(list(kind.presets), p=list(kind.presets.values()))),
        motion=bool(rng.random() < MOTION),
        last_jpeg=int(rng.integers(35, 96)) if only_jpeg else 0,
        light=_light(rng) if rng.random() < 0.5 else (1.0, 1.0, 1.0),
        gamma=float(np.exp(rng.uniform(-0.3, 0.4))) if rng.random() < 0.3 else 1.0,
        shake=(float(rng.uniform(2, 8)), float(rng.uniform(0, 180))) if rng.random() < 0.12 else (0.0, 0.0),
        beauty=float(rng.uniform(0.4, 1.0)) if rng.random() < 0.18 else 0.0,
        seed=int(rng.integers(1 << 31)),
    )


def _within(rng: np.random.Generator, bounds: tuple[int, int]) -> int:
    return int(rng.integers(bounds[0], bounds[1] + 1))


def _coarseness(rng: np.random.Generator, kind: Codec) -> int:
    """Quantisers of H.264 and HEVC as they are met; scales of other codecs evenly."""
    if kind.scale != "qp" or rng.random() < COARSE:
        return _within(rng, kind.coarseness)
    return round(rng.triangular(*QUANTISER))


def _light(rng: np.random.Generator) -> tuple[float, float, float]:
    gain, cast = np.exp(rng.uniform(-0.7, 0.25)), np.exp(rng.uniform(-0.12, 0.12, 3))
    return tuple(float(v) for v in gain * cast)


def relight(image: np.ndarray, light: tuple[float, float, float], gamma: float) -> np.ndarray:
    steps = 255 * (np.arange(256)[:, None] / 255) ** gamma * np.array(light)
    return cv2.LUT(image, (steps + 0.5).clip(0, 255).astype(np.uint8)[:, None, :])


def beautify(image: np.ndarray, strength: float) -> np.ndarray:
    """What a camera's beauty mode does: clean skin, crisp features. On both of a pair, so that neither says 'forged'."""
    clean = cv2.bilateralFilter(image, 7, 15 + 35 * strength, 3)
    return sharpen(clean, 1.2, strength)


def before_codec(image: np.ndarray, way: Degradation) -> np.ndarray:
    """Beauty filter, light, blur, shake, resizing, first JPEG and noise, on a canvas whose size stays."""
    out = image
    if way.beauty:
        out = beautify(out, way.beauty)
    if way.gamma != 1.0 or way.light != (1.0, 1.0, 1.0):
        out = relight(out, way.light, way.gamma)
    if way.blur:
        out = cv2.GaussianBlur(out, (0, 0), way.blur)
    if way.shake[0]:
        out = shaken(out, *way.shake)
    if way.resize:
        h, w = out.shape[:2]
        small = cv2.resize(out, None, fx=way.resize, fy=way.resize, interpolation=way.kernel)
        out = cv2.resize(small, (w, h), interpolation=cv2.INTER_AREA if way.resize > 1 else cv2.INTER_LINEAR)
    if way.noise:
        normal = np.random.default_rng(way.seed).standard_normal(out.shape, np.float32)
        out = (out + way.noise * normal + 0.5).clip(0, 255).astype(np.uint8)
    if way.first_jpeg:
        out = jpeg(out, way.first_jpeg)
    return out


def _speeds(rng: np.random.Generator, count: int) -> np.ndarray:
    """How far each picture moves from frame to frame, (count,2) in pixels."""
    return rng.uniform(-2, 2, (count, 2))


def filmed(rng: np.random.Generator, images: list[np.ndarray]) -> list[np.ndarray]:
    """Pictures (S,S,3) of one size as frames of a video, H.264 at one quantiser.

    Each is moved by up to 15 pixels for it, so that its blocks do not lie where those of a later encode do: a forger's crop
    or a platform's scaling leaves them nowhere in particular.
    """
    if not images:
        return []
    moved = rng.integers(0, BLOCK, (len(images), 2))
    padded = [
        cv2.copyMakeBorder(image, y, BLOCK - y, x, BLOCK - x, cv2.BORDER_REPLICATE) for image, (y, x) in zip(images, moved.tolist())
    ]
    motion = _speeds(rng, len(images)) if rng.random() < MOTION else None
    coded = through("h264", padded, _within(rng, BACKGROUND_QUANTISER), "veryfast", motion)
    return [
        np.ascontiguousarray(frame[y : y + len(image), x : x + image.shape[1]])
        for frame, image, (y, x) in zip(coded, images, moved.tolist())
    ]


def degrade_pairs(
    rng: np.random.Generator, pairs: list[tuple[np.ndarray, np.ndarray]], ways: list[Degradation]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Degrades real and forged of each pair alike. All canvases have one size; the codec's settings are the first way's,
    so that one stream holds the whole group."""
    prepared = [(before_codec(real, way), before_codec(forged, way)) for (real, forged), way in zip(pairs, ways)]
    common = ways[0]
    if common.codec:
        # Which of the two is coded first is chosen at random: what an encoder does to a second picture must not be a label.
        swap = rng.random(len(pairs)) < 0.5
        flat = [image for pair, turned in zip(prepared, swap) for image in (pair[::-1] if turned else pair)]
        if common.first_quantiser:
            flat = through("h264", flat, common.first_quantiser, "veryfast", None)
        motion = np.repeat(_speeds(rng, len(pairs)), 2, axis=0) if common.motion else None
        coded = through(common.codec, flat, common.coarseness, common.preset, motion)
        prepared = [pair[::-1] if turned else pair for pair, turned in zip(zip(coded[0::2], coded[1::2]), swap)]
    if common.last_jpeg:
        # No stream to share here: every pair has its own quality.
        quality = [int(np.clip(common.last_jpeg + rng.integers(-15, 16), 35, 97)) for _ in pairs]
        prepared = [(jpeg(real, q), jpeg(forged, q)) for (real, forged), q in zip(prepared, quality)]
    return prepared
