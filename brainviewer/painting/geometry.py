"""Which part of a slice is shown, and where it lies in points: millimetres to paint and back."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QTransform

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.slices import SliceView
from brainviewer.core.study import Study
from brainviewer.core.voi.voi_window import head_threshold
from brainviewer.painting.slice_scene import Viewport

_ROOM = 26
"""Points kept free at every edge for letters and corners."""


@dataclass(frozen=True, eq=False)
class SliceGeometry:
    """A slice view seen in an area of ``size`` = (width, height) points.

    Slice mm are (column × pixel width, row × pixel height): pixel centres lie at multiples.

    centre : (x, y) in slice mm in the middle of the area.
    pixels_per_mm : points (pixels of the screen at 100 %) per mm.
    """

    view: SliceView
    size: tuple[int, int]
    centre: tuple[float, float]
    pixels_per_mm: float

    @classmethod
    def showing(
        cls, view: SliceView, size: tuple[int, int], viewport: Viewport | None = None
    ) -> "SliceGeometry":
        """The whole slice in the middle of the area, or what a viewport shows of it."""
        (rows, columns), (height, width) = view.shape, view.pixel_spacing
        if viewport is None:
            mm = max(columns * width / size[0], rows * height / size[1])
            return cls(view, size, ((columns - 1) / 2 * width, (rows - 1) / 2 * height), 1 / mm)
        row, column = view.to_screen(viewport.centre)[0].tolist()
        return cls(view, size, (column * width, row * height), 1 / viewport.mm_per_point)

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for areas that show a plane of a study alike."""
        return *self.view.key, self.size, self.centre, self.pixels_per_mm

    @property
    def mm_per_pixel(self) -> float:
        """Millimetres per point."""
        return 1 / self.pixels_per_mm

    @cached_property
    def transform(self) -> QTransform:
        """Slice mm to points."""
        scale, (x, y) = self.pixels_per_mm, self.centre
        return QTransform(
            scale, 0, 0, scale, self.size[0] / 2 - x * scale, self.size[1] / 2 - y * scale
        )

    @cached_property
    def image_transform(self) -> QTransform:
        """Image coordinates, (0, 0) at the corner of the first pixel, to points."""
        height, width = self.view.pixel_spacing
        return QTransform(width, 0, 0, height, -width / 2, -height / 2) * self.transform

    def to_pixels(self, points_mm: ArrayLike) -> list[QPointF]:
        """Places of world positions (n, 3) in mm."""
        height, width = self.view.pixel_spacing
        return [
            self.transform.map(QPointF(column * width, row * height))
            for row, column in self.view.to_screen(points_mm).tolist()
        ]

    def to_row_column(self, at: QPointF) -> tuple[float, float]:
        """Row and column of a place; pixel centres at integers."""
        height, width = self.view.pixel_spacing
        x, y = self.centre
        scale = self.pixels_per_mm
        return (
            ((at.y() - self.size[1] / 2) / scale + y) / height,
            ((at.x() - self.size[0] / 2) / scale + x) / width,
        )

    def to_world(self, at: QPointF, index: int) -> NDArray[np.float64]:
        """World position (3,) in mm of a place on slice ``index``."""
        position: NDArray[np.float64] = self.view.to_world(index, [self.to_row_column(at)])[0]
        return position

    def viewport(self, index: int) -> Viewport:
        """The same part of slice ``index``, for any other area."""
        x, y, z = self.to_world(QPointF(self.size[0] / 2, self.size[1] / 2), index).tolist()
        return Viewport((x, y, z), self.mm_per_pixel)


@dataclass(frozen=True)
class Frame:
    """The part of a plane's slices that is worth seeing, in slice mm."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        """(x, y) in slice mm."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def on(
        self, view: SliceView, before: SliceView, place: ArrayLike, was: ArrayLike | None = None
    ) -> "Frame":
        """A frame of the same size in slice mm of another grid; a place (3,) in mm lies at the
        same point of both.

        was : the place that lay there on the grid before, if it is another one.
        """
        there = view.to_screen(place)[0] * view.pixel_spacing
        here = before.to_screen(place if was is None else was)[0] * before.pixel_spacing
        down, across = (there - here).tolist()
        return Frame(self.left + across, self.top + down, self.right + across, self.bottom + down)


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


def head_viewport(
    study: Study,
    view: SliceView,
    index: int,
    size: tuple[int, int],
    annotations: Iterable[Annotation] = (),
) -> Viewport | None:
    """The viewport in which the whole head, seen along the plane's axis, fills an area.

    The same for all slices of a plane, so that their images can be compared. None if nothing is
    gained over the whole slice, and for a tilted plane, whose slices are not those of the data.

    size : width and height of the area in points.
    annotations : those on this slice are shown whole.
    """
    if study.is_image2d or view.oblique:
        return None
    frame, (height, width) = head_frame(view, study.reference.data), view.pixel_spacing
    low = np.array((frame.top / height + 0.5, frame.left / width + 0.5))
    high = np.array((frame.bottom / height - 0.5, frame.right / width - 0.5))
    for annotation in annotations:
        if annotation.on_slice(view, index):
            points = view.to_screen(annotation.points)
            low, high = np.minimum(low, points.min(axis=0)), np.maximum(high, points.max(axis=0))
    down, across = high - low + 1
    mm = max(
        float(across) * width / max(1, size[0] - 2 * _ROOM),
        float(down) * height / max(1, size[1] - 2 * _ROOM),
    )
    whole = max(view.shape[1] * width / size[0], view.shape[0] * height / size[1])
    x, y, z = view.to_world(index, (low + high) / 2)[0].tolist()
    return Viewport((x, y, z), mm) if mm < whole else None
