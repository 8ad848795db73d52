"""What happens on a pane while a button is down and no annotation is drawn."""

from PySide6.QtCore import QPointF, Qt

from brainviewer.core.voi_window import OWN, Window, head_values
from brainviewer.gui.tools.pane import ToolPane

STILL_PX = 4
"""A hand that moved less has not moved."""
_ACROSS_PX = 400.0
"""Dragging so many pixels changes the window by the whole range of the head's values."""


class Drag:
    """Something that happens while a button is down; here, whose every movement is final."""

    def __init__(self, pane: ToolPane, at: QPointF) -> None:
        self.pane, self.start = pane, at

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The pointer is at ``at``."""

    def finish(self, at: QPointF) -> None:
        """The button went up."""

    def cancel(self) -> None:
        """The user thought better of it."""


class WindowDrag(Drag):
    """Right widens the window, up makes the image brighter."""

    def __init__(self, pane: ToolPane, at: QPointF) -> None:
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
        self.pane.session.view.set_window(self.pane.modality, Window(level, width, before.inverted))

    def finish(self, at: QPointF) -> None:
        """A click without a movement takes the selection away."""
        if (at - self.start).manhattanLength() < 2:
            self.pane.session.annotations.select("")

    def cancel(self) -> None:
        """Back to the window from before."""
        self.pane.session.view.set_window(self.pane.modality, self._before, self._preset)


class CursorDrag(Drag):
    """The linked cursor follows the pointer."""

    def __init__(self, pane: ToolPane, at: QPointF) -> None:
        super().__init__(pane, at)
        self.move(at, Qt.KeyboardModifier.NoModifier)

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Only within the slice; the session keeps it inside the grid."""
        if self.pane.geometry_mm is not None:
            place = self.pane.geometry_mm.to_world(at, self.pane.index)
            self.pane.session.view.set_cursor(tuple(place.tolist()))


class PanDrag(Drag):
    """The slice follows the pointer."""

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Move by what was gone since the last time."""
        if self.pane.geometry_mm is not None:
            self.pane.move_camera(self.pane.geometry_mm.panned(at - self.start))
            self.start = at


class ZoomDrag(Drag):
    """Up zooms in, down zooms out, about the place where the button went down."""

    def __init__(self, pane: ToolPane, at: QPointF) -> None:
        super().__init__(pane, at)
        self._last = at

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """150 pixels double or halve."""
        if self.pane.geometry_mm is not None:
            factor = 2 ** ((self._last.y() - at.y()) / 150)
            self.pane.move_camera(self.pane.geometry_mm.zoomed(factor, self.start))
            self._last = at
