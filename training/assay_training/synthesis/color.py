"""Changes of colour and of frequency that make a pasted face disagree with its surroundings, and transfers that hide it."""

from __future__ import annotations

import cv2
import numpy as np

KERNELS = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_AREA, cv2.INTER_LANCZOS4, cv2.INTER_NEAREST)


def as_bytes(x: np.ndarray) -> np.ndarray:
    """Grey levels rounded and cut to 0..255."""
    return (x + 0.5).clip(0, 255).astype(np.uint8)


def jitter_color(rng: np.random.Generator, image: np.ndarray, strength: float = 1.0) -> np.ndarray:
    """One to three of: shift of channels, hue and saturation, brightness and contrast, gamma."""
    out = image
    kinds = rng.permutation(4)[: rng.integers(1, 4)]
    for kind in kinds:
        if kind == 0:
            out = as_bytes(out.astype(np.float32) + rng.uniform(-18, 18, 3).astype(np.float32) * strength)
        elif kind == 1:
            hsv = cv2.cvtColor(out, cv2.COLOR_RGB2HSV).astype(np.float32)
            hsv[..., 0] = (hsv[..., 0] + rng.uniform(-8, 8) * strength) % 180
            hsv[..., 1] *= 1 + rng.uniform(-0.3, 0.3) * strength
            hsv[..., 2] *= 1 + rng.uniform(-0.15, 0.15) * strength
            out = cv2.cvtColor(as_bytes(hsv.clip(0, 255)), cv2.COLOR_HSV2RGB)
        elif kind == 2:
            mean = out.mean()
            gain, bias = 1 + rng.uniform(-0.2, 0.2) * strength, rng.uniform(-15, 15) * strength
            out = as_bytes((out.astype(np.float32) - mean) * gain + mean + bias)
        else:
            table = 255 * (np.arange(256) / 255) ** np.exp(rng.uniform(-0.25, 0.25) * strength)
            out = cv2.LUT(out, as_bytes(table))
    return out


def resample(rng: np.random.Generator, image: np.ndarray, low: float, high: float) -> np.ndarray:
    """Down to a fraction of the size and up again, with kernels chosen at random."""
    h, w = image.shape[:2]
    f = rng.uniform(low, high)
    small = cv2.resize(image, (max(8, int(w * f)), max(8, int(h * f))), interpolation=KERNELS[rng.integers(0, 5)])
    return cv2.resize(small, (w, h), interpolation=KERNELS[rng.integers(0, 4)])


def sharpen(image: np.ndarray, sigma: float, amount: float) -> np.ndarray:
    return cv2.addWeighted(image, 1 + amount, cv2.GaussianBlur(image, (0, 0), sigma), -amount, 0)


def shaken(image: np.ndarray, length: float, degrees: float) -> np.ndarray:
    """Motion blur: the mean along a line of `length` pixels."""
    side = int(np.ceil(length)) | 1
    middle, reach = (side - 1) / 2, length / 2 * np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    kernel = np.zeros((side, side), np.float32)
    for step in np.linspace(-1, 1, 4 * side):
        x, y = np.round(middle + step * reach).astype(int)
        kernel[y.clip(0, side - 1), x.clip(0, side - 1)] += 1
    return cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)


def jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    """Through a JPEG file (4:2:0)."""
    coded = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.cvtColor(cv2.imdecode(coded, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def change_frequency(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """One of: resampling, sharpening, blur, JPEG, noise, smoothing that keeps edges."""
    kind = rng.choice(6, p=[0.35, 0.2, 0.2, 0.1, 0.05, 0.1])
    if kind == 0:
        return resample(rng, image, 0.3, 0.9)
    if kind == 1:
        return sharpen(image, rng.uniform(0.7, 2.5), rng.uniform(0.3, 1.2))
    if kind == 2:
        return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 1.8))
    if kind == 3:
        return jpeg(image, int(rng.integers(30, 85)))
    if kind == 4:
        return as_bytes(image + rng.normal(0, rng.uniform(2, 7), image.shape).astype(np.float32))
    return cv2.bilateralFilter(image, 5, rng.uniform(15, 45), 3)


def _stats(pixels: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    total = weight.sum() + 1e-3
    mean = (pixels * weight).sum((0, 1)) / total
    return mean, np.sqrt(((pixels - mean) ** 2 * weight).sum((0, 1)) / total + 1)


def transfer(face: np.ndarray, base: np.ndarray, mask: np.ndarray, strength: float, spread: bool) -> np.ndarray:
    """Gives `face` the mean (and, with `spread`, the deviation) in Lab that `base` has inside `mask` (Reinhard)."""
    a = cv2.cvtColor(face, cv2.COLOR_RGB2LAB).astype(np.float32)
    b = cv2.cvtColor(base, cv2.COLOR_RGB2LAB).astype(np.float32)
    weight = mask[::3, ::3, None]
    mean_a, dev_a = _stats(a[::3, ::3], weight)
    mean_b, dev_b = _stats(b[::3, ::3], weight)
    gain = np.clip(dev_b / dev_a, 0.5, 2.0) if spread else np.ones(3, np.float32)
    moved = (a - mean_a) * gain + mean_b
    return cv2.cvtColor(as_bytes(a + (moved - a) * strength), cv2.COLOR_LAB2RGB)


def flatten_chroma(rng: np.random.Generator, face: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Less variation of colour inside a face, as networks paint it."""
    ycc = cv2.cvtColor(face, cv2.COLOR_RGB2YCrCb).astype(np.float32)
    total = mask.sum() + 1e-3
    for c in (1, 2):
        mean = float((ycc[..., c] * mask).sum() / total)
        ycc[..., c] = mean + (ycc[..., c] - mean) * rng.uniform(0.55, 0.95)
    if rng.random() < 0.5:
        ycc[..., 1:] = cv2.GaussianBlur(ycc[..., 1:], (0, 0), rng.uniform(1, 4))
    return cv2.cvtColor(as_bytes(ycc), cv2.COLOR_YCrCb2RGB)


def enhance(rng: np.random.Generator, face: np.ndarray) -> np.ndarray:
    """Clean skin and crisp features, as large generators paint: smoothing that keeps edges, then sharpening."""
    out = cv2.bilateralFilter(face, 5, rng.uniform(12, 40), rng.uniform(2, 4)) if rng.random() < 0.8 else face
    out = sharpen(out, rng.uniform(0.7, 2.0), rng.uniform(0.4, 1.5))
    return sharpen(out, rng.uniform(4, 9), rng.uniform(0.1, 0.4)) if rng.random() < 0.4 else out


NATIVE_PX = 180
"""Side of a picture whose softness is that of the camera alone; a larger one may have been enlarged, and be softer by as much."""

ENLARGED = 0.5
"""Share of larger pictures that were."""


def capture(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """What a modest camera does to a picture before anybody forges it: soft focus, few pixels, noise, its own JPEG."""
    out = image
    times = max(1.0, len(image) / NATIVE_PX) if rng.random() < ENLARGED else 1.0
    if rng.random() < 0.6:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.5) * times)
    if rng.random() < 0.35:
        out = resample(rng, out, 0.45 / times, 0.9)
    if rng.random() < 0.5:
        grain = rng.standard_normal(out.shape, np.float32) * rng.uniform(1.5, 8)
        out = as_bytes(out + (cv2.GaussianBlur(grain, (0, 0), rng.uniform(0.4, 1.0)) * 1.5 if rng.random() < 0.5 else grain))
    if rng.random() < 0.12:
        out = cv2.bilateralFilter(out, 5, rng.uniform(12, 35), 3)
    return jpeg(out, int(rng.integers(35, 93))) if rng.random() < 0.7 else out
