"""Lets readers in and out: sign-in, lock, another reader at a locked window, sign-out."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from shiboken6 import isValid

from brainviewer.app.jobs import Jobs
from brainviewer.app.sign_in.locking import USUAL_MINUTES, idle_minutes, note_locked
from brainviewer.app.sign_in.permission import sign_in_is_on
from brainviewer.app.sign_in.signing_in import PasswordMustChange, begin_use, sign_out
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.process.reader import Reader, current_reader, use_reader
from brainviewer.gui.dialogs.closing import unfinished
from brainviewer.gui.sign_in.clerk import Clerk, Refusal
from brainviewer.gui.sign_in.covers import Covers
from brainviewer.gui.sign_in.entrance import Entrance
from brainviewer.gui.sign_in.idle import IdleWatch
from brainviewer.gui.sign_in.own_password import ask_own_password
from brainviewer.gui.widgets import timer
from brainviewer.gui.workplace import Workplace

_SOON_MS = 100


class Reception(QObject):
    """Has the window of one reader at a time, or none, and the entrance before and over it.

    make : builds the window of the reader who uses this process. opens : shows it, the first time
    with what the program was started with.
    """

    changed = Signal()
    """Another window is there, or none."""

    def __init__(
        self,
        app: QApplication,
        jobs: Jobs,
        entrance: Entrance,
        make: Callable[[], Workplace],
    ) -> None:
        super().__init__(app)
        self._app, self._make = app, make
        self._jobs, self._clerk = jobs, Clerk(jobs)
        self.entrance = entrance
        self.workplace: Workplace | None = None
        self.covers = Covers(app, entrance.holds)
        self.watch = IdleWatch(self)
        self.watch.idle.connect(self.lock)
        self.watch.pressed.connect(self._lock_by_key)
        self._to_open: tuple[list[Path], bool] = ([], False)
        self._next: Reader | None = None
        self._had_keys: QWidget | None = None
        self._level = 0
        self._when_finished = timer(self, _SOON_MS, self._let_next_in)
        credentials, new = entrance.credentials, entrance.new_password
        credentials.entered.connect(self._look_at)
        new.entered.connect(self._choose_password)
        new.back.connect(self._ask_again)
        entrance.finishing.back.connect(self._stay)
        entrance.trouble.again.connect(self._ask_again)
        entrance.quit_wanted.connect(self.quit)

    @property
    def locked(self) -> bool:
        """Whether a window is there that is covered."""
        return self.covers.on

    # -- in ---------------------------------------------------------------------------------

    def start(self, paths: list[Path], demo: bool) -> None:
        """Ask who is there; what was to be opened is opened for the first who signs in."""
        self._to_open = paths, demo
        self._ask_again()

    def _ask_again(self) -> None:
        if self.locked and self.workplace is not None:
            self._ask_who_locked()
            return
        try:
            sign_in_is_on()
        except BrainViewerError as error:
            self.entrance.tell_trouble(error)
        else:
            self.entrance.ask_anybody()

    def _look_at(self, name: str, password: str) -> None:
        self._clerk.sign_in(
            name, password, self._admit, partial(self._refuse, name, known=password)
        )

    def _refuse(self, name: str, error: BrainViewerError, known: str) -> None:
        credentials = self.entrance.credentials
        if isinstance(error, PasswordMustChange):
            self.entrance.ask_new_password(name, known)
        elif isinstance(error, Refusal):
            credentials.refuse(error.sentence, error.seconds)
        else:
            credentials.refuse(str(error))

    def _choose_password(self, old: str, new: str) -> None:
        page = self.entrance.new_password
        self._clerk.change_password(
            page.name,
            (old, new),
            self._admit,
            lambda error: page.refuse(
                str(error) if not isinstance(error, Refusal) else error.message
            ),
        )

    def _admit(self, reader: Reader) -> None:
        now = current_reader()
        if not self.locked or now is None:
            self._let_in(reader)
        elif reader.id == now.id:
            use_reader(reader)  # his role may be another by now
            self._unlock()
        else:
            self._change_to(reader)

    def _let_in(self, reader: Reader) -> None:
        begin_use(reader)
        workplace = self.workplace = self._make()
        wanted = workplace.window.parts.reader
        wanted.lock_wanted.connect(self.lock)
        wanted.sign_out_wanted.connect(self.sign_out)
        wanted.password_wanted.connect(self._ask_own_password)
        paths, demo = self._to_open
        self._to_open = [], False
        workplace.begin(paths, demo)
        self.entrance.leave()
        self._level = QThread.currentThread().loopLevel()
        self._watch()
        self.changed.emit()

    def _watch(self) -> None:
        try:
            minutes = idle_minutes()
        except BrainViewerError:
            minutes = USUAL_MINUTES
        self.watch.start(minutes)

    # -- lock -------------------------------------------------------------------------------

    def lock(self) -> None:
        """Cover everything at once; what runs goes on to its end, and nothing new begins."""
        workplace = self.workplace
        if self.locked or workplace is None or not workplace.window.isVisible():
            return
        self.watch.stop()
        self._had_keys = QApplication.focusWidget()
        workplace.session.cine.stop()
        self.covers.cover()
        workplace.window.leaving.keep_changes()
        workplace.window.leaving.asks = False  # nobody could answer
        workplace.session.jobs.hold()
        self._ask_who_locked()
        note_locked()

    def _lock_by_key(self, pressed: QKeySequence) -> None:
        """The key of the action, which the main window hears only where it has the keys."""
        if self.workplace is not None:
            keys = self.workplace.window.parts.keys.of("lock")
            if pressed.toString(QKeySequence.SequenceFormat.PortableText) in keys:
                self.lock()

    def _ask_who_locked(self) -> None:
        reader, workplace = current_reader(), self.workplace
        assert reader is not None and workplace is not None
        self.entrance.lock(reader.name, workplace.window)

    def _unlock(self) -> None:
        assert self.workplace is not None
        self.workplace.window.leaving.asks = True
        self.covers.uncover()
        self.entrance.leave()
        self.workplace.session.jobs.go_on()
        had, self._had_keys = self._had_keys, None
        if had is not None and isValid(had) and had.isVisible():
            had.window().activateWindow()
            had.setFocus()
        else:
            (QApplication.activeModalWidget() or self.workplace.window).activateWindow()
        self._watch()

    # -- another ----------------------------------------------------------------------------

    def _change_to(self, reader: Reader | None) -> None:
        """Finish the work of who locked, keep it, and let somebody else in; None: nobody."""
        workplace, now = self.workplace, current_reader()
        assert workplace is not None and now is not None
        self._next = reader
        self._had_keys = None
        self.entrance.finish(now.name)
        for window in self._app.topLevelWidgets():
            if isinstance(window, QDialog) and not self.entrance.holds(window):
                window.reject()  # what asked something ends as if it had been cancelled
        workplace.window.leaving.keep_changes()
        self._when_finished.start()

    def _stay(self) -> None:
        """Somebody else would rather not wait."""
        self._when_finished.stop()
        self._next = None
        self._ask_who_locked()

    def _let_next_in(self) -> None:
        """Go on when all is saved and sent, and no dialog of the one before is being left."""
        workplace = self.workplace
        if workplace is None:
            return
        in_dialog = QThread.currentThread().loopLevel() > max(self._level, 1)
        if unfinished(workplace.session) or in_dialog:
            self._when_finished.start()
            return
        self._leave_workplace(to_return=True)
        reader, self._next = self._next, None
        if reader is None:
            self.entrance.hide()  # windows that stay open would keep the program
            self._app.quit()
        else:
            self._let_in(reader)

    # -- out --------------------------------------------------------------------------------

    def sign_out(self) -> None:
        """Close the window as ever, and ask who is there."""
        workplace = self.workplace
        if workplace is None:
            return
        self._app.setQuitOnLastWindowClosed(False)
        try:
            if not workplace.close():
                return
            self.watch.stop()
            self._leave_workplace()
            self._ask_again()
        finally:
            self._app.setQuitOnLastWindowClosed(True)

    def quit(self) -> None:
        """Leave the program; the work of a reader who has locked is finished and kept before."""
        if self.locked:
            self._change_to(None)
        else:
            self.entrance.hide()
            self._app.quit()

    def close(self) -> None:
        """The program ends."""
        for waits in (self.watch, self._when_finished):
            waits.stop()
        if self.workplace is not None:
            if not self.locked and self.workplace.window.isVisible():
                self.workplace.close()
            self._leave_workplace(to_return=self.locked)
        self._jobs.close()
        for one in (self.entrance, self.covers, self):
            one.deleteLater()

    def _leave_workplace(self, *, to_return: bool = False) -> None:
        workplace, self.workplace = self.workplace, None
        assert workplace is not None
        workplace.end(to_return=to_return)
        self.covers.uncover(same_reader=False)
        sign_out()
        self.changed.emit()

    # -- password ---------------------------------------------------------------------------

    def _ask_own_password(self) -> None:
        reader = current_reader()
        if self.workplace is not None and reader is not None:
            ask_own_password(reader.name, self._clerk, self.workplace.window)
