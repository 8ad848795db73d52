"""Panes in windows of their own, for a second monitor."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QWidget

from brainviewer.core.hanging.content import PaneContent, PaneKind, ShownContent
from brainviewer.core.study import Modality
from brainviewer.gui.layouts import column
from brainviewer.gui.panes.image_focus import ImageFocus
from brainviewer.gui.panes.pane_pool import Make, PanePool
from brainviewer.gui.panes.sequence_drag import SequenceDrops
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.gui.widgets import call
from brainviewer.gui.window_size import open_with

_SIZE = 760, 780
_STEP = 40


class TornWindow(QWidget):
    """One pane in a window; all keys of the main window act in it.

    The main window is its parent, so that it closes with it. Closed by itself, the pane goes back.
    """

    closed = Signal()

    def __init__(self, make: Make, frame: QWidget) -> None:
        super().__init__(frame, Qt.WindowType.Window)
        self._pool = PanePool(make, self)
        self._pane: SlicePane | None = None
        self._volume: QWidget | None = None
        self._layout = column(spacing=0)
        self.setLayout(self._layout)
        self.addActions(frame.actions())
        ImageFocus(self, lambda: self._pane)

    @property
    def pane(self) -> SlicePane:
        """What is in it."""
        assert self._pane is not None
        return self._pane

    @property
    def panes(self) -> tuple[SlicePane, ...]:
        """Every pane that it has made."""
        return self._pool.all

    def show_content(self, content: ShownContent) -> None:
        """Show something else; the caller tells the pane its sequence and plane."""
        pane = self._pool.at(0, content.kind)
        what = (
            "3D view" if content.kind is PaneKind.VOLUME else f"{content.modality} {content.plane}"
        )
        if content.kind is PaneKind.PRIOR:
            what += ", prior"
        self.setWindowTitle("Pane" if content.kind is PaneKind.NOTHING else what)
        if pane is not self._pane:
            if self._pane is not None:
                self._layout.removeWidget(self._pane)
                self._pane.hide()
            self._layout.addWidget(pane)
            self._pane = pane
        pane.setVisible(self._volume is None)

    def hold(self, volume: QWidget) -> None:
        """Take the 3D view in."""
        self._volume = volume
        self.pane.hide()
        self._layout.addWidget(volume)
        volume.show()

    def let_go(self) -> None:
        """The 3D view stands elsewhere."""
        self._volume = None
        if self._pane is not None:
            self._pane.show()

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()  # the layout decides: the window goes when the pane is back
        self.closed.emit()


class TornWindows:
    """As many windows as the layout has panes in windows of their own.

    frame : gives the main window. bring_back : asked when the user closes one, from 0.
    dropped : called with the number and a sequence that was dropped on one.
    """

    def __init__(
        self,
        make: Make,
        frame: Callable[[], QWidget],
        bring_back: Callable[[int], object],
        dropped: Callable[[int, Modality], object],
    ) -> None:
        self._make, self._frame = make, frame
        self._bring_back, self._dropped = bring_back, dropped
        self._windows: list[tuple[PaneContent, TornWindow]] = []

    @property
    def windows(self) -> tuple[TornWindow, ...]:
        """In the order of the layout."""
        return tuple(window for _, window in self._windows)

    @property
    def panes(self) -> tuple[SlicePane, ...]:
        """What is in them, in the order of the layout."""
        return tuple(window.pane for window in self.windows)

    def follow(self, wanted: Sequence[PaneContent], shown: Sequence[ShownContent]) -> None:
        """Open and close windows; one that shows what it did stays where it is on the screen."""
        left = list(self._windows)
        kept: list[TornWindow | None] = []
        for content in wanted:
            found = next((pair for pair in left if pair[0] == content), None)
            if found is not None:
                left.remove(found)
            kept.append(found[1] if found is not None else None)
        # A pane that was given something else stays in its window.
        changed = [window for _, window in left] if len(left) == kept.count(None) else []
        if changed:
            left = []
        windows = [
            window if window is not None else (changed.pop(0) if changed else self._open(n))
            for n, window in enumerate(kept)
        ]
        self._windows = list(zip(wanted, windows, strict=True))
        for window, now in zip(windows, shown, strict=True):
            window.show_content(now)
            window.setVisible(True)
        for _, window in left:
            window.hide()
            window.deleteLater()

    def hide(self) -> None:
        """There is nothing to be shown in them now; they come back with the next study."""
        for window in self.windows:
            window.hide()

    def _open(self, number: int) -> TornWindow:
        window = TornWindow(self._make, self._frame())
        window.closed.connect(call(self._closed, window))
        SequenceDrops(
            window,
            lambda _: (window.rect(), self.windows.index(window)),
            self._dropped,
        )
        open_with(window, *_SIZE)
        place_on_other_screen(window, self._frame(), number)
        return window

    def _closed(self, window: TornWindow) -> None:
        if window in self.windows:
            self._bring_back(self.windows.index(window))


def place_on_other_screen(window: QWidget, frame: QWidget, number: int) -> None:
    """Put a window on a screen that the main window is not on; beside its corner without one."""
    here = frame.screen()
    others = [screen for screen in QGuiApplication.screens() if screen is not here]
    room = (others[0] if others else here).availableGeometry()
    size = window.size()
    at = QPoint(_STEP, _STEP) * (number + 1) + room.topLeft()
    if others:
        at = room.center() - QRect(QPoint(), size).center() + QPoint(_STEP, _STEP) * number
    window.move(at)
