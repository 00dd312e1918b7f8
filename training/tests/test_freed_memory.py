"""Holds: on Linux with glibc, memory that was freed is taken again without asking the system for its pages."""

import subprocess
import sys

import pytest

ASK = """
import resource, sys
import numpy as np
from assay_training.freed_memory import keep_freed_memory

def faults(times):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(times):
        np.zeros(64 << 20, np.uint8).fill(1)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

if sys.argv[1] == "kept":
    assert keep_freed_memory()
faults(2)
print(faults(8))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc alone can be told")
def test_memory_is_kept_for_the_next_step():
    # np.zeros asks for cleared pages, so that what counts is whether they are new ones.
    plain, kept = (int(subprocess.run([sys.executable, "-c", ASK, how], capture_output=True, text=True, check=True).stdout) for how in ("plain", "kept"))
    assert kept < plain / 10
