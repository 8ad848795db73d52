"""What mouse and keys do on a pane; every change goes through the session."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from brainviewer.app.facts import Fact
from brainviewer.app.state import Tool
from brainviewer.gui.tools.annotation_tools import ChangeDrag, DrawDrag, hit_test, write_text
from brainviewer.gui.tools.brush import BrushDrag, turned_brush
from brainviewer.gui.tools.mouse_drags import (
    STILL_PX,
    CursorDrag,
    Drag,
    PanDrag,
    WindowDrag,
    ZoomDrag,
)
from brainviewer.gui.tools.pane import ToolPane
from brainviewer.gui.tools.wheel_steps import WheelSteps, notches

STEPS = {
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: 10,
    Qt.Key.Key_PageDown: -10,
    Qt.Key.Key_Home: -1_000_000,
    Qt.Key.Key_End: 1_000_000,
}
"""How many slices a key goes on by."""
_SIDEWAYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_ZOOM_A_NOTCH = 1.2
_BUTTONS = {Qt.MouseButton.MiddleButton: PanDrag, Qt.MouseButton.RightButton: ZoomDrag}
_TOOLS: dict[Tool, type[Drag]] = {Tool.CURSOR: CursorDrag, Tool.PAN: PanDrag}


class MouseTools:
    """Turns the events of one pane into verbs of the session."""

    def __init__(self, pane: ToolPane) -> None:
        self._pane = pane
        self._drag: Drag | None = None
        self._unfinished: DrawDrag | None = None
        self._button = Qt.MouseButton.NoButton
        self._start = QPointF()
        self._space = self._space_used = False
        self._wheel = WheelSteps()

    # -- mouse ------------------------------------------------------------------------------

    def press(self, event: QMouseEvent) -> None:
        """A button went down."""
        if self._drag is None and self._pane.geometry_mm is not None:
            self._button = event.button()
            self._start = event.position()
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._drag = self._begin(event.button(), event.position(), shift)

    def move(self, event: QMouseEvent) -> None:
        """The pointer moved."""
        if self._drag is not None:
            self._drag.move(event.position(), event.modifiers())
        elif not event.buttons():
            if self._unfinished is not None:
                self._unfinished.move(event.position(), event.modifiers())
            self.show_pointer(event.position())

    def release(self, event: QMouseEvent) -> None:
        """A button went up."""
        if self._drag is not None and event.button() == self._button:
            drag, self._drag = self._drag, None
            drag.finish(event.position())
            if isinstance(drag, DrawDrag):
                self._unfinished = drag if drag.waiting else None
            self.show_pointer(event.position())
            by = event.position() - self._start
            if event.button() is Qt.MouseButton.RightButton and by.manhattanLength() < STILL_PX:
                self.ask_for_menu(event.position())

    def double_click(self, event: QMouseEvent) -> None:
        """A text is reworded; anything else makes the pane large, or small again."""
        other = event.button() != Qt.MouseButton.LeftButton or self._pane.preview.active
        if other or self._unfinished is not None:
            self.press(event)
            return
        self.cancel()
        hit = hit_test(self._pane, event.position())
        if hit is not None and hit.annotation.kind.traits.written:
            write_text(self._pane, event.position(), hit.annotation)
        elif self._pane.state.tool.kind is None:
            self._pane.ask_to_enlarge()

    def wheel(self, event: QWheelEvent) -> None:
        """A notch is a slice, or with Ctrl a step of zoom."""
        event.accept()
        geometry = self._pane.geometry_mm
        if geometry is None:
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            factor = _ZOOM_A_NOTCH ** notches(event)
            self._pane.move_camera(geometry.zoomed(factor, event.position()))
            return
        if steps := self._wheel.add(event):
            pane, test = self._pane, self._pane.state.occlusion
            if test is not None and pane.preview.active:
                pane.session.occlusion.set_brush(turned_brush(test.brush, steps))
            elif self._through_series:
                pane.session.documents.step_image(-steps)
            else:
                pane.session.view.step(pane.plane, steps)

    def ask_for_menu(self, at: QPointF) -> None:
        """The menu of a place; what lies there is selected, so that it can be acted on."""
        pane = self._pane
        if pane.state.occlusion is None and (hit := hit_test(pane, at)) is not None:
            pane.session.annotations.select(hit.annotation.id)
        pane.ask_for_menu(at)

    def _begin(self, button: Qt.MouseButton, at: QPointF, shift: bool) -> Drag | None:
        pane = self._pane
        if button in _BUTTONS:
            return _BUTTONS[button](pane, at)
        if button != Qt.MouseButton.LeftButton:
            return None
        if self._space:
            self._space_used = True
            return PanDrag(pane, at)
        if pane.preview.active:
            return BrushDrag(pane, at, erase=shift)
        if self._unfinished is not None:
            self._unfinished.move(at, Qt.KeyboardModifier.NoModifier)
            return self._unfinished
        return self._begin_with_tool(at, shift)

    def _begin_with_tool(self, at: QPointF, shift: bool) -> Drag | None:
        pane, tool = self._pane, self._pane.state.tool
        kind = tool.kind
        if shift and (kind is None or kind.traits.written):
            return CursorDrag(pane, at)
        hit = hit_test(pane, at) if pane.state.occlusion is None else None
        if hit is not None and (hit.handle is not None or tool.kind is None):
            pane.session.annotations.select(hit.annotation.id)
            return ChangeDrag(pane, hit, at)
        if kind and not pane.state.overlays.annotations:
            # What is drawn must be seen, also after all overlays were hidden.
            pane.session.view.set_overlay(annotations=True)
        if kind and kind.traits.written:
            write_text(
                pane, at, hit.annotation if hit and hit.annotation.kind.traits.written else None
            )
            return None
        if kind:
            return DrawDrag(pane, kind, at, shift)
        return _TOOLS.get(tool, WindowDrag)(pane, at)

    def cancel(self) -> None:
        """Forget what is under way."""
        if self._drag is not None:
            drag, self._drag = self._drag, None
            drag.cancel()
        self.forget_unfinished()

    def change_tool(self) -> None:
        """Another tool: what was begun with the last one is forgotten."""
        self.forget_unfinished()
        self.show_pointer()

    def leave(self) -> None:
        """The user turned to something else."""
        self.forget_unfinished()
        self.forget_keys()

    def forget_unfinished(self) -> None:
        """Give up what still wants points: it belongs to one slice and one tool."""
        if self._unfinished is not None:
            unfinished, self._unfinished = self._unfinished, None
            unfinished.cancel()

    def show_pointer(self, at: QPointF | None = None) -> None:
        """The pointer says what the left button would do."""
        pane, tool = self._pane, self._pane.state.tool
        free = pane.state.occlusion is None and self._unfinished is None
        hit = hit_test(pane, at) if at is not None and free else None
        if self._space or tool is Tool.PAN:
            shape = Qt.CursorShape.OpenHandCursor
        elif hit is not None and (hit.handle is not None or tool.kind is None):
            moving = hit.handle is None
            shape = Qt.CursorShape.SizeAllCursor if moving else Qt.CursorShape.PointingHandCursor
        elif tool.kind and tool.kind.traits.written:
            shape = Qt.CursorShape.IBeamCursor
        elif tool.kind or tool in (Tool.CURSOR, Tool.BRUSH):
            shape = Qt.CursorShape.CrossCursor
        else:
            shape = Qt.CursorShape.ArrowCursor
        if pane.cursor().shape() != shape:
            pane.setCursor(shape)

    @property
    def _through_series(self) -> bool:
        """Whether a step leads to another image: this one has a single frame."""
        pane = self._pane
        return (
            Fact.IMAGE_SERIES in pane.state.facts and pane.view is not None and pane.view.count == 1
        )

    # -- keys -------------------------------------------------------------------------------

    def key_press(self, event: QKeyEvent) -> bool:
        """Whether the key meant something here."""
        pane, session, key = self._pane, self._pane.session, Qt.Key(event.key())
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if key in _SIDEWAYS and Fact.IMAGE_SERIES in pane.state.facts:
            session.documents.step_image(_SIDEWAYS[key])
        elif key in STEPS and self._through_series:
            # Down and End lead to the end of the image series.
            back = key in (Qt.Key.Key_Home, Qt.Key.Key_End)
            session.documents.step_image(STEPS[key] if back else -STEPS[key])
        elif key in STEPS:
            session.view.step(pane.plane, STEPS[key])
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            session.annotations.delete_selection()
        elif key == Qt.Key.Key_Escape and (self._drag or self._unfinished):
            self.cancel()
        elif key == Qt.Key.Key_Escape and pane.state.selection:
            session.annotations.select("")
        elif key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space, self._space_used = True, False
                self.show_pointer()
        else:
            return False
        return True

    def key_release(self, event: QKeyEvent) -> bool:
        """Whether the key meant something here."""
        if event.key() != Qt.Key.Key_Space:
            return False
        if not event.isAutoRepeat():
            tapped = self._space and not self._space_used
            self.forget_keys()
            if tapped:
                self._pane.session.view.toggle_overlays()
        return True

    def forget_keys(self) -> None:
        """No key is held any more."""
        self._space = False
        self.show_pointer()
