"""An int8 copy of an exported detector, with real calibration data, and what it costs and saves: `quantise`.

Static quantisation (QDQ, per channel) of the encoder's convolutions. Calibrated on held-out faces and their forgeries,
degraded as in training. Decoder and heads stay in float: they are a few per cent of the time and most of the loss.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from assay_training.export import net_input, session
from assay_training.pairs import PairMaker

CALIBRATION_PAIRS = 96


def calibration_pictures(cache: Path, size: int, seed: int = 5) -> np.ndarray:
    """(n,3,size,size) float32: held-out faces and forgeries of them, as the net gets them."""
    maker, rng = PairMaker(cache, train=False), np.random.default_rng(seed)
    groups = [maker.group(rng, 8, size) for _ in range(CALIBRATION_PAIRS // 8)]
    return net_input(np.concatenate([part for group in groups for part in (group.real, group.forged)]))


def encoder_convolutions(model) -> list[str]:
    """Names of the convolution nodes whose weights belong to the encoder's blocks."""
    return [
        node.name
        for node in model.graph.node
        if node.op_type == "Conv" and any(".blocks." in name or name.startswith("blocks.") for name in node.input)
    ]


def quantise(source: Path, target: Path, pictures: np.ndarray) -> int:
    """Writes `target`; returns how many convolutions are int8 now."""
    import onnx
    from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):
        def __init__(self) -> None:
            self.left = iter(np.array_split(pictures, max(1, len(pictures) // 16)))

        def get_next(self):
            part = next(self.left, None)
            return None if part is None else {"face": part}

    prepared = target.with_suffix(".prepared.onnx")
    quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
    chosen = encoder_convolutions(onnx.load(prepared))
    quantize_static(
        str(prepared),
        str(target),
        Reader(),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.Percentile,
        nodes_to_quantize=chosen,
        extra_options={"CalibPercentile": 99.99, "ActivationSymmetric": False},
    )
    prepared.unlink()
    return len(chosen)


def compared(before: Path, after: Path, pictures: np.ndarray, rounds: int = 40) -> dict[str, float]:
    """Logits' correlation and largest difference; milliseconds a face on one thread, both taking turns."""
    runs = [session(before), session(after)]
    logits = [np.concatenate([run.run(["logit"], {"face": pictures[i : i + 8]})[0][:, 0] for i in range(0, len(pictures), 8)]) for run in runs]
    times: list[list[float]] = [[], []]
    for i in range(rounds):
        for run, kept in zip(runs, times):
            start = time.perf_counter()
            run.run(["logit"], {"face": pictures[i % len(pictures)][None]})
            kept.append(1000 * (time.perf_counter() - start))
    return {
        "correlation": round(float(np.corrcoef(*logits)[0, 1]), 4),
        "largestDifference": round(float(np.abs(logits[0] - logits[1]).max()), 3),
        "meanDifference": round(float((logits[1] - logits[0]).mean()), 3),
        "fp32Ms": round(float(np.min(times[0])), 2),
        "int8Ms": round(float(np.min(times[1])), 2),
    }


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="quantise", description=__doc__)
    p.add_argument("model", type=Path, help="a folder with a manifest-entry.json")
    p.add_argument("--cache", type=Path, default=Path("runs/cache"))
    p.add_argument("--out", type=Path, default=Path("runs/int8"), help="folder of the copy")
    args = p.parse_args(argv)
    entry = json.loads((args.model / "manifest-entry.json").read_text())
    source = args.model.parent / entry["file"]
    args.out.mkdir(parents=True, exist_ok=True)
    target = args.out / f"{entry['id']}-int8.onnx"
    pictures = calibration_pictures(args.cache, entry["input"]["width"])
    count = quantise(source, target, pictures)
    found = {"model": entry["id"], "convolutions": count, "bytes": target.stat().st_size, "fp32Bytes": source.stat().st_size}
    print(json.dumps(found | compared(source, target, pictures), indent=1))
    return 0
