"""The detector of discrepancies as the product loads it: `export-discrepancy`."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from assay_training.discrepancy.cells import PARTS, WAYS
from assay_training.discrepancy.net import Discrepancy
from assay_training.export import arguments, load_net, write
from assay_training.prompt.sentences import SENTENCES, read_sentences
from assay_training.synthesis.facts import OPERATION_FACTS

OUTPUTS = ("logit", "sentences")

PART_WORDS = {"nose": "the nose", "cheek": "a cheek", "forehead": "the forehead"}
"""How people read the parts that `prompt` has no description of; for the others its own words are used."""


def descriptions() -> list[dict[str, str]]:
    """`key, level, text` of the columns of `sentences`: the parts, then the operations. A key that `prompt` has too is
    the same description, and the product takes the mean of both."""
    known = {row["key"]: row for row in read_sentences(SENTENCES)}
    parts = [{"key": key, "level": "region", "text": PART_WORDS.get(key) or known[key]["text"]} for key in PARTS]
    return parts + [{"key": key, "level": "operation", "text": known[key]["text"]} for key in OPERATION_FACTS]


class ExportedDiscrepancy(nn.Module):
    """What the product sees: `logit` (n,1), manipulated > 0, and `sentences` (n,k), log odds that each of `descriptions` is true.

    A part (an operation) was altered with the probability that anything was, times its share among the parts (operations). The
    small alterations that only training uses are no operations of a forger and are left out of that.
    """

    def __init__(self, net: Discrepancy) -> None:
        super().__init__()
        self.net = net

    def forward(self, face: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        out, parts, ways = self.net(face)
        operations = ways[:, [list(WAYS).index(name) for name in OPERATION_FACTS]]
        shares = torch.cat([F.log_softmax(parts, 1), F.log_softmax(operations, 1)], 1)
        chance = (F.logsigmoid(out.logit) + shares).exp().clamp(1e-4, 1 - 1e-4)
        return out.logit, torch.logit(chance)


def main(argv: list[str]) -> int:
    args = arguments("discrepancy", argv)
    write(args, ExportedDiscrepancy(load_net(Discrepancy(), args.run / "last.pt")), OUTPUTS, descriptions())
    return 0
