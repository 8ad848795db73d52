"""Memory that is free again goes back to the system (GNU C library; elsewhere nothing is done).

The library keeps what was freed, in a pool for each of many threads. Work that runs in ever new
threads and takes tens of megabytes leaves holes in all of them, so that the process grows from
study to study although nothing is kept. Large arrays lie outside of the pools and go back at once;
but with each that is freed the library takes larger ones for small, up to 32 MB, until the volumes
of a study and every copy on the way to them lie in the pools.
"""

import ctypes
import math
import os
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of mallopt(3)
_POOLS = 2
_LARGE = 2**20
"""Bytes of an array that lies outside of the pools: smaller ones, as of a slice on the screen, come
again and again, and would be given back and taken again each time."""
_KEPT_FREE = 8 * 2**20
"""Bytes at the end of a pool that need not go back."""


def limit_pools() -> None:
    """Let all threads share two pools, of small arrays only; for the start of a program that opens
    much."""
    if (library := _gnu_library()) is not None:
        library.mallopt(_ARENA_MAX, _POOLS)
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
        library.mallopt(_TRIM_THRESHOLD, _KEPT_FREE)


class _Last:
    given = -math.inf
    """When memory was given back, by the monotonic clock."""


def give_back(pause: float = 0.0) -> None:
    """Give the free pages of all pools back; takes some ten milliseconds, for a job's thread.

    pause : nothing is done if it was done less than so many seconds ago.
    """
    library = _gnu_library()
    if library is not None and time.monotonic() - _Last.given >= pause:
        library.malloc_trim(0)
        _Last.given = time.monotonic()


@cache
def _gnu_library() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") else None


def held_mb() -> float | None:
    """The memory that this process holds, in MB; None where the system does not say (not Linux)."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
