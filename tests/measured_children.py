"""Lines that run in the decoders' process count, too, when coverage is measured.

That process starts without site-packages, may write no file, and is killed when it is not needed.
Here it starts coverage by itself, may write, and is given the time to write down what it ran. Where
nothing is measured, nothing changes.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from coverage import Coverage

from brainviewer.files.decoding import process

_PATIENCE = 2.0
"""Seconds in which a process ends after its input is closed, and writes its data."""
_START = (
    "import resource, sys; sys.path[:] = sys.argv[1:]; "
    "resource.RLIMIT_FSIZE = resource.RLIMIT_CORE; "  # files may grow: the data are one
    "import coverage; coverage.process_startup(); "
)


@contextmanager
def measured_decoders() -> Iterator[None]:
    """Measure coverage in the processes that decode images, if it is measured here."""
    if Coverage.current() is None:
        yield
        return
    end = process._end

    def end_gently(child: "subprocess.Popen[bytes]") -> None:
        if child.stdin is not None:
            with suppress(OSError, subprocess.TimeoutExpired):
                child.stdin.close()
                child.wait(_PATIENCE)
        end(child)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "_PROGRAM", _START + process._PROGRAM)
        patch.setattr(process, "_end", end_gently)
        yield
        process._end_all()
