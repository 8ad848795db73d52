"""The histogram of the active sequence, with the window as a region that the mouse drags.

pyqtgraph takes a quarter of a second to import: this module is imported when a study is there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy

from brainviewer.core.voi.histogram import Histogram
from brainviewer.core.voi.voi_window import Window
from brainviewer.gui import theme
from brainviewer.gui.widgets import told

_HEIGHT = 92
_TOP = 1.06
_NARROWEST = 0.004
"""Of what is shown: a window that is dragged does not become narrower."""
_TIP = (
    "Drag an edge of the window for black or white, its middle for the level; double click for the "
    "automatic window"
)
_REACH_PX = 6.0
"""From an edge of the window, where a hand holds it."""
Chosen = Callable[[float, float], object]


class _Part(Enum):
    """What a hand holds."""

    LOW = "black"
    HIGH = "white"
    MIDDLE = "level"


_CURSORS = {
    _Part.LOW: Qt.CursorShape.SizeHorCursor,
    _Part.HIGH: Qt.CursorShape.SizeHorCursor,
    _Part.MIDDLE: Qt.CursorShape.OpenHandCursor,
}


@dataclass(frozen=True)
class _Grip:
    """A hand at the window. start : the value where it went down. before : the window then."""

    part: _Part
    start: float
    before: Window

    def moved(self, to: float, least: float) -> tuple[float, float]:
        """The values shown black and white with the hand at a value; least : width."""
        low, high, by = self.before.low, self.before.high, to - self.start
        least = min(least, self.before.width)
        if self.part is _Part.LOW:
            return min(low + by, high - least), high
        if self.part is _Part.HIGH:
            return low, max(high + by, low + least)
        return low + by, high + by


class HistogramView(pg.GraphicsView):
    """Shows what it is given, and says what the hand does.

    dragged : called with the values shown black and white while the window is dragged.
    reset : called for a double click.
    """

    def __init__(self, dragged: Chosen, reset: Callable[[], object]) -> None:
        super().__init__()
        told(self, tip=_TIP, name="Histogram of the active sequence, with its window")
        self._dragged, self._reset = dragged, reset
        self._histogram: Histogram | None = None
        self._window: Window | None = None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # Alone: a whole plot of pyqtgraph brings axes and menus.
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0)
        self.setCentralItem(self._box)
        self._whole, self._lesion = _steps(), _steps()
        self._greys = pg.PlotCurveItem()
        # The hand is followed here: pyqtgraph takes no drag that begins pixel by pixel.
        self.region = pg.LinearRegionItem(movable=False, swapMode=None)
        self._grip: _Grip | None = None
        self.viewport().setMouseTracking(True)
        for item in (self._whole, self._lesion, self.region, self._greys):
            self._box.addItem(item)
        theme.themes.changed.connect(self._colour)
        self._colour()

    def sizeHint(self) -> QSize:
        return QSize(160, _HEIGHT)

    def show_histogram(self, histogram: Histogram) -> None:
        """Draw these heights."""
        if histogram is self._histogram:
            return
        self._histogram = histogram
        self._whole.setData(histogram.edges, histogram.whole)
        self._lesion.setVisible(histogram.lesion is not None)
        if histogram.lesion is not None:
            self._lesion.setData(histogram.edges, histogram.lesion)
        self._fit()

    def show_window(self, window: Window) -> None:
        """Lay the region over the values of a window."""
        if window == self._window:
            return
        self._window = window
        self.region.setRegion((window.low, window.high))
        if self._grip is None:  # what is shown stays where it is while a hand is at it
            self._fit()
        self._draw_greys()

    def place_of(self, value: float) -> QPointF:
        """Where a value is on the widget, in the middle of its height."""
        scene = self._box.mapViewToScene(QPointF(value, _TOP / 2))
        return QPointF(self.mapFromScene(scene))

    @property
    def shown_range(self) -> tuple[float, float]:
        """The values at the left and the right end."""
        left, right = self._box.viewRange()[0]
        return float(left), float(right)

    def _fit(self) -> None:
        """Show all values, and the window."""
        if self._histogram is None:
            return
        low, high = float(self._histogram.edges[0]), float(self._histogram.edges[-1])
        if self._window is not None:
            room = 0.04 * max(high - low, self._window.width)
            low, high = min(low, self._window.low - room), max(high, self._window.high + room)
        self._box.setRange(QRectF(low, 0, high - low, _TOP), padding=0, disableAutoRange=True)
        self._draw_greys()

    def _draw_greys(self) -> None:
        """The line from black to white."""
        if self._window is None or self._histogram is None:
            return
        left, right = self.shown_range
        low, high = self._window.low, self._window.high
        places = np.array([min(left, low), low, high, max(right, high)])
        levels = np.array([0.0, 0.0, 1.0, 1.0])
        self._greys.setData(places, 1 - levels if self._window.inverted else levels)

    def _value_at(self, at: QPointF) -> float:
        return float(self._box.mapSceneToView(QPointF(self.mapToScene(at.toPoint()))).x())

    def _part_at(self, at: QPointF) -> _Part | None:
        """What a hand would hold there; of two edges that are close to each other, the nearer."""
        if self._window is None:
            return None
        low, high = (self.place_of(value).x() for value in (self._window.low, self._window.high))
        part, near = min((_Part.LOW, abs(at.x() - low)), (_Part.HIGH, abs(at.x() - high)),
                         key=lambda one: one[1])  # fmt: skip
        # A narrow window is all edge; its middle third moves it.
        if near <= min(_REACH_PX, max((high - low) / 3, 1.0)) or not low <= at.x() <= high:
            return part if near <= _REACH_PX else None
        return _Part.MIDDLE

    def _colour(self) -> None:
        colours = theme.current()
        self.setBackground(QColor(colours.field))
        self._whole.setPen(pg.mkPen(colours.quiet))
        self._whole.setBrush(_clear(colours.quiet, 0.45))
        self._lesion.setPen(pg.mkPen(colours.tumour, width=1.2))
        self._lesion.setBrush(_clear(colours.tumour, 0.35))
        self._greys.setPen(pg.mkPen(colours.text, width=1, style=Qt.PenStyle.DotLine))
        self.region.setBrush(_clear(colours.accent, 0.10))
        for line in self.region.lines:
            line.setPen(pg.mkPen(colours.accent, width=1.6))

    # -- Qt's own ---------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        part = self._part_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and part and self._window:
            self._grip = _Grip(part, self._value_at(event.position()), self._window)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self._grip is None:
            part = self._part_at(event.position())
            self.viewport().setCursor(_CURSORS[part] if part else Qt.CursorShape.ArrowCursor)
            return
        left, right = self.shown_range
        least = _NARROWEST * (right - left)
        self._dragged(*self._grip.moved(self._value_at(event.position()), least))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self._grip = None
        self._fit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if event.button() is Qt.MouseButton.LeftButton:
            self._grip = None
            self._reset()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the panel scrolls


def _steps() -> pg.PlotCurveItem:
    """A curve of heights between edges, filled; pyqtgraph wants one class at least."""
    return pg.PlotCurveItem(x=[0, 1], y=[0], stepMode="center", fillLevel=0)


def _clear(colour: str, opacity: float) -> QColor:
    made = QColor(colour)
    made.setAlphaF(opacity)
    return made
