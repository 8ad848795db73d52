"""The small cube in a corner of the 3D view: shows how the head lies, and turns it."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
    QTransform,
)
from PySide6.QtWidgets import QWidget

from brainviewer.gui import theme
from brainviewer.gui.tools.mouse_drags import STILL_PX
from brainviewer.gui.volume.cube_geometry import Direction, Face, part_at, seen_faces, words
from brainviewer.gui.widgets import painted
from brainviewer.painting.canvas import font_metrics, image_font, ink
from brainviewer.painting.text.captions import MARGIN
from brainviewer.painting.volume.view import Rotation, facing, look_rotation

_SIDE = 38
"""Of the cube, and with room for its corners the width of the widget, in points."""
_ROOM = 72
_GAP = 4
_DEGREES_PER_PIXEL = 1.2
_AVERTED, _FACING = np.array((0x1B, 0x22, 0x28)), np.array((0x3A, 0x45, 0x4F))
_LINE = "#6B7884"
_DIM, _BRIGHT = np.array((0x8A, 0x97, 0xA3)), np.array((0xF2, 0xF6, 0xF9))
_AT_REST = 0.8
"""How solid it is while the pointer is elsewhere."""


class ViewCube(QWidget):
    """A click on a face, an edge or a corner turns it to the viewer; a drag turns the head.

    It lies over the image and belongs to the screen: exports do not have it.
    """

    rotation_wanted = Signal(object)
    """The rotation (3, 3) that a click asks for."""
    turned = Signal(float, float)
    """A drag: azimuth and elevation in degrees, see ``view.turned``."""
    released = Signal()
    """The hand has let go of it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.rotation: Rotation = look_rotation("A")
        self._hovered: Direction | None = None
        self._start: QPointF | None = None
        self._last = QPointF()
        self._dragging = False
        self.setMouseTracking(True)
        self.setAccessibleName("View cube")
        self.setAccessibleDescription("Turns the head; the menu of the 3D view has the same views")
        self.resize(self.sizeHint())
        self.hide()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(_ROOM), theme.px(_ROOM))

    def place(self, caption: str | None) -> None:
        """In the upper right corner of what it lies over; hidden where that is small.

        caption : what stands in the upper left corner; None hides the cube.
        """
        room, side = self._over.size(), self.width()
        small = min(room.width() - side, room.height()) < 2 * side
        self.setVisible(caption is not None and not small)
        if caption is not None:
            beside = font_metrics().horizontalAdvance(caption) + 2 * MARGIN < room.width() - side
            self.move(room.width() - side - _GAP, _GAP if beside else round(2.4 * MARGIN))

    def show_rotation(self, rotation: Rotation) -> None:
        """Lie as the head does."""
        self.rotation = rotation
        if self._hovered is not None and not self._dragging:
            self._hover(QPointF(self.mapFromGlobal(self.cursor().pos())))
        self.update()

    def place_of(self, face: Face, middle: tuple[float, float] = (0.0, 0.0)) -> QPointF:
        """Where a place on a face, in halves of its side, is on the widget."""
        (at,) = self._points(face, np.array([middle]))
        return at

    # Painting

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        active = self._hovered is not None or self._dragging
        painter.setOpacity(1.0 if active else _AT_REST)
        for face in seen_faces(self.rotation):
            self._paint(painter, face)

    def _paint(self, painter: QPainter, face: Face) -> None:
        near = float(face.normal @ self.rotation[2])
        whole = self._polygon(face, np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_mixed(_AVERTED, _FACING, near))
        painter.drawPolygon(whole)
        if self._hovered is not None and not self._dragging:
            painter.setBrush(ink(theme.current().accent, 0.85))
            for direction, corners in face.cells():
                if direction == self._hovered:
                    painter.drawPolygon(self._polygon(face, corners))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(_LINE), 1.0, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPolygon(whole)
        lit = self._hovered == face.towards(0, 0) and not self._dragging
        painter.fillPath(self._letter(face), _mixed(_DIM, _BRIGHT, 1.0 if lit else near))

    def _letter(self, face: Face) -> QPainterPath:
        """The letter lies on its face."""
        letter = QPainterPath()
        letter.addText(QPointF(), image_font(0.62 * self._side, bold=True), face.letter)
        letter.translate(-letter.boundingRect().center())
        right, up = self.rotation @ face.right, self.rotation @ face.up
        middle = self.place_of(face)
        onto = QTransform(right[0], -right[1], -up[0], up[1], middle.x(), middle.y())
        return onto.map(letter)

    @property
    def _side(self) -> float:
        return self.width() * _SIDE / _ROOM

    def _polygon(self, face: Face, places: NDArray[np.float64]) -> QPolygonF:
        return QPolygonF(self._points(face, places))

    def _points(self, face: Face, places: NDArray[np.float64]) -> list[QPointF]:
        half, middle = self._side / 2, QRectF(self.rect()).center()
        seen = face.points(places) @ self.rotation[:2].T * half
        return [QPointF(middle.x() + x, middle.y() - y) for x, y in seen.tolist()]

    # Hands

    def _part(self, at: QPointF) -> Direction | None:
        half, by = self._side / 2, at - QRectF(self.rect()).center()
        return part_at(self.rotation, (by.x() / half, -by.y() / half))

    def _hover(self, at: QPointF) -> None:
        part = self._part(at)
        if part != self._hovered:
            self._hovered = part
            self.setToolTip("" if part is None else f"{words(part)} · Drag: turn")
            shape = Qt.CursorShape.PointingHandCursor if part else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Beside the cube, and with other buttons, the image is meant."""
        if event.button() is Qt.MouseButton.LeftButton and self._part(event.position()):
            self._start = self._last = event.position()
            self._dragging = False
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._start is None:
            self._hover(at)
            event.setAccepted(not event.buttons())
            return
        if not self._dragging and (at - self._start).manhattanLength() < STILL_PX:
            return
        self._dragging = True
        by, self._last = at - self._last, at
        self.turned.emit(by.x() * _DEGREES_PER_PIXEL, -by.y() * _DEGREES_PER_PIXEL)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._start is None or event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        part, dragged = self._part(self._start), self._dragging
        self._start, self._dragging = None, False
        if not dragged and part is not None:
            self.rotation_wanted.emit(facing(part))
        self._hover(event.position())
        self.update()
        self.released.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two quick clicks are two clicks here, also where the cube turns under them."""
        self.mousePressEvent(event)
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hovered = None
        self.update()


def _mixed(one: NDArray[np.int_], other: NDArray[np.int_], part: float) -> QColor:
    """A colour between two."""
    red, green, blue = (round(n) for n in (one + (other - one) * part).tolist())
    return QColor(red, green, blue)
