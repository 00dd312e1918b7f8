"""Pictures through a real video encoder and back: H.264, HEVC, VP9, MPEG-4 part 2."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
import cv2
import numpy as np
from av.video.frame import PictureType

LEAD_IN = 2
"""Pictures at the head of a stream that are coded and thrown away."""


@dataclass(frozen=True)
class Codec:
    """encoder, decoder: ffmpeg's names; scale: its own name for how coarse it is (crf, or 'q' for a fixed quantiser) and the
    range met in videos; presets: what to draw from, and how often each; options: the rest, the same for all."""

    encoder: str
    decoder: str
    scale: str
    coarseness: tuple[int, int]
    presets: dict[str, float]
    options: dict[str, str]


_X26_ = "scenecut=0:keyint=1000:log-level=none"
CODECS = {
    "h264": Codec(
        "libx264", "h264", "crf", (18, 42), {"ultrafast": 0.15, "superfast": 0.3, "veryfast": 0.35, "faster": 0.2},
        {"tune": "zerolatency", "x264-params": f"threads=1:sliced-threads=0:{_X26_}"},
    ),
    "hevc": Codec(
        "libx265", "hevc", "crf", (20, 42), {"ultrafast": 0.7, "superfast": 0.3},
        {"tune": "zerolatency", "forced-idr": "1", "x265-params": f"pools=none:frame-threads=1:{_X26_}"},
    ),
    "vp9": Codec(
        "libvpx-vp9", "vp9", "crf", (28, 60), {"8": 0.6, "6": 0.4}, {"b": "0", "deadline": "realtime", "lag-in-frames": "0"}
    ),
    "mpeg4": Codec("mpeg4", "mpeg4", "q", (2, 14), {"": 1.0}, {}),
}  # fmt: skip


def through(codec: str, images: list[np.ndarray], coarseness: int, preset: str, motion: np.ndarray | None) -> list[np.ndarray]:
    """Each RGB picture (H,W,3; H and W even, all alike) through the encoder at 4:2:0.

    Every picture starts with an intra frame. A stream's first pictures get finer quantisers than later ones, so a few
    lead in and are thrown away: else the first of a pair would look better coded than the second. With `motion` (n,2),
    shifts in pixels, it is preceded by itself shifted, and what comes back is the predicted frame: most frames of a real
    video are.
    """
    height, width = images[0].shape[:2]
    kind = CODECS[codec]
    encoder = _encoder(kind, width, height, coarseness, preset)
    decoder = av.CodecContext.create(kind.decoder, "r")
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
            frame.pict_type = PictureType.I if k == 0 else PictureType.P
            count += 1
            push(frame)
    push(None)
    decoded.extend(f.to_ndarray() for f in decoder.decode(None))
    per = 1 if motion is None else 2
    if len(decoded) != per * (LEAD_IN + len(images)):
        raise RuntimeError(f"{codec}: {len(decoded)} frames decoded of {per * (LEAD_IN + len(images))} encoded")
    kept = decoded[per * LEAD_IN :][per - 1 :: per]
    return [cv2.cvtColor(np.ascontiguousarray(f), cv2.COLOR_YUV2RGB_I420) for f in kept]


def _encoder(kind: Codec, width: int, height: int, coarseness: int, preset: str) -> av.CodecContext:
    encoder = av.CodecContext.create(kind.encoder, "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, 25)
    encoder.thread_count = 1
    if kind.scale == "q":
        encoder.qmin = encoder.qmax = coarseness
        return encoder
    speed = "cpu-used" if kind.encoder.startswith("libvpx") else "preset"
    encoder.options = kind.options | {kind.scale: str(coarseness), speed: preset}
    return encoder
