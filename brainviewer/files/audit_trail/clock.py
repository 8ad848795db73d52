"""The two clocks of a line: the one that can be set, and the one since the computer was started."""

import time
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path

from brainviewer.core.audit_trail.line import Moment

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def moment() -> Moment:
    """Now. Where the system does not tell its starts apart, ``boot`` is empty."""
    since_start = getattr(time, "CLOCK_BOOTTIME", None)
    up = time.monotonic() if since_start is None else time.clock_gettime(since_start)
    return Moment(datetime.now(UTC), up, _boot())


@cache
def _boot() -> str:
    """Tells one start of the computer from others, and nothing else about it."""
    try:
        return blake2b(_BOOT_ID.read_bytes(), digest_size=4).hexdigest()
    except OSError:
        return ""
