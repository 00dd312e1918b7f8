"""Commands of the frame forgery detector."""

from __future__ import annotations


def crop_golden(argv: list[str]) -> None:
    """write the golden file of the face crop that the TypeScript tests read"""
    from assay_training.crop import write_golden

    write_golden(*argv[:1])


COMMANDS = {"crop-golden": crop_golden}
