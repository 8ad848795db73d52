"""What was freed goes back to the system, whatever was freed before."""

import subprocess
import sys

import pytest

SCRIPT = """
import sys
from pathlib import Path
import numpy as np
from brainviewer.core.process.memory import limit_pools

def taken():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

if sys.argv[1] == "limited":
    limit_pools()
for size in (4, 12, 30):  # from here on the library itself takes all that is smaller for small
    np.ones(size * 2**20, np.uint8)
before = taken()
volumes, between = [], []
for _ in range(10):
    volumes.append(np.ones(2**22, np.uint8))
    between.append(bytearray(2000))  # what lies behind a volume in a pool keeps it there
with_all = taken()
volumes.clear()
print(with_all - before, taken() - before)
"""
"""Bytes with ten volumes of 4 MiB, and without."""


def measured(how: str) -> tuple[int, int]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, how], stdout=subprocess.PIPE, text=True, check=True
    )
    most, left = map(int, done.stdout.split())
    return most, left


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="as the GNU C library does it")
def test_volumes_that_are_let_go_leave_no_holes() -> None:
    most, left = measured("limited")
    assert most > 35 * 2**20
    assert left < 4 * 2**20
