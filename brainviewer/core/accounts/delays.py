"""How long nobody may guess again after wrong passwords."""

from dataclasses import dataclass

from brainviewer.core.process.clock import Moment


@dataclass(frozen=True)
class Schedule:
    """A delay that doubles with each failure.

    free : failures without one. first, longest : seconds. forgotten_after : seconds without a
    failure after which the earlier ones no longer count.
    """

    free: int
    first: float
    longest: float
    forgotten_after: float

    def delay(self, failures: int) -> float:
        """Seconds to wait after so many failures."""
        over = failures - self.free
        # More doublings than this are beyond any longest delay, and beyond a float in the end.
        return 0.0 if over < 0 else min(self.longest, self.first * 2 ** min(over, 30))


OF_A_NAME = Schedule(free=3, first=5.0, longest=900.0, forgotten_after=86_400.0)
"""At most 4 guesses an hour in the long run, far below what NIST SP 800-63B-4 allows (100 in a
row); a reader who was locked out by others waits a quarter of an hour, not for an administrator."""
OF_ALL_NAMES = Schedule(free=10, first=2.0, longest=60.0, forgotten_after=3_600.0)
"""At most 60 guesses an hour, however many names are tried."""


@dataclass(frozen=True)
class Failures:
    """Failures in a row, and when the last one was."""

    count: int
    last: Moment

    def as_of(self, now: Moment, schedule: Schedule) -> "Failures":
        """What counts now: none that are forgotten; from now on where the calendar was set back.

        The whole delay then begins again, once: it is never shortened and never lasts for ever.
        """
        passed = now.since(self.last)
        if passed is None:
            return Failures(self.count, now)
        return Failures(0, now) if passed >= schedule.forgotten_after else self

    def wait(self, now: Moment, schedule: Schedule) -> float:
        """Seconds until the next guess is heard."""
        passed = now.since(self.last) or 0.0
        return max(0.0, schedule.delay(self.count) - passed)
