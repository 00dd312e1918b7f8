"""Holds: the vectors and the image tower come out of the shipped file; another detector's is refused; fitting brings the descriptions'
vectors to those of the file."""

from pathlib import Path

import numpy as np
import pytest
import torch

from assay_training.prompt.captions import every_word
from assay_training.prompt.fit_text import fit, load_image_tower, sentence_vectors
from assay_training.prompt.net import Prompt
from assay_training.prompt.sentences import SENTENCES, read_sentences
from assay_training.prompt.words import Vocabulary
from assay_training.synthesis.facts import FACTS

MODELS = Path(__file__).parents[2] / "models"
READS = [row["reads"] for row in read_sentences(SENTENCES)]


@pytest.fixture
def net():
    torch.manual_seed(0)
    return Prompt(len(Vocabulary(every_word())))


def test_the_file_holds_a_vector_a_description():
    vectors = sentence_vectors(MODELS / "prompt" / "prompt-v0.onnx", len(READS))
    assert vectors.shape == (len(READS), 64)
    assert vectors.norm(dim=1).numpy() == pytest.approx(np.ones(len(READS)), abs=1e-5)
    with pytest.raises(ValueError, match="scores no"):
        sentence_vectors(MODELS / "xray" / "xray-v0.onnx", len(READS))


def test_the_image_tower_of_another_detector_is_refused(net):
    load_image_tower(net, MODELS / "prompt" / "prompt-v0.onnx")
    with pytest.raises(RuntimeError, match="no detector with words"):
        load_image_tower(net, MODELS / "xray" / "xray-v0.onnx")


def test_fitting_brings_descriptions_to_their_vectors(net):
    rng = np.random.default_rng(1)
    anchors = torch.nn.functional.normalize(torch.from_numpy(rng.normal(size=(len(READS), 64)).astype(np.float32)), dim=1)
    pictures = torch.nn.functional.normalize(torch.from_numpy(rng.normal(size=(2, 40, 64)).astype(np.float32)), dim=2)
    facts = torch.from_numpy(rng.integers(0, 2, (40, len(FACTS))).astype(np.float32))

    def distance() -> float:
        with torch.no_grad():
            return float((1 - (net.eval().text(Vocabulary(every_word()).encode(READS)) * anchors).sum(1)).mean())

    before = distance()
    fit(net, (pictures[0], pictures[1], torch.ones(40), facts), (READS, anchors), 60, 3)
    assert distance() < 0.5 * before
