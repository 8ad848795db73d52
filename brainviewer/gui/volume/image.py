"""The image of the head: shows what the worker drew, and turns hands into views."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from brainviewer.gui import theme
from brainviewer.gui.tools.mouse_drags import STILL_PX
from brainviewer.gui.tools.mouse_schemes import USUAL, Deed, MouseScheme
from brainviewer.gui.tools.wheel_steps import notches
from brainviewer.gui.volume.view_cube import ViewCube
from brainviewer.gui.widgets import painted
from brainviewer.painting.devices import pixels_of, rgb_image
from brainviewer.painting.text.captions import write_corner
from brainviewer.painting.volume.view import VolumeView, stepped

_BACKGROUND = QColor(8, 11, 13)
_QUIET = QColor("#8A97A3")
_DEGREES_PER_PIXEL = 0.45
_FRACTION_PER_PIXEL = 1 / 300
_PIXELS_DOUBLE = 150
_KEYS: dict[int, Callable[[VolumeView], VolumeView]] = {
    Qt.Key.Key_Left: lambda view: view.turned(-5.0, 0.0),
    Qt.Key.Key_Right: lambda view: view.turned(5.0, 0.0),
    Qt.Key.Key_Up: lambda view: view.turned(0.0, 5.0),
    Qt.Key.Key_Down: lambda view: view.turned(0.0, -5.0),
    Qt.Key.Key_Plus: partial(stepped, what="size", steps=1),
    Qt.Key.Key_Equal: partial(stepped, what="size", steps=1),
    Qt.Key.Key_Minus: partial(stepped, what="size", steps=-1),
    Qt.Key.Key_BracketRight: partial(stepped, what="opacity", steps=1),
    Qt.Key.Key_BracketLeft: partial(stepped, what="opacity", steps=-1),
    Qt.Key.Key_Period: partial(stepped, what="contrast", steps=1),
    Qt.Key.Key_Comma: partial(stepped, what="contrast", steps=-1),
}
_PANS: dict[int, tuple[float, float]] = {
    Qt.Key.Key_Left: (-0.1, 0.0),
    Qt.Key.Key_Right: (0.1, 0.0),
    Qt.Key.Key_Up: (0.0, 0.1),
    Qt.Key.Key_Down: (0.0, -0.1),
}
"""With Shift: how far the head goes, in halves of the shorter side of the image."""
_OTHERS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)


class VolumeImage(QWidget):
    """The mouse does what its scheme says: turn, pan, zoom, and opacity (up) with contrast (right).

    With the keyboard: arrows turn, and with Shift pan, + and - set the size, [ and ] the opacity,
    comma and full stop the contrast, Home resets.

    caption : what is shown, in the upper left corner. warning : under it.
    message : what stands in the place of the image, if anything.
    """

    view_wanted = Signal(object)
    """A ``VolumeView`` that the user's hand asks for."""
    zoom_wanted = Signal(float, float, float)
    """A factor, and the place that stays: right of and above the middle of the image, in halves
    of its shorter side."""
    reset_wanted = Signal()
    large_wanted = Signal()
    """A double click: it alone, or beside the slices again."""
    menu_wanted = Signal(object)
    """The place on the screen, a ``QPoint``, that a menu is wanted for."""
    clicked = Signal(float, float)
    """A click without a drag, in parts of the image's width and height."""
    released = Signal()
    """The hand has let go of the head."""
    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.view = VolumeView()
        self.cube = ViewCube(self)
        self.cube.turned.connect(self._turn)
        self.cube.released.connect(self.released)
        self._sides = False
        self.over: Callable[[QPainter, QRectF], None] | None = None
        """Paints over the image, which lies in the rectangle."""
        self._image = QImage()
        self.caption = self.warning = self.message = ""
        self._last: QPointF | None = None
        self._deed: Deed | None = None
        self._start = QPointF()
        self.setMinimumSize(120, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("3D view")
        self.use(USUAL)

    def use(self, scheme: MouseScheme) -> None:
        """Let the mouse do what a scheme says."""
        self._scheme = scheme
        said = [f"{one.hand}: {one.deed.value.lower()}" for one in scheme.volume]
        self.setToolTip(" · ".join((*said, "Double click: large, and back", "Home: reset")))

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height in the pixels of the screen."""
        ratio = self.devicePixelRatioF()
        return max(16, round(self.width() * ratio)), max(16, round(self.height() * ratio))

    @property
    def pixels_shown(self) -> NDArray[np.uint8] | None:
        """(height, width, 3) what is on the screen; None without an image."""
        return None if self._image.isNull() else pixels_of(self._image)

    def show_image(self, image2d: NDArray[np.uint8] | None) -> None:
        """Show an image (height, width, 3); None clears it."""
        image = QImage() if image2d is None else rgb_image(image2d)
        self._image = image.convertToFormat(QImage.Format.Format_RGB32)
        self._place_cube()
        self.update()

    def show_words(
        self, caption: str = "", warning: str = "", message: str = "", sides: bool = False
    ) -> None:
        """The caption in the corner, the warning under it, and a message instead of an image.

        sides : whether it is known which sides of the patient they are.
        """
        self.caption, self.warning, self.message = caption, warning, message
        self._sides = sides
        self.setAccessibleDescription(message)
        self._place_cube()
        self.update()

    def _place_cube(self) -> None:
        """In the upper right corner, where there is room beside or below the caption."""
        shown = self._sides and not self.message and not self._image.isNull()
        self.cube.place(self.caption if shown else None)

    # Painting

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), _BACKGROUND)
        if self.message:
            painter.setPen(_QUIET)
            room = QRectF(self.rect()).adjusted(24, 16, -24, -16)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(room, flags, self.message)
            return
        if not self._image.isNull():
            # An image of an older size is shown enlarged until the new one comes.
            place = self.place()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, self._image)
            if self.over is not None:
                painter.save()
                self.over(painter, place)
                painter.restore()
        write_corner(painter, self.caption, self.warning)
        if self.hasFocus():
            painter.setPen(QColor(theme.current().accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def place(self) -> QRectF:
        """Where the image is on the widget."""
        if self._image.isNull():
            return QRectF(self.rect())
        scale = max(self.width() / self._image.width(), self.height() / self._image.height())
        place = QRectF(QPointF(), self._image.size().toSizeF() * scale)
        place.moveCenter(QRectF(self.rect()).center())
        return place

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_cube()
        self.resized.emit()

    # Hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._last is None:
            self._last = self._start = event.position()
            self._deed = self._scheme.in_3d(event.button(), event.modifiers())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not event.buttons():
            self._last = self._deed = None
        moved = (event.position() - self._start).manhattanLength()
        if event.button() is Qt.MouseButton.RightButton and moved < STILL_PX:
            self.menu_wanted.emit(event.globalPosition().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and moved < STILL_PX and not self.message:
            self._click(event.position())
        self.released.emit()

    def _click(self, at: QPointF) -> None:
        if not self._image.isNull():
            place = self.place()
            x, y = (at.x() - place.x()) / place.width(), (at.y() - place.y()) / place.height()
            self.clicked.emit(x, y)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.large_wanted.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is None:
            return
        moved, self._last = event.position() - self._last, event.position()
        view = self.view
        if self._deed is Deed.TURN:
            view = view.turned(moved.x() * _DEGREES_PER_PIXEL, -moved.y() * _DEGREES_PER_PIXEL)
        elif self._deed is Deed.PAN:
            half = min(self.width(), self.height()) / 2
            view = view.moved(moved.x() / half, -moved.y() / half)
        elif self._deed is Deed.ZOOM:
            self._zoom(2 ** (-moved.y() / _PIXELS_DOUBLE), self._start)
            return
        elif self._deed is Deed.LOOK:
            view = view.shown(
                opacity=view.opacity - moved.y() * _FRACTION_PER_PIXEL,
                contrast=view.contrast + moved.x() * _FRACTION_PER_PIXEL,
            )
        else:
            return
        self.view_wanted.emit(view)

    def _turn(self, azimuth: float, elevation: float) -> None:
        self.view_wanted.emit(self.view.turned(azimuth, elevation))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # With the mouse the menu comes when the button goes up: dragging with it zooms.
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            self.menu_wanted.emit(event.globalPos())
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        larger = stepped(self.view, "size", notches(event))
        self._zoom(larger.size / self.view.size, event.position())
        event.accept()

    def _zoom(self, factor: float, at: QPointF) -> None:
        by, half = at - QRectF(self.rect()).center(), min(self.width(), self.height()) / 2
        self.zoom_wanted.emit(factor, by.x() / half, -by.y() / half)

    def event(self, event: QEvent) -> bool:
        # The keys that turn the head belong to it while it has the focus, not to the window.
        asked = event.type() is QEvent.Type.ShortcutOverride
        if asked and isinstance(event, QKeyEvent) and self._means(event):
            event.accept()
            return True
        return super().event(event)

    def _means(self, event: QKeyEvent) -> Callable[[], None] | None:
        """What a key does here; None if nothing."""
        key, view = event.key(), self.view
        if event.modifiers() & _OTHERS:
            return None
        if key == Qt.Key.Key_Home:
            return self.reset_wanted.emit
        if key in _PANS and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            return lambda: self.view_wanted.emit(view.moved(*_PANS[key]))
        return (lambda: self.view_wanted.emit(_KEYS[key](view))) if key in _KEYS else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if (do := self._means(event)) is not None:
            do()
        else:
            super().keyPressEvent(event)
