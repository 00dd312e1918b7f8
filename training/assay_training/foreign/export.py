"""Writes libs/forensics/testdata/foreign-models: the small networks, their manifest entries and what the product has to make of them.

    python -m assay_training foreign-models

The numbers in golden.json come from onnxruntime in Python, the crops' definition in numpy, and `reference.py`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

from assay_training.crop import box_frame, crop_frame, formula_image, sample_crop, shifted
from assay_training.export import session
from assay_training.foreign import classifiers as c
from assay_training.foreign import detectors as d
from assay_training.foreign import reference as r
from assay_training.foreign.settle import Head, settle

FOLDER = Path(__file__).resolve().parents[3] / "libs/forensics/testdata/foreign-models"
OPSET = 17
SEED = 20

NMS_IOU = 0.4
CANDIDATES = (60, 120, 240, 480, 960)
"""Anchors above the score threshold in the golden picture: as few of these as leave faces of every stride and every anchor of a cell."""

PICTURE = {"width": 256, "height": 192}
"""The golden picture, by `formula_image`: multiples of 32, so that detectors see it as it is."""

FACES = [
    {"box": (60, 40, 60, 72), "landmarks": [[76, 66], [104, 66], [90, 82], [79, 95], [101, 95]]},
    {"box": (140.5, 70.25, 66, 58), "landmarks": [[150, 92], [178, 104], [160, 112], [146, 120], [170, 130]]},
    {"box": (10, 120, 40, 50), "landmarks": [[21, 138], [38, 136], [30, 147], [24, 157], [37, 156]]},
]
"""Where faces might be; the picture has none, which no small network minds."""

PLAIN_INPUT = {"layout": "nchw", "color": "rgb", "mean": [0, 0, 0], "scale": [1, 1, 1]}
ANY_NUMBER = {0: "n"}
FORGERY = "forgery-frame"

CLIP_MEAN, CLIP_STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


def scattered_crops(model_input: dict) -> torch.Tensor:
    """Inputs of a classifier: upright squares of the golden picture, at random."""
    picture, rng, size = golden_picture(), np.random.default_rng(SEED), model_input["width"]
    squares = [(*rng.uniform(0, 120, 2), side, side) for side in rng.uniform(30, 90, 32)]
    frames = [box_frame(square) for square in squares]
    return torch.from_numpy(np.concatenate([r.as_input(sample_crop(picture, f, size, 1.0), model_input) for f in frames if f]))


def golden_picture() -> np.ndarray:
    return formula_image(PICTURE["height"], PICTURE["width"])


def write_onnx(net: nn.Module, example: tuple[int, ...], path: Path, inputs: list[str], outputs: list[str], axes: dict) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            net.eval(),
            (torch.zeros(example),),
            str(path),
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load(path)
    onnx.checker.check_model(model)
    model.doc_string = "Made for Assay's tests: weights out of a seed, trained on nothing."
    onnx.save(model, path)


def named_file(path: Path) -> dict:
    blob = path.read_bytes()
    return {"file": path.name, "sha256": hashlib.sha256(blob).hexdigest(), "bytes": len(blob)}


def entry(model: str, task: str, path: Path, input_: dict, outputs: dict, **extra) -> dict:
    about = {"opset": OPSET, "licence": "Apache-2.0", "trainingData": [], "card": "none"}
    return {"id": model, "version": "1", "task": task, **named_file(path), "input": PLAIN_INPUT | input_, "outputs": outputs} | extra | about


def square(size: int, definition: str, margins: list[float], **extra) -> dict:
    return {"width": size, "height": size, "crop": {"definition": definition, "margins": margins, **extra}}


class UnitLength(nn.Module):
    def forward(self, embedding: torch.Tensor) -> torch.Tensor:
        return nn.functional.normalize(embedding)


def linear_head(encoder: nn.Module, input_: dict) -> np.ndarray:
    """Weights and then the bias of a head on an encoder, as the product's head files have them: little-endian float32."""
    linear = nn.Linear(c.CLIP_EMBEDDING, 1)
    settle(nn.Sequential(encoder, linear), [Head(linear, 2.0)], scattered_crops(PLAIN_INPUT | input_))
    return np.concatenate([linear.weight.detach().numpy().ravel(), linear.bias.detach().numpy()]).astype("<f4")


