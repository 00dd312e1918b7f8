"""Figures for a detector: AUC with an interval by group, pairs ranked right, calibration error."""

from __future__ import annotations

import numpy as np


def auc(real: np.ndarray, fake: np.ndarray) -> float:
    """Chance that a forged one scores above a real one; ties count half."""
    if not len(real) or not len(fake):
        return float("nan")
    difference = fake[:, None] - real[None, :]
    return float((difference > 0).mean() + 0.5 * (difference == 0).mean())


def auc_interval(
    scores: np.ndarray, fake: np.ndarray, groups: np.ndarray, draws: int = 2000, level: float = 0.95, seed: int = 0
) -> tuple[float, float]:
    """Bootstrap interval of the AUC, resampling groups (the same footage), not clips."""
    rng = np.random.default_rng(seed)
    names, where = np.unique(groups, return_inverse=True)
    members = [np.flatnonzero(where == i) for i in range(len(names))]
    found = []
    for _ in range(draws):
        rows = np.concatenate([members[i] for i in rng.integers(0, len(names), len(names))])
        value = auc(scores[rows][~fake[rows]], scores[rows][fake[rows]])
        if np.isfinite(value):
            found.append(value)
    tail = (1 - level) / 2
    return float(np.quantile(found, tail)), float(np.quantile(found, 1 - tail))


def share_interval(right: np.ndarray, groups: np.ndarray, draws: int = 2000, seed: int = 0) -> tuple[float, float]:
    """95 % bootstrap interval of a share, resampling groups."""
    rng = np.random.default_rng(seed)
    names = np.unique(groups)
    members = [right[groups == n] for n in names]
    found = [np.concatenate([members[i] for i in rng.integers(0, len(names), len(names))]).mean() for _ in range(draws)]
    return float(np.quantile(found, 0.025)), float(np.quantile(found, 0.975))


def calibration_error(probability: np.ndarray, fake: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error with bins of equal width."""
    place = np.minimum((probability * bins).astype(int), bins - 1)
    return float(
        sum(
            (place == b).mean() * abs(probability[place == b].mean() - fake[place == b].mean())
            for b in range(bins)
            if (place == b).any()
        )
    )


def frame_variance(faces: list[np.ndarray]) -> float:
    """Variance between the frames of one face in units of the variance between faces, from the log odds (frames,) of each.

    One-way random effects by the method of moments, no labels in it; infinite where faces do not differ more than their frames let them.
    The product draws what few frames say towards nothing by it (`libs/forensics/src/fusion/track-estimate.ts`).
    """
    faces = [face for face in faces if len(face) > 1]
    counts, means = np.array([len(face) for face in faces]), np.array([face.mean() for face in faces])
    total = counts.sum()
    within = sum(((face - face.mean()) ** 2).sum() for face in faces) / (total - len(faces))
    grand = (counts * means).sum() / total
    spread = (counts * (means - grand) ** 2).sum() / (len(faces) - 1)
    between = (spread - within) / ((total - (counts**2).sum() / total) / (len(faces) - 1))
    return float(within / between) if between > 0 else float("inf")


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))
