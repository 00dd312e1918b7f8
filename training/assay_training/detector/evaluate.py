"""Measures the face detector beside its teacher and prints the figures; nothing is chosen here."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2

from assay_training.detector.dataset import NEGATIVE_SOURCE, VAL_ONLY_SOURCE, data_root, load_scenes, teacher_path
from assay_training.detector.export import MODEL_FOLDER
from assay_training.detector.measure import clip_recall, false_alarms, find_all, paired_latency, set_average_precision
from assay_training.detector.runtime import Student, Teacher

LATENCY_SIZES = ((640, 640), (384, 640), (320, 320))
"""Height and width: a square letterbox, 16:9 at long side 640, a small square."""


def measure_scenes(student: Student, teacher: Teacher, thresholds: tuple[float, float], long_side: int | None) -> dict:
    """AP@0.5 per source and false alarms on the negatives, student beside teacher."""
    val = load_scenes("val")
    size = f"long side {long_side}" if long_side else "as stored"
    result = {}
    for source in sorted({s.source for s in val}):
        scenes = [s for s in val if s.source == source]
        ours, theirs = (find_all(d, scenes, long_side) for d in (student, teacher))
        if source == NEGATIVE_SOURCE:
            alarms = false_alarms(ours, thresholds[0]), false_alarms(theirs, thresholds[1])
            print(f"{source:16} {size:14} false alarms in {len(scenes)} pictures: {alarms[0]}, teacher {alarms[1]}")
            result[source] = {"pictures": len(scenes), "student": alarms[0], "teacher": alarms[1]}
            continue
        ap = [set_average_precision(f) for f in (ours, theirs)]
        faces = sum(len(s.boxes) for s in scenes)
        note = "  (never trained on)" if source == VAL_ONLY_SOURCE else ""
        print(f"{source:16} {size:14} AP@0.5 {ap[0]:.4f}, teacher {ap[1]:.4f} on {faces} faces{note}", flush=True)
        result[source] = {"faces": faces, "student": round(ap[0], 4), "teacher": round(ap[1], 4)}
    return result


def measure_clips(student: Student, teacher: Teacher, score: float, iou: float, long_side: int | None) -> dict:
    """Share of the teacher's faces of 60 px and more that the student finds, over all clips."""
    size = f"long side {long_side}" if long_side else "as stored"
    rows = []
    for path in sorted((data_root() / "data" / "clips").glob("*.mp4")):
        rows.append(clip_recall(student, teacher, path, long_side, score, iou))
        if rows[-1].found < rows[-1].wanted:
            print(f"  {path.name}: {rows[-1].found} of {rows[-1].wanted}")
    wanted, found = sum(r.wanted for r in rows), sum(r.found for r in rows)
    error = sum(r.landmark_error * r.found for r in rows if r.found) / max(found, 1)
    extra = sum(r.extra for r in rows)
    share = found / max(wanted, 1)
    print(
        f"clips {size}: {found} of {wanted} teacher's faces >= 60 px found ({share:.2%}); landmarks {error:.2%} of the "
        f"face size from the teacher's; {extra} other faces >= 60 px",
        flush=True,
    )
    return {"wanted": wanted, "found": found, "landmarkError": round(error, 4), "extra": extra}


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="detector-eval", description="Measure the face detector beside YuNet-n.")
    parser.add_argument("--model", type=Path, help="ONNX file; default: the one in the manifest entry")
    parser.add_argument("--teacher-score", type=float, default=0.6, help="threshold of the teacher on negatives")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--quick", action="store_true", help="no clips")
    options = parser.parse_args(argv)
    cv2.setNumThreads(1)
    entry = json.loads((MODEL_FOLDER / "manifest-entry.json").read_text())
    student = Student(options.model or MODEL_FOLDER / entry["file"])
    teacher = Teacher(teacher_path())
    score, iou, long_side = entry["scoreThreshold"], entry["nmsIou"], entry["input"]["longSide"]
    figures: dict = {"scoreThreshold": score, "scenes": {}, "clips": {}, "latencyMs": {}}
    for side in (None, long_side):
        key = str(side or "stored")
        figures["scenes"][key] = measure_scenes(student, teacher, (score, options.teacher_score), side)
    if not options.quick:
        for side in (long_side, None):
            figures["clips"][str(side or "stored")] = measure_clips(student, teacher, score, iou, side)
    for height, width in LATENCY_SIZES:
        ours, theirs = paired_latency(student, teacher, height, width)
        print(f"{width}x{height}: {ours[0]:.1f} ms (best {ours[1]:.1f}), teacher {theirs[0]:.1f} (best {theirs[1]:.1f})")
        figures["latencyMs"][f"{width}x{height}"] = {"student": round(ours[0], 2), "teacher": round(theirs[0], 2)}
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
