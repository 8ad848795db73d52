"""What confining the process of the decoders costs at its start.

``python packaging/measure/measure_sandbox.py [--starts 20]`` prints the median milliseconds until
such a process is ready, confined and not, and what the confining itself takes in it.
"""

import argparse
import statistics
import subprocess
import time

from brainviewer.core.process.sandbox.confinement import protections
from brainviewer.files.decoding import children

_TIMED = (
    "import sys, time; sys.path[:] = sys.argv[1:]; "
    "import brainviewer.files.decoding.child; began = time.perf_counter(); "
    "from brainviewer.core.process.sandbox.confinement import confine_decoder; confine_decoder(); "
    "print(1000 * (time.perf_counter() - began))"
)
_FREE = "import brainviewer.files.decoding.child as child; child.confine_decoder = tuple; "


def ready_ms() -> float:
    """Milliseconds until a child says that it can be asked."""
    began = time.perf_counter()
    child = children.Child()
    child.replies.read(1)
    seconds = time.perf_counter() - began
    child.end()
    return 1000 * seconds


def confining_ms() -> float:
    """Milliseconds that confining takes in the process itself."""
    command = children._command()
    command[command.index("-c") + 1] = _TIMED
    environment = children._environment()
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    return float(done.stdout)


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=20)
    starts = parser.parse_args().starts
    program = children._PROGRAM
    free = program.replace("from brain", _FREE + "from brain")
    confined_ms, free_ms = [], []
    for _ in range(starts):  # in turn: other work on the machine meets both
        children._PROGRAM = program
        confined_ms.append(ready_ms())
        children._PROGRAM = free
        free_ms.append(ready_ms())
    children._PROGRAM = program
    inside = [confining_ms() for _ in range(starts)]
    print(f"protections: {', '.join(protections()) or 'none'}")
    for what, found in (
        ("ready, confined", confined_ms), ("ready, free", free_ms), ("confining", inside),
    ):  # fmt: skip
        print(f"{what:16}{statistics.median(found):7.1f} ms, least {min(found):.1f} ms")


if __name__ == "__main__":
    main()
