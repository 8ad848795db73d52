"""The writing on a slice: what it is, how it lies, how it is windowed, where it is."""

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from brainviewer.core.geometry import Unit
from brainviewer.core.slices import Convention, EdgeLetters, Plane
from brainviewer.core.view.fusion import FusionMode
from brainviewer.painting import palette
from brainviewer.painting.canvas import font_metrics, image_font, ink, write
from brainviewer.painting.fused_slice import DIFFERENCE_RANGE, ENHANCES
from brainviewer.painting.geometry import SliceGeometry
from brainviewer.painting.slice_scene import SliceScene
from brainviewer.painting.text import wording

Size = tuple[float, float]
"""Width and height of a pane in points."""

MARGIN = 10.0
_LONGEST_BAR = 80.0
_BAR_FRACTION = 0.2
_APART = 6.0
"""Between two texts that stand side by side."""


_JUDGING = (FusionMode.CHECKERBOARD, FusionMode.BLINK, FusionMode.SWIPE)
"""Show whether the sequences lie over each other."""
RANGES = {
    FusionMode.DIFFERENCE: f"−{DIFFERENCE_RANGE:g} to +{DIFFERENCE_RANGE:g} usual differences",
    FusionMode.ENHANCEMENT: f"{ENHANCES[0]:g} to {ENHANCES[1]:g} usual differences",
}
"""What the ends of the colours are. Relative: scanners have no unit."""


@dataclass(frozen=True)
class Captions:
    """What is written on one slice; empty texts are left out.

    warnings : lines below the title, each with its colour.
    mm_per_pixel : for the scale bar, in ``unit``; 0 leaves it out.
    """

    title: str = ""
    plane: str = ""
    warnings: tuple[tuple[str, str], ...] = ()
    window: str = ""
    number: str = ""
    position: str = ""
    letters: EdgeLetters = field(default_factory=EdgeLetters)
    mm_per_pixel: float = 0.0
    unit: str = "mm"


def slice_captions(scene: SliceScene, geometry: SliceGeometry) -> Captions:
    """What is written on a slice, or on a frame of an image.

    Without the corner texts only that remains which must not be overlooked.
    """
    view, image, grid = scene.view, scene.study.is_image2d, scene.view.grid
    warnings = _warnings(scene)
    if scene.prior:
        warnings = ((scene.prior, palette.CAUTION), *warnings)
    if not scene.overlays.text:
        return Captions(warnings=tuple(w for w in warnings if w[1] == palette.CAUTION))
    return Captions(
        title_text(scene),
        "" if image else plane_text(scene),
        warnings,
        wording.window_text(scene.window),
        "" if image and view.count == 1 else f"{scene.index + 1} / {view.count}",
        wording.position_text(view, scene.index),
        view.letters,
        geometry.mm_per_pixel,
        grid.unit.value,
    )


def title_text(scene: SliceScene) -> str:
    """The sequence of a slice, and the one that is seen with it."""
    fused = scene.fused
    if fused is None:
        return scene.modality
    if fused.mode is FusionMode.DIFFERENCE:
        return f"{fused.first} − {fused.second}"
    if fused.mode is FusionMode.ENHANCEMENT:
        return f"{scene.modality} + ({fused.first} − {fused.second})"
    between = "+" if fused.mode is FusionMode.BLEND else "|"
    return f"{scene.modality} {between} {fused.second}"


def plane_text(scene: SliceScene) -> str:
    """The plane of a slice, and whether it is one of the file's own."""
    said = [wording.plane_text(scene.view)]
    if scene.original:
        said.append(wording.ORIGINAL_GRID)
    if scene.slab is not None:
        said.append(wording.slab_text(scene.view, scene.slab))
    return ", ".join(said)


