"""The detector with words as the product loads it: `export-prompt`.

The text tower reads the descriptions once, here; their vectors become part of the file, whose output `sentences` then has one
column a description. New ones need a new export, no training: `--sentences more.json`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import nn

from assay_training.export import XRAY_OUTPUTS, arguments, load_net, maps_of, write
from assay_training.prompt.captions import every_word
from assay_training.prompt.net import Prompt
from assay_training.prompt.sentences import SENTENCES, read_sentences
from assay_training.prompt.words import Vocabulary

OUTPUTS = (*XRAY_OUTPUTS, "sentences")


class ExportedPrompt(nn.Module):
    """What the product sees: `logit` and the maps as `xray` gives them, and `sentences` (n,k), log odds that each is true."""

    def __init__(self, net: Prompt, texts: list[str]) -> None:
        super().__init__()
        self.net = net
        with torch.inference_mode():
            vectors = net.eval().text(Vocabulary(every_word()).encode(texts))
        self.register_buffer("vectors", vectors.clone())

    def forward(self, face: torch.Tensor) -> tuple[torch.Tensor, ...]:
        out, pictures = self.net(face)
        return out.logit, *maps_of(out), self.net.agreement(pictures, self.vectors)


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="export-prompt", description=__doc__)
    p.add_argument("--sentences", type=Path, default=SENTENCES)
    args = arguments("prompt", argv, p)
    rows = read_sentences(args.sentences)
    net = load_net(Prompt(len(Vocabulary(every_word()))), args.run / "last.pt")
    shown = [{k: row[k] for k in ("key", "level", "text")} for row in rows]
    write(args, ExportedPrompt(net, [row["reads"] for row in rows]), OUTPUTS, shown)
    return 0
