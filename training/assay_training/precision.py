"""Whether this machine computes faster in bfloat16 than in float32."""

from __future__ import annotations

from pathlib import Path


def half_precision(device: str = "cpu") -> bool:
    """True on CUDA, and on processors with instructions for bfloat16: elsewhere it is emulated and slower."""
    if device.startswith("cuda"):
        return True
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags
