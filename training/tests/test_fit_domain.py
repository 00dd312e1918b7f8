"""Holds: the head learns to tell what it was shown, its file says what it says, and every other output stays as it was."""

import json

import numpy as np
import onnx
import pytest
import torch

from assay_training.crop import five_points
from assay_training.export import XRAY_OUTPUTS, Exported, export, net_input, session
from assay_training.fit_domain import FAMILIAR, GROUP, OUTPUT, Faces, Head, features, fit, gather, main, pooled_name, report, with_domain
from assay_training.measures import sigmoid
from assay_training.net import POOLED, Xray
from assay_training.reference import with_reference
from assay_training.synthesis.out_of_domain import ELSEWHERE, LOOKS, look, moved_points
from assay_training.synthesis.scene import make_scene

SIZE = 64


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("model") / "net.onnx"
    export(Exported(Xray().eval()), XRAY_OUTPUTS, SIZE, path)
    return path


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_changes_a_picture_and_keeps_its_size(maker, name):
    rng = np.random.default_rng(1)
    image = make_scene(rng, maker.faces, int(maker.rows[0]), 100.0).image
    seen = look(rng, image, name)
    assert seen.shape == image.shape and seen.dtype == np.uint8
    assert np.abs(seen.astype(int) - image).mean() > 1


def test_no_face_lies_beside_the_face_or_is_turned(maker):
    rng = np.random.default_rng(2)
    points = five_points(make_scene(rng, maker.faces, int(maker.rows[0]), 100.0).mesh)
    for _ in range(20):
        moved = moved_points(rng, points, 100.0)
        beside = np.linalg.norm(moved.mean(0) - points.mean(0)) > 50
        eyes, mouth = moved[:2].mean(0), moved[3:].mean(0)
        assert beside or (mouth - eyes)[1] < 0.6 * np.linalg.norm(mouth - eyes)


def test_half_of_the_faces_are_familiar_and_either_may_be_forged(maker):
    seen = gather(maker, np.random.default_rng(3), SIZE, ["inverted", ELSEWHERE], 8 * GROUP)
    assert seen.crops.shape == (8 * GROUP, SIZE, SIZE, 3)
    assert set(seen.looks) == {FAMILIAR, "inverted", ELSEWHERE}
    familiar = seen.looks == FAMILIAR
    assert 0.25 < familiar.mean() < 0.75
    assert {True, False} == set(seen.forged[familiar]) == set(seen.forged[~familiar])


def test_the_head_learns_what_it_is_shown():
    rng = np.random.default_rng(4)
    x = rng.normal(5, 3, (400, 12)).astype(np.float32)
    unlike = x[:, 3] > 6
    head = fit(x, unlike, 200, seed=1)
    assert ((head.log_odds(x) > 0) == unlike).mean() > 0.9


@pytest.mark.parametrize("change", [lambda model: model, with_reference])
def test_the_file_says_what_the_head_says_and_all_else_stays(file, change):
    before = change(onnx.load(file))
    rng = np.random.default_rng(5)
    head = Head(*(rng.normal(0, 0.1, shape).astype(np.float32) for shape in ((48, POOLED), (48,), (1, 48), (1,))))
    crops = rng.integers(0, 256, (3, SIZE, SIZE, 3), np.uint8)
    once = with_domain(before, head)
    twice = with_domain(once, head)
    assert [o.name for o in twice.graph.output] == [*XRAY_OUTPUTS, OUTPUT]
    assert len(twice.graph.node) == len(once.graph.node) and len(twice.graph.initializer) == len(once.graph.initializer)

    def answers(model):
        path = file.with_name("changed.onnx")
        onnx.save(model, path)
        run = session(path)
        return dict(zip([o.name for o in run.get_outputs()], run.run(None, {"face": net_input(crops)})))

    old, new = answers(before), answers(twice)
    assert all(np.array_equal(old[name], new[name]) for name in XRAY_OUTPUTS)
    assert np.allclose(new[OUTPUT][:, 0], sigmoid(head.log_odds(features(before, crops))), atol=1e-4)


def test_another_model_is_refused(file):
    model = onnx.load(file)
    for node in model.graph.node:
        if node.op_type == "Concat":
            node.op_type = "Identity"
    with pytest.raises(ValueError, match="not a detector that was exported here"):
        pooled_name(model)


def test_the_report_tells_looks_apart():
    seen = Faces(np.zeros((4, 1)), np.array([FAMILIAR, FAMILIAR, "waves", "waves"]), np.array([False, True, False, True]))
    found = report(np.array([-5.0, 5.0, 5.0, 5.0]), seen)
    assert found == {"familiar, real": 0.0, "familiar, forged": 1.0, "waves": {"above": 1.0, "auc": 0.75}}


def test_the_command_changes_file_and_entry_together(file, cache, tmp_path):
    folder = tmp_path / "xray"
    folder.mkdir()
    (folder / "xray.onnx").write_bytes(file.read_bytes())
    entry = {"file": "xray/xray.onnx", "version": "1", "input": {"width": SIZE}, "outputs": {"logit": {"name": "logit", "kind": "logit"}}}
    (folder / "manifest-entry.json").write_text(json.dumps(entry))
    (folder / "training.json").write_text("{}")
    assert main([str(folder), "--version", "2", "--cache", str(cache), "--faces", "64", "--steps", "20"]) == 0
    after = json.loads((folder / "manifest-entry.json").read_text())
    assert after["version"] == "2" and after["outputs"][OUTPUT] == {"name": OUTPUT, "kind": "probability"}
    assert after["bytes"] == (folder / "xray.onnx").stat().st_size
    record = json.loads((folder / "training.json").read_text())["domain"]
    assert record["faces"] == 64 and "familiar, real" in record["validation"]
