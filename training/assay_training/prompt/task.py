"""What `prompt` is asked for in training: what `xray` is asked for, and which sentences are true of a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from assay_training.measures import auc
from assay_training.net import Output, load_imagenet
from assay_training.pairs import Batch
from assay_training.prompt.captions import HELD_OUT, Caption, draw, every_word, truths
from assay_training.prompt.net import Prompt
from assay_training.prompt.sentences import SENTENCES, read_sentences
from assay_training.prompt.words import Vocabulary
from assay_training.reasons import named_rightly
from assay_training.weights import fill_whole_or_tower
from assay_training.xray_task import Look, Targets, XrayTask, map_and_score_losses, plainly

CAPTIONS = 96
"""Sentences a step."""

WORDS_WEIGHT = 1.0


class PromptTask(XrayTask):
    parts = ("loss", "score", "rank", "maps", "words")

    def __init__(self, seed: int, look: Look = plainly) -> None:
        super().__init__(look)
        self.vocabulary = Vocabulary(every_word())
        self.rng = np.random.default_rng(seed)

    def net(self, imagenet: Path, start: Path | None) -> Prompt:
        """From ImageNet, or with the weights of a checkpoint of this task, or of an image tower (those of `xray`, an exported file).

        An exported file has no text tower; `fit-text` makes a checkpoint of it that has one.
        """
        net = Prompt(len(self.vocabulary))
        if start is None:
            load_imagenet(net.image, imagenet)
            return net
        fill_whole_or_tower(net, net.image, start)
        return net

    def loss(
        self, net: Prompt, out: tuple[Output, torch.Tensor], batch: Batch, targets: Targets
    ) -> dict[str, torch.Tensor]:
        answer, pictures = out
        found = map_and_score_losses(answer, targets)
        captions = [draw(self.rng) for _ in range(CAPTIONS)]
        sentences = net.text(self.vocabulary.encode([c.text for c in captions]).to(pictures.device))
        truth = torch.from_numpy(truths(captions, batch.facts)).to(pictures.device)
        words = word_loss(net.agreement(pictures.float(), sentences.float()), truth, targets.weight)
        return {**found, "loss": found["loss"] + WORDS_WEIGHT * words, "words": words}

    @torch.inference_mode()
    def validate(self, net: Prompt, batch: Batch, device: str) -> dict[str, float]:
        """As `xray`; region and operation named rightly where the forgery shows; AUC of sentences never trained with."""
        net.eval()
        logits, pictures = zip(
            *[[v.float().cpu() for v in (out.logit[:, 0], e)] for out, e in self.answers(net, batch, device)]
        )
        logits, pictures = torch.cat(logits).numpy(), torch.cat(pictures)
        n = len(batch.weight)
        found = self.ranks(logits[:n], logits[n:], batch.kinds)
        plain = {row["key"]: row["reads"] for row in read_sentences(SENTENCES)}
        scores = self.scores(net, pictures[n:], list(plain.values()), device)
        named = named_rightly(dict(zip(plain, scores.T)), batch)
        found |= {title: named[title] for title in ("region", "operation")}
        held_out = [Caption(text, facts or (), real=facts is None) for text, facts in HELD_OUT.items()]
        scores, truth = self.scores(net, pictures, [c.text for c in held_out], device), truths(held_out, batch.facts)
        rows = [auc(scores[truth[:, k] == 0, k], scores[truth[:, k] == 1, k]) for k in range(len(held_out))]
        found["new sentences"] = float(np.nanmean(rows))
        net.train()
        return found

    def scores(self, net: Prompt, pictures: torch.Tensor, texts: list[str], device: str) -> np.ndarray:
        """Log odds (n, len(texts)) that each text is true of each picture (n,e)."""
        sentences = net.text(self.vocabulary.encode(texts).to(device))
        return net.agreement(pictures.to(device), sentences).float().cpu().numpy()


def word_loss(agreement: torch.Tensor, truth: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Pairwise sigmoid loss (SigLIP, Zhai et al., 2023) over pictures and sentences, both (2n,K).

    True and false pairs weigh alike in sum, or the many false ones would teach 'no' alone. NaN: left out. weight (n,): a
    forgery that can hardly be seen counts less.
    """
    share = torch.cat([torch.ones_like(weight), weight])[:, None].expand_as(truth)
    known = ~torch.isnan(truth)
    label = torch.nan_to_num(truth)
    each = F.binary_cross_entropy_with_logits(agreement, label, reduction="none") * share * known
    true = (label == 1) & known
    false = (label == 0) & known
    return 0.5 * sum((each * part).sum() / (share * part).sum().clamp_min(1) for part in (true, false))
