"""The real window, without a screen: it meets one hostile input after the other."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMessageBox

from brainviewer.app.session import Session
from brainviewer.app.settings.exchange import read_settings
from brainviewer.app.settings.settings import Settings
from brainviewer.core.errors import BrainViewerError
from brainviewer.gui.faults.hooks import Hooks
from brainviewer.gui.main_thread import MainThread
from brainviewer.gui.main_window import MainWindow
from tests.hostile.case import Case, Place
from tests.hostile.cli_door import remove
from tests.hostile.corpus import all_cases
from tests.hostile.sound import write_study

_PATIENCE = 60.0


def _not_searched(*_: object, **__: object) -> None:
    """In the place of a search of the sound study."""


_SOUND = "sound"


class Desk:
    """A window with its session, and what it said."""

    def __init__(self, home: Path) -> None:
        os.environ["BRAINVIEWER_HOME"] = str(home)
        self.said: list[str] = []
        self.dialogs: list[str] = []
        self.door = MainThread()
        self.session = Session(self.door.post, Settings.load())
        self.session.settings.update(classify_on_opening=False)
        self.session.engine.start = lambda: None
        self.hooks = Hooks(self.door, self.session.faults.report)
        self.session.state.noticed.connect(lambda notice: self.said.append(notice.text))
        self.window = MainWindow(self.session)
        self.window.resize(1200, 760)
        self.window.show()
        self._guard = QTimer(self.window)
        self._guard.timeout.connect(self._close_dialogs)
        self._guard.start(100)

    def _close_dialogs(self) -> None:
        """Read what asks something, and refuse it, as a user does with Escape."""
        for widget in QApplication.topLevelWidgets():
            if widget is self.window or not widget.isVisible() or not widget.isWindow():
                continue
            if isinstance(widget, QDialog):
                text = widget.text() if isinstance(widget, QMessageBox) else ""
                text = text or " ".join(label.text() for label in widget.findChildren(QLabel))
                self.dialogs.append(text or type(widget).__name__)
                widget.reject()
            elif widget.windowType() is Qt.WindowType.Window:
                self.dialogs.append(type(widget).__name__)
                widget.close()

    def wait(self, until: Callable[[], bool]) -> bool:
        """Turn the event loop until it is so."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            QApplication.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            if until():
                return True
            time.sleep(0.005)
        return False

    def idle(self) -> bool:
        """Whether nothing opens any more."""
        busy = [*self.session.jobs._running]
        return not [key for key in busy if not key.startswith(("engine", "head motion"))]

    def rest(self) -> bool:
        """Wait until it is idle, and for what it does at the next turn."""
        end = time.monotonic() + 0.06
        return self.wait(lambda: time.monotonic() > end and self.idle())

    def drop(self, path: Path) -> None:
        """Let a file fall on the window, as a file manager does."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(os.fsencode(path).decode("utf-8", "replace"))])
        buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        copy, middle = Qt.DropAction.CopyAction, QPointF(300, 300)
        enter = QDragEnterEvent(middle.toPoint(), copy, data, buttons, keys)
        QApplication.sendEvent(self.window, enter)
        QApplication.sendEvent(self.window, QDropEvent(middle, copy, data, buttons, keys))

    def open_sound(self, study: Path) -> bool:
        """Open the sound study; whether it is shown then."""
        find, self.session.segmentation.find = self.session.segmentation.find, _not_searched
        try:
            self.session.documents.open([study])
            self.rest()
        finally:
            self.session.segmentation.find = find
        shown = self.session.state.study
        return shown is not None and shown.name == study.name

    def close(self) -> None:
        """End it."""
        self._guard.stop()
        self.session.documents.ask_sequences = None
        self.window.close()
        self.session.close()
        self.door.drain()
        self.hooks.remove()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _meet(desk: Desk, case: Case, file: Path, place: Place) -> None:
    session = desk.session

    def told(work: Callable[[], object]) -> None:
        try:
            work()
        except BrainViewerError as error:
            desk.said.append(str(error))

    doors: dict[str, Callable[[], object]] = {
        "drop": lambda: desk.drop(file),
        "beside": lambda: desk.drop(file),
        "annotations": lambda: told(lambda: session.annotations.open(file)),
        "presets": lambda: told(lambda: session.presets.take_over(file)),
        "settings": lambda: told(lambda: read_settings(file, session.settings)),
        "prior": lambda: session.prior.compare([file]),
        "start": lambda: None,
    }
    doors[case.door]()


def through_window(
    desk: Desk, case: Case, place: Place, file: Path
) -> tuple[list[str], str, float]:
    """Let the window meet an input: what was wrong then, what was said, and for how long."""
    faults: list[str] = []
    if case.door not in ("drop", "start") and not desk.open_sound(place.study):
        faults.append("the sound study did not open before")
    desk.said.clear()
    desk.dialogs.clear()
    before = desk.session.state.study
    started = time.monotonic()
    _meet(desk, case, file, place)
    if not desk.rest():
        faults.append(f"still busy: {[*desk.session.jobs._running]}")
    seconds = time.monotonic() - started
    said = [*desk.said, *desk.dialogs]
    if not said and case.ends == "refused" and desk.session.state.study is before:
        faults.append("said nothing")
    if case.says and case.ends == "refused" and not any(case.says in one for one in said):
        faults.append(f"does not say {case.says!r}")
    if not desk.open_sound(place.study):
        faults.append("the sound study does not open afterwards")
    if not desk.window.isVisible():
        faults.append("the window is gone")
    faults += [f"a bug: {one.lines[-1:]} {one.lines[:1]}" for one in desk.session.faults.unread]
    desk.session.faults.read()
    if any("went wrong inside" in one or "Traceback" in one for one in said):
        faults.append("a bug")
    return faults, " / ".join(said), seconds


def main() -> None:
    """Meet the cases of a file; a line of JSON each."""
    folder = Path(sys.argv[2])
    wanted = json.loads(Path(sys.argv[1]).read_text())
    kinds = tuple(dict.fromkeys(name.split("/")[0] for name in sorted(wanted)))
    study = write_study(folder / _SOUND)
    QApplication(sys.argv[:1])
    by_id = {case.id: case for case in all_cases(kinds)}
    desk = Desk(folder / "home")
    desk.open_sound(study)
    for number, name in enumerate(wanted):
        case = by_id[name]
        place = Place.below(folder / str(number), study)
        file = case.make(place)
        print("begins", flush=True)
        own = Desk(place.home) if case.door == "start" else desk
        faults, said, seconds = through_window(own, case, place, file)
        if own is not desk:
            own.close()
            os.environ["BRAINVIEWER_HOME"] = str(folder / "home")
        print(json.dumps({"faults": faults, "said": said, "seconds": seconds}), flush=True)
        remove(folder / str(number))
    desk.close()


if __name__ == "__main__":
    main()
