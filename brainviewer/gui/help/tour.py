"""The tour of the first start: five steps over the window, in the keys and hands of the user."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QFrame, QWidget

from brainviewer.app.settings.settings import Settings
from brainviewer.gui import theme
from brainviewer.gui.keys.key_map import KeyMap
from brainviewer.gui.layouts import column, grid, put, row
from brainviewer.gui.panels.result.result import ResultPanel
from brainviewer.gui.panels.study import StudyPanel
from brainviewer.gui.panes.pane_grid import PaneGrid
from brainviewer.gui.panes.slice_strip import SliceStrip
from brainviewer.gui.toolbar.bar import ToolBar
from brainviewer.gui.tools.mouse_schemes import SCHEMES
from brainviewer.gui.widgets import button, call, heading, label, painted

_WIDTH = 380
_GAP = 12
Rows = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Step:
    """One step of the tour.

    over : what it is about, by its class; the first of them that is in sight.
    rows : (hand or key, what it does) as the keys and the mouse are now; what has no key is left
        out.
    """

    title: str
    text: str
    over: tuple[type[QWidget], ...]
    rows: Callable[[KeyMap, Settings], Rows]


def _keys(*wanted: tuple[str, str]) -> Callable[[KeyMap, Settings], Rows]:
    """Rows of actions by their ids, with what is said of them."""

    def rows(keys: KeyMap, _settings: Settings) -> Rows:
        made = [(" ".join(filter(None, map(keys.text, ids.split()))), text) for ids, text in wanted]
        return [(key, text) for key, text in made if key]

    return rows


def _hands(_keys: KeyMap, settings: Settings) -> Rows:
    scheme = SCHEMES[settings.mouse_scheme]
    plain = [one for one in scheme.slices if one.held is Qt.KeyboardModifier.NoModifier]
    return [
        *((one.hand[0].upper() + one.hand[1:], one.deed.value) for one in plain),
        ("Double click", "One large pane, and back"),
    ]


STEPS: tuple[Step, ...] = (
    Step("Images", "Every pane is a slice. The cursor, the slice and the zoom are common to all.",
         (PaneGrid,), _hands),
    Step("Sequences, lesion and display",
         "A click chooses a sequence. What lies over the images is switched on and off below, "
         "and a question mark opens the page of the guide about a panel.",
         (StudyPanel,),
         _keys(("sequence-flair sequence-t1 sequence-t1ce sequence-t2", "FLAIR, T1, T1ce, T2"),
               ("overlays", "hide and show all overlays"),
               ("auto-window", "automatic window"))),
    Step("Where the lesion is",
         "The strip shows the area of the lesion on every slice; the bright bar is the tumour "
         "slice. A click goes to a slice.",
         (SliceStrip, PaneGrid),
         _keys(("tumour", "back to the tumour slice"),
               ("tool-paint", "correct the segmentation with a brush"))),
    Step("What the answer is",
         "The probable type stands here with all probabilities, what it rests on and how good "
         "the model is. It is for research, never for a diagnosis. Above it, drag to turn the head "
         "in 3D.",
         (ResultPanel,),
         _keys(("classify", "classify again"), ("rests-on", "what the answer rests on"))),
    Step("Tools and help",
         "Measure, correct and export from the tool bar or the menus. Every key and the mouse can "
         "be changed in the settings.",
         (ToolBar, PaneGrid),
         _keys(("tool-ruler", "measure in millimetres"), ("undo", "undo"),
               ("export", "export an image"), ("shortcuts", "all keys and the mouse"),
               ("guide", "the user guide"), ("settings", "settings"))),
)  # fmt: skip


class Tour(QFrame):
    """A card beside what a step is about, and a frame round that. Esc skips it.

    window : what it lies over. keys : of the actions, as the user has them.
    """

    ended = Signal()
    """It was read, or skipped."""

    def __init__(self, window: QWidget, keys: KeyMap, settings: Settings) -> None:
        super().__init__(window)
        self._window, self._keys, self._settings = window, keys, settings
        self.step = 0
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Tour of the window")
        self.setFixedWidth(theme.px(_WIDTH))
        self._frame = _Frame(window)
        self._title, self._text = heading(""), label(wrap=True)
        self._rows = QWidget()
        self._count = label(role="quiet")
        self.skip = button("Skip the tour", clicked=self.end)
        self.back = button("Back", "second", clicked=call(self._go, -1))
        self.next = button("Next", "primary", clicked=call(self._go, 1))
        foot = row(self._count, None, self.skip, self.back, self.next, spacing=6)
        self._lines = column(self._title, self._text, self._rows, 6, foot, spacing=8,
                       margins=(16, 12, 16, 12))  # fmt: skip
        self.setLayout(self._lines)
        window.installEventFilter(self)
        settings.changed.connect(self._follow)
        self._show_step()
        self.show()

    def end(self) -> None:
        """Go, for good."""
        self._settings.changed.disconnect(self._follow)
        self._window.removeEventFilter(self)
        self._frame.hide()
        self._frame.deleteLater()
        self.hide()
        self.deleteLater()
        self.ended.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._place()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        else:
            super().keyPressEvent(event)

    def _go(self, by: int) -> None:
        self.step += by
        if self.step == len(STEPS):
            self.end()
        else:
            self._show_step()

    def _follow(self, changed: Collection[str]) -> None:
        if {"keys", "mouse_scheme"} & set(changed):
            self._show_step()

    def _show_step(self) -> None:
        step, last = STEPS[self.step], self.step + 1 == len(STEPS)
        self._title.setText(step.title.upper())
        self._text.setText(step.text)
        rows = grid((12, 4), growing=1)
        for n, (hand, what) in enumerate(step.rows(self._keys, self._settings)):
            put(rows, n, label(hand), label(what, "quiet", wrap=True))
        written = QWidget()
        written.setLayout(rows)
        self._lines.replaceWidget(self._rows, written)
        self._rows.setParent(None)
        self._rows.deleteLater()
        self._rows = written
        written.show()  # what is hidden has no height
        self._count.setText(f"{self.step + 1} of {len(STEPS)}")
        self.back.setVisible(self.step > 0)
        self.skip.setVisible(not last)
        self.next.setText("Done" if last else "Next")
        self._place()

    def _target(self) -> QRect | None:
        """Where what the step is about lies in the window."""
        for kind in STEPS[self.step].over:
            found = self._window.findChild(kind)
            if isinstance(found, QWidget) and found.isVisible():
                seen = found.visibleRegion().boundingRect()
                return QRect(found.mapTo(self._window, seen.topLeft()), seen.size())
        return None

    def _place(self) -> None:
        self._lines.activate()
        self.setFixedHeight(self._lines.totalHeightForWidth(self.width()))
        target, room = self._target(), self._window.rect()
        self._frame.put_round(target)
        self.move(_beside(target or room, self.size().width(), self.height(), room))
        self.raise_()


def _beside(target: QRect, width: int, height: int, room: QRect) -> QPoint:
    """Where a card has room beside a target: right, left, under, above it, or on its lower edge."""
    middle = target.center()
    places = (
        QPoint(target.right() + _GAP, middle.y() - height // 2),
        QPoint(target.left() - _GAP - width, middle.y() - height // 2),
        QPoint(middle.x() - width // 2, target.bottom() + _GAP),
        QPoint(middle.x() - width // 2, target.top() - _GAP - height),
    )
    for n, place in enumerate(places):
        x = place.x() if n < 2 else min(max(place.x(), _GAP), room.width() - width - _GAP)
        y = place.y() if n > 1 else min(max(place.y(), _GAP), room.height() - height - _GAP)
        if room.contains(QRect(x, y, width, height)):
            return QPoint(x, y)
    return QPoint(middle.x() - width // 2, target.bottom() - height - 3 * _GAP)


class _Frame(QWidget):
    """A frame round a part of the window; takes no events."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def put_round(self, target: QRect | None) -> None:
        """Lie round a part of the window, or nowhere."""
        if target is not None:
            self.setGeometry(target)
            self.raise_()
        self.setVisible(target is not None)

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.current().accent), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
