"""The part of a slice that the user looks at: zoomed and panned from the frame that fits a pane."""

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF

from brainviewer.core.slices import SliceView
from brainviewer.painting.geometry import Frame, SliceGeometry

_ZOOMS = (0.4, 40.0)
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
        middle = (frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2
        return cls(view, size, camera.centre or middle, max(fit * camera.zoom, 1e-6), camera)

    def panned(self, pixels: QPointF) -> Camera:
        """The camera after the slice was dragged by screen pixels."""
        by = pixels / self.pixels_per_mm
        return self._camera(self.centre[0] - by.x(), self.centre[1] - by.y(), self.camera.zoom)

    def zoomed(self, factor: float, at: QPointF) -> Camera:
        """The camera after zooming by ``factor``; what lies at ``at`` stays there."""
        zoom = min(max(self.camera.zoom * factor, _ZOOMS[0]), _ZOOMS[1])
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
