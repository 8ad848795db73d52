"""The lines and areas that lie over a slice, as paths.

Paths are in slice mm, (column × pixel width, row × pixel height), so that every area paints the
same path through its own transform.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.segments import LesionPart, lesion_values
from brainviewer.core.slices import SliceView
from brainviewer.core.study import Study
from brainviewer.imaging.reslicing import label_slice, mask_slice
from brainviewer.painting import palette
from brainviewer.painting.canvas import ink
from brainviewer.painting.contours import contour_path
from brainviewer.painting.diameter_lines import WIDTH as DIAMETER_WIDTH
from brainviewer.painting.diameter_lines import diameter_path
from brainviewer.painting.geometry import SliceGeometry
from brainviewer.painting.slice_scene import SliceScene

Value = TypeVar("Value")

CONTOUR_WIDTH = 1.5
_AGREED = 0.5
"""Opacity of what both mark beside that of what only one of them does; a line is round it."""


class Keep(Protocol):
    """Gives what was made for a key before, or what ``make`` makes now."""

    def __call__(self, key: tuple[Any, ...], make: Callable[[], Value], /) -> Value: ...


@dataclass(frozen=True, eq=False)
class _Shape:
    """A path as it is painted: a line, or an area without one."""

    path: QPainterPath
    colour: str
    opacity: float
    area: bool = False


Coloured = list[tuple[str, QPainterPath]]
"""Paths with their colours."""


class SlicePaths:
    """Makes the paths of scenes. keep : keeps them for whoever paints the same again."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep

    def lesion(self, finding: TumourFinding | None, view: SliceView, index: int) -> QPainterPath:
        """Contour of the lesion that was found; empty where there is none."""
        if finding is None or finding.mask is None:
            return QPainterPath()
        mask = finding.mask
        return self._keep(
            ("lesion", finding, view.key, index),
            lambda: contour_path(mask_slice(mask, view, index), view.pixel_spacing),
        )

    def parts(self, finding: TumourFinding | None, view: SliceView, index: int) -> Coloured:
        """The parts of the lesion that was found."""
        if finding is None or finding.parts is None:
            return []
        parts = finding.parts

        def paths() -> Coloured:
            cut = np.ascontiguousarray(label_slice(parts, view, index))
            lesion = self.lesion(finding, view, index)
            core, necrosis = (
                contour_path(np.isin(cut, inside), view.pixel_spacing)
                for inside in (
                    (LesionPart.ENHANCING, LesionPart.NECROSIS),
                    (LesionPart.NECROSIS,),
                )
            )
            areas = {
                LesionPart.OEDEMA: _without(lesion, core),
                LesionPart.ENHANCING: _without(core, necrosis),
                LesionPart.NECROSIS: necrosis,
            }
            return [(palette.PARTS[part], area) for part, area in areas.items() if part in cut]

        return self._keep(("parts", finding, view.key, index), paths)

    def segmentation(self, study: Study, view: SliceView, index: int) -> Coloured:
        """Contours of the study's own segmentation."""
        labels, names = study.segmentation, study.segment_names
        if labels is None:
            return []

        def paths() -> Coloured:
            cut = np.ascontiguousarray(label_slice(labels.data, view, index))
            there = np.flatnonzero(np.bincount(cut.ravel())).tolist()
            # Oedema first: the border that it shares with the core has the colour of the core.
            there.sort(key=lambda value: names.get(value) != LesionPart.OEDEMA.title)
            return [
                (
                    palette.segment_colour(value, names),
                    contour_path(cut == value, view.pixel_spacing),
                )
                for value in there
                if value
            ]

        return self._keep(("segmentation", labels, view.key, index), paths)

    def difference(
        self, study: Study, finding: TumourFinding | None, view: SliceView, index: int
    ) -> Coloured:
        """What both mark as lesion, only the finding, and only the study's own segmentation."""
        labels, mask = study.segmentation, finding.mask if finding is not None else None
        if labels is None or mask is None:
            return []

        def paths() -> Coloured:
            supplied = np.isin(
                label_slice(labels.data, view, index), lesion_values(study.segment_names)
            )
            found = self.lesion(finding, view, index)
            both, theirs = (
                contour_path(area, view.pixel_spacing)
                for area in (supplied & mask_slice(mask, view, index), supplied)
            )
            return [
                (palette.BOTH, both),
                (palette.TUMOUR, _without(found, both)),
                (palette.SUPPLIED, _without(theirs, both)),
            ]

        key = "difference", labels, finding, view.key, index
        return self._keep(key, paths)

    def _shapes(self, scene: SliceScene) -> list[_Shape]:
        """What lies over the slice, what is painted first at the beginning."""
        shown, view, index, shapes = scene.overlays, scene.view, scene.index, list[_Shape]()
        study, finding = scene.study, scene.finding
        if shown.parts and not scene.shows_heatmap:
            parts = self.parts(finding, view, index)
            shapes += [_Shape(path, colour, shown.parts_opacity, True) for colour, path in parts]
        if shown.difference:
            opacity, lines = shown.difference_opacity, list[_Shape]()
            for colour, path in self.difference(study, finding, view, index):
                both = colour == palette.BOTH
                shapes.append(_Shape(path, colour, opacity * (_AGREED if both else 1), True))
                if both:
                    lines.append(_Shape(path, colour, min(1.0, 2 * opacity)))
            shapes += lines
        if shown.segmentation:
            contours, opacity = self.segmentation(study, view, index), shown.segmentation_opacity
            shapes += [_Shape(path, colour, opacity) for colour, path in contours]
        if shown.lesion:
            contour = self.lesion(finding, view, index)
            shapes.append(_Shape(contour, palette.TUMOUR, shown.lesion_opacity))
        # An SVG file must not have a path without a point.
        return [shape for shape in shapes if not shape.path.isEmpty()]

    def of(self, scene: SliceScene) -> list[QPainterPath]:
        """Every path that ``draw`` paints."""
        diameters = diameter_path(scene.diameters_shown, scene.view)
        return [*(shape.path for shape in self._shapes(scene)), diameters]

    def draw(self, painter: QPainter, scene: SliceScene, geometry: SliceGeometry) -> None:
        """Areas, contours and diameters; lines have the same width at every enlargement."""
        for shape in self._shapes(scene):
            colour = ink(shape.colour, shape.opacity)
            painter.setPen(Qt.PenStyle.NoPen if shape.area else QPen(colour, CONTOUR_WIDTH))
            painter.setBrush(colour if shape.area else Qt.BrushStyle.NoBrush)
            painter.drawPath(geometry.transform.map(shape.path))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        thin = geometry.transform.map(diameter_path(scene.diameters_shown, scene.view))
        if not thin.isEmpty():
            for pen, width in ((ink(*palette.SHADOW), 2.6), (ink(palette.TUMOUR), DIAMETER_WIDTH)):
                painter.setPen(QPen(pen, width))
                painter.drawPath(thin)


def _without(whole: QPainterPath, part: QPainterPath) -> QPainterPath:
    """What of an area is not in a part of it; both border on the same line, without a gap."""
    area = QPainterPath(whole)  # filled where an odd number of lines lies around a place
    area.addPath(part)
    return area
