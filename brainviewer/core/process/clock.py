"""The time: by the calendar, and since the start of the computer, which nobody can set back."""

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Moment:
    """A point in time.

    wall : seconds since 1970 by the calendar, which may be set. monotonic : seconds since the start
    of the computer, the same in all processes. boot : tells one start from another; empty where the
    system does not say.
    """

    wall: float
    monotonic: float
    boot: str

    def since(self, then: "Moment") -> float | None:
        """Seconds from ``then`` to now; None where the calendar was set back between two starts.

        Within one start of the computer the calendar plays no part.
        """
        if self.boot == then.boot and self.monotonic >= then.monotonic:
            return self.monotonic - then.monotonic
        passed = self.wall - then.wall
        return passed if passed >= 0 else None


class Clock(Protocol):
    """What tells the time; tests have one that they can move."""

    def now(self) -> Moment:
        """This moment."""


class SystemClock:
    """The clock of the computer."""

    def now(self) -> Moment:
        """This moment."""
        return Moment(time.time(), time.monotonic(), _boot())


@cache
def _boot() -> str:
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
