"""The parts of a face and the ways of altering it that a discrepancy is told by: a grid of cells, part x way."""

from __future__ import annotations

import numpy as np

from assay_training.synthesis.facts import OPERATION_FACTS, REGION_FACTS
from assay_training.synthesis.soft_discrepancy import ALTERATIONS

PARTS: dict[str, tuple[str, ...]] = {
    **REGION_FACTS,
    "nose": ("nose",),
    "cheek": ("left cheek", "right cheek"),
    "forehead": ("forehead",),
}
"""Regions that a person would call by one name."""

WAYS: dict[str, tuple[str, ...]] = {**OPERATION_FACTS, **{name: (name,) for name in ALTERATIONS}}

_PART_OF = {region: i for i, regions in enumerate(PARTS.values()) for region in regions}
_WAY_OF = {way: i for i, ways in enumerate(WAYS.values()) for way in ways}


def cells_of(kinds: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of part and way, (n,) int64 each, of forgeries named as in `Batch.kinds` ('way: region')."""
    named = [kind.split(": ") for kind in kinds]
    return np.array([_PART_OF[region] for _, region in named]), np.array([_WAY_OF[way] for way, _ in named])
