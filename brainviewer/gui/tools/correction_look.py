"""How the correction of a segmentation looks on a pane while a hand makes it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from brainviewer.app.state import Tool
from brainviewer.core.correction.steps import WHOLE
from brainviewer.core.segments import LesionPart
from brainviewer.gui import image_colours
from brainviewer.gui.panes.camera import PaneGeometry
from brainviewer.gui.tools.brush import BrushLook
from brainviewer.gui.tools.magnifier import Magnifier
from brainviewer.gui.tools.pane import ToolPane
from brainviewer.gui.tools.plane_handles import PlaneHandles
from brainviewer.painting import palette
from brainviewer.painting.slice_layers import as_image

_COVER, _ERASED = 0.55, 0.65
_COLOURS = {
    WHOLE: palette.TUMOUR,
    **{int(part): palette.PARTS[part] for part in LesionPart},
}


def _table() -> NDArray[np.uint8]:
    """(256, 4) RGBA of each label that was just painted; 0 was erased."""
    table = np.zeros((256, 4), np.uint8)
    table[0] = 0, 0, 0, round(255 * _ERASED)
    for value, name in _COLOURS.items():
        colour = QColor(name)
        table[value] = colour.red(), colour.green(), colour.blue(), round(255 * _COVER)
    return table


class CorrectionLook:
    """What was painted a moment ago, before the contour has followed; the brush; a line."""

    def __init__(self, pane: ToolPane) -> None:
        self._pane = pane
        self._at: QPointF | None = None
        self._line: Sequence[QPointF] = ()
        self._closed = False
        self._colours = _table()

    def draw_line(self, line: Sequence[QPointF], closed: bool) -> None:
        """Show a line in pixels of the pane; none takes it away."""
        self._line, self._closed = tuple(line), closed
        self._pane.update()

    def hover(self, at: QPointF | None) -> None:
        """The pointer is at a place; None when it has left the pane."""
        if self._brushes or self._at is not None:
            self._at = at if self._brushes else None
            self._pane.update()

    @property
    def _brushes(self) -> bool:
        state = self._pane.state
        return state.tool is Tool.PAINT and state.correctable and self._pane.edits

    def _fresh(self) -> tuple[QPoint, QImage] | None:
        """What differs from the finding that is shown, a pixel a voxel, and where it begins."""
        pane, state = self._pane, self._pane.state
        labels, finding, view = state.editing.labels, state.finding, pane.view
        study = state.study
        if study is None or pane.modality not in study.together.volumes:
            return None  # nothing is painted over what does not lie over the others
        if labels is None or view is None or view.oblique or view.grid.shape != labels.shape:
            return None
        # Slices lie scattered in memory: each is gathered once.
        now = np.ascontiguousarray(view.cut(labels, pane.index))
        parts = None if finding is None else finding.parts
        mask = None if finding is None else finding.mask
        if parts is not None:
            before = np.ascontiguousarray(view.cut(parts, pane.index))
        else:
            now = np.where(now > 0, np.uint8(WHOLE), np.uint8(0))
            before = np.zeros_like(now)
            if mask is not None:
                before[view.cut(mask, pane.index)] = WHOLE
        changed = now != before
        rows, columns = (np.flatnonzero(changed.any(axis=axis)) for axis in (1, 0))
        if not len(rows):
            return None
        box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        rgba = self._colours[now[box]]
        rgba[~changed[box]] = 0
        return QPoint(int(columns[0]), int(rows[0])), as_image(rgba)

    def paint(self, painter: QPainter, geometry: PaneGeometry) -> None:
        """Over all that is on the slice."""
        state = self._pane.state
        if not state.corrects or not self._pane.edits:
            return
        if (fresh := self._fresh()) is not None:
            painter.save()
            painter.setTransform(geometry.image_transform, True)
            painter.drawImage(*fresh)
            painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        colour = QColor(_COLOURS[state.editing.value])
        for ink, thick in ((image_colours.SHADOW, 3.0), (colour, 1.4)):
            painter.setPen(QPen(ink, thick))
            if self._brushes and self._at is not None:
                radius = max(state.editing.diameter_mm * geometry.pixels_per_mm / 2, 1.5)
                painter.drawEllipse(self._at, radius, radius)
            if len(self._line) > 1:
                shape = QPolygonF(self._line)
                painter.drawPolygon(shape) if self._closed else painter.drawPolyline(shape)


class ToolLook:
    """What the tools of a pane draw over it: occlusion test, correction, handles, magnifier."""

    def __init__(self, pane: ToolPane) -> None:
        self._occlusion, self._correction = BrushLook(pane), CorrectionLook(pane)
        self._handles, self._magnifier = PlaneHandles(pane), Magnifier(pane)

    @property
    def turns_planes(self) -> bool:
        """See ``PlaneHandles.offered``."""
        return self._handles.offered

    def on_handle(self, at: QPointF) -> bool:
        """Whether a handle that turns planes lies under the pointer."""
        return self._handles.hit(at)

    @property
    def active(self) -> bool:
        """Whether the left button paints over a part of an image."""
        return self._occlusion.active

    @property
    def covering(self) -> bool:
        """Whether a stroke of an occlusion test is under way."""
        return self._occlusion.covering

    def cover(self, region: NDArray[np.uint8] | None) -> None:
        """See ``BrushLook``."""
        self._occlusion.cover(region)

    def draw_line(self, line: Sequence[QPointF], closed: bool = False) -> None:
        """See ``CorrectionLook``."""
        self._correction.draw_line(line, closed)

    def hover(self, at: QPointF | None) -> None:
        """The pointer is at a place; None when it has left the pane."""
        for look in (self._occlusion, self._correction, self._handles, self._magnifier):
            look.hover(at)

    def paint(self, painter: QPainter, geometry: PaneGeometry) -> None:
        """Over all that is on the slice."""
        for look in (self._occlusion, self._correction, self._handles, self._magnifier):
            look.paint(painter, geometry)
