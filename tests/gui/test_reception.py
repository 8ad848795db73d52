"""Readers at the real window: sign-in, lock, another reader, sign-out, and nothing left behind."""

import gc
import multiprocessing
import threading
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from brainviewer.app.engine import EngineControl
from brainviewer.app.settings import first_notice
from brainviewer.app.settings.settings import Settings
from brainviewer.app.sign_in import accounts, signing_in
from brainviewer.app.sign_in.signing_in import begin_use, sign_out
from brainviewer.app.state import Tool
from brainviewer.core.process.reader import Reader, current_reader, use_reader
from brainviewer.core.study import Study
from brainviewer.files.accounts.accounts_file import accounts_path
from brainviewer.files.journal.sessions import left_work
from brainviewer.files.user_folders import data_folder
from brainviewer.gui.application import Running
from brainviewer.gui.faults.start_offer import StartOffer
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.sign_in import clerk
from brainviewer.gui.sign_in.credentials import CredentialsPage
from brainviewer.gui.sign_in.new_password import NewPasswordPage
from brainviewer.gui.sign_in.password_field import PasswordField
from brainviewer.gui.sign_in.reception import Reception
from brainviewer.gui.workplace import Workplace
from tests.gui.conftest import show_study
from tests.gui.hands import drag
from tests.signing_in import (
    ANNA,
    ANNAS_PASSWORD,
    BEN,
    BENS_PASSWORD,
    CHEAP,
    MovedClock,
    first_administrator,
)

pytestmark = pytest.mark.window


@pytest.fixture
def readers(home: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Reader, Reader]]:
    """Anna, an administrator, and Ben, a reader; both have been here before."""
    clock = MovedClock()
    for verb in ("sign_in", "change_password"):
        cheap = partial(getattr(signing_in, verb), clock=clock, hashing=CHEAP)
        monkeypatch.setattr(clerk, verb, cheap)
    monkeypatch.setattr(clerk, "wait_seconds", partial(signing_in.wait_seconds, clock=clock))
    monkeypatch.setattr(EngineControl, "start", lambda _: None)
    anna = first_administrator()
    begin_use(anna)
    once = accounts.add_account(BEN, hashing=CHEAP)
    ben = signing_in.change_password(BEN, once, BENS_PASSWORD, hashing=CHEAP)
    for one in (anna, ben):
        use_reader(one)
        Settings.load().update(
            hints_seen=True, classify_on_opening=False, notice_accepted=first_notice.EDITION
        )
    sign_out()
    yield anna, ben
    sign_out()


class Desk:
    """What a reader sees and does at the computer."""

    def __init__(self, qtbot: QtBot, running: Running) -> None:
        self._qtbot, self._running = qtbot, running
        assert running.reception is not None
        self.reception: Reception = running.reception
        self.entrance = running.reception.entrance
        self.page = self.entrance.credentials

    @property
    def workplace(self) -> Workplace:
        assert self.reception.workplace is not None
        return self.reception.workplace

    @property
    def window(self) -> MainWindow:
        return self.workplace.window

    def type_in(self, password: str, name: str = "") -> None:
        """Name and password, with keys alone."""
        self._qtbot.waitUntil(lambda: self.page.enter.isEnabled() and self.entrance.isVisible())
        if name:
            self.page.name.clear()
            QTest.keyClicks(self.page.name, name)
            QTest.keyClick(self.page.name, Qt.Key.Key_Return)
        QTest.keyClicks(self.page.password.field, password)
        QTest.keyClick(self.page.password.field, Qt.Key.Key_Return)

    def enter(self, name: str, password: str) -> MainWindow:
        self.type_in(password, name)
        self._qtbot.waitUntil(lambda: self._is_at_work(name))
        return self.window

    def _is_at_work(self, name: str) -> bool:
        reader = current_reader()
        return (
            reader is not None
            and reader.name == name
            and self.reception.workplace is not None
            and not self.reception.locked
            and not self.entrance.isVisible()
        )

    def unlock(self, password: str) -> None:
        self.type_in(password)
        self._qtbot.waitUntil(lambda: not self.reception.locked)

    def other(self, name: str, password: str) -> MainWindow:
        """Somebody else signs in at the locked window."""
        self.page.left.click()
        return self.enter(name, password)

    def said(self, part: str) -> None:
        self._qtbot.waitUntil(lambda: part in self.page.said.text())


@pytest.fixture
def desk(
    qtbot: QtBot, qapp: QApplication, readers: tuple[Reader, Reader]
) -> Iterator[Callable[..., Desk]]:
    made: list[Running] = []

    def start(*paths: Path) -> Desk:
        running = Running(qapp, Settings())
        made.append(running)
        running.begin(list(paths), False)
        return Desk(qtbot, running)

    yield start
    for running in made:
        running.close()
        assert running.exit_code == 0
    del made[:]


