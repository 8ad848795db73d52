"""The part of a slice that the user looks at: zoomed and panned from the frame that fits a pane."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPoint, QPointF, QRect, QSize

from brainviewer.core.slices import SliceView
from brainviewer.core.view.saved_camera import ZOOMS
from brainviewer.painting.geometry import Frame, SliceGeometry

_EDGE = 12
"""Pixels at the edge of a pane in which a place is not in sight."""
_MARGIN = 0.05
"""Fraction of the pane kept free around the frame, for letters."""


@dataclass(frozen=True)
class Camera:
    """The part of a slice that is shown; it fits panes of every size.

    centre : (x, y) in slice mm in the middle of the pane; None for the middle of the frame.
    zoom : 1 shows the whole frame.
    """

    centre: tuple[float, float] | None = None
    zoom: float = 1.0

    def moved(self, by: tuple[float, float]) -> "Camera":
        """The same where slice mm begin elsewhere."""
        if self.centre is None:
            return self
        return replace(self, centre=(self.centre[0] + by[0], self.centre[1] + by[1]))


FIT = Camera()


@dataclass(frozen=True, eq=False)
class PaneGeometry(SliceGeometry):
    """A slice view seen by a camera in a pane."""

    camera: Camera = field(default=FIT)

    @classmethod
    def seen(
        cls, view: SliceView, size: tuple[int, int], frame: Frame, camera: Camera = FIT
    ) -> "PaneGeometry":
        """The geometry of a pane of ``size`` = (width, height) pixels.

        frame : what is whole in the pane at a zoom of 1.
        """
        room = 1 - 2 * _MARGIN
        fit = min(
            room * size[0] / (frame.right - frame.left),
            room * size[1] / (frame.bottom - frame.top),
        )
        return cls(view, size, camera.centre or frame.middle, max(fit * camera.zoom, 1e-6), camera)

    def brought_to(self, position_mm: ArrayLike) -> Camera | None:
        """The camera with a place (3,) in mm in the middle; None where it is in sight."""
        at, room = (
            self.to_pixels(np.atleast_2d(np.asarray(position_mm)))[0],
            QRect(QPoint(), QSize(*self.size)),
        )
        if room.adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE).contains(at.toPoint()):
            return None
        return self.panned(room.center().toPointF() - at)

    def panned(self, pixels: QPointF) -> Camera:
        """The camera after the slice was dragged by screen pixels."""
        by = pixels / self.pixels_per_mm
        return self._camera(self.centre[0] - by.x(), self.centre[1] - by.y(), self.camera.zoom)

    def zoomed(self, factor: float, at: QPointF) -> Camera:
        """The camera after zooming by ``factor``; what lies at ``at`` stays there."""
        zoom = min(max(self.camera.zoom * factor, ZOOMS[0]), ZOOMS[1])
        change = (1 - self.camera.zoom / zoom) / self.pixels_per_mm
        x, y = self.centre
        return self._camera(
            x + (at.x() - self.size[0] / 2) * change,
            y + (at.y() - self.size[1] / 2) * change,
            zoom,
        )

    def _camera(self, x: float, y: float, zoom: float) -> Camera:
        """The middle of the pane stays on the slice, so that it cannot be lost."""
        (rows, columns), (height, width) = self.view.shape, self.view.pixel_spacing
        x = min(max(x, 0.0), (columns - 1) * width)
        y = min(max(y, 0.0), (rows - 1) * height)
        return Camera((x, y), zoom)
