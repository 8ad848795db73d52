"""Opacity and colours of a look over the histogram of the head, drawn with their points.

pyqtgraph takes a quarter of a second to import: this module is imported when a look is edited.
"""

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent
from PySide6.QtWidgets import QSizePolicy

from brainviewer.gui import theme
from brainviewer.painting.volume.looks.shaping import (
    Point,
    PointKind,
    colour_points,
    heights_of,
    opacity_counts,
    place_of,
    points_of,
)
from brainviewer.painting.volume.voxels.look import VolumeLook

_TOP, _BOTTOM, BAR_TOP, _BAR_LOW = 1.06, -0.24, -0.05, -0.20
"""Of what is shown, where an opacity of 0 is at 0; and of the bar of colours."""
_MIDDLE = (BAR_TOP + _BAR_LOW) / 2
_REACH_PX, _SIZE_PX = 9.0, 11
_STEPS = 256
_RIM, _RING = QColor(8, 11, 13), QColor(240, 243, 246)


class CurvePlot(pg.GraphicsView):
    """A look, and which of its points is chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._look = VolumeLook()
        self.chosen: Point | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(260, 160)
        # Alone: a whole plot of pyqtgraph brings axes and menus.
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0)
        self.setCentralItem(self._box)
        self._box.setRange(
            QRectF(-0.03, _BOTTOM, 1.06, _TOP - _BOTTOM), padding=0, disableAutoRange=True
        )
        self._histogram = pg.PlotCurveItem(x=[0, 1], y=[0], stepMode="center", fillLevel=0)
        self._bar = pg.ImageItem(axisOrder="row-major")
        self._line = pg.PlotCurveItem(antialias=True)
        self._points = pg.ScatterPlotItem(pxMode=True, antialias=True)
        for item in (self._histogram, self._bar, self._line, self._points):
            self._box.addItem(item)
        theme.themes.changed.connect(self._colour)
        self._colour()

    def sizeHint(self) -> QSize:
        return QSize(440, 230)

    @property
    def look(self) -> VolumeLook:
        """The one that is shown."""
        return self._look

    def show_histogram(self, edges: NDArray[np.float64], heights: NDArray[np.float64]) -> None:
        """Show how many voxels have each value; edges : 0 to 1, heights : as parts of the top."""
        self._histogram.setData(edges, heights)

    def screen_place(self, point: Point) -> QPointF:
        """Where a point is on the widget."""
        value, height = place_of(self._look, point)
        return self._on_widget(value, _MIDDLE if point.kind is PointKind.COLOUR else height)

    def _draw(self) -> None:
        look = self._look
        values = np.linspace(0, 1, _STEPS)
        bar = np.clip(look.colour_of(values, 0.5) * 255, 0, 255).astype(np.uint8)[None]
        self._bar.setImage(bar, levels=(0, 255))
        self._bar.setRect(QRectF(0, _BAR_LOW, 1, BAR_TOP - _BAR_LOW))
        self._line.setVisible(opacity_counts(look))
        # What is straight in opacities is not in their heights.
        places = np.union1d(values, [value for value, _ in look.opacity])
        along = np.interp(places, *np.array(look.opacity).T)
        self._line.setData(places, heights_of(along))
        colours = theme.current()
        spots = []
        for point in points_of(look):
            value, height = place_of(look, point)
            fill = QColor(colours.panel)
            if point.kind is PointKind.COLOUR:
                height = _MIDDLE
                fill = QColor.fromRgbF(*np.clip(colour_points(look)[point.index][1], 0, 1))
            chosen = point == self.chosen
            pen = pg.mkPen(colours.accent if chosen else _RING, width=3 if chosen else 1.6)
            # A bright ring in a dark rim is seen on every colour.
            place = {"pos": (value, height)}
            spots.append({**place, "size": _SIZE_PX + 4, "brush": _RIM, "pen": _RIM})
            spots.append({**place, "size": _SIZE_PX, "brush": fill, "pen": pen})
        self._points.setData(spots)

    def _colour(self) -> None:
        colours = theme.current()
        self.setBackground(QColor(colours.field))
        quiet = QColor(colours.quiet)
        self._histogram.setPen(pg.mkPen(None))
        quiet.setAlphaF(0.35)
        self._histogram.setBrush(quiet)
        self._line.setPen(pg.mkPen(colours.accent, width=1.6))
        self._draw()

    def _on_widget(self, value: float, height: float) -> QPointF:
        return QPointF(self.mapFromScene(self._box.mapViewToScene(QPointF(value, height))))

    def _at(self, at: QPointF) -> tuple[float, float]:
        """Value and height at a place of the widget."""
        place = self._box.mapSceneToView(QPointF(self.mapToScene(at.toPoint())))
        return float(place.x()), float(place.y())

    def _point_at(self, at: QPointF) -> Point | None:
        """The nearest point within reach; of those in one place, the one that is chosen."""
        found = []
        for point in points_of(self._look):
            away = self.screen_place(point) - at
            distance = (away.x() ** 2 + away.y() ** 2) ** 0.5
            if distance <= _REACH_PX:
                found.append((distance, point != self.chosen, point))
        return min(found, key=lambda one: one[:2])[2] if found else None

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.setStyleSheet(f"border: 1px solid {theme.current().accent};")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.setStyleSheet("border: 1px solid transparent;")
