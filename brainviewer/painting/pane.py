"""One slice with everything that belongs on it: overlays, marks, four corners, four edges."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from brainviewer.core.annotations import Annotation, Point
from brainviewer.core.findings import Heatmap, TumourFinding
from brainviewer.core.overlays import Overlays
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi_window import Window
from brainviewer.painting import palette, wording
from brainviewer.painting.annotations import draw_marks
from brainviewer.painting.contours import outlines
from brainviewer.painting.diameter_lines import WIDTH as DIAMETER_WIDTH
from brainviewer.painting.diameter_lines import diameter_lines
from brainviewer.painting.drawing import Box, Canvas, Run
from brainviewer.painting.slice_image import (
    RGB,
    Placement,
    Viewport,
    blend,
    colour_table,
    heat_rgba,
    heat_values,
    own_colours,
    rgb_of,
)

_MARGIN = 9.0
_OUTLINE = 1.5
_STEP = 1.35
_FILLED = 0.5


@dataclass(frozen=True, eq=False)
class PaneSpec:
    """What a pane shows.

    index : slice from 0.
    annotations : those that do not lie on this slice are left out.
    heatmap : drawn only on the slice it was computed from.
    cursor : world position in mm of the crosshair; None for no crosshair.
    viewport : the part that is shown; None for the whole slice.
    all_labels : marks drawn on other sequences say their values too.
    """

    study: Study
    modality: Modality
    plane: Plane
    index: int
    window: Window
    colour_map: str = "gray"
    convention: Convention = Convention.RADIOLOGICAL
    overlays: Overlays = field(default_factory=Overlays)
    annotations: tuple[Annotation, ...] = ()
    finding: TumourFinding | None = None
    heatmap: Heatmap | None = None
    cursor: Point | None = None
    viewport: Viewport | None = None
    all_labels: bool = False

    @cached_property
    def view(self) -> SliceView:
        """How the plane lies on the screen."""
        return SliceView.of(self.study.grid, self.plane, self.convention)

    @property
    def shows_heatmap(self) -> bool:
        """Whether a heatmap of this very slice is drawn."""
        heat = self.heatmap
        return (
            self.overlays.heatmap
            and heat is not None
            and heat.plane is self.plane
            and heat.index == self.index
        )

    @property
    def shows_lesion(self) -> bool:
        """Whether the outline of the lesion passes through this slice."""
        mask = self.finding.mask if self.finding is not None else None
        return (
            self.overlays.lesion
            and mask is not None
            and bool(self.view.cut(mask, self.index).any())
        )

    @property
    def diameters_shown(self) -> list[NDArray[np.float64]]:
        """The measured diameters that are drawn in this slice; see ``diameter_lines``."""
        shown = self.overlays.diameters
        return diameter_lines(self.finding, self.view, self.index) if shown else []

    @property
    def labels_shown(self) -> tuple[int, ...]:
        """The values of the segmentation that are drawn in this slice."""
        labels = self.study.segmentation
        if not self.overlays.segmentation or labels is None:
            return ()
        values = np.unique(self.view.cut(labels.data, self.index))
        return tuple(int(value) for value in values if value)

    @property
    def marks_shown(self) -> tuple[Annotation, ...]:
        """The annotations that lie on this slice."""
        if not self.overlays.annotations:
            return ()
        return tuple(a for a in self.annotations if a.on_slice(self.view, self.index))


def draw_pane(spec: PaneSpec, size: tuple[int, int], scale: float = 1) -> Image.Image:
    """The pane as a picture of size × scale pixels, all of it drawn at that resolution.

    size : width and height in points (pixels at 1×).
    """
    canvas = Canvas(size[0], size[1], scale)
    pixels = canvas.image.size
    placement = Placement.of(spec.view, pixels, scale, spec.viewport)
    canvas.image = Image.fromarray(_picture(spec, placement))
    if spec.study.edited:
        _draw_border(canvas)
    _draw_outlines(canvas, spec, placement)
    _draw_crosshair(canvas, spec, placement)
    letters = letter_size(size)
    if spec.marks_shown:
        # Labels keep off the corners, which are written last so that nothing covers them.
        taken = _draw_text(Canvas(size[0], size[1], scale), spec, placement, letters)
        draw_marks(
            canvas,
            placement,
            spec.marks_shown,
            spec.study,
            spec.modality,
            letters * 0.95,
            taken,
            all_labels=spec.all_labels,
        )
    _draw_text(canvas, spec, placement, letters)
    return canvas.image


def letter_size(size: tuple[int, int]) -> float:
    """Height of the letters in a pane of a size, all in points."""
    return min(13.0, max(10.0, min(size) / 34))


def draw_title(canvas: Canvas, title: Sequence[Run], size: float) -> Box:
    """What is shown, at the top left."""
    return canvas.runs(_MARGIN, _MARGIN + size * 0.8, title, size, anchor="ls", shadow=True)


def draw_warning(canvas: Canvas, text: str, line: int, size: float) -> Box:
    """What must not be overlooked, in a line (from 0) at the top left."""
    y = _MARGIN + size * (0.8 + _STEP * line)
    return canvas.text(
        _MARGIN, y, text, size * 0.9, palette.CAUTION, bold=True, anchor="ls", shadow=True
    )


def _picture(spec: PaneSpec, placement: Placement) -> RGB:
    """(height, width, 3) the slice with the overlays that cover an area."""
    view, overlays = spec.view, spec.overlays
    picture = np.zeros((placement.size[1], placement.size[0], 3), np.uint8)
    volume = spec.study.volumes[spec.modality]
    colours = own_colours(volume, spec.colour_map)
    if colours is None:
        grey, (x, y) = _shown(spec, view.cut(volume.data, spec.index), placement)
        seen = colour_table(spec.colour_map)[grey]
    else:
        cut = view.cut(colours, spec.index)
        shown = [_shown(spec, cut[..., channel], placement) for channel in range(3)]
        seen, (x, y) = np.dstack([channel for channel, _ in shown]), shown[0][1]
    if not seen.size:
        return picture
    picture[y : y + seen.shape[0], x : x + seen.shape[1]] = seen
    if spec.shows_heatmap and spec.heatmap is not None:
        heat, _ = placement.resampled(heat_values(spec.heatmap, view))
        warm = heat_rgba(np.clip(heat, 0, 1), overlays.heatmap_opacity)
        blend(picture, warm[..., :3], warm[..., 3] / 255, (x, y))
    labels = spec.study.segmentation
    if labels is not None and overlays.segmentation_filled:
        plane = view.cut(labels.data, spec.index)
        for label in spec.labels_shown:
            cover, _ = placement.resampled(plane == label)
            alpha = np.clip(cover, 0, 1) * (overlays.segmentation_opacity * _FILLED)
            blend(picture, rgb_of(palette.label_colour(label)), alpha, (x, y))
    return picture


def _shown(
    spec: PaneSpec, values: NDArray[Any], placement: Placement
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Stored values (rows, columns) as grey levels of the pane, and where they begin in it."""
    fine, at = placement.resampled(values)
    # Cubic interpolation overshoots; no value may appear that the slice does not hold.
    return spec.window.apply(np.clip(fine, values.min(), values.max())), at