def shown() -> list[QWidget]:
    return [w for w in QApplication.topLevelWidgets() if w.isVisible()]


def draw(window: MainWindow, study: Study) -> None:
    """A study is shown, and a ruler drawn on it."""
    session = window.session
    show_study(session, study)
    session.view.set_tool(Tool.RULER)
    drag(window.grid.panes[0], QPointF(60, 60), QPointF(140, 110))
    assert len(session.state.annotations) == 1


# -- in -------------------------------------------------------------------------------------


def test_nobody_sees_anything_before_he_has_signed_in(
    desk: Callable[..., Desk],
    readers: tuple[Reader, Reader],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use_reader(readers[0])
    Settings.load().remember_study([tmp_path / "Doe^Jane"])
    sign_out()
    opened: list[list[Path]] = []
    monkeypatch.setattr(
        "brainviewer.app.documents.Documents.open", lambda _, paths: opened.append(paths)
    )
    here = desk(tmp_path / "wanted")
    assert shown() == [here.entrance] and here.entrance.windowTitle() == "BrainViewer"
    assert here.reception.workplace is None and not opened
    assert not [w for w in QApplication.allWidgets() if isinstance(w, MainWindow)]
    window = here.enter(ANNA, ANNAS_PASSWORD)
    assert shown() == [window] and opened == [[tmp_path / "wanted"]]
    assert [one.name for one in window.session.recent.studies()] == ["Doe^Jane"]
    button = window.parts.reader.button
    assert button is not None and button.text() == ANNA and button.isVisible()


def test_a_wrong_password_is_told_and_the_wait_counted_down(
    qtbot: QtBot, desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = desk()
    here.type_in("not hers at all", ANNA)
    here.said("The name or the password is wrong. Try again.")
    assert here.page.password.text == "" and here.page.password.field.hasFocus()
    for _ in range(2):
        here.type_in("not hers at all")
        qtbot.waitUntil(here.page.password.field.isEnabled)
    here.said("Try again in")
    assert not here.page.enter.isEnabled()
    before = here.page._left_s
    QTest.keyClicks(here.page.password.field, ANNAS_PASSWORD)
    QTest.keyClick(here.page.password.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: here.page._left_s < before)
    assert current_reader() is None
    here.page._left_s = 0.1
    here.said("You can try again now.")
    here.type_in(ANNAS_PASSWORD)  # the accounts count on their own clock
    here.said("Too many wrong passwords.")
    assert current_reader() is None


def test_a_one_time_password_is_changed_first(
    qtbot: QtBot, desk: Callable[..., Desk], readers: tuple[Reader, Reader]
) -> None:
    begin_use(readers[0])
    once = accounts.reset(BEN, hashing=CHEAP)
    sign_out()
    here = desk()
    here.type_in(once, BEN)
    page = here.entrance.new_password
    qtbot.waitUntil(lambda: page.isVisible() and page.new.field.hasFocus())
    assert not page.old.isVisible()

    def choose(first: str, second: str) -> None:
        for field, text in ((page.new, first), (page.again, second)):
            field.clear()
            field.setFocus()
            QTest.keyClicks(field.field, text)
        QTest.keyClick(page.again.field, Qt.Key.Key_Return)

    choose("short", "short")
    assert "15 characters" in page.said.text() and current_reader() is None
    choose(ANNAS_PASSWORD, ANNAS_PASSWORD + "!")
    assert "not the same" in page.said.text() and page.again.text == ""
    assert "Good." in (page._judge() or page.verdict.text())
    choose(ANNAS_PASSWORD, ANNAS_PASSWORD)
    qtbot.waitUntil(lambda: here.reception.workplace is not None)
    assert current_reader() == readers[1]
    assert page.new.text == page._known == ""


def test_the_capitals_lock_is_told(desk: Callable[..., Desk]) -> None:
    field = desk().page.password
    for typed, told in (("a", False), ("A", True), ("b", False)):
        QTest.keyClick(field.field, ord(typed.upper()), Qt.KeyboardModifier.NoModifier)
        # What a keyboard sends with the lock on: a capital without Shift.
        field.field.capitals.emit(typed.isupper())
        assert ("Caps Lock" in field.capitals.text()) is told
    assert field.field.echoMode() == QLineEdit.EchoMode.Password
    field.shows.click()
    assert field.field.echoMode() == QLineEdit.EchoMode.Normal
    field.clear()
    assert field.field.echoMode() == QLineEdit.EchoMode.Password


def test_damaged_accounts_let_nobody_in_and_say_a_way_on(
    qtbot: QtBot, desk: Callable[..., Desk]
) -> None:
    kept = accounts_path().read_bytes()
    accounts_path().write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    here = desk()
    trouble = here.entrance.trouble
    assert trouble.isVisible() and "brainviewer users restore" in trouble.lead.text()
    assert here.reception.workplace is None
    accounts_path().write_bytes(kept)
    trouble.enter.click()
    here.enter(ANNA, ANNAS_PASSWORD)


# -- lock -----------------------------------------------------------------------------------


def test_the_same_reader_goes_on_exactly_where_he_was(
    qtbot: QtBot, desk: Callable[..., Desk], study: Study
) -> None:
    here = desk()
    window = here.enter(ANNA, ANNAS_PASSWORD)
    draw(window, study)
    session, state = window.session, window.session.state
    window.actions_by_id["settings"].trigger()
    dialogs = [w for w in shown() if w is not window]
    session.view.set_tool(Tool.RULER)
    session.cine.toggle()
    QTest.keyClick(
        dialogs[0].windowHandle(),
        Qt.Key.Key_K,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    assert here.reception.locked and here.entrance.isModal() and not state.playing
    assert {w.windowTitle() for w in shown()} == {"BrainViewer"}
    before = state.cursor.tolist(), state.annotations, state.tool, state.hanging, state.windows
    begun: list[int] = []
    session.jobs.start("later", lambda _: begun.append(1), lambda _: None, lambda _: None)
    qtbot.wait(50)
    assert not begun
    here.type_in("somebody else's guess")
    here.said("wrong")
    assert here.reception.locked
    here.unlock(ANNAS_PASSWORD)
    qtbot.waitUntil(lambda: begun == [1])
    assert [w for w in shown() if w is not window] == dialogs
    assert before == (
        state.cursor.tolist(), state.annotations, state.tool, state.hanging, state.windows
    )  # fmt: skip
    assert state.can_undo
    session.undo()
    assert state.annotations == ()


def test_it_locks_by_itself_where_nobody_is(
    qtbot: QtBot, desk: Callable[..., Desk], readers: tuple[Reader, Reader]
) -> None:
    here = desk()
    here.enter(ANNA, ANNAS_PASSWORD)
    assert here.reception.watch._seconds == 600
    here.reception.watch._last -= 601
    here.reception.watch.look()
    assert here.reception.locked
    here.unlock(ANNAS_PASSWORD)
    assert here.reception.watch._seconds == 600


def test_who_was_disabled_meanwhile_stays_out(
    qtbot: QtBot, desk: Callable[..., Desk], readers: tuple[Reader, Reader]
) -> None:
    here = desk()
    here.enter(BEN, BENS_PASSWORD)
    here.reception.lock()
    use_reader(readers[0])
    accounts.disable(BEN)
    use_reader(readers[1])
    here.type_in(BENS_PASSWORD)
    here.said("disabled")
    assert here.reception.locked


# -- another --------------------------------------------------------------------------------


def test_another_reader_gets_in_and_the_work_of_the_first_is_his_own(
    qtbot: QtBot, desk: Callable[..., Desk], study: Study, readers: tuple[Reader, Reader]
) -> None:
    here = desk()
    window = here.enter(BEN, BENS_PASSWORD)
    draw(window, study)
    drawn = window.session.state.annotations
    window.session.settings.update(theme="light", layouts=(("Mine", "x"),))
    window.session.settings.remember_study([Path("/somewhere/Doe^Jane")])
    here.reception.lock()
    window = here.other(ANNA, ANNAS_PASSWORD)
    assert left_work() == []
    use_reader(readers[1])
    assert [one.annotations for one in left_work()] == [1]
    use_reader(readers[0])
    session = window.session
    assert session.settings.theme == "dark" and not session.settings.recent
    show_study(session, study)
    assert session.state.annotations == ()  # also not for an administrator
    assert str(data_folder()).endswith(readers[0].id)
    here.reception.lock()
    window = here.other(BEN, BENS_PASSWORD)
    qtbot.waitUntil(lambda: len(window.findChildren(StartOffer)) == 1)
    (offer,) = window.findChildren(StartOffer)
    said = " ".join(one.text() for one in offer.findChildren(QLabel))
    assert "when the window was locked" in said and "1 annotation" in said
    show_study(window.session, study)
    assert window.session.state.annotations == drawn
    assert window.session.settings.theme == "light" and window.session.settings.recent


def test_what_asked_something_ends_before_another_gets_in(
    qtbot: QtBot, desk: Callable[..., Desk], study: Study
) -> None:
    here = desk()
    first = here.enter(BEN, BENS_PASSWORD)
    answers: list[int] = []

    def ask() -> None:
        question = QDialog(first)
        answers.append(question.exec())
        answers.append(2 if here.reception.workplace and here.window is first else 3)
        question.deleteLater()

    QTimer.singleShot(0, ask)
    QTimer.singleShot(100, here.reception.lock)
    QTimer.singleShot(200, here.page.left.click)
    QTimer.singleShot(300, lambda: here.type_in(ANNAS_PASSWORD, ANNA))
    qtbot.waitUntil(lambda: here._is_at_work(ANNA))
    assert answers == [QDialog.DialogCode.Rejected, 2]


def test_exports_are_finished_before_another_gets_in(
    qtbot: QtBot, desk: Callable[..., Desk], study: Study
) -> None:
    here = desk()
    window = here.enter(BEN, BENS_PASSWORD)
    go = threading.Event()
    done: list[str] = []
    from brainviewer.app.exporting.queue import EXPORT
    from brainviewer.app.jobs import Policy

    window.session.jobs.start(
        EXPORT,
        lambda _: go.wait(20),
        lambda _: done.append("exported"),
        lambda _: None,
        policy=Policy.QUEUE,
    )
    here.reception.lock()
    here.page.left.click()
    here.type_in(ANNAS_PASSWORD, ANNA)
    qtbot.waitUntil(here.entrance.finishing.isVisible)
    assert BEN in here.entrance.finishing.lead.text()
    here.entrance.finishing.left.click()
    assert here.page.isVisible() and here.reception.locked
    here.page.left.click()
    here.type_in(ANNAS_PASSWORD, ANNA)
    qtbot.wait(200)
    reader = current_reader()
    assert reader is not None and reader.name == BEN and not done
    go.set()
    qtbot.waitUntil(lambda: here._is_at_work(ANNA))
    assert done == ["exported"]


def test_sign_out_asks_who_is_there(desk: Callable[..., Desk], qtbot: QtBot) -> None:
    here = desk()
    first = here.enter(ANNA, ANNAS_PASSWORD)
    first.actions_by_id["sign-out"].trigger()
    assert shown() == [here.entrance] and current_reader() is None
    assert here.page.name.text() == here.page.password.text == ""
    second = here.enter(BEN, BENS_PASSWORD)
    assert second is not first


def test_a_reader_changes_his_password(
    desk: Callable[..., Desk], qtbot: QtBot, readers: tuple[Reader, Reader]
) -> None:
    from brainviewer.gui.sign_in.own_password import OwnPasswordDialog

    here = desk()
    window = here.enter(BEN, BENS_PASSWORD)
    window.actions_by_id["change-password"].trigger()
    window.actions_by_id["change-password"].trigger()
    (dialog,) = window.findChildren(OwnPasswordDialog)
    page, new = dialog.page, "nine tin cups on a rope"
    for field, text in ((page.old, "wrong one"), (page.new, new), (page.again, new)):
        QTest.keyClicks(field.field, text)
    page.enter.click()
    qtbot.waitUntil(lambda: "wrong" in page.said.text())
    QTest.keyClicks(page.old.field, BENS_PASSWORD)
    QTest.keyClick(page.old.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not window.findChildren(OwnPasswordDialog))
    here.reception.lock()
    here.type_in(BENS_PASSWORD)
    here.said("wrong")
    here.unlock(new)


@pytest.mark.parametrize("page", [NewPasswordPage, CredentialsPage])
def test_tab_leads_from_password_to_password_and_shows_none(
    qtbot: QtBot, page: type[NewPasswordPage | CredentialsPage]
) -> None:
    shown = page()
    qtbot.addWidget(shown)
    shown.show()
    qtbot.waitExposed(shown)
    shown.activateWindow()
    fields = shown.findChildren(QLineEdit)
    fields[0].setFocus()
    qtbot.waitUntil(lambda: shown.focusWidget() is fields[0])
    for field in fields:
        QTest.keyClicks(shown.focusWidget(), "four words of mine")
        QTest.keyClick(shown.focusWidget(), Qt.Key.Key_Tab)
        assert field.text() == "four words of mine"
    assert shown.focusWidget() is shown.enter
    assert not any(one.shows.isChecked() for one in shown.findChildren(PasswordField))


def test_five_readers_one_after_the_other_leave_nothing_behind(
    desk: Callable[..., Desk], qtbot: QtBot, study: Study
) -> None:
    here = desk()
    here.enter(ANNA, ANNAS_PASSWORD)
    gone: list[weakref.ref[object]] = []
    threads = 0
    for turn in range(5):
        window = here.window
        draw(window, study)
        window.session.annotations.delete_all()
        window.actions_by_id["settings"].trigger()
        gone += [
            weakref.ref(window.session),
            weakref.ref(window),
            weakref.ref(window.session.state),
        ]
        del window
        here.reception.lock()
        here.other(*((BEN, BENS_PASSWORD) if turn % 2 == 0 else (ANNA, ANNAS_PASSWORD)))
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        gc.collect()
        threads = threads or threading.active_count()
        qtbot.waitUntil(lambda most=threads: threading.active_count() <= most)  # one may be ending
        assert len([w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)]) == 1
    assert not multiprocessing.active_children()
    assert [one() for one in gone if one() is not None] == []
