"""What the mouse does on a pane; every change goes through the session."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from brainviewer.app.facts import Fact
from brainviewer.app.state import Tool
from brainviewer.gui.tools.annotation_tools import ChangeDrag, hit_test, write_text
from brainviewer.gui.tools.brush import turned_brush
from brainviewer.gui.tools.correction_drags import begin_correction
from brainviewer.gui.tools.drawing import DrawDrag, TraceDrag
from brainviewer.gui.tools.hiding import begin_covering
from brainviewer.gui.tools.mouse_drags import (
    STILL_PX,
    CursorDrag,
    Drag,
    PanDrag,
    SlicesDrag,
    WindowDrag,
    ZoomDrag,
)
from brainviewer.gui.tools.mouse_schemes import SCHEMES, TOOLS, Deed, MouseScheme
from brainviewer.gui.tools.pane import ToolPane
from brainviewer.gui.tools.pane_keys import PaneKeys
from brainviewer.gui.tools.plane_handles import TurnPlanesDrag
from brainviewer.gui.tools.pointers import pointer_for
from brainviewer.gui.tools.wheel_steps import WheelSteps, notches

_ZOOM_A_NOTCH = 1.2
_DRAGS: dict[Deed | None, type[Drag]] = {Deed.PAN: PanDrag, Deed.ZOOM: ZoomDrag}
_TOOLS: dict[Tool, type[Drag]] = {Tool.CURSOR: CursorDrag, Tool.PAN: PanDrag}


class MouseTools:
    """Turns the events of one pane into verbs of the session.

    keys : what its keys do.
    """

    def __init__(self, pane: ToolPane) -> None:
        self._pane = pane
        self.keys = PaneKeys(pane, self)
        self._drag: Drag | None = None
        self._unfinished: DrawDrag | None = None
        self._button = Qt.MouseButton.NoButton
        self._start = QPointF()
        self._wheel = WheelSteps()

    def press(self, event: QMouseEvent) -> None:
        """A button went down."""
        if self._drag is None and self._pane.geometry_mm is not None:
            self._button = event.button()
            self._start = event.position()
            self._drag = self._begin(event.button(), event.position(), event.modifiers())

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
        pane = self._pane
        paints = pane.preview.active or pane.state.corrects
        other = event.button() != Qt.MouseButton.LeftButton or paints
        if other or self._unfinished is not None:
            self.press(event)
            return
        self.cancel()
        hit = hit_test(self._pane, event.position()) if self._annotatable else None
        if hit is not None and hit.annotation.kind.traits.written:
            write_text(self._pane, event.position(), hit.annotation)
        elif self._pane.state.tool.kind is None:
            self._pane.ask_to_enlarge()

    def wheel(self, event: QWheelEvent) -> None:
        """A notch is a slice, or a step of zoom, as the scheme says.

        Of a brush it is a step of its size; with Alt it is a slice all the same.
        """
        event.accept()
        geometry = self._pane.geometry_mm
        if geometry is None:
            return
        if self._scheme.on_slices(Qt.MouseButton.NoButton, event.modifiers()) is Deed.ZOOM:
            factor = _ZOOM_A_NOTCH ** notches(event)
            self._pane.move_camera(geometry.zoomed(factor, event.position()))
            return
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if steps := self._wheel.add(event, self._pane.session.settings.wheel_reversed):
            pane, test = self._pane, self._pane.state.occlusion
            if test is not None and pane.preview.active and not alt:
                pane.session.occlusion.set_brush(turned_brush(test.brush, steps))
            elif pane.state.tool is Tool.PAINT and self._corrects and not alt:
                pane.session.correction.turn(steps)
            else:
                self._step(steps)

    def _step(self, steps: int) -> None:
        """Go on by slices, or by images where one has a single frame."""
        pane = self._pane
        if self.through_series:
            pane.session.documents.step_image(-steps)
        else:
            pane.session.view.step(pane.plane, steps, pane.view)

    def _from_here(self) -> Callable[[int], object]:
        """Goes so many slices, or images, on from the one that is shown now."""
        pane, view, session = self._pane, self._pane.view, self._pane.session
        here, image = pane.index, pane.state.series_index
        last = len(pane.state.image_series) - 1
        if self.through_series or view is None:
            return lambda by: session.documents.show_image(min(max(image - by, 0), last))
        forward = 1 if view.ascending else -1
        return lambda by: session.view.go_to_slice(pane.plane, here + forward * by, view)

    @property
    def _scheme(self) -> MouseScheme:
        return SCHEMES[self._pane.session.settings.mouse_scheme]

    def ask_for_menu(self, at: QPointF) -> None:
        """The menu of a place; what lies there is selected, so that it can be acted on."""
        pane = self._pane
        if self._annotatable and (hit := hit_test(pane, at)) is not None:
            pane.session.annotations.select(hit.annotation.id)
        pane.ask_for_menu(at)

    def _begin(self, button: Qt.MouseButton, at: QPointF, held: Qt.KeyboardModifier) -> Drag | None:
        pane, shift = self._pane, bool(held & Qt.KeyboardModifier.ShiftModifier)
        deed = self._scheme.on_slices(button, held)
        if deed is Deed.SLICES:
            return SlicesDrag(pane, at, self._from_here())
        if deed in _DRAGS:
            return _DRAGS[deed](pane, at)
        if deed not in TOOLS:
            return None
        if self.keys.held:
            self.keys.use()
            return PanDrag(pane, at)
        if pane.preview.active:
            return begin_covering(pane, at, erase=shift)
        if self._unfinished is not None:
            self._unfinished.go_on(at)
            return self._unfinished
        if pane.state.corrects:
            return begin_correction(pane, at, shift) if self._corrects else None
        return self._begin_with_tool(at, shift)

    def _begin_with_tool(self, at: QPointF, shift: bool) -> Drag | None:
        pane, tool = self._pane, self._pane.state.tool
        kind = tool.kind if self._annotatable else None
        if shift and (kind is None or kind.traits.placed == 1):
            return CursorDrag(pane, at)
        if self._draws_elsewhere:
            return None
        if pane.preview.on_handle(at) or tool is Tool.TURN_PLANES:
            return self._turn_planes(at)
        hit = hit_test(pane, at) if self._annotatable else None
        if hit is not None and (hit.handle is not None or tool.kind is None):
            pane.session.annotations.select(hit.annotation.id)
            return None if hit.annotation.style.locked else ChangeDrag(pane, hit, at)
        if kind and not pane.state.overlays.annotations:
            # What is drawn must be seen, also after all overlays were hidden.
            pane.session.view.set_overlay(annotations=True)
        if kind and kind.traits.written:
            write_text(
                pane, at, hit.annotation if hit and hit.annotation.kind.traits.written else None
            )
            return None
        if kind:
            return (TraceDrag if kind.traits.traced else DrawDrag)(pane, kind, at, shift)
        return _TOOLS.get(tool, WindowDrag)(pane, at)

    def _turn_planes(self, at: QPointF) -> Drag | None:
        pane = self._pane
        if not pane.preview.turns_planes:
            return None
        if not pane.state.overlays.crosshair:
            pane.session.view.set_overlay(crosshair=True)  # what is turned must be seen
        return TurnPlanesDrag(pane, at)

    def cancel(self) -> None:
        """Forget what is under way."""
        if self._drag is not None:
            drag, self._drag = self._drag, None
            drag.cancel()
        self.forget_unfinished()

    def begin_anew(self) -> None:
        """Something else is shown: forget what was begun on the image before."""
        if not isinstance(self._drag, SlicesDrag):
            self.cancel()
        self.forget_unfinished()

    def change_tool(self) -> None:
        """Another tool: what was begun with the last one is forgotten."""
        self.forget_unfinished()
        self.show_pointer()

    def leave(self) -> None:
        """The user turned to something else."""
        self.forget_unfinished()
        self.keys.forget()

    def leave_slice(self) -> None:
        """Another slice is shown: what belongs to the last one alone is given up."""
        if self._unfinished is not None and not self._unfinished.spans:
            self.forget_unfinished()

    def forget_unfinished(self) -> None:
        """Give up what still wants points: it belongs to one slice and one tool."""
        if self._unfinished is not None:
            unfinished, self._unfinished = self._unfinished, None
            unfinished.cancel()

    def close_unfinished(self) -> None:
        """What wants further points has enough of them, if it can have."""
        if self._unfinished is not None:
            self._unfinished.close()
            self._unfinished = self._unfinished if self._unfinished.waiting else None

    @property
    def busy(self) -> bool:
        """Whether something is dragged or half drawn."""
        return self._drag is not None or self._unfinished is not None

    @property
    def unfinished(self) -> bool:
        """Whether something wants further points."""
        return self._unfinished is not None

    def show_pointer(self, at: QPointF | None = None) -> None:
        """The pointer says what the left button would do."""
        pane, tool = self._pane, self._pane.state.tool
        free = self._annotatable and self._unfinished is None and not tool.corrects
        hit = hit_test(pane, at) if at is not None and free else None
        if self.keys.held or tool is Tool.PAN:
            shape = Qt.CursorShape.OpenHandCursor
        elif at is not None and pane.preview.on_handle(at):
            shape = Qt.CursorShape.PointingHandCursor
        elif self._draws_elsewhere:
            shape = Qt.CursorShape.ForbiddenCursor
        else:
            shape = pointer_for(tool, hit)
        if pane.cursor().shape() != shape:
            pane.setCursor(shape)

    @property
    def _annotatable(self) -> bool:
        pane = self._pane
        return pane.edits and pane.state.occlusion is None and not self._on_original_grid

    @property
    def _corrects(self) -> bool:
        """Whether the segmentation is edited on this pane."""
        straight = self._pane.view is not None and not self._pane.view.oblique
        return self._pane.state.correctable and self._annotatable and straight

    @property
    def _on_original_grid(self) -> bool:
        """Whether this pane shows the grid of a file: nothing is drawn there."""
        return self._pane.view is not None and self._pane.seen.original

    @property
    def _draws_elsewhere(self) -> bool:
        """Whether the chosen tool draws, and not on this pane."""
        pane, tool = self._pane, self._pane.state.tool
        if tool.kind is not None:
            return not pane.edits or self._on_original_grid
        if tool is Tool.BRUSH:
            return pane.state.occlusion is not None and not pane.preview.active
        tilted = pane.view is not None and pane.view.oblique
        return tool.corrects and (pane.state.draws_elsewhere or self._on_original_grid or tilted)

    @property
    def through_series(self) -> bool:
        """Whether a step leads to another image: this one has a single frame."""
        pane = self._pane
        return (
            Fact.IMAGE_SERIES in pane.state.facts and pane.view is not None and pane.view.count == 1
        )
