"""The descriptions that a detector with words is asked about: a small file that anybody can extend."""

from __future__ import annotations

import json
from pathlib import Path

LEVELS = ("altered", "region", "operation", "look")
SENTENCES = Path(__file__).with_name("sentences.json")
"""The descriptions that ship: `key, level, text` (what people read after 'reads most like') and `reads` (what the tower reads)."""


def read_sentences(path: Path) -> list[dict]:
    """Raises ValueError where an entry lacks a field, repeats a key, or has a level that does not exist."""
    rows = json.loads(path.read_text())
    for row in rows:
        if set(row) != {"key", "level", "text", "reads"} or row["level"] not in LEVELS:
            raise ValueError(f"{path.name}: {row} needs key, level ({', '.join(LEVELS)}), text and reads")
    if len({row["key"] for row in rows}) != len(rows):
        raise ValueError(f"{path.name}: a key stands twice")
    return rows
