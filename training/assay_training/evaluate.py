"""Measures the exported detector on labelled clips, beside published detectors: `eval-clips`."""

from __future__ import annotations

import argparse
import csv
import json
import tarfile
from pathlib import Path

import cv2
import numpy as np

from assay_training.clips import FaceFinder, FaceTrack, Region, read_clips
from assay_training.crop import PRODUCT_MARGINS, face_crop
from assay_training.export import net_input, session
from assay_training.measures import auc, auc_interval, calibration_error, share_interval, sigmoid

MESO = ("meso4_df", "meso4_f2f", "mesoinception_df", "mesoinception_f2f")
MESO_MARGIN = 1.0
"""MesoNet was trained on the face box with little around it."""


def xray_logits(run, face: FaceTrack, margins: tuple[float, ...] = PRODUCT_MARGINS, flip: bool = False) -> np.ndarray:
    """Logit of every frame at every margin, (frames, margins); with `flip` the mean with the mirrored crop's."""
    size = run.get_inputs()[0].shape[2]
    out = np.empty((len(face.patches), len(margins)))
    for j, margin in enumerate(margins):
        crops = [face_crop(p, m, size, margin) for p, m in zip(face.patches, face.landmarks)]
        x = net_input(crops)
        out[:, j] = run.run(["logit"], {"face": x})[0][:, 0]
        if flip:
            out[:, j] = (out[:, j] + run.run(["logit"], {"face": np.ascontiguousarray(x[..., ::-1])})[0][:, 0]) / 2
    return out


def meso_scores(run, face: FaceTrack) -> np.ndarray:
    """1 - P(real) of every frame, (frames,)."""
    crops = [face_crop(p, m, 256, MESO_MARGIN) for p, m in zip(face.patches, face.landmarks)]
    x = np.stack(crops).transpose(0, 3, 1, 2).astype(np.float32) / 255
    return 1 - run.run(None, {"face": x})[0][:, 0]


def report(regions: list[Region], scores: np.ndarray) -> dict:
    """AUC over all with its interval, pairs ranked right, AUC of each family's forgeries against all real regions."""
    fake = np.array([r.fake for r in regions])
    family = np.array([r.family for r in regions])
    groups = np.array([r.group for r in regions])
    seen = np.isfinite(scores)
    real = seen & ~fake
    out: dict = {"auc": round(auc(scores[real], scores[seen & fake]), 4)}
    out["auc95"] = [round(v, 3) for v in auc_interval(scores[seen], fake[seen], groups[seen])]
    side = {(r.file, r.fake): s for r, s in zip(regions, scores) if r.region != "full"}
    pairs = [(g, side[f, True], side[f, False]) for g, f in sorted({(r.group, r.file) for r in regions}) if (f, True) in side]
    right = np.array([(a > b) + 0.5 * (a == b) for _, a, b in pairs])
    out["pairs"] = round(float(right.mean()), 4)
    out["pairs95"] = [round(v, 3) for v in share_interval(right, np.array([g for g, _, _ in pairs]))]
    out["pairCount"] = len(pairs)
    out["families"] = {
        f: {"auc": round(auc(scores[real], scores[seen & fake & (family == f)]), 4), "clips": int((fake & (family == f)).sum())}
        for f in sorted(set(family[fake]))
    }
    live = np.char.startswith(family, "dfl")
    out["liveAgainstAllReal"] = round(auc(scores[real], scores[seen & fake & live]), 4)
    out["liveAgainstOwnOriginals"] = round(auc(scores[real & live], scores[seen & fake & live]), 4)
    out["regionsWithoutFace"] = int((~seen).sum())
    return out


