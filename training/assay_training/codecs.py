"""Pictures through a real video encoder and back: H.264, HEVC, VP9, MPEG-4 part 2."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import av
import cv2
import numpy as np
from av.video.frame import PictureType
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter

LEAD_IN = 2
"""Pictures at the head of a stream that are coded and thrown away, where a codec's scale is not a fixed quantiser."""


@dataclass(frozen=True)
class Codec:
    """encoder, decoder: ffmpeg's names; scale: its own name for how coarse it is ('qp' and 'q': a fixed quantiser, 'crf': a
    level of quality) and the range met in videos; presets: what to draw from, and how often each; options: the rest, the same
    for all; steps: predicted frames after an intra frame of which the last is kept, where there is motion.

    H.264 and HEVC get a quantiser, not a rate factor: that one counts on long runs of predicted frames, and makes of 22 in a
    stream of intra frames a quantiser of 35. Intra frames are 3 finer than `qp` says, as elsewhere with these encoders. VP9's
    crf means a quantiser of its own, and its predicted frames remember earlier ones: more than one step makes the two of a pair differ.
    """

    encoder: str
    decoder: str
    scale: str
    coarseness: tuple[int, int]
    presets: dict[str, float]
    options: dict[str, str]
    steps: int = 3


_X26_ = "scenecut=0:keyint=1000:log-level=none"
CODECS = {
    "h264": Codec(
        "libx264", "h264", "qp", (16, 46), {"ultrafast": 0.15, "superfast": 0.3, "veryfast": 0.35, "faster": 0.2},
        {"tune": "zerolatency", "x264-params": f"threads=1:sliced-threads=0:{_X26_}"},
    ),
    "hevc": Codec(
        "libx265", "hevc", "qp", (16, 46), {"ultrafast": 0.7, "superfast": 0.3},
        {"tune": "zerolatency", "forced-idr": "1", "x265-params": f"pools=none:frame-threads=1:{_X26_}"},
    ),
    "vp9": Codec(
        "libvpx-vp9", "vp9", "crf", (28, 60), {"8": 0.6, "6": 0.4},
        {"b": "0", "deadline": "realtime", "lag-in-frames": "0"}, steps=1,
    ),
    "mpeg4": Codec("mpeg4", "mpeg4", "q", (2, 14), {"": 1.0}, {}),
}  # fmt: skip


def through(codec: str, images: list[np.ndarray], coarseness: int, preset: str, motion: np.ndarray | None) -> list[np.ndarray]:
    """Each RGB picture (H,W,3; H and W even, all alike) through the encoder at 4:2:0.

    Every picture starts with an intra frame. With `motion` (n,2), pixels a frame, it comes after itself shifted by three, two
    and one times that (`Codec.steps`), and what comes back is the last of the predicted frames: most frames of a real video
    are. Where the quantiser is not fixed a stream's first pictures are finer than later ones, so a few lead in and are
    thrown away: else the first of a pair would look better coded than the second.
    """
    kind, chroma = CODECS[codec], Chroma()
    lead = LEAD_IN if kind.scale == "crf" else 0
    steps = 0 if motion is None else kind.steps
    frames = []
    for i, image in enumerate([images[0]] * lead + images, -lead):
        for back in range(steps, 0, -1):
            x, y = back * motion[max(i, 0)]
            shift = np.float32([[1, 0, x], [0, 1, y]])
            frames.append(chroma.halved(cv2.warpAffine(image, shift, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)))
        frames.append(chroma.halved(image))
    coded = _coded(kind, frames, 1 + steps, coarseness, preset)
    return [chroma.restored(f) for f in coded[(1 + steps) * lead :][steps :: 1 + steps]]


def as_a_platform(picture: np.ndarray, rate_factor: int) -> np.ndarray:
    """One RGB picture (H,W,3; both even) through H.264 at a constant rate factor, as whoever encodes an upload again asks for.

    The measured attacks rest on it: chroma is taken at points, as when they were first measured.
    """
    halves = cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420)
    frames = [av.VideoFrame.from_ndarray(halves, format="yuv420p") for _ in range(LEAD_IN + 1)]
    coded = _coded(replace(CODECS["h264"], scale="crf"), frames, 1, rate_factor, "veryfast")[-1]
    return cv2.cvtColor(np.ascontiguousarray(coded.to_ndarray()), cv2.COLOR_YUV2RGB_I420)


class Chroma:
    """RGB to 4:2:0 and back as videos are made and as the product reads them: chroma averaged on the way down, interpolated on
    the way up (points and copied 2x2 blocks would be marks of training alone). BT.601 both ways."""

    FLAGS = Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT | Interpolation.FULL_CHR_H_INP | Interpolation.BITEXACT

    def __init__(self) -> None:
        self._down, self._up = VideoReformatter(), VideoReformatter()

    def halved(self, image: np.ndarray) -> av.VideoFrame:
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
        return self._convert(self._down, frame, "yuv420p", Interpolation.AREA)

    def restored(self, frame: av.VideoFrame) -> np.ndarray:
        return self._convert(self._up, frame, "rgb24", Interpolation.BILINEAR).to_ndarray()

    def _convert(self, way: VideoReformatter, frame: av.VideoFrame, to: str, kernel: Interpolation) -> av.VideoFrame:
        matrix = Colorspace.ITU601
        return way.reformat(
            frame, format=to, src_colorspace=matrix, dst_colorspace=matrix, interpolation=kernel | self.FLAGS, threads=1
        )


def _coded(kind: Codec, frames: list[av.VideoFrame], every: int, coarseness: int, preset: str) -> list[av.VideoFrame]:
    """Frames through the encoder and back, one stream; the first of `every` so many is an intra frame."""
    encoder = _encoder(kind, frames[0].width, frames[0].height, coarseness, preset)
    decoder = av.CodecContext.create(kind.decoder, "r")
    decoder.thread_count = 1
    decoded: list[av.VideoFrame] = []
    for i, frame in enumerate(frames):
        frame.pts = i
        frame.pict_type = PictureType.P if i % every else PictureType.I
        for packet in encoder.encode(frame):
            decoded.extend(decoder.decode(packet))
    for packet in encoder.encode(None):
        decoded.extend(decoder.decode(packet))
    decoded.extend(decoder.decode(None))
    if len(decoded) != len(frames):
        raise RuntimeError(f"{kind.encoder}: {len(decoded)} frames decoded of {len(frames)} encoded")
    return decoded


def _encoder(kind: Codec, width: int, height: int, coarseness: int, preset: str) -> av.CodecContext:
    encoder = av.CodecContext.create(kind.encoder, "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, 25)
    encoder.thread_count = 1
    if kind.scale == "q":
        encoder.qmin = encoder.qmax = coarseness
        return encoder
    speed = "cpu-used" if kind.encoder.startswith("libvpx") else "preset"
    options = kind.options | {speed: preset}
    if kind.encoder == "libx265" and kind.scale == "qp":
        options["x265-params"] += f":qp={coarseness}"
    else:
        options[kind.scale] = str(coarseness)
    encoder.options = options
    return encoder
