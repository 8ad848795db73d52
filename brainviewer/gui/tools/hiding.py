"""Hiding a part of a study with the mouse: a stroke on a slice, of a brush that is so many mm."""

import numpy as np
from PySide6.QtCore import QPointF, Qt

from brainviewer.gui.tools.brush import BrushDrag
from brainviewer.gui.tools.mouse_drags import Drag
from brainviewer.gui.tools.pane import ToolPane


class HideDrag(Drag):
    """A stroke; what is covered shows at once, and is hidden when the button goes up.

    erase : shows again what was hidden instead.
    """

    def __init__(self, pane: ToolPane, at: QPointF, *, erase: bool) -> None:
        super().__init__(pane, at)
        test, view, geometry = pane.state.occlusion, pane.view, pane.geometry_mm
        assert test is not None and view is not None and geometry is not None
        # A stroke stays on its slice, even if the slice is scrolled while drawing.
        self._view, self._index, self._value = view, pane.index, 0 if erase else 1
        self._radius = test.brush / 2
        self._covered = np.array(view.cut(test.edits.region, pane.index), np.uint8, order="C")
        self._last = at
        self._go_to(at)

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The stroke goes on in a straight line."""
        self.pane.preview.hover(at)
        self._go_to(at)

    def _go_to(self, at: QPointF) -> None:
        geometry = self.pane.geometry_mm
        if geometry is None:
            return
        ends = np.array([geometry.to_row_column(place) for place in (self._last, at)], float)
        stroke(self._covered, ends, self._view.pixel_spacing, self._radius, self._value)
        self._last = at
        if self.pane.index == self._index:
            self.pane.preview.cover(self._covered)

    def finish(self, at: QPointF) -> None:
        """What was covered is hidden."""
        self.pane.preview.cover(None)
        self.pane.session.occlusion.draw(self._view, self._index, self._covered > 0)

    def cancel(self) -> None:
        """The stroke was nothing."""
        self.pane.preview.cover(None)


def stroke(
    covered: np.ndarray, ends: np.ndarray, spacing: tuple[float, float], radius: float, value: int
) -> None:
    """Paint along a line, in place: every pixel whose middle lies within a radius in mm, and those
    under the ends.

    covered : (rows, columns) uint8. ends : (2, 2) row and column of either end. spacing : in mm.
    """
    size = np.array(covered.shape)
    reach = radius / np.array(spacing)
    low = np.clip(np.floor(ends.min(axis=0) - reach), 0, size).astype(int)
    high = np.clip(np.ceil(ends.max(axis=0) + reach) + 1, 0, size).astype(int)
    rows, columns = (
        (np.arange(a, b) - ends[0][axis]) * spacing[axis]
        for axis, (a, b) in enumerate(zip(low, high, strict=True))
    )
    way = (ends[1] - ends[0]) * spacing
    length2 = float(way @ way)
    down, across = rows[:, None], columns[None, :]
    along = np.zeros((len(rows), len(columns)))
    if length2 > 0:
        along = np.clip((down * way[0] + across * way[1]) / length2, 0, 1)
    near = (down - along * way[0]) ** 2 + (across - along * way[1]) ** 2 <= radius**2
    covered[low[0] : high[0], low[1] : high[1]][near] = value
    for row, column in np.rint(ends).astype(int):
        if 0 <= row < size[0] and 0 <= column < size[1]:
            covered[row, column] = value


def begin_covering(pane: ToolPane, at: QPointF, *, erase: bool) -> Drag | None:
    """What the left button begins with the brush of an occlusion test."""
    study = pane.state.study
    if study is None or pane.geometry_mm is None or pane.view is None:
        return None
    return (BrushDrag if study.is_image2d else HideDrag)(pane, at, erase=erase)
