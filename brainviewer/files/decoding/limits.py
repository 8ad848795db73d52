"""What a decoder may use: processor time, memory, nothing else."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

SECONDS = 8
"""Of processor time for a small file."""
BYTES_PER_SECOND = 2**20
"""Of a file for each further second: what lies in it bounds the work that it can ask for."""
MEMORY = 1280 * 2**20
"""Bytes above what the process takes when it starts."""
_WAIT_SECONDS = 60
"""On the clock, for a machine that is busy with other things or a disk that is slow."""


def seconds_for(file_bytes: int) -> int:
    """Of processor time for a file of that size."""
    return SECONDS + file_bytes // BYTES_PER_SECOND


def patience_for(file_bytes: int) -> float:
    """Seconds on the clock after which a decoder is not waited for any more."""
    return _WAIT_SECONDS + 3.0 * seconds_for(file_bytes)


def limit_process() -> None:
    """Limit this process's memory; it writes no files, and leaves no core when it crashes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    if resource is None:
        return
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_AS, _address_space() + MEMORY),
    ):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (most, most))


def watch_requests(pipe: int) -> None:
    """Let the system say when the other end of a pipe is closed; see ``ends_with_asker``."""
    if resource is None:
        return
    signal.signal(signal.SIGIO, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)


@contextlib.contextmanager
def ends_with_asker() -> Iterator[None]:
    """Let this process end at once when whoever asked is gone, also in the middle of a decoder.

    The system ends it, since decoders do not come back to Python. It also would if a further
    request came meanwhile: there is none before the last word of the answer.
    """
    if resource is None:
        yield
        return
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGIO, signal.SIG_IGN)


def limit_time(seconds: int) -> None:
    """End this process when it has used so much more processor time."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(used.ru_utime + used.ru_stime) + seconds + 1
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (until, hard))


def ended_by_time(return_code: int | None) -> bool:
    """Whether a process that ended with this code had used up its time."""
    return sys.platform != "win32" and return_code == -signal.SIGXCPU


def _address_space() -> int:
    """Bytes of address space in use now; where nobody says, a generous guess."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 2**30
