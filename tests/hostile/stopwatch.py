"""Seconds that something takes, whatever else the machine does."""

import os
import time
from pathlib import Path

from tests.hostile.watching import of_session


class Stopwatch:
    """Seconds that pass for the session of this process, as on a machine that does nothing else.

    What its threads have waited for a processor is left out, down to the time that they have used:
    that others keep the machine busy is no matter of an input.
    """

    def __init__(self) -> None:
        self._started, self._used, self._waited = time.monotonic(), _used(), _waited()

    @property
    def seconds(self) -> float:
        """Since it was made."""
        passed = time.monotonic() - self._started
        waited = sum(now - self._waited.get(task, 0.0) for task, now in _waited().items())
        return min(passed, max(_used() - self._used, passed - waited))


def _used() -> float:
    """Seconds of processors that the session has used, with children that have ended."""
    ticks = 0
    for process in of_session(os.getsid(0)):
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _waited() -> dict[str, float]:
    """Seconds that each thread of the session has waited for a processor."""
    found = {}
    for process in of_session(os.getsid(0)):
        for task in Path(f"/proc/{process}/task").glob("*"):
            try:
                found[task.name] = int((task / "schedstat").read_text().split()[1]) / 1e9
            except (OSError, ValueError, IndexError):
                found[task.name] = 0.0
    return found
