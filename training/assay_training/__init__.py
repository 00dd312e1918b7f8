"""Trains the models that Assay ships: the face detector and the frame forgery detector."""

__version__ = "0.1.0"
