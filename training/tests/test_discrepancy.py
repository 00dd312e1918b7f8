"""Holds: a soft discrepancy alters its region in the named way and nothing else; a cell's name is its forgery's recipe; the logit is
what all cells have together over what 'nothing' has; the exported file says the same, and its descriptions are probabilities."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from assay_training.discrepancy.cells import PARTS, WAYS, cells_of
from assay_training.discrepancy.export import OUTPUTS, ExportedDiscrepancy, descriptions
from assay_training.discrepancy.net import Discrepancy
from assay_training.discrepancy.task import DiscrepancyTask
from assay_training.export import check, export, session
from assay_training.pairs import PairMaker
from assay_training.prompt.sentences import SENTENCES, read_sentences
from assay_training.reasons import log_odds, named_rightly
from assay_training.shipped import Shipped
from assay_training.synthesis.facts import FACTS, OPERATION_FACTS, REGION_FACTS
from assay_training.synthesis.scene import make_scene
from assay_training.synthesis.soft_discrepancy import ALTERATIONS, REGION_ODDS, soft_discrepancy
from assay_training.xray_task import Targets, to_tensor


@pytest.fixture(scope="module")
def maker(cache):
    return PairMaker(cache, train=True, mix=DiscrepancyTask.mix)


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    return Discrepancy().eval()


@pytest.mark.parametrize("alteration", ALTERATIONS)
@pytest.mark.parametrize("seed", range(3))
def test_one_region_is_altered_in_the_named_way(maker, alteration, seed):
    rng = np.random.default_rng(seed)
    scene = make_scene(rng, maker.faces, int(maker.rows[seed]), 120.0)
    forgery = soft_discrepancy(rng, scene, alteration)
    assert forgery.way == alteration and forgery.region in REGION_ODDS
    difference = np.abs(forgery.image.astype(int) - scene.image).max(-1)
    assert not difference[forgery.mask == 0].any()
    assert difference[forgery.mask > 0.5 * forgery.mask.max()].any()


def test_softer_has_less_detail_sharper_and_grainier_more_and_tinted_another_colour():
    rng = np.random.default_rng(3)
    picture = cv2.GaussianBlur(rng.integers(0, 256, (128, 128, 3), np.uint8), (0, 0), 1.2)

    def detail(image):
        return np.abs(cv2.Laplacian(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.CV_32F)).mean()

    altered = {name: alter(rng, picture, 100.0) for name, alter in ALTERATIONS.items()}
    assert detail(altered["softer"]) < detail(picture) < min(detail(altered["sharper"]), detail(altered["grainier"]))
    lab = [cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(float).mean((0, 1)) for image in (picture, altered["tinted"])]
    assert np.linalg.norm((lab[1] - lab[0])[1:]) > 2 and abs(lab[1][0] - lab[0][0]) < 3
    assert abs(altered["relit"].astype(float).mean() - picture.mean()) > 2


def test_every_forgery_that_training_makes_has_a_cell(maker):
    kinds = maker.group(np.random.default_rng(0), 24, 64).kinds
    parts, ways = cells_of(kinds)
    for kind, part, way in zip(kinds, parts, ways):
        how, where = kind.split(": ")
        assert where in PARTS[list(PARTS)[part]] and how in WAYS[list(WAYS)[way]]
    assert any(kind.split(": ")[0] in ALTERATIONS for kind in kinds)


def test_the_logit_is_all_cells_together_over_nothing(net):
    with torch.inference_mode():
        out, parts, ways = net(torch.rand(2, 3, 64, 64) * 2 - 1)
        cells = parts[:, :, None] + ways[:, None, :]
        scale = float(net.log_scale.exp())
        # The axes are a unit vector times the scale, so what is left of its length belongs to 'nothing', up to its sign.
        none = (scale**2 - 2 * (parts.square().sum(1) + ways.square().sum(1))).clamp(min=0).sqrt()
    told = out.logit[:, 0] - net.bias
    together = cells.flatten(1).logsumexp(1)
    assert torch.allclose(torch.minimum((told - (together - none)).abs(), (told - (together + none)).abs()), torch.zeros(2), atol=1e-3)


def test_a_step_of_training_asks_for_cells_and_lowers_the_loss(maker):
    torch.manual_seed(1)
    task, net = DiscrepancyTask(), Discrepancy()
    batch = maker.group(np.random.default_rng(2), 8, 64)
    x, targets = to_tensor(np.concatenate([batch.real, batch.forged]), "cpu"), Targets.of(batch, "cpu")
    optimiser = torch.optim.AdamW(net.parameters(), 2e-3)
    seen = []
    for _ in range(8):
        found = task.loss(net, net(x), batch, targets)
        assert set(found) == set(task.parts)
        optimiser.zero_grad()
        found["loss"].backward()
        optimiser.step()
        seen.append(float(found["loss"].detach()))
    assert min(seen[4:]) < seen[0]
    validated = task.validate(net, batch, "cpu")
    assert {"auc", "pairs", "part", "way"} <= set(validated)


def test_the_exported_file_gives_the_same_numbers_and_its_descriptions_share_out_the_forgery(net, tmp_path):
    path = tmp_path / "discrepancy.onnx"
    exported = ExportedDiscrepancy(net)
    export(exported, OUTPUTS, 64, path)
    found = check(exported, 64, path)
    assert found["torchDifference"] < 1e-4 and found["batchDifference"] < 1e-4
    logit, sentences = session(path).run(list(OUTPUTS), {"face": np.random.default_rng(0).uniform(-1, 1, (2, 3, 64, 64)).astype(np.float32)})
    chance = 1 / (1 + np.exp(-sentences))
    forged = 1 / (1 + np.exp(-logit[:, 0]))
    levels = [row["level"] for row in descriptions()]
    for level in ("region", "operation"):
        columns = [i for i, name in enumerate(levels) if name == level]
        assert np.allclose(chance[:, columns].sum(1), forged, atol=0.01)


def test_descriptions_that_prompt_has_too_read_the_same():
    own = {row["key"]: row["text"] for row in descriptions()}
    theirs = {row["key"]: row["text"] for row in read_sentences(SENTENCES)}
    shared = set(own) & set(theirs)
    assert shared == {*REGION_FACTS, *OPERATION_FACTS}
    assert all(own[key] == theirs[key] for key in shared)


class Session:
    """Says of every crop the same row."""

    def __init__(self, row: list[float]) -> None:
        self.row = row

    def run(self, outputs: list[str], feeds: dict[str, np.ndarray]) -> list[np.ndarray]:
        assert outputs == ["sentences"]
        return [np.tile(np.float32(self.row), (len(feeds["face"]), 1))]


def told(**odds: float) -> Shipped:
    entry = {"sentences": [{"key": key} for key in odds]}
    return Shipped(entry, Path("none"), Session(list(odds.values())))


def test_what_several_detectors_describe_is_averaged_as_the_product_does():
    crops = np.zeros((40, 8, 8, 3), np.uint8)
    odds = log_odds([told(mouth=2.0, eyes=1.0), told(mouth=-1.0, nose=3.0)], crops)
    assert {key: float(values[0]) for key, values in odds.items()} == {"mouth": 0.5, "eyes": 1.0, "nose": 3.0}
    assert all(values.shape == (40,) for values in odds.values())


def test_reasons_are_counted_where_a_forgery_shows(maker):
    facts = np.zeros((3, len(FACTS)), np.float32)
    for row, (region, operation) in enumerate([("mouth", "pasted"), ("eyes", "painted"), ("face", "reenacted")]):
        facts[row, [FACTS.index(region), FACTS.index(operation)]] = 1
    batch = replace(maker.group(np.random.default_rng(4), 3, 64), facts=facts, weight=np.float32([1, 1, 0.2]))
    odds = {name: np.zeros(3) for name in (*REGION_FACTS, *OPERATION_FACTS)}
    odds |= {"mouth": np.array([1, 1, 1.0]), "painted": np.array([0, 1, 0.0]), "pasted": np.array([1, 0, 0.0])}
    found = named_rightly(odds, batch)
    assert found["forgeries"] == 2 and found["region"] == 0.5 and found["operation"] == 1
    assert found["region mouth"] == 1 and found["region eyes"] == 0 and "region face" not in found
