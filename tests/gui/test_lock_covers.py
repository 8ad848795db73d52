"""Nothing can be seen or done through the covers, and nothing is lost beneath them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QCursor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from brainviewer.app.session import Session
from brainviewer.app.state import Tool
from brainviewer.core.study import Study
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.sign_in.covers import TITLE, Covers
from brainviewer.gui.sign_in.idle import IdleWatch
from tests.gui.conftest import show_study
from tests.gui.hands import click, drag

pytestmark = pytest.mark.window


@pytest.fixture
def covers(qapp: QApplication) -> Iterator[Covers]:
    made = Covers(qapp, lambda window: window.objectName() == "lock")
    yield made
    made.uncover()
    made.deleteLater()


@pytest.fixture
def reading(window: MainWindow, session: Session, study: Study) -> MainWindow:
    """The window with a study whose patient has a name, and two floating windows."""
    show_study(session, replace(study, name="Doe^Jane"))
    window.actions_by_id["settings"].trigger()
    return window


def colours_of(window: QWidget) -> set[int]:
    """The colours of what can be seen of a window."""
    seen = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32).scaled(160, 120)
    return {seen.pixel(x, y) for x in range(160) for y in range(120)}


def test_windows_and_titles_are_covered_and_come_back(
    qapp: QApplication, reading: MainWindow, covers: Covers
) -> None:
    shown = [w for w in qapp.topLevelWidgets() if w.isVisible()]
    titles, before = [w.windowTitle() for w in shown], colours_of(reading)
    assert len(shown) > 1 and any("Doe" in title for title in titles) and len(before) > 20
    covers.cover()
    assert {w.windowTitle() for w in shown} == {TITLE}
    assert [len(colours_of(w)) for w in shown] == [1] * len(shown)
    covers.uncover()
    assert [w.windowTitle() for w in shown] == titles
    assert colours_of(reading) == before


def test_what_happens_beneath_stays_beneath(
    qtbot: QtBot, reading: MainWindow, session: Session, study: Study, covers: Covers
) -> None:
    covers.cover()
    session.notices.tell("The study of Jane Doe was exported.", "error")
    show_study(session, replace(study, name="Roe^Richard"))
    reading.resize(reading.width() + 60, reading.height() + 40)
    box = QDialog(reading, windowTitle="Roe^Richard")
    box.show()
    qtbot.wait(50)
    assert reading.windowTitle() == box.windowTitle() == TITLE
    assert len(colours_of(reading)) == len(colours_of(box)) == 1
    covers.uncover()
    assert "Roe" in reading.windowTitle() and box.windowTitle() == "Roe^Richard"
    box.deleteLater()


def test_mouse_and_keys_do_nothing_to_what_is_covered(
    reading: MainWindow, session: Session, covers: Covers
) -> None:
    pane, state = reading.grid.panes[0], session.state
    before = state.cursor.tolist(), dict(state.windows), state.tool, state.layout
    covers.cover()
    drag(pane, QPointF(40, 40), QPointF(120, 90))
    click(pane, QPointF(60, 60))
    for key in (Qt.Key.Key_Down, Qt.Key.Key_F11, Qt.Key.Key_3, Qt.Key.Key_R):
        QTest.keyClick(pane, key)
        QTest.keyClick(reading, key)
    assert before == (state.cursor.tolist(), dict(state.windows), state.tool, state.layout)
    covers.uncover()
    QTest.keyClick(pane, Qt.Key.Key_Down)
    assert state.cursor.tolist() != before[0]


def test_what_was_copied_here_is_out_of_reach_until_the_reader_is_back(
    qapp: QApplication, reading: MainWindow, covers: Covers
) -> None:
    clipboard = qapp.clipboard()
    for own in (True, False):
        reading.actions_by_id["copy"].trigger()
        assert not clipboard.image().isNull()
        covers.cover()
        assert clipboard.image().isNull()
        covers.uncover(same_reader=own)
        assert clipboard.image().isNull() is not own
    clipboard.clear()


def test_menus_and_dialogs_of_the_system_close_and_a_question_stays(
    qtbot: QtBot, reading: MainWindow, covers: Covers
) -> None:
    menu = QMenu(reading)
    menu.addAction("Doe^Jane")
    menu.popup(reading.mapToGlobal(QPoint(50, 50)))
    files = QFileDialog(reading)
    files.open()
    covers.cover()
    assert not menu.isVisible() and not files.isVisible()
    covers.uncover()
    question = QDialog(reading)

    def meanwhile() -> None:
        covers.cover()
        assert question.isVisible() and len(colours_of(question)) == 1
        QTest.keyClick(question, Qt.Key.Key_Escape)
        assert question.isVisible()
        covers.uncover()
        QTest.keyClick(question, Qt.Key.Key_Return)
        question.accept()

    QTimer.singleShot(50, meanwhile)
    assert question.exec() == QDialog.DialogCode.Accepted
    for one in (menu, files, question):
        one.deleteLater()


def test_what_is_being_drawn_ends_and_is_kept(
    qtbot: QtBot, reading: MainWindow, session: Session, covers: Covers
) -> None:
    session.view.set_tool(Tool.RULER)
    pane, handle = reading.grid.panes[0], reading.windowHandle()
    start, end = (pane.mapTo(reading, QPoint(at, at)) for at in (60, 120))
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(handle, button, keys, start)
    QTest.mouseMove(handle, (start + end) / 2)
    QTest.mouseMove(handle, end)
    QCursor.setPos(reading.mapToGlobal(end))
    assert not session.state.annotations
    covers.cover()
    (drawn,) = session.state.annotations
    QTest.mouseRelease(handle, button, keys, end)  # the hand lets go only now
    covers.uncover()
    QTest.mouseMove(handle, start + QPoint(5, 90))
    qtbot.wait(20)
    assert session.state.annotations == (drawn,)


def test_a_button_that_is_held_is_not_pressed_by_the_lock(
    qtbot: QtBot, reading: MainWindow, covers: Covers
) -> None:
    pressed = list[bool]()
    held = QPushButton("Send", reading)
    held.clicked.connect(lambda: pressed.append(True))
    held.move(0, 200)
    held.show()
    at = held.mapTo(reading, held.rect().center())
    handle, keys = reading.windowHandle(), Qt.KeyboardModifier.NoModifier
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, keys, at)
    QCursor.setPos(reading.mapToGlobal(at))
    assert held.isDown()
    covers.cover()
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, keys, at)
    covers.uncover()
    assert not held.isDown() and not pressed


def test_the_lock_itself_can_be_used(qtbot: QtBot, covers: Covers) -> None:
    lock = QWidget(objectName="lock", windowTitle="Locked")
    qtbot.addWidget(lock)
    covers.cover()
    lock.show()
    assert lock.windowTitle() == "Locked"
    covers.uncover()


# -- nobody there ---------------------------------------------------------------------------


class Clock:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_only_use_of_a_window_puts_the_lock_off(qtbot: QtBot, window: MainWindow) -> None:
    clock, said = Clock(), list[bool]()
    watch = IdleWatch(window, clock)
    watch.idle.connect(lambda: said.append(True))
    watch.start(10)
    clock.seconds += 599
    watch.look()
    for use in (
        lambda: QTest.keyClick(window.windowHandle(), Qt.Key.Key_Shift),
        lambda: QTest.mouseMove(window.windowHandle(), QPoint(90, 90)),
        lambda: QTest.mouseClick(
            window.windowHandle(),
            Qt.MouseButton.MiddleButton,
            Qt.KeyboardModifier.NoModifier,
            QPoint(5, 5),
        ),
    ):
        use()
        clock.seconds += 599
        watch.look()
    assert not said
    window.update()
    window.setWindowTitle("Another")
    qtbot.wait(20)
    clock.seconds += 2
    watch.look()
    assert said == [True]
    clock.seconds += 5000
    watch.look()
    assert said == [True]


def test_no_minutes_are_never(window: MainWindow) -> None:
    clock, said = Clock(), list[bool]()
    watch = IdleWatch(window, clock)
    watch.idle.connect(lambda: said.append(True))
    watch.start(0)
    clock.seconds += 1e9
    watch.look()
    assert not said


def test_it_looks_by_itself(qtbot: QtBot, window: MainWindow) -> None:
    watch = IdleWatch(window)
    with qtbot.waitSignal(watch.idle):
        watch.start(0.002)
