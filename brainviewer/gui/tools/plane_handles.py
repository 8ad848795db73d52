"""Handles on the lines of the crosshair: they turn the other two planes about the cursor."""

import math

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from brainviewer.app.state import Tool
from brainviewer.core.reformation.oblique import Obliquity
from brainviewer.gui import image_colours
from brainviewer.gui.panes.camera import PaneGeometry
from brainviewer.gui.tools.mouse_drags import Drag
from brainviewer.gui.tools.pane import ToolPane

_RADIUS_PX, _REACH_PX = 5.0, 11.0
_FURTHEST_PX, _OF_PANE = 130.0, 0.36
"""How far from the cursor handles lie: so many pixels, or such a part of the shorter side."""
_TOO_NEAR_PX = 3.0
"""So near to the cursor the angle of the pointer means nothing."""


class PlaneHandles:
    """Where the handles of a pane lie, and how they look."""

    def __init__(self, pane: ToolPane) -> None:
        self._pane = pane
        self._at: QPointF | None = None

    @property
    def offered(self) -> bool:
        """Whether planes can be turned here: with the tools for it, where a crosshair is."""
        pane, state = self._pane, self._pane.state
        return (
            state.tool in (Tool.CURSOR, Tool.TURN_PLANES)
            and state.solid_study is not None
            and (state.overlays.crosshair or state.tool is Tool.TURN_PLANES)
            and pane.view is not None
            and not pane.seen.original
        )

    def places(self, geometry: PaneGeometry) -> list[QPointF]:
        """Two on each line, at the same distance from the cursor."""
        pane = self._pane
        if pane.view is None:
            return []
        middle = geometry.to_pixels([pane.state.cursor])[0]
        far = min(_FURTHEST_PX, _OF_PANE * min(geometry.size))
        lines = pane.state.reformation.lines(pane.view).values()
        return [middle + QPointF(x, y) * far * way for x, y in lines for way in (1, -1)]

    def hit(self, at: QPointF) -> bool:
        """Whether a handle lies under the pointer."""
        geometry = self._pane.geometry_mm
        if geometry is None or not self.offered:
            return False
        by = (place - at for place in self.places(geometry))
        return any(math.hypot(one.x(), one.y()) <= _REACH_PX for one in by)

    def hover(self, at: QPointF | None) -> None:
        """The pointer is at a place; None when it has left the pane."""
        before, self._at = self._at, at if self.offered else None
        if (before is None) is not (self._at is None):
            self._pane.update()

    def paint(self, painter: QPainter, geometry: PaneGeometry) -> None:
        """Rings, while the pointer is over the pane."""
        if self._at is None or not self.offered:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place in self.places(geometry):
            for colour, thick in ((image_colours.SHADOW, 3.5), (image_colours.ACCENT, 1.6)):
                painter.setPen(QPen(colour, thick))
                painter.drawEllipse(place, _RADIUS_PX, _RADIUS_PX)


class TurnPlanesDrag(Drag):
    """The lines of the crosshair follow the pointer about the cursor."""

    def __init__(self, pane: ToolPane, at: QPointF) -> None:
        super().__init__(pane, at)
        self._before = pane.state.reformation.obliquity
        self._last = self._angle(at)

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Turn by what the pointer went round since the last time."""
        angle = self._angle(at)
        if angle is None:
            return
        if self._last is not None:
            self.pane.session.reformations.hold()
            by = math.remainder(angle - self._last, math.tau)
            self.pane.session.reformations.turn_planes(self.pane.plane, by * self._way)
        self._last = angle

    def finish(self, at: QPointF) -> None:
        """The planes stay as they are."""
        self.pane.session.reformations.let_go()

    def cancel(self) -> None:
        """The planes from before."""
        self.pane.session.reformations.restore_planes(self._before)
        self.pane.session.reformations.let_go()

    def _angle(self, at: QPointF) -> float | None:
        """Of the pointer about the cursor, clockwise on the screen; None too near to it."""
        if self.pane.geometry_mm is None:
            return None
        by = at - self.pane.geometry_mm.to_pixels([self.pane.state.cursor])[0]
        far = math.hypot(by.x(), by.y())
        return None if far < _TOO_NEAR_PX else math.atan2(by.y(), by.x())

    @property
    def _way(self) -> int:
        """1 where clockwise on the screen is right-handed about the plane's normal, else -1."""
        view = self.pane.view
        if view is None:
            return 1
        right, down = view.screen_axes
        obliquity = self.pane.state.reformation.obliquity or Obliquity()
        normal = obliquity.normal(view.data_grid, view.plane)
        return 1 if float(np.cross(right, down) @ normal) > 0 else -1
