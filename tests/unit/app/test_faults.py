"""Exceptions that nobody expected: counted, told once, and kept without what they say."""

import logging
import weakref

import pytest

from brainviewer.app.faults.description import kinds_and_places
from brainviewer.app.faults.faults import Faults
from brainviewer.app.faults.repeats import Repeats, worth_a_line
from brainviewer.app.notices import Notice
from brainviewer.core.errors import FileError
from tests.unit.app.desk import Desk

NAME = "Doe^Jane"


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def faults(desk: Desk) -> Faults:
    return desk.session.faults


def a_bug() -> BaseException:
    try:
        raise ZeroDivisionError(NAME)
    except ZeroDivisionError as error:
        return error


def another_bug() -> BaseException:
    try:
        raise KeyError(NAME)
    except KeyError as error:
        return error


def errors(desk: Desk) -> list[Notice]:
    return [notice for notice in desk.notices if notice.level == "error"]


def test_the_first_of_a_kind_is_wanted_and_the_next_are_counted(faults: Faults) -> None:
    heard: list[str] = []
    faults.wanted.connect(lambda: heard.append("wanted"))
    faults.counted.connect(lambda: heard.append("counted"))
    for _ in range(3):
        faults.report(a_bug())
    faults.report(another_bug())
    assert heard == ["wanted", "counted", "counted", "wanted"]
    assert [fault.times for fault in faults.unread] == [3, 1]
    assert faults.exit_code == 1


def test_what_was_read_is_a_notice_when_it_happens_again(faults: Faults, desk: Desk) -> None:
    heard: list[str] = []
    faults.report(a_bug())
    faults.read()
    faults.wanted.connect(lambda: heard.append("wanted"))
    faults.report(a_bug())
    assert not heard
    (notice,) = errors(desk)
    assert notice.text == "The same error inside BrainViewer happened again."
    notice.offers[0].act()
    assert heard == ["wanted"]
    assert [fault.times for fault in faults.unread] == [2]


def test_nothing_of_an_exception_is_kept_but_kinds_and_places(
    faults: Faults, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "brainviewer")  # what pytest captures, it keeps

    class Images:
        pass

    def fail() -> weakref.ref[Images]:
        images = Images()
        try:
            raise ValueError(NAME)
        except ValueError as error:
            faults.report(error)
        return weakref.ref(images)

    images = fail()
    assert images() is None
    (fault,) = faults.unread
    assert fault.lines[0] == "ValueError"
    assert f"{__name__}:" in fault.lines[1]
    assert NAME not in repr(fault)


def test_what_a_user_can_understand_is_a_notice(faults: Faults, desk: Desk) -> None:
    faults.report(FileError("It is damaged.", "Copy it again."))
    faults.report(MemoryError())
    assert not faults.unread
    assert [n.text for n in errors(desk)] == [
        "It is damaged. Copy it again.",
        "There is not enough memory for this. Close other programs, or use smaller files.",
    ]


def test_a_storm_leaves_few_lines_in_the_log(
    faults: Faults, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(1000):
        faults.report(a_bug())
    assert faults.unread[0].times == 1000
    assert len(caplog.records) == 4  # at 1, 10, 100 and 1,000 times
    assert all(record.levelno == logging.ERROR for record in caplog.records)


def test_many_kinds_are_as_many_as_can_be_read(faults: Faults) -> None:
    for number in range(60):
        kind = type(f"Kind{number}", (Exception,), {})
        faults.report(kind())
    assert [fault.lines[0] for fault in faults.unread] == [f"Kind{n}" for n in range(40, 60)]


def test_what_tells_of_errors_may_fail_itself(faults: Faults) -> None:
    def broken() -> None:
        faults.report(another_bug())
        raise RuntimeError

    faults.wanted.connect(broken)
    faults.report(a_bug())
    assert [fault.lines[0] for fault in faults.unread] == ["ZeroDivisionError"]


def test_an_exception_that_led_to_itself_ends() -> None:
    first, second = a_bug(), another_bug()
    first.__cause__, second.__cause__ = second, first
    assert [line for line in kinds_and_places(first) if line[0] != " "] == [
        "ZeroDivisionError",
        "caused by",
        "KeyError",
    ]


def test_repeats() -> None:
    repeats = Repeats()
    assert [repeats.again("a"), repeats.again("b"), repeats.again("a")] == [1, 1, 2]
    assert [n for n in range(1, 2000) if worth_a_line(n)] == [1, 10, 100, 1000]
    for number in range(1100):
        repeats.again(number)
    assert repeats.again("new") > 1
    assert repeats.again("a") == 3
