"""Delays after wrong passwords: growing, bounded, and not to be moved by a calendar."""

from hypothesis import given
from hypothesis import strategies as st

from brainviewer.core.accounts.delays import OF_A_NAME, OF_ALL_NAMES, Failures, Schedule
from brainviewer.core.process.clock import Moment, SystemClock

SCHEDULE = Schedule(free=3, first=5, longest=900, forgotten_after=86_400)


def test_it_doubles_up_to_the_longest() -> None:
    delays = [SCHEDULE.delay(n) for n in range(14)]
    assert delays == [0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]
    assert SCHEDULE.delay(10**9) == 900


def test_within_one_start_the_calendar_plays_no_part() -> None:
    then = Moment(1000.0, 50.0, "a")
    for wall in (0.0, 1000.0, 1e9):
        assert Moment(wall, 80.0, "a").since(then) == 30


def test_after_another_start_a_calendar_set_back_is_known_as_such() -> None:
    then = Moment(1000.0, 50.0, "a")
    assert Moment(1040.0, 5.0, "b").since(then) == 40
    assert Moment(900.0, 5.0, "b").since(then) is None
    # Where the system tells no start from another, a smaller clock is another one.
    assert Moment(1040.0, 5.0, "").since(Moment(1000.0, 50.0, "")) == 40


moments = st.builds(
    Moment,
    st.floats(0, 2e9),
    st.floats(0, 1e7),
    st.sampled_from(["", "a", "b"]),
)


@given(st.integers(0, 200), moments, moments, st.sampled_from([OF_A_NAME, OF_ALL_NAMES]))
def test_a_wait_is_never_longer_than_the_schedule_and_ends(
    count: int, then: Moment, now: Moment, schedule: Schedule
) -> None:
    kept = Failures(count, then).as_of(now, schedule)
    wait = kept.wait(now, schedule)
    assert 0 <= wait <= schedule.longest
    # Where starts are not told apart, time off may not be seen: at most one longest delay more.
    more = wait + 1 if now.boot else then.monotonic + schedule.longest + 1
    later = Moment(now.wall + more, now.monotonic + more, now.boot)
    assert kept.as_of(later, schedule).wait(later, schedule) == 0


@given(st.integers(3, 30), st.floats(0, 4), st.floats(0, 1e9))
def test_a_calendar_that_is_set_back_shortens_nothing(
    count: int, passed: float, back: float
) -> None:
    then = Moment(1e9, 100.0, "a")
    for now in (Moment(1e9 + passed - back, 100 + passed, "a"), Moment(1e9 - back, 1.0, "b")):
        kept = Failures(count, then).as_of(now, SCHEDULE)
        assert kept.wait(now, SCHEDULE) >= SCHEDULE.delay(count) - passed - 1e-3


def test_the_clock_of_the_computer_goes_on() -> None:
    first = SystemClock().now()
    passed = SystemClock().now().since(first)
    assert passed is not None and 0 <= passed < 60
