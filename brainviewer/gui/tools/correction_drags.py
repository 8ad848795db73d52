"""Correcting the segmentation with the mouse: brush, lasso, cut and growing."""

from PySide6.QtCore import QPointF, Qt

from brainviewer.app.state import Tool
from brainviewer.gui.tools.mouse_drags import STILL_PX, Drag
from brainviewer.gui.tools.pane import ToolPane


class PaintDrag(Drag):
    """A stroke of the brush. erase : it takes away."""

    def __init__(self, pane: ToolPane, at: QPointF, *, erase: bool) -> None:
        super().__init__(pane, at)
        assert pane.geometry_mm is not None
        # A stroke stays on its slice, even if the slice is scrolled while drawing.
        self._index, self._erase = pane.index, erase
        self._last = pane.geometry_mm.to_world(at, self._index)
        tools = pane.session.correction_tools
        self._paint = tools.begin_stroke(self._last, pane.modality, erase=erase)
        self._go_to(at)

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The stroke goes on in a straight line."""
        self.pane.preview.hover(at)
        self._go_to(at)

    def _go_to(self, at: QPointF) -> None:
        geometry, view = self.pane.geometry_mm, self.pane.view
        if geometry is None or view is None or self._paint is None:
            return
        here = geometry.to_world(at, self._index)
        ends = [self._last.tolist(), here.tolist()]
        self.pane.session.correction_tools.stroke(view, self._index, ends, self._paint)
        self._last = here

    def finish(self, at: QPointF) -> None:
        """The stroke is a step."""
        if self._paint is not None:
            self.pane.session.correction_tools.end_stroke(erase=self._erase)

    def cancel(self) -> None:
        """The stroke was nothing."""
        if self._paint is not None:
            self.pane.session.correction.cancel()


class LineDrag(Drag):
    """A line that is drawn freely, for the lasso, or straight, for a cut.

    shift : the lasso erases; the cut goes through all slices.
    """

    def __init__(self, pane: ToolPane, at: QPointF, tool: Tool, *, shift: bool) -> None:
        super().__init__(pane, at)
        self._tool, self._shift, self._index = tool, shift, pane.index
        self._line = [at]

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The line follows the pointer."""
        if self._tool is Tool.CUT:
            self._line = [self.start, at]
        else:
            self._line.append(at)
        self.pane.preview.draw_line(self._line, closed=self._tool is Tool.LASSO)

    def finish(self, at: QPointF) -> None:
        """What the line means is done; a click means nothing."""
        self.pane.preview.draw_line([])
        pane, geometry = self.pane, self.pane.geometry_mm
        far = max((p - self.start).manhattanLength() for p in self._line)
        if geometry is None or pane.view is None or far < STILL_PX:
            return
        points = [geometry.to_world(p, self._index).tolist() for p in self._line]
        tools = pane.session.correction_tools
        if self._tool is Tool.CUT:
            tools.cut(pane.view, self._index, points, through=self._shift)
        else:
            tools.lasso(pane.view, self._index, points, pane.modality, erase=self._shift)

    def cancel(self) -> None:
        """Forget the line."""
        self.pane.preview.draw_line([])


class GrowClick(Drag):
    """A click that grows a region. shift : it removes the piece that was clicked."""

    def __init__(self, pane: ToolPane, at: QPointF, *, shift: bool) -> None:
        super().__init__(pane, at)
        self._shift, self._index = shift, pane.index

    def finish(self, at: QPointF) -> None:
        """Where the button went down."""
        pane = self.pane
        if pane.geometry_mm is not None:
            place = pane.geometry_mm.to_world(self.start, self._index)
            pane.session.correction_tools.grow(place, pane.modality, erase=self._shift)


def begin_correction(pane: ToolPane, at: QPointF, shift: bool) -> Drag | None:
    """What the left button begins with a tool that corrects; None where nothing can be edited."""
    state = pane.state
    study = state.study
    if study is None or pane.modality not in study.together.volumes:
        return None  # it does not lie over the others
    if not pane.edits or not state.correctable or pane.view is None or pane.geometry_mm is None:
        return None
    if state.tool is Tool.PAINT:
        return PaintDrag(pane, at, erase=shift)
    if state.tool is Tool.GROW:
        return GrowClick(pane, at, shift=shift)
    return LineDrag(pane, at, state.tool, shift=shift)
