"""A lens that follows the pointer: the image under it, some times larger."""

from dataclasses import replace

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from brainviewer.gui import image_colours
from brainviewer.gui.panes.camera import PaneGeometry
from brainviewer.gui.tools.pane import ToolPane
from brainviewer.painting.slice_layers import SliceLayers
from brainviewer.painting.slice_painter import paint
from brainviewer.painting.slice_scene import Viewport

_LARGEST, _OF_PANE = 280.0, 0.62
"""Diameter: so many points, or such a part of the shorter side of the pane."""
_AROUND = 60
"""Points painted beyond the lens, where warnings of the corners stand that the pane shows."""


class Magnifier:
    """The lens of one pane, while it is switched on and the pointer is there."""

    def __init__(self, pane: ToolPane) -> None:
        self._pane = pane
        self._at: QPointF | None = None
        self._layers = SliceLayers()

    @property
    def _on(self) -> bool:
        return self._pane.state.overlays.magnifier

    def hover(self, at: QPointF | None) -> None:
        """The pointer is at a place; None when it has left the pane."""
        if self._on or self._at is not None:
            self._at = at if self._on else None
            self._pane.update()
            if self._at is None:
                self._layers.clear()

    def paint(self, painter: QPainter, geometry: PaneGeometry) -> None:
        """Over all that is on the slice."""
        pane, at = self._pane, self._at
        scene = pane.scene if at is not None and self._on else None
        if at is None or scene is None:
            return
        x, y, z = geometry.to_world(at, pane.index).tolist()
        larger = pane.session.settings.magnification
        seen = replace(
            scene,
            viewport=Viewport((x, y, z), geometry.mm_per_pixel / larger),
            overlays=replace(scene.overlays, text=False),
        )
        radius = min(_LARGEST, _OF_PANE * min(geometry.size)) / 2
        lens = QPainterPath()
        lens.addEllipse(at, radius, radius)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipPath(lens)
        side = 2 * (round(radius) + _AROUND)
        corner = (at - QPointF(side / 2, side / 2)).toPoint()
        ratio = pane.as_widget().devicePixelRatioF()
        paint(painter, QRect(corner.x(), corner.y(), side, side), seen, ratio, self._layers)
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, thick in ((image_colours.SHADOW, 4.0), (image_colours.ACCENT, 1.6)):
            painter.setPen(QPen(colour, thick))
            painter.drawEllipse(QRectF(lens.boundingRect()))
        painter.restore()
