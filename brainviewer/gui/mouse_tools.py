"""What mouse and keys do on a pane; every change goes through the session."""

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from brainviewer.app.state import Tool
from brainviewer.core.annotations import Kind
from brainviewer.core.windowing import OWN, Window, head_values
from brainviewer.gui.annotation_tools import KINDS, ChangeDrag, DrawDrag, hit_test, write_text
from brainviewer.gui.brush import BrushDrag, turned_brush

if TYPE_CHECKING:
    from brainviewer.gui.slice_pane import SlicePane

PAGE = 10
NOTCH = 120
_ACROSS_PX = 400.0
"""Dragging so many pixels changes the window by the whole range of the head's values."""
_ZOOM_A_NOTCH = 1.2


class Drag(Protocol):
    """Something that happens while a button is down."""

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The pointer is at ``at``."""

    def finish(self, at: QPointF) -> None:
        """The button went up."""

    def cancel(self) -> None:
        """The user thought better of it."""


class _Simple:
    """A drag whose every movement is already final."""

    def __init__(self, pane: "SlicePane", at: QPointF) -> None:
        self.pane, self.start = pane, at

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Overridden."""

    def finish(self, at: QPointF) -> None:
        """Nothing is left to do."""

    def cancel(self) -> None:
        """What has been done stays."""


class WindowDrag(_Simple):
    """Right widens the window, up makes the image brighter."""

    def __init__(self, pane: "SlicePane", at: QPointF) -> None:
        super().__init__(pane, at)
        assert pane.state.study is not None
        self._before = pane.state.windows[pane.modality]
        self._preset = pane.state.presets.get(pane.modality, OWN)
        values = head_values(pane.state.study.volumes[pane.modality].data)
        span = float(values.max()) - float(values.min())
        self._per_pixel = max(span, self._before.width, 1e-6) / _ACROSS_PX

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """In proportion to the range of the data."""
        by, before = at - self.start, self._before
        width = max(before.width + by.x() * self._per_pixel, self._per_pixel)
        level = before.level + by.y() * self._per_pixel
        self.pane.session.set_window(self.pane.modality, Window(level, width, before.inverted))

    def finish(self, at: QPointF) -> None:
        """A click without a movement takes the selection away."""
        if (at - self.start).manhattanLength() < 2:
            self.pane.session.select("")

    def cancel(self) -> None:
        """Back to the window from before."""
        self.pane.session.set_window(self.pane.modality, self._before, self._preset)


class CursorDrag(_Simple):
    """The linked cursor follows the pointer."""

    def __init__(self, pane: "SlicePane", at: QPointF) -> None:
        super().__init__(pane, at)
        self.move(at, Qt.KeyboardModifier.NoModifier)

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Only within the slice; the session keeps it inside the grid."""
        if self.pane.geometry_mm is not None:
            place = self.pane.geometry_mm.to_world(at, self.pane.index)
            self.pane.session.set_cursor(tuple(place.tolist()))


class PanDrag(_Simple):
    """The slice follows the pointer."""

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Move by what was gone since the last time."""
        if self.pane.geometry_mm is not None:
            self.pane.move_camera(self.pane.geometry_mm.panned(at - self.start))
            self.start = at


class ZoomDrag(_Simple):
    """Up zooms in, down zooms out, about the place where the button went down."""

    def __init__(self, pane: "SlicePane", at: QPointF) -> None:
        super().__init__(pane, at)
        self._last = at

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """150 pixels double or halve."""
        if self.pane.geometry_mm is not None:
            factor = 2 ** ((self._last.y() - at.y()) / 150)
            self.pane.move_camera(self.pane.geometry_mm.zoomed(factor, self.start))
            self._last = at


