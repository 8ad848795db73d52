"""What happens on a pane while a button is down and no annotation is drawn."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt

from brainviewer.core.voi.voi_window import OWN, Window, head_values
from brainviewer.gui.tools.pane import ToolPane

STILL_PX = 4
"""A hand that moved less has not moved."""
_LEAST_A_SLICE_PX, _MOST_A_SLICE_PX = 3.0, 24.0
"""How far a hand goes for a slice, so that it can stop on one, and need not go far for two."""


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
        self._per_pixel = max(span, self._before.width, 1e-6) / pane.session.settings.window_drag

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


class SlicesDrag(Drag):
    """Up goes on as the wheel does; the height of the pane is the whole stack.

    go : to the slice that is so many further than the one where the button went down. The drag
    lives on when another image of a series takes the place of this one.
    """

    def __init__(self, pane: ToolPane, at: QPointF, go: Callable[[int], object]) -> None:
        super().__init__(pane, at)
        self._go, self._done = go, 0
        count, height = (pane.view.count if pane.view else 1), pane.as_widget().height()
        self._a_slice = max(_LEAST_A_SLICE_PX, height / max(count, height / _MOST_A_SLICE_PX))

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Go to the slice that lies so far from where the button went down."""
        wanted = round((self.start.y() - at.y()) / self._a_slice)
        if wanted != self._done:
            self._done = wanted
            self._go(wanted)


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
