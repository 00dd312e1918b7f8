"""Commands of the face detector."""

from __future__ import annotations


def train(argv: list[str]) -> None:
    """train the face detector (resumes when its run folder holds a checkpoint)"""
    from assay_training.detector.train import main

    main(argv)


def export(argv: list[str]) -> None:
    """write the face detector's ONNX file, manifest entry and settings"""
    from assay_training.detector.export import main

    main(argv)


def evaluate(argv: list[str]) -> None:
    """measure the face detector beside its teacher: AP, clips, negatives, latency"""
    from assay_training.detector.evaluate import main

    main(argv)


COMMANDS = {"detector-train": train, "detector-export": export, "detector-eval": evaluate}
