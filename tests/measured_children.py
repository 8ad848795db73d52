"""Lines that run in the decoders' process count, too, when coverage is measured.

That process starts without site-packages and the user's variables, may write no file, and is
killed when it is not needed. Here it starts coverage by itself, is not confined, and is given the
time to write down what it ran. Where nothing is measured, nothing changes.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from coverage import Coverage

from brainviewer.files.decoding import children
from brainviewer.files.decoding.children import Child

_PATIENCE = 2.0
"""Seconds in which a process ends after its input is closed, and writes its data."""
_OF_COVERAGE = tuple(name for name in map(str.upper, os.environ) if name.startswith("COV"))
_START = (
    "import resource, sys; sys.path[:] = sys.argv[1:]; "
    "resource.RLIMIT_FSIZE = resource.RLIMIT_CORE; "  # files may grow: the data are one
    "import brainviewer.core.process.sandbox.confinement as sandbox; "
    "sandbox.confine_decoder = tuple; "
    "import coverage; coverage.process_startup(); "
)


@contextmanager
def measured_decoders() -> Iterator[None]:
    """Measure coverage in the processes that decode images, if it is measured here."""
    if Coverage.current() is None:
        yield
        return
    end, kept = Child.end, children._ENVIRONMENT

    def end_gently(child: Child) -> None:
        child.ask_no_more()
        with suppress(subprocess.TimeoutExpired):
            child.wait(_PATIENCE)
        end(child)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(children, "_PROGRAM", _START + children._PROGRAM)
        patch.setattr(children, "_ENVIRONMENT", (*kept, *_OF_COVERAGE))
        patch.setattr(Child, "end", end_gently)
        yield
        children.end_all()
