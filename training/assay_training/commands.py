"""Commands of the frame forgery detector."""

from __future__ import annotations

import argparse
from pathlib import Path


def crop_golden(argv: list[str]) -> None:
    """write the golden files of the face crops that the TypeScript tests read"""
    from assay_training.crop import write_golden, write_variants

    write_golden(*argv[:1])
    write_variants(*argv[1:2])


def prepare(argv: list[str]) -> None:
    """unpack the faces and paint them anew, before train-xray"""
    p = argparse.ArgumentParser(prog="prepare")
    p.add_argument("--faces", type=Path, default=Path("../../shared/data/faces"))
    p.add_argument("--cache", type=Path, default=Path("runs/cache"))
    p.add_argument("--autoencoder-seconds", type=float, default=0, help="train the autoencoders too, each this long, side by side")
    p.add_argument("--go-on", action="store_true", help="from the autoencoders that an earlier run left in the cache")
    args = p.parse_args(argv)
    import multiprocessing

    from assay_training import data
    from assay_training.synthesis import painters
    from assay_training.synthesis.autoencoder import RECIPES, train

    data.prepare(args.faces, args.cache)
    painters.prepare(args.cache)
    if not args.autoencoder_seconds:
        return
    jobs = [
        multiprocessing.get_context("spawn").Process(target=train, args=(name, args.cache, args.autoencoder_seconds, 16, args.go_on))
        for name in RECIPES
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
        if job.exitcode:
            raise SystemExit(job.exitcode)


def train_xray(argv: list[str]) -> int:
    """train the frame forgery detector"""
    from assay_training.train import main
    from assay_training.xray_task import XrayTask

    return main("xray", XrayTask(), argv)


def train_prompt(argv: list[str]) -> int:
    """train the detector that says in words what was altered"""
    from assay_training.prompt.task import PromptTask
    from assay_training.train import main

    return main("prompt", PromptTask(seed=3), argv)


def train_discrepancy(argv: list[str]) -> int:
    """train the detector that says which part of a face was altered, and in which way"""
    from assay_training.discrepancy.task import DiscrepancyTask
    from assay_training.train import main

    return main("discrepancy", DiscrepancyTask(), argv)


def soup(argv: list[str]) -> int:
    """average the weights of runs that were trained on from each other"""
    from assay_training.soup import main

    return main(argv)


def fit_text(argv: list[str]) -> int:
    """fit a text tower to an exported detector with words, which ships without one"""
    from assay_training.prompt.fit_text import main

    return main(argv)


def fit_occlusion(argv: list[str]) -> int:
    """teach a checkpoint what is hidden in a face, all its other weights as they are"""
    from assay_training.fit_occlusion import main

    return main(argv)


def fit_domain(argv: list[str]) -> int:
    """teach an exported detector to know pictures unlike those it learned from, all else as it is"""
    from assay_training.fit_domain import main

    return main(argv)


def validate_prompt(argv: list[str]) -> int:
    """measure a checkpoint of `prompt` on held-out synthetic faces"""
    from assay_training.prompt.validate import main

    return main(argv)


def export_xray(argv: list[str]) -> int:
    """export the forgery detector to ONNX, check it and write its manifest entry"""
    from assay_training.export import main

    return main(argv)


def export_prompt(argv: list[str]) -> int:
    """export the detector with words, its descriptions inside; other descriptions need no training"""
    from assay_training.prompt.export import main

    return main(argv)


def export_discrepancy(argv: list[str]) -> int:
    """export the detector of discrepancies, the names of parts and operations inside"""
    from assay_training.discrepancy.export import main

    return main(argv)


def eval_clips(argv: list[str]) -> int:
    """measure a forgery detector on labelled clips, beside published ones"""
    from assay_training.evaluate import main

    return main(argv)


def eval_ensemble(argv: list[str]) -> int:
    """measure detectors together on labelled clips: each alone, all, and all without each"""
    from assay_training.ensemble import main

    return main(argv)


def eval_kinds(argv: list[str]) -> int:
    """measure detectors on each way of forging apart, on held-out faces"""
    from assay_training.by_kind import main

    return main(argv)


def eval_reasons(argv: list[str]) -> int:
    """measure how often detectors name region and operation of a forgery rightly, each and together"""
    from assay_training.reasons import main

    return main(argv)


def eval_maps(argv: list[str]) -> int:
    """measure how much of a detector's map lies where side-by-side clips really differ"""
    from assay_training.map_mass import main

    return main(argv)


def eval_motion(argv: list[str]) -> int:
    """measure what the motion between neighbouring frames of labelled clips says, without a detector"""
    from assay_training.motion import main

    return main(argv)


def eval_occlusion(argv: list[str]) -> int:
    """measure detectors on real faces behind masks and hands"""
    from assay_training.covered_faces import main

    return main(argv)


def eval_domain(argv: list[str]) -> int:
    """measure detectors on real faces filmed from a screen, printed, drawn, in false colours"""
    from assay_training.unlike_faces import main

    return main(argv)


def eval_attacks(argv: list[str]) -> int:
    """measure detectors against a forger who knows them, or may ask them"""
    from assay_training.attacks import main

    return main(argv)


def train_remover(argv: list[str]) -> int:
    """train what takes the fingerprint of a generator out of a picture, for eval-attacks"""
    from assay_training.fingerprint_removal import main

    return main(argv)


def reference(argv: list[str]) -> int:
    """have an exported detector measure each face by a softened copy of itself"""
    from assay_training.reference import main

    return main(argv)


def mask_output(argv: list[str]) -> int:
    """have a detector that was exported before show the mask of what was replaced"""
    from assay_training.mask_output import main

    return main(argv)


def quantise(argv: list[str]) -> int:
    """write an int8 copy of an exported detector, and what it costs and saves"""
    from assay_training.quantise import main

    return main(argv)


def grow(argv: list[str]) -> int:
    """learn from labelled footage without forgetting; promoted only when no family loses"""
    from assay_training.grow import main

    return main(argv)


def calibrate(argv: list[str]) -> int:
    """fit logit to probability on held-out faces forged with the held-out painter"""
    from assay_training.calibration import main

    return main(argv)


COMMANDS = {
    "crop-golden": crop_golden,
    "prepare": prepare,
    "train-xray": train_xray,
    "train-prompt": train_prompt,
    "train-discrepancy": train_discrepancy,
    "soup": soup,
    "fit-text": fit_text,
    "fit-occlusion": fit_occlusion,
    "fit-domain": fit_domain,
    "validate-prompt": validate_prompt,
    "export-xray": export_xray,
    "export-prompt": export_prompt,
    "export-discrepancy": export_discrepancy,
    "eval-clips": eval_clips,
    "eval-ensemble": eval_ensemble,
    "eval-kinds": eval_kinds,
    "eval-maps": eval_maps,
    "eval-reasons": eval_reasons,
    "eval-motion": eval_motion,
    "eval-occlusion": eval_occlusion,
    "eval-domain": eval_domain,
    "eval-attacks": eval_attacks,
    "train-remover": train_remover,
    "reference": reference,
    "mask-output": mask_output,
    "quantise": quantise,
    "grow": grow,
    "calibrate": calibrate,
}
