"""A whole page: panes in a grid, the result beside them, where it came from below them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Study
from brainviewer.painting import palette
from brainviewer.painting.canvas import Canvas
from brainviewer.painting.devices import (
    paint_image,
    paint_pdf,
    paint_svg,
    pixels_of,
    rgb_image,
)
from brainviewer.painting.footer import draw_footer, provenance_lines
from brainviewer.painting.result_card import WIDTH as CARD_WIDTH
from brainviewer.painting.result_card import draw_result_card
from brainviewer.painting.slice_layers import SliceLayers
from brainviewer.painting.slice_painter import paint
from brainviewer.painting.slice_scene import SliceScene
from brainviewer.painting.text import wording
from brainviewer.painting.text.captions import letter_size, write_corner
from brainviewer.painting.text.centred import write_centred
from brainviewer.painting.text.volume_words import volume_text, volume_title
from brainviewer.painting.volume.render_request import RenderRequest

_GAP = 2
_TITLE = "BrainViewer"
Place = tuple[int, int, int, int]
"""Left, top, width and height of a pane, in points."""


@dataclass(frozen=True, eq=False)
class FigureSpec:
    """What a page holds.

    panes : row by row; columns : how many stand side by side.
    pane_size : width and height of every pane in points (pixels at 1×).
    places : where the panes lie instead, one for each; none for a grid of equal ones.
    words : what is said where a pane shows no slice, and where it lies.
    volume_image : (rows, columns, 3) the 3D view, already drawn, as one more pane.
    volume : what that shows, which is written on it and told below it.
    turning : it is an image of a turn of the head.
    finding, classification : shown in the column beside the panes if ``result`` is True, and
        named in the provenance.
    result_note : what the reader must know about the result, e.g. that it is stale.
    footer : provenance and the research-use sentence below the panes; the sentence alone stands
        there without it, where a slice shows a contour, an annotation or a heatmap.
    identify : write the study's name and its file names, which may name the patient.
    """

    study: Study
    panes: tuple[SliceScene, ...]
    columns: int = 1
    pane_size: tuple[int, int] = (640, 640)
    volume_image: NDArray[np.uint8] | None = None
    finding: TumourFinding | None = None
    classification: Classification | None = None
    result_note: str = ""
    result: bool = True
    footer: bool = True
    identify: bool = False
    places: tuple[Place, ...] = ()
    words: tuple[tuple[Place, str], ...] = ()
    volume: RenderRequest | None = None
    turning: bool = False


def draw_figure(spec: FigureSpec, scale: float = 1) -> NDArray[np.uint8]:
    """(rows, columns, 3) the page, everything on it painted at ``scale`` pixels a point."""
    return pixels_of(figure_image(spec, scale))


def figure_image(spec: FigureSpec, scale: float = 1) -> QImage:
    """The page as an image, everything on it painted at ``scale`` pixels a point."""
    page = FigurePage(spec)
    return paint_image(lambda painter: page.paint(painter, scale), page.size, scale)


def figure_svg(
    spec: FigureSpec, scale: float = 1, description: str = "", width_mm: float = 0.0
) -> bytes:
    """The page as an SVG file; slices stand in it with ``scale`` pixels a point.

    width_mm : see ``paint_svg``.
    """
    page = FigurePage(spec)
    return paint_svg(
        lambda painter: page.paint(painter, scale), page.size, _TITLE, description, width_mm
    )


def figure_pdf(
    spec: FigureSpec, scale: float = 1, metadata: bytes = b"", width_mm: float = 0.0
) -> bytes:
    """The page as a PDF file; slices stand in it with ``scale`` pixels a point.

    metadata : an XMP packet. width_mm : see ``paint_pdf``.
    """
    page = FigurePage(spec)
    return paint_pdf(
        lambda painter: page.paint(painter, scale), page.size, _TITLE, metadata, width_mm
    )


class FigurePage:
    """A figure laid out: how large it is, and how it is painted on any device."""

    def __init__(self, spec: FigureSpec) -> None:
        self.spec = spec
        self._places = list(spec.places) or ([] if spec.words else _equal_places(spec))
        taken = [*self._places, *(place for place, _ in spec.words)]
        self._grid = (
            max((left + across for left, _, across, _ in taken), default=0),
            max((top + down for _, top, _, down in taken), default=0),
        )
        self._volume = self._volume_place()

    def _volume_place(self) -> Place | None:
        """The 3D view takes a free place, else a column of its own."""
        spec, (width, height) = self.spec, self._grid
        if spec.volume_image is None:
            return None
        if len(self._places) > len(spec.panes):
            return self._places[-1]
        wide, tall = spec.pane_size
        height = max(height, tall)
        left = width + _GAP if self._places else 0
        self._grid = left + wide, height
        return left, 0, wide, height

    @cached_property
    def size(self) -> tuple[int, int]:
        """Width and height of the page in points."""
        footer = _GAP + self._footer(Canvas()) if self._has_footer else 0
        return self._width, self._height + footer

    @property
    def _has_footer(self) -> bool:
        """Also for the one sentence on research use, under images that show anything of ours."""
        return self.spec.footer or (not self._has_card and any(map(_drawn_on, self.spec.panes)))

    @property
    def _has_card(self) -> bool:
        spec = self.spec
        return spec.result and (spec.finding is not None or spec.classification is not None)

    @cached_property
    def _card_columns(self) -> int:
        """A second column for the tumour, where one would be taller than the images beside it."""
        spec = self.spec
        both = spec.finding is not None and spec.classification is not None
        return 2 if both and self._draw_card(Canvas(), 1) > self._grid[1] else 1

    @property
    def _card_width(self) -> int:
        return self._card_columns * CARD_WIDTH

    @property
    def _width(self) -> int:
        return self._grid[0] + (_GAP + self._card_width if self._has_card else 0)

    @cached_property
    def _height(self) -> int:
        """Of all above the footer."""
        return max(self._grid[1], self._card(Canvas()) if self._has_card else 0)

    def paint(self, painter: QPainter, ratio: float = 1) -> None:
        """Paint the page, its top left corner at (0, 0).

        ratio : pixels a point of what has pixels.
        """
        width, height = self.size
        canvas = Canvas(painter)
        canvas.paint(0, 0, width, height, palette.GAP)
        canvas.paint(0, 0, self._grid[0], self._height, palette.BACKGROUND)
        canvas.paint(0, 0, *self._grid, palette.GAP)
        self._paint_panes(painter, ratio)
        card, foot = (self._card_width, self._height), (self._width, height - self._height - _GAP)
        for left, top, (wide, tall), draw, wanted in (
            (self._grid[0] + _GAP, 0, card, self._card, self._has_card),
            (0, self._height + _GAP, foot, self._footer, self._has_footer),
        ):
            if wanted:
                painter.save()
                painter.translate(left, top)
                canvas.paint(0, 0, wide, tall, palette.PANEL)
                draw(canvas)
                painter.restore()

    def _paint_panes(self, painter: QPainter, ratio: float) -> None:
        spec, layers = self.spec, SliceLayers()
        for place, scene in zip(self._places, spec.panes, strict=False):
            paint(painter, QRect(*place), scene, ratio, layers)
        for place in self._places[len(spec.panes) :]:
            painter.fillRect(QRect(*place), Qt.GlobalColor.black)
        for place, said in spec.words:
            _paint_words(painter, QRect(*place), said)
        if self._volume is not None and spec.volume_image is not None:
            title = volume_title(spec.volume) if spec.volume is not None else "3D"
            warning = "SYNTHETIC" if spec.study.synthetic else ""
            paint_volume(painter, QRect(*self._volume), spec.volume_image, title, warning)

    def _card(self, canvas: Canvas) -> int:
        return self._draw_card(canvas, self._card_columns)

    def _draw_card(self, canvas: Canvas, columns: int) -> int:
        spec = self.spec
        foot = "" if spec.footer else wording.RESEARCH_ONLY
        return draw_result_card(
            canvas,
            spec.study,
            spec.finding,
            spec.classification,
            note=spec.result_note,
            foot=foot,
            columns=columns,
        )

    def _footer(self, canvas: Canvas) -> int:
        spec = self.spec
        if not spec.footer:
            return draw_footer(canvas, spec.study, (), (), self._width)
        lines = provenance_lines(
            spec.study, spec.panes, spec.finding, spec.classification, identify=spec.identify
        )
        if spec.result_note and not self._has_card and any(p.shows_heatmap for p in spec.panes):
            lines.insert(0, spec.result_note)  # the card would say it
        in_volume = spec.volume if spec.volume_image is not None else None
        if in_volume is not None:
            lines.insert(0, volume_text(in_volume, spec.turning))
        return draw_footer(canvas, spec.study, spec.panes, lines, self._width, in_volume)


def _drawn_on(scene: SliceScene) -> bool:
    """Whether a slice shows more than its own pixels and where they lie."""
    return bool(
        scene.shows_lesion
        or scene.parts_shown
        or scene.labels_shown
        or scene.diameters_shown
        or scene.shows_heatmap
        or scene.shows_difference
        or scene.annotations_shown
    )


def _equal_places(spec: FigureSpec) -> list[Place]:
    """Row by row, as many as fill the last row."""
    wide, tall = spec.pane_size
    columns = max(1, min(spec.columns, len(spec.panes)))
    rows = -(-len(spec.panes) // columns)
    return [
        (column * (wide + _GAP), row * (tall + _GAP), wide, tall)
        for row in range(rows)
        for column in range(columns)
    ]


def _paint_words(painter: QPainter, place: QRect, said: str) -> None:
    """A sentence in the middle of a black pane."""
    painter.save()
    painter.translate(place.topLeft())
    painter.fillRect(0, 0, place.width(), place.height(), Qt.GlobalColor.black)
    write_centred(painter, (place.width(), place.height()), said)
    painter.restore()


def paint_volume(
    painter: QPainter, place: QRect, image: NDArray[np.uint8], title: str, warning: str
) -> None:
    """The 3D view in a pane of its own, neither cut nor distorted."""
    painter.save()
    painter.setClipRect(place)
    painter.translate(place.topLeft())
    painter.fillRect(0, 0, place.width(), place.height(), Qt.GlobalColor.black)
    rows, columns = image.shape[:2]
    zoom = min(place.width() / columns, place.height() / rows)
    width, height = columns * zoom, rows * zoom
    box = QRectF((place.width() - width) / 2, (place.height() - height) / 2, width, height)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(box, rgb_image(image))
    size = letter_size((place.width(), place.height()))
    write_corner(painter, title, warning, size)
    painter.restore()
