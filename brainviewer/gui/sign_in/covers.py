"""Covers every window of the application, so that nothing of a reader can be seen or used.

Windows stay open beneath: what was typed, chosen or undone in them is there again afterwards.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt
from PySide6.QtGui import QClipboard, QColor, QDrag, QGuiApplication, QPainter
from PySide6.QtWidgets import QApplication, QDialog, QToolTip, QWidget
from shiboken6 import isValid

from brainviewer.gui import theme
from brainviewer.gui.sign_in.held_buttons import let_go
from brainviewer.gui.widgets import painted

TITLE = "BrainViewer"
_INPUT = frozenset(
    (
        QEvent.Type.KeyPress,
        QEvent.Type.KeyRelease,
        QEvent.Type.Shortcut,
        QEvent.Type.ShortcutOverride,
        QEvent.Type.InputMethod,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TouchEnd,
        QEvent.Type.TabletPress,
        QEvent.Type.TabletMove,
        QEvent.Type.TabletRelease,
        QEvent.Type.NativeGesture,
        QEvent.Type.ContextMenu,
        QEvent.Type.ToolTip,
        QEvent.Type.WhatsThis,
        QEvent.Type.DragEnter,
        QEvent.Type.DragMove,
        QEvent.Type.Drop,
        QEvent.Type.FileOpen,
    )
)
"""What nobody may do to a window that is covered."""
_ABOVE = frozenset((QEvent.Type.Show, QEvent.Type.ZOrderChange))
_SYSTEMS_OWN = "QFileDialog", "QAbstractPrintDialog"
"""Dialogs that the system may paint itself, where nothing can be laid over."""


class _Cover(QWidget):
    """Lies over the whole of a window, and is as large as it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._over, self.title = window, window.windowTitle()
        self.follow()
        self.show()

    def follow(self) -> None:
        """Be as large as the window, and above all that is in it."""
        self.setGeometry(self._over.rect())
        self.raise_()

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), QColor(theme.current().window))


class Covers(QObject):
    """Covers all windows but those that ``spares``, also those that open while it lasts."""

    def __init__(self, app: QApplication, spares: Callable[[QWidget], bool]) -> None:
        super().__init__(app)
        self._app, self._spares = app, spares
        self._covers: dict[QWidget, _Cover] = {}
        self._copied: QMimeData | None = None
        self._busy = False
        self.on = False

    def cover(self) -> None:
        """Cover everything at once, and take what was copied here out of the clipboard.

        What is being drawn ends where it is, and is kept.
        """
        if self.on:
            return
        let_go(self._app)
        self.on = True
        self._close_what_cannot_be_covered()
        self._app.installEventFilter(self)
        for window in self._app.topLevelWidgets():
            if window.isVisible():
                self._lay_over(window)
        self._copied = _taken_from_clipboard(QClipboard.Mode.Clipboard)
        _taken_from_clipboard(QClipboard.Mode.Selection)

    def uncover(self, *, same_reader: bool = True) -> None:
        """Show everything again. same_reader : what he copied is in the clipboard again."""
        if not self.on:
            return
        self.on = False
        self._app.removeEventFilter(self)
        for window, cover in self._covers.items():
            if isValid(window) and isValid(cover):
                window.setWindowTitle(cover.title)
                cover.hide()
                cover.deleteLater()
        self._covers.clear()
        copied, self._copied = self._copied, None
        if copied is not None and same_reader and not QGuiApplication.clipboard().text():
            QGuiApplication.clipboard().setMimeData(copied)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in _INPUT:
            if refused := self._refuses(watched):
                event.ignore()
            return refused
        if isinstance(watched, QWidget) and not self._busy:
            if kind is QEvent.Type.Show and watched.isWindow():
                self._lay_over(watched)
            elif (cover := self._covers.get(watched.window())) is not None:
                self._keep_above(watched, cover, kind)
        return False

    def _refuses(self, watched: QObject) -> bool:
        """Whether somebody wants to use a window that is covered."""
        if isinstance(watched, QWidget):
            return not self._spares(watched.window())
        return False  # windows of the system pass it on to a widget

    def _keep_above(self, watched: QWidget, cover: _Cover, kind: QEvent.Type) -> None:
        window = watched.window()
        self._busy = True
        try:
            if watched is window and kind is QEvent.Type.Resize:
                cover.follow()
            elif watched is window and kind is QEvent.Type.WindowTitleChange:
                if window.windowTitle() != TITLE:
                    cover.title = window.windowTitle()
                    window.setWindowTitle(TITLE)
            elif kind in _ABOVE and watched is not cover and watched.parentWidget() is window:
                cover.raise_()
        finally:
            self._busy = False

    def _lay_over(self, window: QWidget) -> None:
        popup = window.windowType() in (Qt.WindowType.Popup, Qt.WindowType.ToolTip)
        if window in self._covers or self._spares(window) or popup:
            return
        self._busy = True
        try:
            self._covers[window] = _Cover(window)
            window.setWindowTitle(TITLE)
        finally:
            self._busy = False

    def _close_what_cannot_be_covered(self) -> None:
        QToolTip.hideText()
        QDrag.cancel()
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
            if QApplication.activePopupWidget() is popup:
                popup.hide()
        for window in self._app.topLevelWidgets():
            systems = any(window.inherits(name) for name in _SYSTEMS_OWN)
            if systems and isinstance(window, QDialog) and window.isVisible():
                window.reject()


def _taken_from_clipboard(mode: QClipboard.Mode) -> QMimeData | None:
    """What this application has put there, which is then empty."""
    clipboard = QGuiApplication.clipboard()
    ours = (
        clipboard.ownsSelection()
        if mode is QClipboard.Mode.Selection
        else clipboard.ownsClipboard()
    )
    if not ours:
        return None
    held, kept = clipboard.mimeData(mode), QMimeData()
    for name in held.formats():
        kept.setData(name, held.data(name))
    if held.hasImage():
        kept.setImageData(held.imageData())
    clipboard.clear(mode)
    return kept
