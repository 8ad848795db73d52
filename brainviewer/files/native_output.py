"""What native libraries write past Python."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_one_at_a_time = threading.Lock()  # stderr belongs to the whole process


@contextmanager
def without_stderr() -> Iterator[None]:
    """Drop what is written to stderr meanwhile: decoders say there what is wrong with a file."""
    with _one_at_a_time:
        try:
            kept = os.dup(2)
        except OSError:  # a program without a terminal has none
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)
