"""Mouse and keys of a radiologist in the real window, who takes images on the way."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from few_colours import with_few_colours
from make_screenshots import Photographer
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, QSize, Qt, QTimer, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMenu,
    QPushButton,
    QWidget,
)
from shiboken6 import isValid

from brainviewer.app.settings.settings import Settings
from brainviewer.app.status import Status
from brainviewer.core.study import Modality
from brainviewer.gui.notices import NoticeBar
from brainviewer.gui.panels.sequences import SequenceList
from brainviewer.gui.panes.slice_pane import SlicePane

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT, PLAIN = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)
_DIALOG_S = 30.0


class Hands(Photographer):
    """A user without any call that a user cannot make, but for waiting and looking.

    everything : also images that the guide does not show. said : all notices so far.
    """

    def __init__(self, folder: Path, theme: str, wanted: set[str], *, everything: bool) -> None:
        self.said: list[str] = []
        self._wanted, self._everything = wanted, everything
        super().__init__(folder, theme)

    def open_window(self, settings: Settings) -> None:
        """Start the program: a window that nothing is open in."""
        super().open_window(settings)
        self.session.state.noticed.connect(lambda notice: self.said.append(notice.text))
        self.window.move(0, 0)
        self.window.activateWindow()
        self.rest(0.5)

    # -- images -------------------------------------------------------------------------------

    def take(self, name: str, of: QWidget | None = None) -> None:
        """Save an image with few colours, if it is one of the guide's or all are wanted."""
        if not self._everything and name not in self._wanted:
            return
        super().take(name, of)
        self._paint_with_few(name)

    def take_screen(self, name: str) -> None:
        """The same of the window with all that lies over it."""
        if not self._everything and name not in self._wanted:
            return
        shown = self.window.screen().grabWindow(0)
        ratio = shown.devicePixelRatio()
        part = QRect(self.window.pos() * ratio, QSize(*(round(s * ratio) for s in self._size)))
        shown.copy(part).save(str(self._folder / f"{name}.png"))
        self._paint_with_few(name)

    @property
    def _size(self) -> tuple[int, int]:
        return self.window.width(), self.window.height()

    def _paint_with_few(self, name: str) -> None:
        path = self._folder / f"{name}.png"
        with Image.open(path) as image:
            whole = image.convert("RGB")
        with_few_colours(whole).save(path, optimize=True)

    # -- keys ---------------------------------------------------------------------------------

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = PLAIN) -> None:
        """Press a key where the keys are."""
        if QApplication.activeWindow() is None:  # nothing else does it without a window manager
            self.window.activateWindow()
            self.rest(0.3)
        QTest.keyClick(QApplication.focusWidget() or self.window, key, held)
        self.rest(0.1)

    def write(self, field: QWidget, text: str) -> None:
        """Click into a field and type, in place of what stands there."""
        self.click(field)
        self.press(Qt.Key.Key_A, CTRL)
        QTest.keyClicks(QApplication.focusWidget(), text)
        self.rest(0.1)

    def name_in_dialog(self, path: Path, ask: Callable[[], object]) -> None:
        """Type the name of a file or folder in the dialog that comes up, and press Enter."""

        def fill(dialog: QDialog) -> None:
            field = dialog.findChild(QLineEdit, "fileNameEdit")
            field.setFocus()
            self.rest(1.0)  # until the folder is listed: that names another file
            field.selectAll()
            QTest.keyClicks(field, str(path))
            field.completer().popup().hide()  # it would take Enter
            QTest.keyClick(field, Qt.Key.Key_Return)

        self.answer(QFileDialog, fill, ask)

    def answer(
        self, kind: type[QDialog], act: Callable[[QDialog], object], ask: Callable[[], object]
    ) -> None:
        """Do something in the modal dialog that ``ask`` brings up.

        Raises AssertionError if another one comes up, or none.
        """
        failed: list[str] = ["no dialog came up"]

        def look(left: float) -> None:
            dialog = QApplication.activeModalWidget()
            if isinstance(dialog, kind):
                failed.clear()
                try:
                    act(dialog)
                except Exception as error:  # a slot would only print it, and the dialog would stay
                    failed.append(repr(error))
                    dialog.reject()
            elif left > 0:
                QTimer.singleShot(50, lambda: look(left - 0.05))
            elif isinstance(dialog, QDialog):
                failed.append(f"{type(dialog).__name__}: {dialog.windowTitle()}")
                dialog.reject()

        QTimer.singleShot(50, lambda: look(_DIALOG_S))
        ask()
        assert not failed, failed

    # -- mouse --------------------------------------------------------------------------------

    def click(
        self, widget: QWidget, at: QPoint | None = None, held: Qt.KeyboardModifier = PLAIN
    ) -> None:
        """Click with the left button, in the middle by default."""
        assert widget.isVisible() and widget.isEnabled(), widget
        QTest.mouseClick(widget, LEFT, held, at or widget.rect().center())
        self.rest(0.1)

    def click_button(self, within: QWidget, words: str) -> None:
        """Click the button with these words."""
        (wanted,) = (
            one
            for one in within.findChildren(QPushButton)
            if one.text() == words and one.isVisible()
        )
        self.click(wanted)

    def leave(self, window: QWidget) -> None:
        """Esc closes a window over the main one, at once or after it let go of what is selected."""
        window.activateWindow()
        self.rest(0.3)
        self.press(Qt.Key.Key_Escape)
        if isValid(window) and window.isVisible():
            self.press(Qt.Key.Key_Escape)
        self.rest(0.3)
        shown = [one.windowTitle() for one in QApplication.topLevelWidgets() if one.isVisible()]
        assert shown == [self.window.windowTitle()], shown
        self.window.activateWindow()
        self.rest(0.3)

    def stroke(self, pane: QWidget, *points: QPoint, held: Qt.KeyboardModifier = PLAIN) -> None:
        """Drag with the left button."""
        QTest.mousePress(pane, LEFT, held, points[0])
        for start, end in pairwise(points):
            for step in (0.3, 0.7, 1.0):
                QTest.mouseMove(pane, start + (end - start) * step)
        QTest.mouseRelease(pane, LEFT, held, points[-1])
        self.rest(0.3)

    def wheel(self, pane: QWidget, notches: int) -> None:
        """Turn the wheel over the middle; positive away from the user."""
        at, step = QPointF(pane.rect().center()), 120 if notches > 0 else -120
        for _ in range(abs(notches)):
            turned = QWheelEvent(
                at, pane.mapToGlobal(at), QPoint(), QPoint(0, step), Qt.MouseButton.NoButton,
                PLAIN, Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(pane, turned)
        self.rest(0.3)

    def choose(self, *words: str) -> None:
        """Click through the menu bar: a menu, perhaps a submenu, and what is in it."""
        bar, first = self.window.menuBar(), _entry(self.window.menuBar().actions(), words[0])
        QTest.mouseClick(bar, LEFT, PLAIN, bar.actionGeometry(first).center())
        self.choose_in(first.menu(), *words[1:])

    def choose_by_right_button(self, pane: QWidget, *words: str) -> None:
        """Click through the menu that the right button opens."""
        QTest.mouseClick(pane, Qt.MouseButton.RightButton, PLAIN, pane.rect().center())
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu), "no menu came up"
        self.choose_in(menu, *words)

    def choose_in(self, menu: QMenu, *words: str) -> None:
        """Click through an open menu."""
        for name in words:
            self.rest(0.3)
            assert menu.isVisible(), f"the menu of {name} did not come up"
            entry = _entry(menu.actions(), name)
            assert entry.isEnabled(), f"{name} cannot be chosen"
            at, below = menu.actionGeometry(entry).center(), entry.menu()
            QTest.mouseMove(menu, at)
            QTest.mouseClick(menu, LEFT, PLAIN, at)
            menu = below or menu
        self.rest(0.3)

    def drag_sequence(self, modality: Modality, pane: QWidget) -> None:
        """Drag a sequence from its list onto a pane."""
        rows = self.window.findChild(SequenceList)
        (item,) = rows.findItems(str(modality), Qt.MatchFlag.MatchExactly)
        view, start = rows.viewport(), rows.visualItemRect(item).center()
        end = pane.mapToGlobal(pane.rect().center())

        def carry() -> None:  # Qt waits in the press that begins the drag
            for step in (0.4, 0.8, 1.0):
                place = view.mapToGlobal(start) + (end - view.mapToGlobal(start)) * step
                QTest.mouseMove(view, view.mapFromGlobal(place))
                QTest.qWait(50)
            self.take_screen("hang")
            QTest.mouseRelease(view, LEFT, PLAIN, view.mapFromGlobal(end))

        QTimer.singleShot(200, carry)
        QTest.mousePress(view, LEFT, PLAIN, start)
        for away in (8, 16, 24):
            QTest.mouseMove(view, start + QPoint(away, 0))
        self.rest(0.5)

    def drop(self, path: Path) -> None:
        """Drop a file or folder on the window, as a file manager does."""
        data, at = QMimeData(), QPointF(self.window.rect().center())
        data.setUrls([QUrl.fromLocalFile(str(path))])
        copy = Qt.DropAction.CopyAction
        QApplication.sendEvent(self.window, QDragEnterEvent(at.toPoint(), copy, data, LEFT, PLAIN))
        self.rest(0.3)
        QApplication.sendEvent(
            self.window, QDropEvent(at, copy, data, LEFT, PLAIN, QEvent.Type.Drop)
        )

    # -- looking ------------------------------------------------------------------------------

    def pane(self, modality: Modality) -> SlicePane:
        """The first pane that shows a sequence in the plane of the study's layout."""
        plane = self.session.state.plane
        return next(
            pane
            for pane in self.window.grid.shown
            if pane.modality is modality and pane.plane is plane
        )

    def settle(self) -> None:
        """Wait for all that is computed and drawn in the background."""
        state = self.session.state
        self.wait(lambda: not state.progress and state.location.status is not Status.RUNNING)
        self.wait(lambda: self.window.volume.image.pixels_shown is not None)
        self.rest()

    def dismiss(self) -> None:
        """Read all notices."""
        bar = self.window.findChild(NoticeBar)
        while bar.isVisible():
            (got_it,) = (b for b in bar.findChildren(QPushButton) if b.text().startswith("Got it"))
            self.click(got_it)


def _entry(actions: list[QAction], name: str) -> QAction:
    """The entry of a menu, whatever its letter and key."""
    there = {one.text().partition("\t")[0].replace("&", ""): one for one in actions}
    assert name in there, f"{name} is not in the menu: {sorted(there)}"
    return there[name]
