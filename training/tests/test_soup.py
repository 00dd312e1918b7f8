from pathlib import Path

import pytest
import torch

from assay_training.net import Xray
from assay_training.soup import average, main
from assay_training.weights import read_weights


def checkpoint(path, value, names=("a", "b")):
    path.parent.mkdir(exist_ok=True)
    torch.save({"average": {name: torch.full((2,), value) for name in names}}, path)


def test_weights_are_averaged_by_their_shares(tmp_path):
    checkpoint(tmp_path / "one/last.pt", 1.0)
    checkpoint(tmp_path / "two/last.pt", 4.0)
    (tmp_path / "two/curve.csv").write_text("step")
    main([f"{tmp_path}/one:1", f"{tmp_path}/two:2", "--out", str(tmp_path / "soup")])
    mixed = torch.load(tmp_path / "soup/last.pt", weights_only=True)["average"]
    assert torch.equal(mixed["a"], torch.full((2,), 3.0)) and set(mixed) == {"a", "b"}
    assert (tmp_path / "soup/curve.csv").read_text() == "step"


def test_another_net_is_refused(tmp_path):
    checkpoint(tmp_path / "one/last.pt", 1.0)
    checkpoint(tmp_path / "two/last.pt", 1.0, ("a", "c"))
    with pytest.raises(ValueError, match="different nets"):
        average([tmp_path / "one/last.pt", tmp_path / "two/last.pt"], [1, 1])


def test_an_exported_file_is_mixed_in_with_what_it_lacks_from_the_last(tmp_path):
    shipped = Path(__file__).parents[2] / "models/xray/xray-v0.onnx"
    net = Xray()
    torch.save({"average": net.state_dict()}, tmp_path / "last.pt")
    mixed = average([shipped, tmp_path / "last.pt"], [1, 1])
    assert set(mixed) == set(net.state_dict())
    assert torch.equal(mixed["maps16.weight"], net.state_dict()["maps16.weight"])
    stored = read_weights(shipped)["stem.conv.weight"]
    assert torch.allclose(mixed["stem.conv.weight"], (stored + net.state_dict()["stem.conv.weight"]) / 2)


def test_an_image_tower_is_mixed_into_the_one_of_a_detector_with_words(tmp_path):
    checkpoint(tmp_path / "words/last.pt", 1.0, ("image.a", "text.b"))
    checkpoint(tmp_path / "tower/last.pt", 3.0, ("a",))
    mixed = average([tmp_path / "words/last.pt", tmp_path / "tower/last.pt"], [1, 1])
    assert torch.equal(mixed["image.a"], torch.full((2,), 2.0)) and torch.equal(mixed["text.b"], torch.full((2,), 1.0))
