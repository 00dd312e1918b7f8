"""Holds: a caption is true of a picture exactly when its facts are; every sentence of the grammar can be read; what was done
to a face is told from the pictures; the towers agree with truth more than with falsehood after a little training."""

import json

import numpy as np
import pytest
import torch

from assay_training.export import check, export, session
from assay_training.pairs import PairMaker
from assay_training.prompt.captions import HELD_OUT, Caption, draw, every_word, truths
from assay_training.prompt.net import EMBEDDING, Prompt
from assay_training.prompt.export import OUTPUTS, ExportedPrompt
from assay_training.prompt.sentences import SENTENCES, read_sentences
from assay_training.prompt.task import word_loss
from assay_training.prompt.words import LENGTH, Vocabulary, split
from assay_training.synthesis.facts import FACTS, facts_of
from assay_training.synthesis.scene import Forgery
from tests.made_up_faces import write_cache


def facts(**known: float) -> np.ndarray:
    return np.array([[known.get(name, 0.0) for name in FACTS]], np.float32)


def test_a_caption_is_true_when_all_its_facts_are():
    both = Caption("", ("mouth", "painted"))
    assert both.truth(facts(mouth=1, painted=1)) == 1
    assert both.truth(facts(mouth=1, pasted=1)) == 0
    assert np.isnan(both.truth(facts(mouth=1, painted=np.nan)))
    assert both.truth(facts(eyes=1, painted=np.nan)) == 0, "a false fact decides, however unsure the other"


def test_real_pictures_come_first_and_only_real_captions_are_true_of_them():
    captions = [Caption("a", (), real=True), Caption("b", ()), Caption("c", ("eyes",))]
    assert truths(captions, facts(eyes=1)).tolist() == [[1, 0, 0], [0, 1, 1]]


def test_every_sentence_can_be_read():
    vocabulary, rng = Vocabulary(every_word()), np.random.default_rng(0)
    texts = [draw(rng).text for _ in range(2000)]
    assert max(len(split(text)) for text in texts) <= LENGTH
    assert 1 not in vocabulary.encode(texts + [row["reads"] for row in read_sentences(SENTENCES)]), "no unknown words"
    vocabulary.encode(list(HELD_OUT))
    assert not set(texts) & set(HELD_OUT)


@pytest.mark.parametrize("text", ["", "grobnik zarvel of quux", "face " * (LENGTH + 1)])
def test_a_sentence_that_cannot_be_read_is_refused(text):
    with pytest.raises(ValueError):
        Vocabulary(every_word()).encode([text])


@pytest.fixture
def pictures():
    rng = np.random.default_rng(1)
    real = rng.integers(60, 190, (96, 96, 3)).astype(np.uint8)
    mask = np.zeros((96, 96), np.uint8)
    mask[24:72, 24:72] = 255
    return real, mask


def looks(real: np.ndarray, forged: np.ndarray, mask: np.ndarray) -> dict[str, float]:
    forgery = Forgery(forged, mask / 255.0, "painted", "mouth")
    return dict(zip(FACTS, facts_of(forgery, real, forged, mask)))


def test_recipe_and_looks_become_facts(pictures):
    real, mask = pictures
    untouched = looks(real, real, mask)
    assert [name for name, value in untouched.items() if value] == ["mouth", "painted"]
    soft = real.copy()
    soft[24:72, 24:72] = real[24:72, 24:72].mean((0, 1))
    assert looks(real, soft, mask)["softer"] == 1 and looks(real, soft, mask)["flatter"] == 1
    tinted = real.copy()
    tinted[24:72, 24:72, 0] += 40
    assert looks(real, tinted, mask)["tinted"] == 1 and looks(real, tinted, mask)["softer"] == 0
    # The rest changed and the region did not: the region stands out as sharp.
    around = np.full_like(real, 120)
    around[24:72, 24:72] = real[24:72, 24:72]
    assert looks(real, around, mask)["sharper"] == 1


def test_pairs_carry_their_facts(tmp_path):
    write_cache(tmp_path)
    batch = PairMaker(tmp_path, train=True).group(np.random.default_rng(0), 8, 96)
    assert batch.facts.shape == (8, len(FACTS))
    for kind, row in zip(batch.kinds, batch.facts):
        assert row[:3].sum() == 1 and row[3:7].sum() == 1
        if kind.startswith("reenact"):
            assert row[FACTS.index("reenacted")] == 1


def test_towers_give_unit_vectors_and_the_loss_prefers_truth():
    torch.manual_seed(0)
    vocabulary = Vocabulary(every_word())
    net = Prompt(len(vocabulary)).eval()
    with torch.inference_mode():
        out, seen = net(torch.rand(2, 3, 96, 96))
        read = net.text(vocabulary.encode(["a real face", "a forged face", "a real face"]))
    assert out.logit.shape == (2, 1) and seen.shape == (2, EMBEDDING) and read.shape == (3, EMBEDDING)
    assert torch.allclose(read.norm(dim=1), torch.ones(3), atol=1e-5) and torch.allclose(read[0], read[2])
    truth = torch.tensor([[1.0, 0.0], [0.0, float("nan")]])
    right = word_loss(torch.tensor([[4.0, -4.0], [-4.0, 9.0]]), truth, torch.ones(1))
    wrong = word_loss(torch.tensor([[-4.0, 4.0], [4.0, -9.0]]), truth, torch.ones(1))
    assert right < 0.1 < 1 < wrong and torch.isfinite(wrong)


def test_the_exported_file_scores_its_sentences(tmp_path):
    torch.manual_seed(0)
    texts = [row["reads"] for row in read_sentences(SENTENCES)]
    exported = ExportedPrompt(Prompt(len(Vocabulary(every_word()))), texts)
    path = tmp_path / "prompt.onnx"
    export(exported, OUTPUTS, 96, path)
    found = check(exported, 96, path)
    assert found["torchDifference"] < 1e-4 and found["batchDifference"] < 1e-4
    answers = session(path).run(["sentences"], {"face": np.zeros((2, 3, 96, 96), np.float32)})[0]
    assert answers.shape == (2, len(texts))


@pytest.mark.parametrize("change", [{"level": "mood"}, {"key": "mouth"}, {"more": 1}])
def test_a_wrong_list_of_sentences_is_refused(tmp_path, change):
    rows = read_sentences(SENTENCES)
    path = tmp_path / "sentences.json"
    path.write_text(json.dumps([rows[0] | change, *rows[1:]]))
    with pytest.raises(ValueError):
        read_sentences(path)