def _draw_outlines(canvas: Canvas, spec: PaneSpec, placement: Placement) -> None:
    lines: list[tuple[NDArray[np.bool_], str, float]] = []
    labels = spec.study.segmentation
    if labels is not None:
        plane = spec.view.cut(labels.data, spec.index)
        opacity = spec.overlays.segmentation_opacity
        lines += [(plane == n, palette.label_colour(n), opacity) for n in spec.labels_shown]
    if spec.shows_lesion and spec.finding is not None and spec.finding.mask is not None:
        mask = spec.view.cut(spec.finding.mask, spec.index)
        lines.append((mask, palette.TUMOUR, spec.overlays.lesion_opacity))
    for mask, colour, opacity in lines:
        for line in outlines(mask):
            places = (placement.pixel_of(row, column) for row, column in line.tolist())
            points = [(x / canvas.scale, y / canvas.scale) for x, y in places]
            canvas.stroke(points, colour, _OUTLINE, closed=True, opacity=opacity)
    for line in spec.diameters_shown:
        places = (placement.pixel_of(row, column) for row, column in line.tolist())
        points = [(x / canvas.scale, y / canvas.scale) for x, y in places]
        canvas.stroke(points, palette.TUMOUR, DIAMETER_WIDTH, halo=True)


def _draw_border(canvas: Canvas) -> None:
    """Round an edited picture, so that it is never taken for the original."""
    right, low = canvas.width - 1.0, canvas.height - 1.0
    corners = [(1.0, 1.0), (right, 1.0), (right, low), (1.0, low)]
    canvas.stroke(corners, palette.CAUTION, 2.0, closed=True)


