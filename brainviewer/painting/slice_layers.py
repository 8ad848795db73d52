"""What is painted of a slice, made once and kept: paths, areas of colour, enlarged pixels."""

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from brainviewer.core.view.fusion import FusionMode
from brainviewer.imaging.reslicing import label_slice, slice_values
from brainviewer.imaging.sequence_difference import SequenceDifference, sequence_difference
from brainviewer.painting.devices import image_of, painting
from brainviewer.painting.fused_slice import mixed, pair_of, swiped
from brainviewer.painting.geometry import SliceGeometry
from brainviewer.painting.slice_image import (
    colour_table,
    enlarged,
    fill_table,
    heat_rgba,
    heat_values,
    is_grey,
    own_colours,
    shown_levels,
)
from brainviewer.painting.slice_paths import SlicePaths
from brainviewer.painting.slice_scene import SliceScene

Value = TypeVar("Value")

_FILLED = 0.5
_GREY = QImage.Format.Format_Grayscale8
_PATHS = 2048
"""Paths and areas of colour kept; they are small."""
_IMAGES = 12
"""Enlarged slices kept: those that are shown, and a few for going back."""
_CONTOUR_BYTES = 32 << 20
"""Painted contours kept: at 100 % those of a whole study, which are slow to paint."""


@dataclass(frozen=True, eq=False)
class PlacedImage:
    """An image with its own pixel ratio, and where its top left corner lies in points."""

    image: QImage
    at: QPointF


def as_image(rgba: NDArray[np.uint8]) -> QImage:
    """The image of (rows, columns, 4) colours, in a format that paints fast."""
    pixels = np.ascontiguousarray(rgba)
    image = image_of(pixels, QImage.Format.Format_RGBA8888)
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


