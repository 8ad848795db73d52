"""The end of a window: what was made is saved, the window goes, and then the work behind it."""

from PySide6.QtWidgets import QWidget

from brainviewer.gui.window_parts import WindowParts


class Leaving:
    """Ends a window, which asks about exports and about what is sent.

    asks : no longer, where somebody else ends it when all that is finished.
    """

    def __init__(self, parts: WindowParts) -> None:
        self._parts, self._session = parts, parts.session
        self.asks = True

    def keep_changes(self) -> None:
        """Begin to save what was typed and changed and is not saved yet."""
        self._parts.report.take_text()
        self._session.saved.save_changes()

    def may(self) -> bool:
        """Whether the window may go: nothing is unfinished, or the user drops it."""
        self.keep_changes()
        return not self.asks or self._parts.export.finished()

    def end(self) -> None:
        """Take the window and its work away."""
        geometry = bytes(self._parts.frame.saveGeometry().toBase64().data()).decode()
        self._session.settings.update(window_state=geometry)
        self._leave_the_screen()
        self._session.jobs.stop()
        self._parts.volume.shutdown()
        self._session.close()

    def _leave_the_screen(self) -> None:
        """Hide every window at once: work that is stopped may take seconds to notice."""
        for widget in self._parts.frame.findChildren(QWidget):
            if widget.isWindow() and widget.isVisible():
                widget.hide()
        self._parts.frame.hide()
