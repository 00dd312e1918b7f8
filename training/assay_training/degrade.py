"""What happens to a picture on its way to a detector: noise, blur, resizing, JPEG, H.264; the same for both of a pair.

All of it is done at the face's native scale, before the crop: compressing after resizing teaches a detector sharp
synthetic edges that real encodes wipe out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import av
import cv2
import numpy as np

from assay_training.synthesis.color import KERNELS, jpeg, sharpen


LEAD_IN = 2
"""Pictures at the head of a stream that are coded and thrown away."""


@dataclass(frozen=True)
class Degradation:
    """One way to the detector. Two generations of loss at most; a seed makes noise the same on both of a pair."""

    blur: float
    noise: float
    resize: float
    kernel: int
    first_jpeg: int
    h264_crf: int
    h264_preset: str
    h264_motion: bool
    last_jpeg: int
    gain: float = 1.0
    beauty: float = 0.0
    seed: int = field(default=0, repr=False)


def draw(rng: np.random.Generator) -> Degradation:
    """A random degradation; 0 = that step is left out."""
    way = rng.random()
    h264 = way < 0.62
    only_jpeg = 0.62 <= way < 0.88
    return Degradation(
        blur=float(rng.uniform(0.4, 1.3)) if rng.random() < 0.25 else 0.0,
        noise=float(rng.uniform(1, 6)) if rng.random() < 0.25 else 0.0,
        resize=float(rng.uniform(0.6, 1.3)) if rng.random() < 0.25 else 0.0,
        kernel=int(KERNELS[rng.integers(0, 4)]),
        first_jpeg=int(rng.integers(45, 96)) if rng.random() < 0.25 else 0,
        h264_crf=int(rng.integers(18, 37)) if h264 else 0,
        h264_preset=str(rng.choice(["ultrafast", "superfast", "veryfast", "faster"], p=[0.15, 0.3, 0.35, 0.2])),
        h264_motion=bool(rng.random() < 0.45),
        last_jpeg=int(rng.integers(35, 96)) if only_jpeg else 0,
        gain=float(rng.uniform(0.75, 1.25)) if rng.random() < 0.4 else 1.0,
        beauty=float(rng.uniform(0.4, 1.0)) if rng.random() < 0.18 else 0.0,
        seed=int(rng.integers(1 << 31)),
    )


def h264(images: list[np.ndarray], crf: int, preset: str, motion: np.ndarray | None) -> list[np.ndarray]:
    """Each RGB picture (H,W,3; H and W even, all alike) through H.264 at 4:2:0.

    Every picture starts with an intra frame. A stream's first pictures get finer quantisers than later ones, so a few
    lead in and are thrown away: else the first of a pair would look better coded than the second. With `motion` (n,2), shifts in pixels, it is preceded by itself shifted, and
    what comes back is the predicted frame: most frames of a real video are.
    """
    height, width = images[0].shape[:2]
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, 25)
    encoder.thread_count = 1
    encoder.options = {
        "crf": str(crf),
        "preset": preset,
        "tune": "zerolatency",
        "x264-params": "threads=1:sliced-threads=0:scenecut=0:keyint=1000:log-level=none",
    }
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    decoded: list[np.ndarray] = []
    count = 0

    def push(frame: av.VideoFrame | None) -> None:
        for packet in encoder.encode(frame):
            decoded.extend(f.to_ndarray() for f in decoder.decode(packet))

    for i, image in enumerate([images[0]] * LEAD_IN + images, -LEAD_IN):
        frames = [image]
        if motion is not None:
            shift = np.float32([[1, 0, motion[max(i, 0), 0]], [0, 1, motion[max(i, 0), 1]]])
            frames.insert(0, cv2.warpAffine(image, shift, (width, height), borderMode=cv2.BORDER_REPLICATE))
        for k, rgb in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420), format="yuv420p")
            frame.pts = count
            frame.pict_type = av.video.frame.PictureType.I if k == 0 else av.video.frame.PictureType.P
            count += 1
            push(frame)
    push(None)
    decoded.extend(f.to_ndarray() for f in decoder.decode(None))
    per = 1 if motion is None else 2
    if len(decoded) != per * (LEAD_IN + len(images)):
        raise RuntimeError(f"{len(decoded)} frames decoded of {per * (LEAD_IN + len(images))} encoded")
    kept = decoded[per * LEAD_IN :][per - 1 :: per]
    return [cv2.cvtColor(np.ascontiguousarray(f), cv2.COLOR_YUV2RGB_I420) for f in kept]


def beautify(image: np.ndarray, strength: float) -> np.ndarray:
    """What a camera's beauty mode does: clean skin, crisp features. On both of a pair, so that neither says 'forged'."""
    clean = cv2.bilateralFilter(image, 7, 15 + 35 * strength, 3)
    return sharpen(clean, 1.2, strength)


def before_codec(image: np.ndarray, way: Degradation) -> np.ndarray:
    """Beauty filter, light, blur, resizing, first JPEG and noise, on a canvas whose size stays."""
    out = image
    if way.beauty:
        out = beautify(out, way.beauty)
    if way.gain != 1.0:
        out = cv2.convertScaleAbs(out, alpha=way.gain)
    if way.blur:
        out = cv2.GaussianBlur(out, (0, 0), way.blur)
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


def degrade_pairs(
    rng: np.random.Generator, pairs: list[tuple[np.ndarray, np.ndarray]], ways: list[Degradation]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Degrades real and forged of each pair alike. All canvases have one size; the codec's settings are the first way's,
    so that one stream holds the whole group."""
    prepared = [(before_codec(real, way), before_codec(forged, way)) for (real, forged), way in zip(pairs, ways)]
    codec = ways[0]
    if codec.h264_crf:
        # Which of the two is coded first is chosen at random: what an encoder does to a second picture must not be a label.
        swap = rng.random(len(pairs)) < 0.5
        flat = [image for pair, turned in zip(prepared, swap) for image in (pair[::-1] if turned else pair)]
        motion = np.repeat(rng.uniform(-2, 2, (len(pairs), 2)), 2, axis=0) if codec.h264_motion else None
        coded = h264(flat, codec.h264_crf, codec.h264_preset, motion)
        prepared = [pair[::-1] if turned else pair for pair, turned in zip(zip(coded[0::2], coded[1::2]), swap)]
    if codec.last_jpeg:
        # No stream to share here: every pair has its own quality.
        quality = [int(np.clip(codec.last_jpeg + rng.integers(-15, 16), 35, 97)) for _ in pairs]
        prepared = [(jpeg(real, q), jpeg(forged, q)) for (real, forged), q in zip(prepared, quality)]
    return prepared
