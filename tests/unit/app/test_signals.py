"""Signals: every listener has its turn, whatever another one does, and none is kept alive."""

import gc
import logging
from collections.abc import Callable

import pytest

from brainviewer.app.notices import Notice
from brainviewer.app.signals import Signal
from brainviewer.app.view_signals import ViewSignals
from brainviewer.core.errors import FileError
from tests.unit.app.desk import Desk


class Thing:
    changed = Signal()
    moved = Signal()

    def __init__(self) -> None:
        self.crashes: list[BaseException] = []
        self.crashed: Callable[[BaseException], None] = self.crashes.append


class Ear:
    def __init__(self, heard: list[object]) -> None:
        self.heard = heard

    def hear(self, *values: object) -> None:
        self.heard.append(values)


def broken(*_: object) -> None:
    raise ZeroDivisionError("Doe^Jane")


def test_a_listener_that_fails_stops_no_other_and_not_the_one_who_emits() -> None:
    thing, heard = Thing(), list[object]()
    thing.changed.connect(broken)
    thing.changed.connect(heard.append)
    thing.changed.connect(broken)
    thing.changed.connect(heard.append)
    thing.changed.emit(7)
    assert heard == [7, 7]
    assert [type(error) for error in thing.crashes] == [ZeroDivisionError] * 2


def test_each_object_and_each_signal_has_its_own_listeners() -> None:
    one, other, heard = Thing(), Thing(), list[object]()
    one.changed.connect(heard.append)
    other.changed.emit("other")
    one.moved.emit("moved")
    assert heard == []
    one.changed.emit("one")
    assert heard == ["one"]


def test_listening_keeps_nothing_alive() -> None:
    thing, heard = Thing(), list[object]()
    ear = Ear(heard)
    thing.changed.connect(ear.hear)
    thing.changed.emit(1)
    del ear
    gc.collect()
    thing.changed.emit(2)
    assert heard == [(1,)]


def test_a_listener_can_leave_also_while_it_is_called() -> None:
    thing, heard = Thing(), list[object]()

    def once(value: object) -> None:
        thing.changed.disconnect(once)
        heard.append(value)

    thing.changed.connect(once)
    thing.changed.connect(heard.append)
    thing.changed.emit(1)
    thing.changed.emit(2)
    thing.changed.disconnect(once)
    assert heard == [1, 1, 2]


@pytest.mark.parametrize(
    "name", [name for name, value in vars(ViewSignals).items() if isinstance(value, Signal)]
)
def test_no_signal_of_the_state_lets_a_listener_through(name: str) -> None:
    desk, heard = Desk(), list[object]()
    signal = getattr(desk.state, name)
    signal.connect(broken)
    signal.connect(lambda *values: heard.append(values))
    signal.emit(*((Notice("x"),) if name == "noticed" else ()))
    assert len(heard) == 1
    assert [type(error) for error in desk.crashes] == [ZeroDivisionError]
    desk.close()


def test_what_shows_notices_may_fail_itself(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    desk.state.crashed = desk.session.faults.report
    desk.state.noticed.connect(broken)
    desk.session.faults.report(FileError("It is damaged."))
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2
    assert "It is damaged." in desk.sentences()
    desk.close()