def _warnings(scene: SliceScene) -> tuple[tuple[str, str], ...]:
    study, view = scene.study, scene.view
    said = []
    if study.synthetic:
        said.append(("SYNTHETIC", palette.CAUTION))
    if scene.apart:
        said.append((f"NOT LAID OVER {study.reference.modality}", palette.CAUTION))
    if study.edited:
        edited = wording.EDITED if study.is_image2d else wording.EDITED_STUDY
        said.append((edited.upper(), palette.CAUTION))
    if view.grid.unit is Unit.PIXEL:
        said.append((wording.SIZE_UNKNOWN.upper(), palette.CAUTION))
    if view.turn.text:
        # Whose right is where, the letters say.
        said.append((view.turn.text.upper(), palette.CAUTION))
    if study.is_image2d:
        pass  # shown as it is stored
    elif not view.grid.oriented:
        said.append(("ORIENTATION UNKNOWN", palette.CAUTION))
    elif view.turn.text:
        pass
    elif view.plane is not Plane.SAGITTAL:
        usual = view.convention is Convention.RADIOLOGICAL
        said.append((view.convention.value.upper(), palette.QUIET if usual else palette.CAUTION))
    if scene.fused is not None and scene.fused.mode in RANGES:
        said.append((RANGES[scene.fused.mode], palette.CORNER))
    if scene.overlays.fusion.mode in _JUDGING:
        moved = wording.motion_lines(study.volumes[scene.modality])
        said += [(line, palette.CORNER) for line in moved]
    if scene.heatmap is not None and scene.shows_heatmap and not scene.heatmap.of_answer:
        said.append((wording.NO_PART.upper(), palette.CAUTION))
    return tuple(said)


def letter_size(size: Size) -> int:
    """Height of the letters in a pane of a size, all in points; smaller in a small pane."""
    return round(min(13.0, max(11.0, min(size) / 30)))


def round_length(most: float) -> float:
    """The longest of …, 1, 2, 5, 10, 20, 50, 100 … units that is not above ``most``."""
    power = 10.0 ** np.floor(np.log10(most))
    return float(max(step * power for step in (1, 2, 5) if step * power <= most * (1 + 1e-9)))


def scale_bar_mm(mm_per_pixel: float, width: float = np.inf) -> float:
    """The longest of 1, 2, 5, 10, 20 … mm for a pane: 80 points, or a fifth of its width."""
    return round_length(min(_LONGEST_BAR, _BAR_FRACTION * width) * mm_per_pixel)


def paint_captions(painter: QPainter, size: Size, captions: Captions) -> None:
    """Write everything on a pane."""
    _CaptionPainter(painter, size, captions).paint()


def caption_boxes(size: Size, captions: Captions) -> list[QRectF]:
    """Where ``paint_captions`` writes."""
    return _CaptionPainter(None, size, captions).paint()


def write_corner(painter: QPainter, title: str, warning: str = "", size: float = 13) -> None:
    """What is shown, and what must be known of it, at the top left; of the 3D view."""
    _write_lines(painter, ((title, palette.BRIGHT), (warning, palette.CAUTION)), size)


def _write_lines(painter: QPainter, lines: tuple[tuple[str, str], ...], size: float) -> None:
    metrics = font_metrics(size, True)
    y = MARGIN + metrics.capHeight()
    for text, colour in lines:
        write(painter, QPointF(MARGIN, y), text, image_font(size, True), colour)
        y += metrics.height() + 1


