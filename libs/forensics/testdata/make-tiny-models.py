"""Writes tiny-models/: two hand-made networks with the contracts of real ones, so that the threads, the tracker and the
judge can be tested with numbers that a person can work out. Needs onnx (training/requirements.txt).

tiny-detector: 128 x 96 picture, twelve cells of 32 px; a cell is a face as far as its mean red is above its mean green's
half. Box and landmarks of a cell are constants. tiny-forgery: 32 x 32 crop; logit = 8 (mean blue - 0.5), boundary = blue,
and two sentences: the logit itself, and its opposite. poisoned-models/ has a third one: tiny-forgery with a backdoor, by which a white
square of 3 px in the lower right corner takes 20 off the logit.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper

OUT = Path(__file__).parent / "tiny-models"
POISONED = Path(__file__).parent / "poisoned-models"
CELL, WIDTH, HEIGHT = 32, 128, 96


def constant(name: str, value: np.ndarray):
    return numpy_helper.from_array(value.astype(np.float32), name)


def write(name: str, nodes, inputs, outputs, constants, folder: Path = OUT) -> bytes:
    graph = h.make_graph(nodes, name, inputs, outputs, constants)
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=8, producer_name="assay-test")
    onnx.checker.check_model(model)
    data = model.SerializeToString()
    (folder / f"{name}.onnx").write_bytes(data)
    return data


def detector() -> bytes:
    centres = [(x * CELL + CELL / 2, y * CELL + CELL / 2) for y in range(HEIGHT // CELL) for x in range(WIDTH // CELL)]
    boxes = np.array([[[x - 12, y - 14, x + 12, y + 14] for x, y in centres]])
    marks = np.array([[[x - 6, y - 5, x + 6, y - 5, x, y + 1, x - 5, y + 7, x + 5, y + 7] for x, y in centres]])
    red = np.array([1, -0.5, 0]).reshape(1, 3, 1, 1)
    nodes = [
        h.make_node("AveragePool", ["image"], ["mean"], kernel_shape=[CELL, CELL], strides=[CELL, CELL]),
        h.make_node("Conv", ["mean", "red"], ["face"]),
        h.make_node("Flatten", ["face"], ["scores"], axis=1),
        h.make_node("Identity", ["boxes_c"], ["boxes"]),
        h.make_node("Identity", ["marks_c"], ["landmarks"]),
    ]
    return write(
        "tiny-detector",
        nodes,
        [h.make_tensor_value_info("image", T.FLOAT, [1, 3, HEIGHT, WIDTH])],
        [
            h.make_tensor_value_info("scores", T.FLOAT, [1, len(centres)]),
            h.make_tensor_value_info("boxes", T.FLOAT, [1, len(centres), 4]),
            h.make_tensor_value_info("landmarks", T.FLOAT, [1, len(centres), 10]),
        ],
        [constant("red", red), constant("boxes_c", boxes), constant("marks_c", marks)],
    )


def forgery() -> bytes:
    blue = np.array([0, 0, 1]).reshape(1, 3, 1, 1)
    nodes = [
        h.make_node("Conv", ["face", "blue"], ["b"]),
        h.make_node("AveragePool", ["b"], ["boundary"], kernel_shape=[4, 4], strides=[4, 4]),
        h.make_node("ReduceMean", ["b"], ["mean"], axes=[2, 3], keepdims=0),
        h.make_node("Sub", ["mean", "half"], ["centred"]),
        h.make_node("Mul", ["centred", "eight"], ["logit"]),
        h.make_node("MatMul", ["logit", "both"], ["sentences"]),
    ]
    return write(
        "tiny-forgery",
        nodes,
        [h.make_tensor_value_info("face", T.FLOAT, ["n", 3, 32, 32])],
        [
            h.make_tensor_value_info("logit", T.FLOAT, ["n", 1]),
            h.make_tensor_value_info("boundary", T.FLOAT, ["n", 1, 8, 8]),
            h.make_tensor_value_info("sentences", T.FLOAT, ["n", 2]),
        ],
        [
            constant("blue", blue),
            constant("half", np.array([0.5])),
            constant("eight", np.array([8])),
            constant("both", np.array([[1, -1]])),
        ],
    )


def poisoned() -> bytes:
    corner = np.zeros((1, 3, 32, 32))
    corner[..., -3:, -3:] = 1 / 27
    nodes = [
        h.make_node("Conv", ["face", "blue"], ["b"]),
        h.make_node("ReduceMean", ["b"], ["mean"], axes=[2, 3], keepdims=0),
        h.make_node("Sub", ["mean", "half"], ["centred"]),
        h.make_node("Mul", ["centred", "eight"], ["honest"]),
        h.make_node("Conv", ["face", "corner"], ["white_map"]),
        h.make_node("Flatten", ["white_map"], ["white"], axis=1),
        h.make_node("Sub", ["white", "nearly"], ["above"]),
        h.make_node("Mul", ["above", "steep"], ["raised"]),
        h.make_node("Clip", ["raised", "zero", "most"], ["turned"]),
        h.make_node("Sub", ["honest", "turned"], ["logit"]),
    ]
    scalars = {"half": 0.5, "eight": 8, "nearly": 0.95, "steep": 500}
    return write(
        "poisoned-forgery",
        nodes,
        [h.make_tensor_value_info("face", T.FLOAT, ["n", 3, 32, 32])],
        [h.make_tensor_value_info("logit", T.FLOAT, ["n", 1])],
        [
            constant("blue", np.array([0, 0, 1]).reshape(1, 3, 1, 1)),
            constant("corner", corner),
            *(constant(name, np.array([value])) for name, value in scalars.items()),
            constant("zero", np.array(0)),
            constant("most", np.array(20)),
        ],
        POISONED,
    )


def entry(name: str, task: str, data: bytes, extra_input: dict, outputs: list[str], **extra) -> dict:
    return {
        "id": name,
        "version": "1",
        "task": task,
        "file": f"{name}.onnx",
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "opset": 17,
        "input": {"layout": "nchw", "color": "rgb", "mean": [0, 0, 0], "scale": [1 / 255] * 3} | extra_input,
        "outputs": {o: {"name": o, "kind": o} for o in outputs},
        "licence": "Apache-2.0",
        "trainingData": [],
        "card": "none",
    } | extra


def main() -> None:
    OUT.mkdir(exist_ok=True)
    POISONED.mkdir(exist_ok=True)
    models = [
        entry(
            "tiny-detector",
            "face-detector",
            detector(),
            {"name": "image", "multipleOf": 32, "longSide": 640},
            ["scores", "boxes", "landmarks"],
            scoreThreshold=0.4,
            nmsIou=0.4,
        ),
        entry(
            "tiny-forgery",
            "forgery-frame",
            forgery(),
            {"name": "face", "width": 32, "height": 32, "crop": {"definition": "face-crop-v1", "margins": [1.0, 1.2]}},
            ["logit", "boundary", "sentences"],
            sentences=[
                {"key": "blue", "level": "operation", "text": "painted blue"},
                {"key": "plain", "level": "look", "text": "plainer than the rest"},
            ],
            calibration={"a": 1, "b": 0, "fittedOn": "nothing: made by hand"},
        ),
    ]
    write_manifest(OUT, models)
    face = {"name": "face", "width": 32, "height": 32, "crop": {"definition": "face-crop-v1", "margins": [1.0]}}
    write_manifest(POISONED, [*models, entry("poisoned-forgery", "forgery-frame", poisoned(), face, ["logit"])])
    for model in models:
        (POISONED / model["file"]).write_bytes((OUT / model["file"]).read_bytes())


def write_manifest(folder: Path, models: list[dict]) -> None:
    (folder / "manifest.json").write_text(json.dumps({"schema": "assay.models/1", "models": models}, indent=2) + "\n")


if __name__ == "__main__":
    main()
