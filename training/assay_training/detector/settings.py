"""Every number that shapes the face detector and its training."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

STRIDES = (8, 16, 32)
"""Cell sizes of the three heads, input pixels."""

HEAD_CHANNELS = 16
"""Per cell: two score logits (class and objectness; the score is the geometric mean of the two chances), four of the box,
ten of the landmarks."""


INPUT_SCALE = 1 / 128
"""Grey levels 0..255 enter as x * INPUT_SCALE, without a mean: the teacher's convolutions pad with black. The power of two
keeps its first weights exact."""


@dataclass(frozen=True)
class NetworkSettings:
    """Widths. Multiples of 16, the block of onnxruntime's convolutions on AVX-512."""

    thin: int = 16
    """Channels at stride 2 and at the start of stride 4."""
    stage4: tuple[int, int, int] = (48, 48, 64)
    """Channels of the three units at stride 4, where the teacher spends half of its time."""
    wide: int = 64
    """Channels from stride 8 on, of the pyramid and of the heads' features."""


TEACHER_NETWORK = NetworkSettings(stage4=(64, 64, 64))
"""The widths of YuNet-n."""


@dataclass(frozen=True)
class BatchShape:
    """One way to fill a batch; larger pictures are needed for large faces, smaller ones are cheaper."""

    side: int
    """Height and width, pixels, a multiple of 32."""
    count: int
    weight: float
    """Share of the batches."""


@dataclass(frozen=True)
class TrainSettings:
    seed: int = 20
    minutes: float = 12.0
    """Processor time of the run, which its learning-rate schedule follows: a busy machine makes it later, not worse."""
    shapes: tuple[BatchShape, ...] = (BatchShape(256, 8, 0.6), BatchShape(320, 5, 0.3), BatchShape(512, 2, 0.1))
    """Small batches: on one core the number of steps is what is scarce."""
    learning_rate: float = 2e-3
    """Per step, as a share of the root mean square of each tensor at the start: weights of the teacher's convolutions differ
    in scale by more than a factor of 40, and one absolute rate would either leave some as they are or wipe others out."""
    warmup_steps: int = 100
    decay_from: float = 0.3
    """Share of the budget after which the learning rate falls, in a straight line."""
    final_rate: float = 0.02
    """Learning rate at the end, as a share of the full one."""
    ema_decay: float = 0.998
    clip_norm: float = 5.0
    score_weight: float = 3.0
    box_weight: float = 2.5
    landmark_weight: float = 0.3
    """Low: at a few pixels' size the relative error of landmarks is large whatever the network does."""
    feature_weight: float = 0.3
    """Of the distance between the student's and the teacher's features (pyramid and heads, six tensors)."""
    focal_beta: float = 1.5
    """Exponent of |target - p| in the score loss (quality focal loss)."""
    narrowing_pictures: int = 150
    """Augmented pictures of 256 px on which the channels that stay are chosen."""
    check_minutes: float = 2.5
    """Processor minutes of training between two looks at the validation scenes."""
    checkpoint_seconds: float = 45.0
    network: NetworkSettings = field(default_factory=NetworkSettings)

    def to_json(self) -> dict:
        return asdict(self)