class MouseTools:
    """Turns the events of one pane into verbs of the session."""

    def __init__(self, pane: "SlicePane") -> None:
        self._pane = pane
        self._drag: Drag | None = None
        self._button = Qt.MouseButton.NoButton
        self._space = False
        self._turned = 0

    # -- mouse ------------------------------------------------------------------------------

    def press(self, event: QMouseEvent) -> None:
        """A button went down."""
        if self._drag is None and self._pane.geometry_mm is not None:
            self._button = event.button()
            erase = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._drag = self._begin(event.button(), event.position(), erase)

    def move(self, event: QMouseEvent) -> None:
        """The pointer moved."""
        if self._drag is not None:
            self._drag.move(event.position(), event.modifiers())
        elif not event.buttons():
            self.show_pointer(event.position())

    def release(self, event: QMouseEvent) -> None:
        """A button went up."""
        if self._drag is not None and event.button() == self._button:
            drag, self._drag = self._drag, None
            drag.finish(event.position())
            self.show_pointer(event.position())

    def double_click(self, event: QMouseEvent) -> None:
        """A text is reworded; anything else makes the pane large, or small again."""
        if event.button() != Qt.MouseButton.LeftButton or self._pane.brush.active:
            self.press(event)
            return
        self.cancel()
        hit = hit_test(self._pane, event.position())
        if hit is not None and hit.mark.kind is Kind.TEXT:
            write_text(self._pane, event.position(), hit.mark)
        elif self._pane.state.tool not in KINDS:
            self._pane.enlarged.emit()

    def wheel(self, event: QWheelEvent) -> None:
        """A notch is a slice, or with Ctrl a step of zoom."""
        event.accept()
        geometry = self._pane.geometry_mm
        if geometry is None:
            return
        turned = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            factor = _ZOOM_A_NOTCH ** (turned / NOTCH)
            self._pane.move_camera(geometry.zoomed(factor, event.position()))
            return
        # Fine wheels and touch pads send parts of a notch.
        if turned * self._turned < 0:
            self._turned = 0
        self._turned += turned
        notches = int(self._turned / NOTCH)
        if notches:
            self._turned -= notches * NOTCH
            if self._pane.brush.active:
                self._turn_brush(notches)
            elif self._through_film:
                self._pane.session.step_picture(-notches)
            else:
                self._pane.session.step(self._pane.plane, notches)

    def _turn_brush(self, notches: int) -> None:
        pane = self._pane
        if pane.state.trial is not None:
            pane.session.set_brush(turned_brush(pane.state.trial.brush, notches))

    def _begin(self, button: Qt.MouseButton, at: QPointF, erase: bool) -> Drag | None:
        pane, tool = self._pane, self._pane.state.tool
        if button == Qt.MouseButton.MiddleButton:
            return PanDrag(pane, at)
        if button == Qt.MouseButton.RightButton:
            return ZoomDrag(pane, at)
        if button != Qt.MouseButton.LeftButton:
            return None
        if self._space:
            return PanDrag(pane, at)
        if pane.brush.active:
            return BrushDrag(pane, at, erase=erase)
        hit = hit_test(pane, at) if pane.state.trial is None else None
        if hit is not None and (hit.handle is not None or tool not in KINDS):
            pane.session.select(hit.mark.id)
            return ChangeDrag(pane, hit, at)
        if tool is Tool.TEXT:
            write_text(pane, at, hit.mark if hit and hit.mark.kind is Kind.TEXT else None)
            return None
        if tool in KINDS:
            return DrawDrag(pane, KINDS[tool], at)
        if tool is Tool.CURSOR:
            return CursorDrag(pane, at)
        if tool is Tool.PAN:
            return PanDrag(pane, at)
        return WindowDrag(pane, at)

    def cancel(self) -> None:
        """Forget what is under way."""
        if self._drag is not None:
            drag, self._drag = self._drag, None
            drag.cancel()

    def show_pointer(self, at: QPointF | None = None) -> None:
        """The pointer says what the left button would do."""
        pane, tool = self._pane, self._pane.state.tool
        free = pane.state.trial is None
        hit = hit_test(pane, at) if at is not None and free else None
        if self._space or tool is Tool.PAN:
            shape = Qt.CursorShape.OpenHandCursor
        elif hit is not None and (hit.handle is not None or tool not in KINDS):
            moving = hit.handle is None
            shape = Qt.CursorShape.SizeAllCursor if moving else Qt.CursorShape.PointingHandCursor
        elif tool is Tool.TEXT:
            shape = Qt.CursorShape.IBeamCursor
        elif tool in KINDS or tool in (Tool.CURSOR, Tool.BRUSH):
            shape = Qt.CursorShape.CrossCursor
        else:
            shape = Qt.CursorShape.ArrowCursor
        if pane.cursor().shape() != shape:
            pane.setCursor(shape)

    @property
    def _through_film(self) -> bool:
        """Whether a step leads to another picture: this one has a single frame."""
        pane = self._pane
        return "film" in pane.state.facts and pane.view is not None and pane.view.count == 1

    # -- keys -------------------------------------------------------------------------------

    def key_press(self, event: QKeyEvent) -> bool:
        """Whether the key meant something here."""
        pane, session, key = self._pane, self._pane.session, event.key()
        steps = {
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: PAGE,
            Qt.Key.Key_PageDown: -PAGE,
            Qt.Key.Key_Home: -1_000_000,
            Qt.Key.Key_End: 1_000_000,
        }
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        sideways = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if key in sideways and "film" in pane.state.facts:
            session.step_picture(sideways[Qt.Key(key)])
        elif key in steps and self._through_film:
            # Down and End lead to the end of the film.
            back = key in (Qt.Key.Key_Home, Qt.Key.Key_End)
            session.step_picture(steps[Qt.Key(key)] if back else -steps[Qt.Key(key)])
        elif key in steps:
            session.step(pane.plane, steps[Qt.Key(key)])
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            session.delete_selection()
        elif key == Qt.Key.Key_Escape and self._drag is not None:
            self.cancel()
        elif key == Qt.Key.Key_Escape and pane.state.selection:
            session.select("")
        elif key == Qt.Key.Key_Space:
            self._space = True
            self.show_pointer()
        else:
            return False
        return True

    def key_release(self, event: QKeyEvent) -> bool:
        """Whether the key meant something here."""
        if event.key() != Qt.Key.Key_Space:
            return False
        if not event.isAutoRepeat():
            self.forget_keys()
        return True

    def forget_keys(self) -> None:
        """No key is held any more."""
        self._space = False
        self.show_pointer()
