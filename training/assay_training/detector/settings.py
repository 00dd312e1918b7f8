"""Every number that shapes the face detector and its training."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

STRIDES = (8, 16, 32)
"""Cell sizes of the three heads, input pixels."""

HEAD_CHANNELS = 15
"""Per cell: one score logit, four of the box, ten of the landmarks."""


INPUT_MEAN = 127.5
INPUT_SCALE = 1 / 64
"""Grey levels 0..255 enter as (x - INPUT_MEAN) * INPUT_SCALE; outside the graph, where they become floats anyway."""


@dataclass(frozen=True)
class NetworkSettings:
    """Widths and depths. Early layers dominate the cost, so they are thin and the stride-4 stage is short."""

    channels: tuple[int, int, int, int, int] = (16, 32, 64, 96, 128)
    """Channels at strides 2, 4, 8, 16, 32."""
    blocks: tuple[int, int, int, int] = (1, 3, 2, 2)
    """Depthwise blocks after the downsampling at strides 4, 8, 16, 32."""
    neck: int = 64
    """Channels of the feature pyramid and of the heads."""


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
    minutes: float = 45.0
    """Processor time of the run, which its learning-rate schedule follows: a busy machine makes it later, not worse."""
    shapes: tuple[BatchShape, ...] = (BatchShape(256, 8, 0.6), BatchShape(320, 5, 0.3), BatchShape(512, 2, 0.1))
    """Small batches: on one core the number of steps is what is scarce."""
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3
    warmup_steps: int = 100
    decay_from: float = 0.4
    """Share of the budget after which the learning rate falls, in a straight line."""
    final_rate: float = 0.01
    """Learning rate at the end, as a share of the full one."""
    ema_decay: float = 0.998
    clip_norm: float = 5.0
    score_weight: float = 3.0
    box_weight: float = 2.5
    landmark_weight: float = 0.3
    """Low: at a few pixels' size the relative error of landmarks is large whatever the network does."""
    feature_weight: float = 1.0
    """Of the distance between the student's and the teacher's features (pyramid and heads, six tensors)."""
    focal_beta: float = 1.5
    """Exponent of |target - p| in the score loss (quality focal loss)."""
    checkpoint_seconds: float = 45.0
    network: NetworkSettings = field(default_factory=NetworkSettings)

    def to_json(self) -> dict:
        return asdict(self)
