"""Trains the models that Assay ships: the face detector and the frame forgery detector."""

__version__ = "0.1.0"

import os

# Official builds of onnxruntime report runs to their maker unless told otherwise before they are loaded.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