class _CaptionPainter:
    """Lays out captions, and writes them if there is a painter."""

    def __init__(self, painter: QPainter | None, size: Size, captions: Captions) -> None:
        self._painter, self._size, self._captions = painter, size, captions
        self._letters = letter_size(size)
        self._metrics = font_metrics(self._letters)
        self._cap = self._metrics.capHeight()
        self._step = self._metrics.height() + 1
        self._boxes: list[QRectF] = []

    def paint(self) -> list[QRectF]:
        """Write everything; returns the boxes that are taken."""
        self._top_corners()
        self._bottom_left()
        self._edges()
        if self._captions.mm_per_pixel > 0:
            self._scale_bar(self._captions.mm_per_pixel)
        return self._boxes

    def _write(
        self, x: float, y: float, text: str, colour: str, smaller: int = 0, bold: bool = False
    ) -> None:
        if not text:
            return
        size = self._letters - smaller
        if self._painter is not None:
            write(self._painter, QPointF(x, y), text, image_font(size, bold), colour)
        else:
            width = font_metrics(size, bold).horizontalAdvance(text)
            self._boxes.append(QRectF(x, y - self._cap - 2, width, self._cap + 5))

    def _advance(self, text: str) -> float:
        return self._metrics.horizontalAdvance(text)

    @property
    def _title_width(self) -> float:
        return font_metrics(self._letters, True).horizontalAdvance(self._captions.title + " ")

    @property
    def _room(self) -> float:
        """Points between the margin and the letter in the middle of an edge."""
        return self._size[0] / 2 - MARGIN - self._letters

    def _top_corners(self) -> None:
        captions, y = self._captions, MARGIN + self._cap
        title_width, window_width = self._title_width, self._advance(captions.window)
        self._write(MARGIN, y, captions.title, palette.BRIGHT, bold=True)
        self._write(MARGIN + title_width, y, captions.plane, palette.CORNER)
        if max(window_width, title_width + self._advance(captions.plane)) <= self._room:
            self._write(self._size[0] - MARGIN - window_width, y, captions.window, palette.CORNER)
        else:
            # What does not fit beside the letter in the middle goes to a line of its own.
            y += self._step
            self._write(MARGIN, y, captions.window, palette.CORNER)
        for text, colour in captions.warnings:
            y += self._step
            self._write(MARGIN, y, text, colour, smaller=2, bold=colour == palette.CAUTION)

    def _bottom_left(self) -> None:
        captions, y = self._captions, self._size[1] - MARGIN
        after = self._advance(captions.number + "   ")
        beside = after + self._advance(captions.position) <= self._room
        x = MARGIN + after if beside else MARGIN
        self._write(x, y, captions.position, palette.CORNER)
        number_y = y if beside or not captions.position else y - self._step
        self._write(MARGIN, number_y, captions.number, palette.CORNER)

    def _edges(self) -> None:
        captions, (width, height) = self._captions, self._size
        letters, top = captions.letters, MARGIN + self._cap
        middle = (height + self._cap) / 2
        # In a narrow pane the letters in the middle make way for the words in the corners.
        title_end, position_end = (
            MARGIN + length + _APART
            for length in (
                self._title_width + self._advance(captions.plane),
                self._advance(captions.position),
            )
        )
        for letter, x, y in (
            (letters.left, MARGIN, middle),
            (letters.right, width - MARGIN - self._advance(letters.right), middle),
            (letters.top, max((width - self._advance(letters.top)) / 2, title_end), top),
            (
                letters.bottom,
                max((width - self._advance(letters.bottom)) / 2, position_end),
                height - MARGIN,
            ),
        ):
            self._write(x, y, letter, palette.BRIGHT)

    def _scale_bar(self, mm_per_pixel: float) -> None:
        length = scale_bar_mm(mm_per_pixel, self._size[0])
        text = f"{length:g} {self._captions.unit}"
        right, base = self._size[0] - MARGIN, self._size[1] - MARGIN
        self._write(right - self._advance(text), base, text, palette.CORNER)
        y = round(base - self._cap - 6)
        left = right - length / mm_per_pixel
        bars = [QRectF(left, y, right - left, 1)]
        bars += [QRectF(x, y - 4, 1, 4) for x in (left, right - 1)]
        if self._painter is None:
            self._boxes.append(QRectF(left, y - 4, right - left, 5))
            return
        for bar in bars:
            self._painter.fillRect(bar.adjusted(-1, -1, 1, 1), ink("#000000", 0.47))
        for bar in bars:
            self._painter.fillRect(bar, ink(palette.CORNER))
