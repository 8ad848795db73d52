"""The clip box over the 3D view: its edges, and a handle on each face.

They lie over the image and belong to the screen: exports do not have them.
"""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from brainviewer.gui import theme
from brainviewer.gui.widgets import painted
from brainviewer.painting.volume.camera import Camera
from brainviewer.painting.volume.voxels.box import FACES, dragged, edges, facing, middle_of
from brainviewer.painting.volume.voxels.clip import Box

SIDES = ("left", "right", "posterior", "anterior", "inferior", "superior")
_SIZE, _DISC = 22, 11
_LINE, _HIDDEN = QColor(215, 222, 229, 200), QColor(215, 222, 229, 70)
_STEP_MM, _FAR_MM = 1.0, 10.0
_OUT, _IN = (Qt.Key.Key_Up, Qt.Key.Key_Right), (Qt.Key.Key_Down, Qt.Key.Key_Left)


class BoxHandle(QWidget):
    """A face of the box to take hold of; arrow keys move it when it has the focus.

    at : where the middle of its face is seen, in points of the image.
    """

    dragged = Signal(QPointF, QPointF)
    """From where and to where, in points of the image."""
    taken = Signal()
    stepped = Signal(float)
    """By how many mm outwards."""
    released = Signal()

    def __init__(self, face: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.face, self.faces_viewer = face, True
        self._start: QPointF | None = None
        self.resize(self.sizeHint())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SizeAllCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.hide()

    def name(self, oriented: bool) -> None:
        """Say which face it is. oriented : whether sides are known."""
        side = SIDES[self.face] if oriented else f"side {self.face + 1}"
        self.setAccessibleName(f"Clip box: {side}")
        self.setToolTip(
            f"Clip box: {side}\nDrag, or arrow keys: 1 mm; with Shift 10 mm. Tab: the next one"
        )

    def sizeHint(self) -> QSize:
        return QSize(theme.px(_SIZE), theme.px(_SIZE))

    def put(self, at: QPointF, faces_viewer: bool) -> None:
        """Show it with its middle at a point of the image."""
        self.faces_viewer = faces_viewer
        self.move(round(at.x() - self.width() / 2), round(at.y() - self.height() / 2))
        self.show()
        self.update()

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = QColor(theme.current().accent)
        held = self._start is not None or self.underMouse() or self.hasFocus()
        side = theme.px(_DISC) * (1.25 if held else 1.0)
        disc = QRectF(0, 0, side, side)
        disc.moveCenter(QRectF(self.rect()).center())
        painter.setPen(QPen(QColor(8, 11, 13), 3.5))
        painter.drawEllipse(disc)
        accent.setAlphaF(1.0 if self.faces_viewer or held else 0.55)
        painter.setPen(QPen(QColor(255, 255, 255) if self.hasFocus() else accent, 1.6))
        painter.setBrush(accent if self.faces_viewer or held else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(disc)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._start = self._in_image(event)
            self.taken.emit()
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._start is not None:
            self.dragged.emit(self._start, self._in_image(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._start is not None:
            self._start = None
            self.released.emit()
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        far = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        step = _FAR_MM if far else _STEP_MM
        if event.key() in _OUT:
            self.stepped.emit(step)
        elif event.key() in _IN:
            self.stepped.emit(-step)
        else:
            super().keyPressEvent(event)

    def _in_image(self, event: QMouseEvent) -> QPointF:
        return self.mapToParent(event.position())


class BoxOverlay(QWidget):
    """The edges of the box with its handles, over all of an image.

    face_wanted : called with a face and the place in mm that it is moved to. released : the hand
    has let go. place : where the image is on the widget that it lies over.
    """

    def __init__(
        self,
        over: QWidget,
        place: Callable[[], QRectF],
        face_wanted: Callable[[int, float], None],
        released: Callable[[], None],
    ) -> None:
        super().__init__(over)
        self._over = over
        self._place, self._face_wanted = place, face_wanted
        self._box: Box | None = None
        self._camera: Camera | None = None
        self._begun: Box | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.handles = tuple(BoxHandle(face, over) for face in FACES)
        for handle in self.handles:
            handle.taken.connect(self._take)
            handle.dragged.connect(self._drag)
            handle.stepped.connect(self._step)
            handle.released.connect(released)
        self.hide()

    def show_box(self, box: Box | None, camera: Camera | None, oriented: bool = True) -> None:
        """Show a box as a camera sees it; nothing without one of them."""
        self._box, self._camera = box, camera
        if box is None or camera is None:
            for one in (self, *self.handles):
                one.hide()
            return
        self.setGeometry(self._over.rect())
        self.show()
        self.lower()
        # From far to near, so that what is near can be taken.
        depth = [float(middle_of(box, face) @ camera.rotation[2]) for face in FACES]
        for face in np.argsort(depth):
            handle = self.handles[face]
            handle.name(oriented)
            handle.put(self._seen(middle_of(box, face)), facing(box, int(face), camera))
            handle.raise_()
        self.update()

    def _seen(self, point: np.ndarray) -> QPointF:
        """Where a place (3,) is seen, in points."""
        assert self._camera is not None
        (x, y), (width, height) = self._camera.pixels(point), self._camera.size
        place = self._place()
        return QPointF(
            place.x() + (x + 0.5) / width * place.width(),
            place.y() + (y + 0.5) / height * place.height(),
        )

    def _pixel(self, at: QPointF) -> tuple[float, float]:
        """The pixel of the camera's image at a point."""
        assert self._camera is not None
        place, (width, height) = self._place(), self._camera.size
        x, y = (at.x() - place.x()) / place.width(), (at.y() - place.y()) / place.height()
        return x * width - 0.5, y * height - 0.5

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        box, camera = self._box, self._camera
        if box is None or camera is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for ends, faces in edges(box):
            seen = any(facing(box, face, camera) for face in faces)
            pen = QPen(_LINE if seen else _HIDDEN, 1.2)
            if not seen:
                pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.drawLine(self._seen(ends[0]), self._seen(ends[1]))

    def _take(self) -> None:
        self._begun = self._box

    def _drag(self, start: QPointF, now: QPointF) -> None:
        handle = self.sender()
        if self._begun is None or self._camera is None or not isinstance(handle, BoxHandle):
            return
        pixels = self._pixel(start), self._pixel(now)
        to = dragged(self._begun, handle.face, self._camera, *pixels)
        self._face_wanted(handle.face, to)

    def _step(self, outwards: float) -> None:
        handle = self.sender()
        if self._box is not None and isinstance(handle, BoxHandle):
            axis, end = divmod(handle.face, 2)
            self._face_wanted(handle.face, self._box[end][axis] + (outwards if end else -outwards))
