"""Changes an exported detector where it lies: the file and what its manifest entry says of it, together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import onnx


def change_model(
    folder: Path,
    version: str,
    change: Callable[[onnx.ModelProto], onnx.ModelProto],
    change_outputs: Callable[[dict], dict] = lambda outputs: outputs,
) -> Path:
    """Writes the changed file and its entry's version, digest, size and outputs; returns the file.

    folder: holds the detector and its `manifest-entry.json`. What `change` raises leaves both as they were.
    """
    entry_file = folder / "manifest-entry.json"
    entry = json.loads(entry_file.read_text())
    file = folder.parent / entry["file"]
    blob = change(onnx.load(file)).SerializeToString(deterministic=True)
    file.write_bytes(blob)
    entry |= {"version": version, "sha256": hashlib.sha256(blob).hexdigest(), "bytes": len(blob), "outputs": change_outputs(entry["outputs"])}
    entry_file.write_text(json.dumps(entry, indent=2) + "\n")
    return file
