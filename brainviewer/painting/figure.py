"""A whole picture: panes in a grid, the result beside them, where it came from below them."""

from dataclasses import dataclass
from typing import Any

from PIL import Image

from brainviewer.core.findings import Classification, TumourFinding
from brainviewer.core.study import Study
from brainviewer.painting import palette, wording
from brainviewer.painting.drawing import Canvas
from brainviewer.painting.footer import draw_footer, provenance_lines
from brainviewer.painting.pane import (
    PaneSpec,
    draw_pane,
    draw_title,
    draw_warning,
    letter_size,
)
from brainviewer.painting.provenance import provenance
from brainviewer.painting.result_card import draw_result_card

_GAP = 2
Place = tuple[int, int, int, int]
"""Left, top, width and height of a pane, in points."""


@dataclass(frozen=True, eq=False)
class FigureSpec:
    """What a picture holds.

    panes : row by row; columns : how many stand side by side.
    pane_size : width and height of every pane in points (pixels at 1×).
    places : where the panes lie instead, one for each; none for a grid of equal ones.
    volume_picture : the 3D view, already drawn, as one more pane.
    finding, classification : shown in the column beside the panes if ``result`` is True, and
        named in the provenance.
    result_note : what the reader must know about the result, e.g. that it is stale.
    footer : provenance and the research-use sentence below the panes.
    identify : write the study's name and its file names, which may name the patient.
    """

    study: Study
    panes: tuple[PaneSpec, ...]
    columns: int = 1
    pane_size: tuple[int, int] = (640, 640)
    volume_picture: Image.Image | None = None
    finding: TumourFinding | None = None
    classification: Classification | None = None
    result_note: str = ""
    result: bool = True
    footer: bool = True
    identify: bool = False
    places: tuple[Place, ...] = ()

    @property
    def provenance(self) -> dict[str, Any]:
        """See ``brainviewer.painting.provenance``."""
        return provenance(
            self.study,
            self.panes,
            self.finding,
            self.classification,
            note=self.result_note,
            identify=self.identify,
        )


def draw_figure(spec: FigureSpec, scale: float = 1) -> Image.Image:
    """The picture, everything in it drawn at ``scale`` pixels a point."""
    grid = _draw_grid(spec, scale)
    width, height = grid.width, grid.height
    card = None
    if spec.result and (spec.finding is not None or spec.classification is not None):
        card = draw_result_card(
            spec.study,
            spec.finding,
            spec.classification,
            scale,
            note=spec.result_note,
            foot="" if spec.footer else wording.RESEARCH_ONLY,
        )
        width, height = width + _GAP + card.width, max(height, card.height)
    footer = None
    if spec.footer:
        lines = provenance_lines(
            spec.study, spec.panes, spec.finding, spec.classification, identify=spec.identify
        )
        footer = draw_footer(spec.study, spec.panes, lines, width, scale)
    canvas = Canvas(width, height + (_GAP + footer.height if footer else 0), scale, palette.GAP)
    canvas.paint(0, 0, grid.width, height, palette.BACKGROUND)
    canvas.place(grid.image, 0, 0)
    if card:
        canvas.paint(grid.width + _GAP, 0, width, height, palette.PANEL)
        canvas.place(card.image, grid.width + _GAP, 0)
    if footer:
        canvas.place(footer.image, 0, height + _GAP)
    return canvas.image


def _draw_grid(spec: FigureSpec, scale: float) -> Canvas:
    """The panes; the 3D view takes a free place, else a column of its own."""
    wide, tall = spec.pane_size
    places = list(spec.places) or _equal_places(spec)
    width = max((left + across for left, _, across, _ in places), default=0)
    height = max((top + down for _, top, _, down in places), default=0)
    volume: Place | None = None
    if spec.volume_picture is not None:
        if len(places) > len(spec.panes):
            volume = places[-1]
        else:
            height = max(height, tall)
            volume = (width + _GAP if places else 0, 0, wide, height)
            width = volume[0] + wide
    canvas = Canvas(width, height, scale, palette.GAP)
    for (left, top, *size), pane in zip(places, spec.panes, strict=False):
        canvas.place(draw_pane(pane, (size[0], size[1]), scale), left, top)
    for left, top, across, down in places[len(spec.panes) :]:
        canvas.paint(left, top, left + across, top + down, palette.BACKGROUND)
    if volume is not None and spec.volume_picture is not None:
        picture = _fitted(spec.study, spec.volume_picture, volume[2:], scale)
        canvas.place(picture, *volume[:2])
    return canvas


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


def _fitted(study: Study, picture: Image.Image, size: tuple[int, int], scale: float) -> Image.Image:
    """The 3D view in a pane of its own, neither cut nor distorted."""
    canvas = Canvas(size[0], size[1], scale)
    zoom = min(canvas.image.width / picture.width, canvas.image.height / picture.height)
    fit = max(1, round(picture.width * zoom)), max(1, round(picture.height * zoom))
    fitted = picture.convert("RGB")
    if fitted.size != fit:
        fitted = fitted.resize(fit, Image.Resampling.LANCZOS)
    at = (canvas.image.width - fit[0]) // 2, (canvas.image.height - fit[1]) // 2
    canvas.image.paste(fitted, at)
    letters = letter_size(size)
    draw_title(canvas, [("3D", palette.BRIGHT, True)], letters)
    if study.synthetic:
        draw_warning(canvas, "SYNTHETIC", 1, letters)
    return canvas.image