def write_clip(folder: Path) -> list[dict]:
    """Two entries of one encoder: a head in a file, and one in the manifest on embeddings of length one."""
    input_ = {
        "name": "pixel_values",
        "mean": [255 * v for v in CLIP_MEAN],
        "scale": [1 / (255 * v) for v in CLIP_STD],
        **square(c.CLIP_SIZE, "face-crop-v1", [1.4]),
    }
    net, path = c.ClipImageEncoder(), folder / "clip.onnx"
    in_file, inline = (linear_head(nn.Sequential(net, *before), input_) for before in ((), (UnitLength(),)))
    in_file.tofile(folder / "clip-head.f32")
    write_onnx(net, (2, 3, 32, 32), path, ["pixel_values"], ["image_embeds"], dict.fromkeys(["pixel_values", "image_embeds"], ANY_NUMBER))
    values = [float(f"{v:.6g}") for v in inline]
    output = {"name": "image_embeds", "kind": "linear-head", "length": c.CLIP_EMBEDDING}
    inline_head = {"normalise": True, "positive": "real", "head": {"weights": values[:-1], "bias": values[-1]}}
    return [
        entry("clip", FORGERY, path, input_, {"logit": output | {"head": named_file(folder / "clip-head.f32")}}),
        entry("clip-inline", FORGERY, path, input_, {"logit": output | inline_head}),
    ]


def write_classifier(folder: Path, model: str, net: nn.Module, last: nn.Linear, input_: dict, output: dict, fixed: bool = False) -> dict:
    """One forgery detector; `fixed`: exported for one picture at a time."""
    path, size = folder / f"{model}.onnx", input_["width"]
    settle(net, [Head(last, 3.0)], scattered_crops(PLAIN_INPUT | input_))
    shape = (size, size, 3) if input_.get("layout") == "nhwc" else (3, size, size)
    axes = {} if fixed else dict.fromkeys([input_["name"], output["name"]], ANY_NUMBER)
    write_onnx(net, (1 if fixed else 2, *shape), path, [input_["name"]], [output["name"]], axes)
    return entry(model, FORGERY, path, input_, {"logit": output})


def write_classifiers(folder: Path) -> list[dict]:
    xception, efficientnet, meso = c.Xception(), c.EfficientNet(), c.Meso()
    return [
        *write_clip(folder),
        write_classifier(
            folder,
            "xception",
            xception,
            xception.classes,
            {"name": "image", "mean": [127.5] * 3, "scale": [1 / 127.5] * 3}
            | square(c.XCEPTION_SIZE, "face-crop-v1", [1.5, 1.6], shift=[0, -0.13]),
            {"name": "cls", "kind": "class-logits", "classes": 2, "manipulated": [1]},
        ),
        write_classifier(
            folder,
            "efficientnet",
            efficientnet,
            efficientnet.classes,
            {"name": "input_1", "layout": "nhwc", "color": "bgr", "mean": [10, 20, 30], "scale": [0.01, 0.012, 0.014]}
            | square(c.EFFICIENTNET_SIZE, "face-box-v1", [1.2, 1.4]),
            {"name": "predictions", "kind": "class-probabilities", "classes": 2, "manipulated": [0]},
            fixed=True,
        ),
        write_classifier(
            folder,
            "meso",
            meso,
            meso.out,
            {"name": "face", "scale": [1 / 255] * 3} | square(c.MESO_SIZE, "face-box-v1", [1.0]),
            {"name": "p_real", "kind": "probability", "of": "real"},
        ),
    ]


