"""10,000 wrong passwords: how many are accepted, and how many are looked at in an hour.

python -m tests.benchmarks.guesses [NUMBER]

Time is simulated; hashes are cheap, since they are not what limits the rate. Whoever guesses knows
the names, waits exactly as long as he must, and tries what may shorten that. Exit code 1 if a guess
was accepted, or if more were looked at in an hour than the delays allow.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from brainviewer.app.sign_in.signing_in import MustWait, WrongPassword, sign_in
from brainviewer.core.accounts.delays import OF_A_NAME, OF_ALL_NAMES, Schedule
from tests.signing_in import ANNA, ANNAS_PASSWORD, CHEAP, MovedClock, first_administrator

HOUR = 3600.0


def most_in_an_hour(schedule: Schedule, hour: int) -> int:
    """How many guesses a schedule lets through in an hour, the first being 0."""
    count, time, heard = 0, 0.0, 0
    while time < (hour + 1) * HOUR:
        heard += time >= hour * HOUR
        count += 1
        time += schedule.delay(count)
    return heard


@dataclass
class Outcome:
    """What became of guesses. looked_at : for each that was, the simulated second."""

    guesses: int = 0
    accepted: int = 0
    looked_at: list[float] = field(default_factory=list)

    def most_in_any_hour(self, after: float = 0.0) -> int:
        """The most that were looked at within an hour."""
        times = [time for time in self.looked_at if time >= after]
        most, first = 0, 0
        for last, time in enumerate(times):
            while times[first] <= time - HOUR:
                first += 1
            most = max(most, last - first + 1)
        return most


@dataclass(frozen=True)
class Attack:
    """How somebody guesses: which name, and what he does instead of waiting only."""

    said: str
    name: Callable[[int], str]
    schedule: Schedule
    trick: Callable[[MovedClock, float], None]


def _waits(clock: MovedClock, seconds: float) -> None:
    clock.pass_by(seconds)


def _sets_the_calendar(clock: MovedClock, seconds: float) -> None:
    clock.set_calendar(1e5 if seconds > 10 else -1e5)
    clock.pass_by(seconds / 2)  # too early, unless the calendar helps


def _starts_again(clock: MovedClock, seconds: float) -> None:
    clock.start_again(off=20.0)
    clock.pass_by(max(seconds / 2 - 20.0, 0.5))


def _starts_again_earlier(clock: MovedClock, seconds: float) -> None:
    clock.start_again(off=-100.0)
    clock.pass_by(seconds)


ATTACKS: Sequence[Attack] = (
    Attack("one name, waiting", lambda n: ANNA, OF_A_NAME, _waits),
    Attack("one name, setting the calendar", lambda n: ANNA, OF_A_NAME, _sets_the_calendar),
    Attack("one name, restarting", lambda n: ANNA, OF_A_NAME, _starts_again),
    Attack("one name, set back at restarts", lambda n: ANNA, OF_A_NAME, _starts_again_earlier),
    Attack("many names, waiting", lambda n: f"name {n}", OF_ALL_NAMES, _waits),
    Attack("many names, setting it", lambda n: f"n {n}", OF_ALL_NAMES, _sets_the_calendar),
)


def guess(attack: Attack, number: int) -> Outcome:
    """Guess so many times, in a home without failures."""
    clock, outcome = MovedClock(), Outcome()
    while outcome.guesses < number:
        outcome.guesses += 1
        try:
            sign_in(attack.name(outcome.guesses), f"guess {outcome.guesses}", clock, CHEAP)
            outcome.accepted += 1
        except WrongPassword:
            outcome.looked_at.append(clock.passed)
        except MustWait as wait:
            attack.trick(clock, wait.seconds + 1e-6)
    return outcome


def main(number: int) -> int:
    """Run all attacks; prints a line each."""
    failed = False
    each = -(-number // len(ATTACKS))
    total = Outcome()
    for attack in ATTACKS:
        with tempfile.TemporaryDirectory() as home:
            os.environ["BRAINVIEWER_HOME"] = home
            first_administrator()
            outcome = guess(attack, each)
            clock = MovedClock()
            clock.pass_by(1e9)
            sign_in(ANNA, ANNAS_PASSWORD, clock, CHEAP)  # whom nobody has locked out
        total.guesses += outcome.guesses
        total.accepted += outcome.accepted
        first, later = outcome.most_in_any_hour(), outcome.most_in_any_hour(after=HOUR)
        bars = most_in_an_hour(attack.schedule, 0), most_in_an_hour(attack.schedule, 1) + 1
        failed = failed or outcome.accepted > 0 or first > bars[0] or later > bars[1]
        print(
            f"{attack.said}: {outcome.guesses} guesses, {outcome.accepted} accepted, "
            f"{len(outcome.looked_at)} looked at in {outcome.looked_at[-1] / HOUR:.0f} h; most in "
            f"an hour {first} (bar {bars[0]}), after the first {later} (bar {bars[1]})"
        )
    print(f"{total.guesses} guesses, {total.accepted} accepted")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