def _draw_crosshair(canvas: Canvas, spec: PaneSpec, placement: Placement) -> None:
    if spec.cursor is None or not spec.overlays.crosshair:
        return
    row, column = spec.view.to_screen(spec.cursor)[0]
    x, y = (value / canvas.scale for value in placement.pixel_of(float(row), float(column)))
    gap = 14.0
    for line in (
        ((0.0, y), (x - gap, y)),
        ((x + gap, y), (float(canvas.width), y)),
        ((x, 0.0), (x, y - gap)),
        ((x, y + gap), (x, float(canvas.height))),
    ):
        canvas.stroke(line, palette.ACCENT, 0.9, opacity=0.6)


def _draw_text(canvas: Canvas, spec: PaneSpec, placement: Placement, size: float) -> list[Box]:
    """Corners and edges. Returns the boxes they take."""
    taken = _draw_letters(canvas, spec, size) if spec.overlays.text else []
    width, height, margin = canvas.width, canvas.height, _MARGIN
    step = size * _STEP
    top, bottom = margin + size * 0.8, height - margin
    lines = 0
    if spec.overlays.text:
        # What does not fit beside the letter in the middle goes to a line of its own.
        room = width / 2 - margin - size * 1.2
        title = [(spec.modality.value, palette.BRIGHT, True)]
        if not spec.study.is_picture:
            title.append((f" {spec.plane}", palette.CORNER, False))
        taken.append(draw_title(canvas, title, size))
        window = wording.window_text(spec.window)
        beside = max(canvas.measure_runs(title, size), canvas.measure(window, size)) <= room
        lines = 1 if beside else 2
        anchor, x = ("rs", width - margin) if beside else ("ls", margin)
        y = top + step * (lines - 1)
        taken.append(canvas.text(x, y, window, size, palette.CORNER, anchor=anchor, shadow=True))
        single = spec.study.is_picture and spec.view.count == 1
        counter = "" if single else f"{spec.index + 1} / {spec.view.count}"
        position = wording.position_text(spec.view, spec.index)
        together = f"{counter}   {position}".rstrip()
        stacked = canvas.measure(together, size) > room
        rows = [counter, position] if stacked and position else [together]
        for place, row in enumerate(reversed(rows)):
            y = bottom - place * step
            taken.append(
                canvas.text(margin, y, row, size, palette.CORNER, anchor="ls", shadow=True)
            )
        taken.append(_draw_scale_bar(canvas, placement, size))
    if spec.study.synthetic:
        taken.append(draw_warning(canvas, "SYNTHETIC", lines, size))
        lines += 1
    if spec.study.edited:
        taken.append(draw_warning(canvas, wording.EDITED.upper(), lines, size))
    return taken


def _draw_letters(canvas: Canvas, spec: PaneSpec, size: float) -> list[Box]:
    letters, margin = spec.view.letters, _MARGIN
    middle_x, middle_y = canvas.width / 2, canvas.height / 2
    places = (
        (letters.left, margin, middle_y, "lm"),
        (letters.right, canvas.width - margin, middle_y, "rm"),
        (letters.top, middle_x, margin + size * 0.8, "ms"),
        (letters.bottom, middle_x, canvas.height - margin, "ms"),
    )
    return [
        canvas.text(x, y, letter, size * 1.05, palette.BRIGHT, anchor=anchor, shadow=True)
        for letter, x, y, anchor in places
        if letter
    ]


def _draw_scale_bar(canvas: Canvas, placement: Placement, size: float) -> Box:
    """A bar of a round length, at most a fifth of the pane, at the bottom right."""
    points_per_mm = placement.pixels_per_mm / canvas.scale
    length_mm = round_length(canvas.width / 5 / points_per_mm)
    length = length_mm * points_per_mm
    right, text_y = canvas.width - _MARGIN, canvas.height - _MARGIN
    label = f"{length_mm:g} {placement.view.grid.unit}"
    taken = canvas.text(right, text_y, label, size, palette.CORNER, anchor="rs", shadow=True)
    bar_y = text_y - size * 1.15
    line = [
        (right - length, bar_y - 3.5),
        (right - length, bar_y),
        (right, bar_y),
        (right, bar_y - 3.5),
    ]
    canvas.stroke(line, palette.CORNER, 1.2, halo=True)
    return Box(min(taken.left, right - length), bar_y - 4, right, text_y)


def round_length(most: float) -> float:
    """The longest of …, 1, 2, 5, 10, 20, 50, 100 … units that is not above ``most``."""
    power = 10.0 ** np.floor(np.log10(most))
    return float(max(step * power for step in (1, 2, 5) if step * power <= most * (1 + 1e-9)))
