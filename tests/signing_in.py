"""Accounts for tests: cheap hashes, and a clock that can be moved."""

from dataclasses import replace

from brainviewer.app.sign_in.first_account import make_first_administrator
from brainviewer.app.sign_in.hashing import Hashing
from brainviewer.core.process.clock import Moment
from brainviewer.core.process.reader import Reader

CHEAP = Hashing(1, 8, 1)
ANNA, ANNAS_PASSWORD = "Anna Miller", "seven green lamps asleep"
BEN, BENS_PASSWORD = "Ben", "quiet river under chalk"


class MovedClock:
    """A clock that stands until it is moved. passed : seconds that have really gone by."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.moment = Moment(1_800_000_000.0, 5_000.0, "first start")

    def now(self) -> Moment:
        return self.moment

    def pass_by(self, seconds: float) -> None:
        """Time goes on."""
        self.passed += seconds
        now = self.moment
        self.moment = replace(now, wall=now.wall + seconds, monotonic=now.monotonic + seconds)

    def set_calendar(self, seconds: float) -> None:
        """Somebody sets the calendar forward, or back."""
        self.moment = replace(self.moment, wall=self.moment.wall + seconds)

    def start_again(self, off: float = 30.0) -> None:
        """The computer starts again; off, by the calendar, for so many seconds."""
        self.passed += max(0.0, off)
        self.moment = Moment(self.moment.wall + off, 1.0, f"{self.moment.boot}, and again")


def first_administrator(*, takes_over: bool = False) -> Reader:
    """Anna is the first administrator; sign-in is on."""
    return make_first_administrator(ANNA, ANNAS_PASSWORD, takes_over=takes_over, hashing=CHEAP)