def stills_report(run, folder: Path, finder: FaceFinder) -> dict:
    """AUC of each family of forged stills against the real ones of the same collection, and against all real ones."""
    rows = list(csv.DictReader(open(folder / "stills.csv", newline="")))
    with tarfile.open(folder / "stills.tar") as tar:
        blobs = {m.name: tar.extractfile(m).read() for m in tar if m.isfile()}
    scores, kept = [], []
    for row in rows:
        rgb = np.ascontiguousarray(cv2.imdecode(np.frombuffer(blobs[row["file"]], np.uint8), cv2.IMREAD_COLOR)[..., ::-1])
        if not (found := finder.faces(rgb)):
            continue
        face = FaceTrack()
        face.add(rgb, found[0])
        scores.append(xray_logits(run, face).mean())
        kept.append(row)
    scores = np.array(scores)
    fake = np.array([r["label"] == "fake" for r in kept])
    family = np.array([r["family"] for r in kept])
    out: dict = {"stills": len(rows), "withFace": len(kept)}
    for name in sorted(set(family[fake])):
        chosen = scores[fake & (family == name)]
        out[name] = {"againstAllReal": round(auc(scores[~fake], chosen), 3)}
        if (own := scores[~fake & (family == name)]).size:
            out[name]["againstOwnReal"] = round(auc(own, chosen), 3)
    return out


def main(argv: list[str]) -> int:
    p = argparse.ArgumentParser(prog="eval-clips", description=__doc__)
    p.add_argument("--clips", type=Path, default=Path("../../shared/data/clips"))
    p.add_argument("--peers", type=Path, default=Path("../../shared/peers"))
    p.add_argument("--model", type=Path, default=Path("../models/xray/xray-v0.onnx"))
    p.add_argument("--cache", type=Path, default=Path("runs/cache"))
    p.add_argument("--frames", type=int, default=14)
    p.add_argument("--flip", action="store_true", help="average with the mirrored crop")
    p.add_argument("--stills", type=Path, help="a folder with stills.csv and stills.tar, measured too")
    p.add_argument("--without-peers", action="store_true")
    p.add_argument("--out", type=Path, help="write the figures here too")
    p.add_argument("--scores", type=Path, help="write the score of every region to this csv")
    args = p.parse_args(argv)
    cv2.setNumThreads(1)
    regions = read_clips(args.clips, args.peers / "yunet_n_dynamic.onnx", args.cache, args.frames)
    run = session(args.model)
    both = np.array([r.scores(lambda face: xray_logits(run, face, flip=args.flip)) for r in regions])
    scores = both[:, 0]
    found = {"model": args.model.name, "frames": args.frames, "margins": PRODUCT_MARGINS, "flip": args.flip}
    found |= {"real": sum(not r.fake for r in regions), "fake": sum(r.fake for r in regions)}
    found["xray"] = report(regions, scores) | {"mostProminentFaceOnly": report(regions, both[:, 1])}
    entry = args.model.parent / "manifest-entry.json"
    if entry.exists() and (c := json.loads(entry.read_text()).get("calibration")):
        fake, seen = np.array([r.fake for r in regions]), np.isfinite(scores)
        probability = sigmoid(c["a"] * scores[seen] + c["b"])
        found["xray"]["calibration"] = {
            "ece": round(calibration_error(probability, fake[seen]), 3),
            "meanProbabilityReal": round(float(probability[~fake[seen]].mean()), 3),
            "meanProbabilityFake": round(float(probability[fake[seen]].mean()), 3),
        }
    if not args.without_peers:
        for name in MESO:
            peer = session(args.peers / f"{name}.onnx")
            scored = np.array([r.scores(lambda face: meso_scores(peer, face)) for r in regions])
            found[name] = report(regions, scored[:, 0]) | {"mostProminentFaceOnly": report(regions, scored[:, 1])}
    if args.stills:
        found["stills"] = stills_report(run, args.stills, FaceFinder(args.peers / "yunet_n_dynamic.onnx"))
    print(json.dumps(found, indent=1))
    if args.scores:
        rows = [f"{r.file},{r.region},{int(r.fake)},{s:.4f},{len(r.faces)}" for r, s in zip(regions, scores)]
        args.scores.write_text("\n".join(["file,region,fake,logit,faces", *rows]) + "\n")
    if args.out:
        args.out.write_text(json.dumps(found, indent=1) + "\n")
    return 0