class SliceLayers:
    """Makes the layers of scenes and keeps the last of them, for whoever paints the same again.

    paths : lines and areas over the slices.
    """

    def __init__(self) -> None:
        self._kept = _Kept(_PATHS)
        self.paths = SlicePaths(self._kept.get)
        self._images = _Kept(_IMAGES)
        self._contour_images = _Kept(
            _CONTOUR_BYTES, lambda one: one.image.sizeInBytes() if one else 0
        )

    def clear(self) -> None:
        """Forget everything: another study is shown."""
        self.forget_overlays()
        self._images.clear()

    def forget_overlays(self) -> None:
        """Forget what lies over the slices: another finding or result is shown."""
        self._kept.clear()
        self._contour_images.clear()

    def keep(self, key: tuple[Any, ...], make: Callable[[], Value]) -> Value:
        """What was made for a key before, or what ``make`` makes now."""
        return self._kept.get(key, make)

    def geometry(self, scene: SliceScene, size: tuple[int, int]) -> SliceGeometry:
        """Where a scene lies in an area of a size in points."""
        key = "geometry", scene.view.key, scene.viewport, size
        return self.keep(key, lambda: SliceGeometry.showing(scene.view, size, scene.viewport))

    # -- contours ---------------------------------------------------------------------------

    def contours(
        self, scene: SliceScene, geometry: SliceGeometry, ratio: float
    ) -> PlacedImage | None:
        """All contours of a slice as an image, for the areas that show it alike.

        ratio : device pixels per point.
        """
        shown = scene.study.segmentation, scene.finding, scene.overlays, scene.shows_heatmap
        key = "contours", *shown, scene.index, geometry.key, ratio
        return self._contour_images.get(key, lambda: self._contour_image(scene, geometry, ratio))

    def _contour_image(
        self, scene: SliceScene, geometry: SliceGeometry, ratio: float
    ) -> PlacedImage | None:
        bounds = QRectF()
        for path in self.paths.of(scene):
            bounds |= geometry.transform.mapRect(path.boundingRect())
        place = bounds.adjusted(-2, -2, 2, 2).toAlignedRect() & QRect(0, 0, *geometry.size)
        if bounds.isEmpty() or place.isEmpty():
            return None
        image = QImage(
            math.ceil(place.width() * ratio),
            math.ceil(place.height() * ratio),
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        image.setDevicePixelRatio(ratio)
        image.fill(0)
        with painting(image) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(-QPointF(place.topLeft()))
            self.paths.draw(painter, scene, geometry)
        return PlacedImage(image, QPointF(place.topLeft()))

    # -- areas ------------------------------------------------------------------------------

    def filled(self, scene: SliceScene) -> QImage | None:
        """The study's own segmentation in colours when it is shown filled, a pixel a voxel."""
        labels, shown = scene.study.segmentation, scene.overlays
        if labels is None or not (shown.segmentation and shown.segmentation_filled):
            return None
        view, index = scene.view, scene.index

        def fill() -> QImage:
            table = fill_table(scene.study.segment_names, shown.segmentation_opacity * _FILLED)
            return as_image(table[label_slice(labels.data, view, index)])

        opacity = shown.segmentation_opacity
        return self.keep(("fill", labels, view.key, index, opacity), fill)

    def heat(self, scene: SliceScene) -> QImage | None:
        """The heatmap in colours, a pixel a voxel, on the slice it was computed from; else None."""
        heatmap, view, opacity = scene.heatmap, scene.view, scene.overlays.heatmap_opacity
        if heatmap is None or not scene.shows_heatmap:
            return None
        return self.keep(
            ("heatmap", heatmap, view.key, opacity),
            lambda: as_image(heat_rgba(heat_values(heatmap, view), opacity)),
        )

    def pixels(
        self, scene: SliceScene, geometry: SliceGeometry, ratio: float
    ) -> PlacedImage | None:
        """The slice under its areas of colour, enlarged to the pixels of a device.

        ratio : device pixels per point.
        """
        volume = scene.study.volumes[scene.modality]
        areas = tuple(area for area in (self.heat(scene), self.filled(scene)) if area is not None)
        key = (
            "pixels",
            volume,
            scene.index,
            scene.window,
            scene.fused,
            scene.finding if scene.fused is not None else None,
            scene.colour_map,
            scene.smooth,
            scene.slab,
            tuple(area.cacheKey() for area in areas),
            geometry.key,
            ratio,
        )
        return self._images.get(
            key, lambda: _pixels(scene, geometry, ratio, areas, self._difference(scene))
        )

    def _difference(self, scene: SliceScene) -> SequenceDifference | None:
        """How the two sequences of a scene are subtracted, worked out once a study."""
        fused = scene.fused
        if fused is None or fused.mode not in (FusionMode.DIFFERENCE, FusionMode.ENHANCEMENT):
            return None
        first, second = (scene.study.volumes[one] for one in (fused.first, fused.second))
        brain = None if scene.finding is None else scene.finding.brain
        return self.keep(
            ("difference", first, second, scene.finding),
            lambda: sequence_difference(first, second, brain),
        )


class _Kept:
    """The last values made, by their keys; may be asked by several threads.

    most : what the values may cost together; the newest is kept whatever it costs.
    """

    def __init__(self, most: int, cost: Callable[[Any], int] = lambda _: 1) -> None:
        self._most, self._cost, self._total = most, cost, 0
        self._values: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._lock = threading.RLock()

    def clear(self) -> None:
        with self._lock:
            self._values.clear()
            self._total = 0

    def get(self, key: tuple[Any, ...], make: Callable[[], Value]) -> Value:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            else:
                self._values[key] = made = make()
                self._total += self._cost(made)
                while self._total > self._most and len(self._values) > 1:
                    self._total -= self._cost(self._values.popitem(last=False)[1])
            kept: Value = self._values[key]
            return kept


def _pixels(
    scene: SliceScene,
    geometry: SliceGeometry,
    ratio: float,
    areas: tuple[QImage, ...],
    subtracted: SequenceDifference | None,
) -> PlacedImage | None:
    volume, at = scene.study.volumes[scene.modality], geometry.image_transform
    colours = own_colours(volume, scene.colour_map)
    view, index, slab = scene.view, scene.index, scene.slab
    cut = slice_values(volume.data if colours is None else colours, view, index, slab)
    levels = shown_levels(cut, scene.window)
    other, fused = None, scene.fused if levels.ndim == 2 else None
    if fused is not None:
        first, second = (
            slice_values(scene.study.volumes[one].data, view, index, slab)
            for one in (fused.first, fused.second)
        )
        if fused.mode is FusionMode.SWIPE:
            levels, other = pair_of(levels, scene.colour_map, second, fused)
        else:
            between = None if subtracted is None else subtracted.of(first, second)
            spacing = view.pixel_spacing
            levels = mixed(levels, scene.colour_map, second, between, fused, spacing)

    def fit(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], tuple[int, int]] | None:
        return enlarged(
            pixels,
            (at.m11() * ratio, at.m22() * ratio),
            (at.dx() * ratio, at.dy() * ratio),
            (geometry.size[0] * ratio, geometry.size[1] * ratio),
            scene.smooth,
        )

    made = fit(levels)
    if made is None:
        return None
    fine, (left, top) = made
    if fused is not None and other is not None and (beside := fit(other)) is not None:
        line = round(fused.swipe * geometry.size[0] * ratio)
        fine = swiped(fine, beside[0], line - left)
    if fine.ndim == 3:
        image = image_of(fine, QImage.Format.Format_RGB888)
    elif is_grey(scene.colour_map):
        image = image_of(fine, _GREY)
    else:
        image = image_of(fine, QImage.Format.Format_Indexed8)
        table = colour_table(scene.colour_map).astype(np.uint32)
        rgb = 0xFF000000 | table[:, 0] << 16 | table[:, 1] << 8 | table[:, 2]
        image.setColorTable(rgb.tolist())
    if areas:
        image = image.convertToFormat(QImage.Format.Format_RGB32)
        with painting(image) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scene.smooth)
            painter.translate(-left, -top)
            painter.scale(ratio, ratio)
            painter.setTransform(at, True)
            for area in areas:
                painter.drawImage(QPoint(), area)
    image.setDevicePixelRatio(ratio)
    return PlacedImage(image, QPointF(left / ratio, top / ratio))