def named(groups: dict[str, list[str]]) -> dict:
    """Outputs by role and stride: {"scores": ["448", ...]} to {"scores-8": {"name": "448"}, ...}."""
    return {f"{role}-{s}": {"name": name} for role, names in groups.items() for s, name in zip(d.STRIDES, names, strict=True)}


def write_detector(folder: Path, model: str, net: d.FaceNet, input_: dict, outputs: list[str], roles: dict, decoder: dict) -> dict:
    """One face detector, of free size where the input states none; `outputs` in the network's order."""
    path, name = folder / f"{model}.onnx", input_["name"]
    picture = torch.from_numpy(r.as_input(golden_picture(), PLAIN_INPUT | input_))
    settle(net, net.heads(), picture)
    free = {} if "width" in input_ else {name: {2: "height", 3: "width"}} | dict.fromkeys(outputs, {net.ANCHORS_AXIS: "anchors"})
    write_onnx(net, tuple(picture.shape), path, [name], outputs, free)
    return entry(model, "face-detector", path, input_, roles, decoder=decoder)


def write_detectors(folder: Path) -> list[dict]:
    any_size = {"multipleOf": 32, "longSide": 320}
    strides = list(d.STRIDES)

    def by_stride(parts: dict[str, str]) -> tuple[list[str], dict]:
        """{"scores": "score"} to the names score_8 ... and {"scores-8": {"name": "score_8"}, ...}."""
        pairs = [(f"{role}-{s}", f"{part}_{s}") for role, part in parts.items() for s in strides]
        return [name for _, name in pairs], {role: {"name": name} for role, name in pairs}

    return [
        write_detector(
            folder,
            "scrfd",
            d.Scrfd(),
            {"name": "input.1", "mean": [127.5] * 3, "scale": [1 / 128] * 3, **any_size},
            *by_stride({"scores": "score", "boxes": "bbox", "landmarks": "kps"}),
            {"kind": "scrfd", "strides": strides, "anchorsPerCell": d.Scrfd.ANCHORS},
        ),
        write_detector(
            folder,
            "retinaface",
            d.RetinaFace(),
            {"name": "input", "color": "bgr", "mean": [104, 117, 123], **PICTURE},
            ["loc", "conf", "landms"],
            {"boxes": {"name": "loc"}, "scores": {"name": "conf"}, "landmarks": {"name": "landms"}},
            {
                "kind": "retinaface",
                "levels": [{"stride": s, "sizes": list(sizes)} for s, sizes in zip(strides, d.PRIOR_SIZES, strict=True)],
                "variances": [0.1, 0.2],
            },
        ),
        write_detector(
            folder,
            "yunet",
            d.Yunet(),
            {"name": "input", "color": "bgr", **any_size},
            *by_stride({"class": "cls", "objectness": "obj", "boxes": "bbox", "landmarks": "kps"}),
            {"kind": "yunet", "strides": strides},
        ),
    ]


def crops(picture: np.ndarray, face: dict, model: dict) -> list[np.ndarray]:
    """The crops that the product cuts of a face for a model, by the definition."""
    settings, size = model["input"]["crop"], model["input"]["width"]
    box = settings["definition"] == "face-box-v1"
    frame = box_frame(face["box"]) if box else crop_frame(np.array(face["landmarks"], np.float64))
    if frame is None:
        raise RuntimeError("a face of the golden file is degenerate")
    frame = shifted(frame, settings["shift"]) if "shift" in settings else frame
    return [sample_crop(picture, frame, size, margin) for margin in settings["margins"]]


