"""From a pane's pixels to the patient's millimetres and back, always through the slice view."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QTransform

from brainviewer.core.slices import SliceView
from brainviewer.core.voi_window import head_threshold
from brainviewer.painting.slice_image import Viewport

_ZOOMS = (0.4, 40.0)
_MARGIN = 0.05
"""Share of the pane kept free around the frame, for letters."""


@dataclass(frozen=True)
class Camera:
    """The part of a slice that is shown; it fits panes of every size.

    centre : (x, y) in slice mm in the middle of the pane; None for the middle of the frame.
    zoom : 1 shows the whole frame.
    """

    centre: tuple[float, float] | None = None
    zoom: float = 1.0


FIT = Camera()


@dataclass(frozen=True)
class Frame:
    """The part of a plane's slices that is worth seeing, in slice mm."""

    left: float
    top: float
    right: float
    bottom: float


def whole_frame(view: SliceView) -> Frame:
    """All of every slice."""
    (rows, columns), (height, width) = view.shape, view.pixel_spacing
    return Frame(-width / 2, -height / 2, (columns - 0.5) * width, (rows - 0.5) * height)


def head_frame(view: SliceView, data: NDArray[Any]) -> Frame:
    """The head as seen through all slices of a plane; all of the slice if there is no air.

    data : (i, j, k) volume on the view's grid.
    """
    step = max(1, min(data.shape) // 64)
    sample = data[::step, ::step, ::step]
    inside = (sample > head_threshold(sample)).sum(axis=view.axis) > 1
    axes = [axis for axis in range(3) if axis != view.axis]
    first, last = np.zeros(3), np.zeros(3)
    for place, axis in enumerate(axes):
        taken = np.flatnonzero(inside.any(axis=1 - place)) * step
        if not taken.size:
            return whole_frame(view)
        first[axis] = max(0, taken[0] - step)
        last[axis] = min(data.shape[axis] - 1, taken[-1] + step)
    corners = view.to_screen(view.grid.to_world(np.array((first, last))))
    height, width = view.pixel_spacing
    (top, left), (bottom, right) = corners.min(axis=0) - 0.5, corners.max(axis=0) + 0.5
    return Frame(left * width, top * height, right * width, bottom * height)


@dataclass(frozen=True, eq=False)
class PaneGeometry:
    """A slice view seen by a camera in a pane of ``size`` = (width, height) pixels.

    Slice mm are (column × pixel width, row × pixel height): pixel centres lie at multiples.
    """

    view: SliceView
    size: tuple[int, int]
    frame: Frame
    camera: Camera = FIT

    @cached_property
    def pixels_per_mm(self) -> float:
        """Screen pixels per mm."""
        frame, (width, height) = self.frame, self.size
        room = 1 - 2 * _MARGIN
        fit = min(
            room * width / (frame.right - frame.left), room * height / (frame.bottom - frame.top)
        )
        return max(fit * self.camera.zoom, 1e-6)

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for panes that show a plane alike."""
        return self.view.plane, self.view.convention, self.size, self.frame, self.camera

    @property
    def mm_per_pixel(self) -> float:
        """Millimetres per screen pixel."""
        return 1 / self.pixels_per_mm

    @cached_property
    def centre(self) -> tuple[float, float]:
        """(x, y) in slice mm in the middle of the pane."""
        frame = self.frame
        return self.camera.centre or (
            (frame.left + frame.right) / 2,
            (frame.top + frame.bottom) / 2,
        )

    @cached_property
    def transform(self) -> QTransform:
        """Slice mm to screen pixels."""
        scale, (x, y) = self.pixels_per_mm, self.centre
        return QTransform(
            scale, 0, 0, scale, self.size[0] / 2 - x * scale, self.size[1] / 2 - y * scale
        )

    @cached_property
    def image_transform(self) -> QTransform:
        """Picture coordinates, (0, 0) at the corner of the first pixel, to screen pixels."""
        height, width = self.view.pixel_spacing
        return QTransform(width, 0, 0, height, -width / 2, -height / 2) * self.transform

    def to_pixels(self, points_mm: ArrayLike) -> list[QPointF]:
        """Screen positions of world positions (n, 3) in mm."""
        height, width = self.view.pixel_spacing
        return [
            self.transform.map(QPointF(column * width, row * height))
            for row, column in self.view.to_screen(points_mm).tolist()
        ]

    def to_row_column(self, at: QPointF) -> tuple[float, float]:
        """Row and column of a screen position; pixel centres at integers."""
        height, width = self.view.pixel_spacing
        x, y = self.centre
        scale = self.pixels_per_mm
        return (
            ((at.y() - self.size[1] / 2) / scale + y) / height,
            ((at.x() - self.size[0] / 2) / scale + x) / width,
        )

    def to_world(self, at: QPointF, index: int) -> NDArray[np.float64]:
        """World position (3,) in mm of a screen position on slice ``index``."""
        position: NDArray[np.float64] = self.view.to_world(index, [self.to_row_column(at)])[0]
        return position

    def viewport(self, index: int) -> Viewport:
        """The same part of slice ``index`` for pictures that are drawn anew."""
        x, y, z = self.to_world(QPointF(self.size[0] / 2, self.size[1] / 2), index).tolist()
        return Viewport((x, y, z), self.mm_per_pixel)

    def panned(self, pixels: QPointF) -> Camera:
        """The camera after the slice was dragged by screen pixels."""
        x, y = self.centre
        return self._camera(
            x - pixels.x() / self.pixels_per_mm,
            y - pixels.y() / self.pixels_per_mm,
            self.camera.zoom,
        )

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
        return Camera(
            (
                min(max(x, 0.0), (columns - 1) * width),
                min(max(y, 0.0), (rows - 1) * height),
            ),
            zoom,
        )
