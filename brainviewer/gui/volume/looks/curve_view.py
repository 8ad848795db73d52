"""The points of a look, moved by hands and keys over the histogram of the head."""

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from brainviewer.gui.volume.looks.curve_plot import BAR_TOP, CurvePlot
from brainviewer.gui.widgets import told
from brainviewer.painting.volume.looks.shaping import (
    Point,
    PointKind,
    added,
    colour_points,
    height_of,
    moved,
    opacity_counts,
    place_of,
    points_of,
    removed,
)
from brainviewer.painting.volume.voxels.look import VolumeLook

_STEP, _LONG_STEP = 0.01, 0.05
_WAYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
_NEXT = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}
_TIP = (
    "Drag a point; double click adds one, or asks for a colour; the right button removes it. "
    "Keys: Page down and Page up go from point to point, arrows move it (with Shift further), "
    "Insert adds one, Delete removes it, Enter asks for its colour"
)


@dataclass(eq=False)
class _Drag:
    """A hand at a point."""

    point: Point
    gesture: object = field(default_factory=object)


class CurveView(CurvePlot):
    """Shows a look, and says what hands and keys make of it."""

    changed = Signal(object, object)
    """Another ``VolumeLook``, and the gesture that it is of; see ``LookHistory.change``."""
    colour_wanted = Signal(int)
    """Another colour for a point of colour, by its number."""
    chosen_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        told(self, tip=_TIP, name="Opacity and colours by value")
        self._drag: _Drag | None = None
        self.viewport().setMouseTracking(True)

    def show_look(self, look: VolumeLook) -> None:
        """Show another look; the chosen point stays chosen, where it still is."""
        self._look = look
        if self.chosen is not None and self.chosen not in points_of(look):
            self.choose(None)
        self._draw()

    def choose(self, point: Point | None) -> None:
        """Let keys act on a point."""
        self.chosen = point
        self._draw()
        self.chosen_changed.emit()

    def said(self) -> str:
        """What the chosen point is, in words; what to do without one."""
        point = self.chosen
        if point is None:
            return "Double click adds a point."
        value, height = place_of(self._look, point)
        of_kind = [one for one in points_of(self._look) if one.kind is point.kind]
        what = "Opacity" if point.kind is PointKind.OPACITY else "Colour"
        place = f"{what} {point.index + 1} of {len(of_kind)}: value {100 * value:.0f} %"
        if point.kind is PointKind.OPACITY:
            return f"{place}, opacity {100 * height:.0f} %"
        red, green, blue = (round(255 * part) for part in colour_points(self._look)[point.index][1])
        return f"{place}, red {red}, green {green}, blue {blue}"

    def _kind_at(self, height: float) -> PointKind | None:
        if height < BAR_TOP:
            return PointKind.COLOUR
        return PointKind.OPACITY if opacity_counts(self._look) else None

    # -- what is done -----------------------------------------------------------------------

    def _add(self, kind: PointKind | None, value: float, height: float) -> None:
        if kind is None or (made := added(self._look, kind, value, height)) is None:
            return
        look, point = made
        self.changed.emit(look, None)
        self.choose(point)

    def _add_after_chosen(self) -> None:
        """In the middle between the chosen point and the next, where the curve is."""
        points = points_of(self._look)
        point = self.chosen or points[0]
        of_kind = [one for one in points if one.kind is point.kind]
        at = min(point.index, len(of_kind) - 2)
        value = (
            place_of(self._look, of_kind[at])[0] + place_of(self._look, of_kind[at + 1])[0]
        ) / 2
        opacity = float(np.interp(value, *np.array(self._look.opacity).T))
        self._add(point.kind, value, height_of(opacity))

    def _remove(self, point: Point | None) -> None:
        if point is not None and (look := removed(self._look, point)) is not None:
            self.changed.emit(look, None)
            self.choose(None)

    def _step(self, by: int) -> None:
        points = points_of(self._look)
        if self.chosen is None:
            self.choose(points[0 if by > 0 else -1])
        else:
            self.choose(points[(points.index(self.chosen) + by) % len(points)])

    # -- Qt's own ---------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        point = self._point_at(event.position())
        if event.button() is Qt.MouseButton.RightButton:
            self._remove(point)
        elif event.button() is Qt.MouseButton.LeftButton:
            self._drag = None if point is None else _Drag(point)
            self.choose(point)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self._drag is None:
            near = self._point_at(event.position()) is not None
            shape = Qt.CursorShape.OpenHandCursor if near else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)
            return
        look = moved(self._look, self._drag.point, *self._at(event.position()))
        self.changed.emit(look, self._drag.gesture)
        self.chosen_changed.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        point = self._point_at(event.position())
        value, height = self._at(event.position())
        if point is None:
            self._add(self._kind_at(height), value, height)
        elif point.kind is PointKind.COLOUR:
            self._drag = None
            self.colour_wanted.emit(point.index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, point = Qt.Key(event.key()), self.chosen
        if key in _NEXT:
            self._step(_NEXT[key])
        elif key is Qt.Key.Key_Insert:
            self._add_after_chosen()
        elif key in _WAYS and point is not None:
            far = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            step = _LONG_STEP if far else _STEP
            (across, up), (value, height) = _WAYS[key], place_of(self._look, point)
            look = moved(self._look, point, value + step * across, height + step * up)
            self.changed.emit(look, ("keys", point))
            self.chosen_changed.emit()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove(point)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and point is not None:
            if point.kind is PointKind.COLOUR:
                self.colour_wanted.emit(point.index)
        else:
            # What is no key of points is one of the dialog's; pyqtgraph would keep it.
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