TO_LOGIT: dict[str, Callable[[np.ndarray, dict, Path], float]] = {
    "clip": lambda x, _, folder: float(np.dot(*_head(x, folder)[:2]) + _head(x, folder)[2]),
    "clip-inline": lambda x, spec, _: -float(x @ np.array(spec["head"]["weights"]) / np.linalg.norm(x) + spec["head"]["bias"]),
    "xception": lambda x, *_: r.log_odds(float(np.exp(x[1]) / np.exp(x).sum())),
    "efficientnet": lambda x, *_: r.log_odds(float(x[0] / x.sum())),
    "meso": lambda x, *_: -r.log_odds(float(x[0])),
}
"""One crop's output to its logit, > 0 manipulated, as each model's authors read it."""


def _head(x: np.ndarray, folder: Path) -> tuple[np.ndarray, np.ndarray, float]:
    values = np.fromfile(folder / "clip-head.f32", "<f4").astype(np.float64)
    return x, values[:-1], float(values[-1])


def golden_logits(folder: Path, picture: np.ndarray, model: dict) -> list[float]:
    """One logit for each of `FACES`: the mean over the margins."""
    spec = model["outputs"]["logit"]
    run = session(folder / model["file"])
    logits = []
    for face in FACES:
        inputs = [r.as_input(crop, model["input"]) for crop in crops(picture, face, model)]
        values = [run.run([spec["name"]], {model["input"]["name"]: x})[0][0].astype(np.float64) for x in inputs]
        logits.append(round(float(np.mean([TO_LOGIT[model["id"]](x, spec, folder) for x in values])), 5))
    return logits


def kinds_of_anchors(anchors: Iterable[int], count: int, height: int, width: int) -> set[str]:
    """The strides, and the places in a cell, that occur among anchors, out of `count` in the order of strides."""
    cells = [(height // s) * (width // s) for s in d.STRIDES]
    per_cell = count // sum(cells)
    ends = np.cumsum([n * per_cell for n in cells])
    return {kind for a in anchors for kind in (f"stride {d.STRIDES[np.searchsorted(ends, a, 'right')]}", f"place {a % per_cell}")}


DECODE = {"scrfd": r.scrfd_faces, "retinaface": r.retinaface_faces, "yunet": r.yunet_faces}


def golden_faces(folder: Path, picture: np.ndarray, model: dict) -> tuple[float, list[dict]]:
    """A score threshold in the middle between two scores, and the faces kept, best first."""
    run = session(folder / model["file"])
    height, width = picture.shape[:2]
    outputs = run.run([o.name for o in run.get_outputs()], {model["input"]["name"]: r.as_input(picture, model["input"])})
    scores, boxes, landmarks = faces = DECODE[model["id"]](outputs, height, width)
    ranked = np.sort(scores)[::-1]
    for count in CANDIDATES:
        threshold = round(float(ranked[count - 1] + ranked[count]) / 2, 6)
        kept = r.kept_faces(faces, threshold, NMS_IOU)
        if kinds_of_anchors(kept, len(scores), height, width) == kinds_of_anchors(range(len(scores)), len(scores), height, width):
            break
    else:
        raise RuntimeError(f"{model['id']}: some anchors never win; try another seed")
    rounded = lambda values: [round(float(v), 4) for v in values]  # noqa: E731
    return threshold, [{"score": round(float(scores[a]), 6), "box": rounded(boxes[a]), "landmarks": rounded(landmarks[a])} for a in kept]


def write_all(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    picture = golden_picture()
    forgery, detectors = write_classifiers(folder), write_detectors(folder)
    logits = {model["id"]: golden_logits(folder, picture, model) for model in forgery}
    faces = {}
    for model in detectors:
        threshold, faces[model["id"]] = golden_faces(folder, picture, model)
        model |= {"scoreThreshold": threshold, "nmsIou": NMS_IOU}
    manifest = {"schema": "assay.models/1", "models": forgery + detectors}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    golden = {"picture": PICTURE, "faces": FACES, "logits": logits, "found": faces}
    (folder / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="foreign-models", description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER)
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    write_all(options.out)
    for path in sorted(options.out.iterdir()):
        print(f"{path.name}: {path.stat().st_size} bytes")
