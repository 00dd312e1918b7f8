"""A text tower for an exported detector: `fit-text`.

A file that ships holds the image tower and the vectors of its descriptions, not the tower that read them. This fits a new one to
what the image tower says of synthetic pairs, whose captions are known, and holds it to the vectors that the file has. With it the detector
can be trained on (`train-prompt --start`) or asked for other descriptions (`export-prompt --sentences`), by whoever has the file alone.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional as F

from assay_training.pairs import PairMaker, join
from assay_training.prompt.captions import draw, every_word, truths
from assay_training.prompt.net import Prompt
from assay_training.prompt.sentences import SENTENCES, read_sentences
from assay_training.prompt.task import CAPTIONS, word_loss
from assay_training.prompt.words import Vocabulary
from assay_training.train import GROUP
from assay_training.weights import MAY_LACK, read_weights
from assay_training.xray_task import in_parts

PAIRS_A_STEP = 96
ANCHOR = 4.0
"""Weight of the distance (1 - cosine) to the vectors in the file, against the loss over captions."""


def sentence_vectors(file: Path, count: int) -> torch.Tensor:
    """Unit vectors (count,e) of the descriptions that an exported detector was given."""
    model = onnx.load(file)
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        for name in node.input if node.op_type in ("MatMul", "Gemm") else ():
            if name in stored and list(stored[name].dims)[1:] == [count]:
                return F.normalize(torch.from_numpy(numpy_helper.to_array(stored[name]).T.copy()), dim=1)
    raise ValueError(f"{file} scores no {count} descriptions")


def load_image_tower(net: Prompt, file: Path) -> None:
    """Everything but the text tower and the scale of its answers. RuntimeError where the file is another net's."""
    missing, unknown = net.load_state_dict(read_weights(file, whole=True), strict=False)
    known = ("text.", "log_scale", *(f"image.{name}" for name in MAY_LACK))
    if unknown or any(not name.startswith(known) for name in missing):
        raise RuntimeError(f"{file} is no detector with words that was exported here")


@torch.no_grad()
def embedded(net: Prompt, maker: PairMaker, rng: np.random.Generator, pairs: int, size: int, device: str) -> tuple[torch.Tensor, ...]:
    """Vectors of `pairs` real pictures and of their forgeries, (n,e) each, the forgeries' weights (n,) and facts (n,F)."""
    real, forged, weights, facts = [], [], [], []
    for _ in range(-(-pairs // (4 * GROUP))):
        batch = join([maker.group(rng, GROUP, size) for _ in range(4)])
        for vectors, pictures in ((real, batch.real), (forged, batch.forged)):
            vectors += [pooled.float().cpu() for _, pooled in in_parts(net, (pictures,), device)]
        weights.append(torch.from_numpy(batch.weight))
        facts.append(torch.from_numpy(batch.facts))
    return tuple(torch.cat(part) for part in (real, forged, weights, facts))


def fit(net: Prompt, seen: tuple[torch.Tensor, ...], anchors: tuple[list[str], torch.Tensor], steps: int, seed: int) -> float:
    """Trains the text tower and the scale of its answers; returns the last running mean of the loss over captions."""
    real, forged, weights, facts = seen
    vocabulary, rng = Vocabulary(every_word()), np.random.default_rng(seed)
    tokens, vectors = vocabulary.encode(anchors[0]), anchors[1]
    parameters = [*net.text.parameters(), net.log_scale, net.bias]
    optimiser = torch.optim.AdamW(parameters, 1e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-3, steps)
    mean = 0.0
    net.text.train()
    for step in range(steps):
        rows = rng.integers(0, len(weights), PAIRS_A_STEP)
        captions = [draw(rng) for _ in range(CAPTIONS)]
        sentences = net.text(vocabulary.encode([c.text for c in captions]))
        truth = torch.from_numpy(truths(captions, facts[rows].numpy()))
        words = word_loss(net.agreement(torch.cat([real[rows], forged[rows]]), sentences), truth, weights[rows])
        off = (1 - (net.text(tokens) * vectors).sum(1)).mean()
        optimiser.zero_grad(set_to_none=True)
        (words + ANCHOR * off).backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        schedule.step()
        loss = float(words.detach())
        mean = loss if step == 0 else 0.98 * mean + 0.02 * loss
        if step % 100 == 99:
            print(f"step {step + 1} words {mean:.3f} off the file's vectors {float(off.detach()):.4f}", flush=True)
    net.eval()
    return mean


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="fit-text", description=__doc__)
    p.add_argument("model", type=Path, help="folder with an exported detector with words and its manifest-entry.json")
    p.add_argument("--cache", type=Path, default=Path("runs/cache"), help="what `prepare` wrote")
    p.add_argument("--run", type=Path, default=Path("runs/read"), help="where the checkpoint goes")
    p.add_argument("--pairs", type=int, default=2500)
    p.add_argument("--steps", type=int, default=700)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = p.parse_args(argv)
    entry = json.loads((args.model / "manifest-entry.json").read_text())
    file = args.model.parent / entry["file"]
    rows = read_sentences(SENTENCES)
    torch.manual_seed(args.seed)
    net = Prompt(len(Vocabulary(every_word())))
    load_image_tower(net, file)
    began = time.time()
    seen = embedded(net.eval().to(args.device), PairMaker(args.cache, train=True), np.random.default_rng(args.seed), args.pairs, entry["input"]["width"], args.device)
    print(f"{len(seen[2])} pairs seen after {time.time() - began:.0f} s", flush=True)
    net.to("cpu")
    words = fit(net, seen, ([row["reads"] for row in rows], sentence_vectors(file, len(rows))), args.steps, args.seed)
    args.run.mkdir(parents=True, exist_ok=True)
    state = net.state_dict()
    torch.save({"net": state, "average": state}, args.run / "last.pt")
    (args.run / "result.json").write_text(json.dumps({"pairs": len(seen[2]), "steps": args.steps, "words": round(words, 4)}))
    return 0
