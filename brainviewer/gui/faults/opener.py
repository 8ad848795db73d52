"""Shows what went wrong: one window at a time, however much does."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from brainviewer.core.counting import counted
from brainviewer.files.unexpected_end.crash_trace import LeftTrace
from brainviewer.gui.faults.details import fault_details, trace_details
from brainviewer.gui.faults.window import FaultWindow
from brainviewer.gui.help.running_on import running_on
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.widgets import call, timer

_PAUSE_MS = 200


class FaultWindows(QObject):
    """Follows what went wrong in the session of a window.

    What repeats many times a second is counted in the window that is open a few times a second.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._faults = window, window.session.faults
        self.shown: FaultWindow | None = None
        self._soon = timer(self, _PAUSE_MS, self._tell)
        self._faults.wanted.connect(self._show)
        self._faults.counted.connect(self._count)

    def show_trace(self, trace: LeftTrace, sentence: str) -> FaultWindow:
        """Show what a program that crashed left."""
        made = FaultWindow(sentence, self._window, trace.delete)
        made.tell("", trace_details(trace, self._system))
        made.show()
        return made

    @property
    def _system(self) -> list[tuple[str, str]]:
        renderer = self._window.volume.renderer
        return running_on(self._window.session, self._window.screen(), renderer)

    def _show(self) -> None:
        if self.shown is None:
            study = self._window.session.state.study
            stays = " Your study stays open." if study is not None else ""
            # Over a dialog that lets nothing else be used, it belongs to that.
            over = QApplication.activeModalWidget() or self._window
            made = FaultWindow(f"Something went wrong inside BrainViewer.{stays}", over)
            self.shown = made
            # It may also go with the dialog that it belongs to.
            gone = call(self._gone, id(made))
            made.finished.connect(gone)
            made.destroyed.connect(gone)
            self._tell()
            made.show()
        else:
            self._count()

    def _count(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _tell(self) -> None:
        if self.shown is None:
            return
        unread = self._faults.unread
        times = sum(fault.times for fault in unread)
        count = ""
        if times > 1:
            count = f"It happened {counted(times, 'time')}."
        if len(unread) > 1:
            count = f"{counted(len(unread), 'error')}, {counted(times, 'time')} in all."
        self.shown.tell(count, fault_details(reversed(unread), self._system))

    def _gone(self, which: int) -> None:
        if id(self.shown) == which:
            self.shown = None
            self._faults.read()
