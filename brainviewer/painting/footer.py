"""The lines below the images: what the colours mean and where the image came from."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from brainviewer import __version__
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.segments import LesionPart
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import Study
from brainviewer.painting import palette
from brainviewer.painting.canvas import Canvas
from brainviewer.painting.slice_image import heat_bar
from brainviewer.painting.slice_scene import SliceScene
from brainviewer.painting.text import wording
from brainviewer.painting.text.measurements import part_text, volume_text
from brainviewer.painting.volume.render_request import RenderRequest

_PAD = 12.0
_SIZE = 11.0
_STEP = 17.0
HEAT = "heat"
"""In place of a colour: those of the heatmap."""


def draw_footer(
    canvas: Canvas,
    study: Study,
    panes: Sequence[SliceScene],
    lines: Sequence[str],
    width: int,
    in_volume: RenderRequest | None = None,
) -> int:
    """Write the footer of a page ``width`` points wide; returns its height in points.

    in_volume : what a 3D view beside the panes shows.
    """
    warnings = [(wording.RESEARCH_ONLY, False)]
    if study.synthetic:
        warnings.insert(0, (wording.SYNTHETIC, True))
    if study.edited:
        how = wording.EDITED_HOW if study.is_image2d else wording.EDITED_STUDY_HOW
        warnings.insert(0, (how, True))
    widest = max(canvas.measure(text, _SIZE, bold) for text, bold in warnings)
    beside = width >= widest * 2.5
    room = width - 2 * _PAD - (widest + 24 if beside else 0)
    y = _draw_legend(canvas, legend(panes, in_volume), room)
    for text in lines:
        for line in canvas.wrapped(text, room, _SIZE, lines=4):
            canvas.text(_PAD, y + _SIZE, line, _SIZE, palette.QUIET, anchor="ls")
            y += _STEP
    warnings_y = _PAD if beside else y
    x, anchor = (width - _PAD, "rs") if beside else (_PAD, "ls")
    for text, bold in warnings:
        fitting = canvas.shortened(text, width - 2 * _PAD, _SIZE, bold)
        canvas.text(
            x, warnings_y + _SIZE, fitting, _SIZE, palette.CAUTION, bold=bold, anchor=anchor
        )
        warnings_y += _STEP
    return math.ceil(max(y, warnings_y) + _PAD - (_STEP - _SIZE) + 2)


def provenance_lines(
    study: Study,
    panes: Sequence[SliceScene],
    finding: TumourFinding | None,
    classification: Classification | None,
    *,
    identify: bool = False,
) -> list[str]:
    """The sentences of the footer; names only with ``identify``."""
    lines: list[str] = []
    if identify:
        files = (volume.file_name for volume in study.volumes.values())
        names = [f"Study {study.name}" if study.name else "", ", ".join(f for f in files if f)]
        lines.append(shown_text(" · ".join(name for name in names if name)))
    if panes:
        sequences = ", ".join(dict.fromkeys(pane.modality.value for pane in panes))
        places = ", ".join(dict.fromkeys(_place(pane) for pane in panes))
        sides = wording.turn_text(study.grid, [pane.view.turn for pane in panes])
        sides = sides or wording.convention_text(study.grid, panes[0].convention)
        parts = [sequences, places, sides]
        if study.is_image2d:
            parts.append(wording.pixel_text(study.grid))
        lines.append(" · ".join(part for part in parts if part))
        windows = (f"{pane.modality} {wording.window_text(pane.window)}" for pane in panes)
        lines.append("Window " + ", ".join(dict.fromkeys(windows)))
    if computed := resampling_text(study):
        lines.append(computed)
    source = [f"BrainViewer {__version__}"]
    if finding is not None and finding.found:
        source.append(_found_by(finding))
    if classification is not None:
        model = f"{classification.model_id} {classification.model_version}"
        weights = classification.weights_sha256[:8]
        source.append(f"model {model}" + (f", weights {weights}" if weights else ""))
    return [*lines, " · ".join(source)]


def resampling_text(study: Study) -> str:
    """Which sequences were computed for another grid, and how far each was moved; or nothing."""
    parts = [
        f"{modality} resampled"
        + (f" and moved by {wording.number(volume.moved_mm, 1)} mm" if volume.moved_mm else "")
        for modality, volume in study.volumes.items()
        if volume.resampled
    ]
    return ", ".join(parts)


def _found_by(finding: TumourFinding) -> str:
    if finding.correction is not None:
        told = wording.correction_text(finding.correction).removesuffix(".")
        return f"tumour {told[0].lower()}{told[1:]}"
    if (network := finding.network) is not None:
        return f"tumour found by {network.id} {network.version}, sha256 {network.sha256[:8]}"
    return f"tumour found by method “{finding.method}”"


def _place(pane: SliceScene) -> str:
    place = wording.place_text(pane.view, pane.index)
    position = wording.position_text(pane.view, pane.index)
    if pane.slab is not None:
        place = f"{place} ({wording.slab_text(pane.view, pane.slab)})"
    return f"{place} at {position}" if position else place


@dataclass(frozen=True)
class LegendEntry:
    """A line of the legend. colour : of a line or an area; ``HEAT`` for those of the heatmap."""

    colour: str
    words: str
    area: bool = False

    @property
    def width(self) -> float:
        """Of what stands before the words."""
        return 36.0 if self.colour == HEAT else 8.0 if self.area else 14.0


def legend(
    panes: Sequence[SliceScene], in_volume: RenderRequest | None = None
) -> list[LegendEntry]:
    """What the colours over the images mean; in_volume : see ``draw_footer``."""
    entries = []
    if any(pane.shows_lesion for pane in panes):
        entries.append(LegendEntry(palette.TUMOUR, f"tumour contour, {_origin(panes)}"))
    entries += _parts(panes, in_volume)
    if any(pane.shows_difference for pane in panes):
        entries += [
            LegendEntry(colour, f"lesion {words}", True)
            for colour, words in palette.DIFFERENCE.items()
        ]
    labels = sorted({label for pane in panes for label in pane.labels_shown})
    names = panes[0].study.segment_names if panes else {}
    entries += [
        LegendEntry(palette.segment_colour(label, names), wording.segment_text(label, names))
        for label in labels
    ]
    heats = [pane.heatmap for pane in panes if pane.shows_heatmap and pane.heatmap is not None]
    if heats:
        of_answer = all(heat.of_answer for heat in heats)
        part = "" if of_answer else "; its network took no part in the answer"
        entries.append(LegendEntry(HEAT, f"class-activation heatmap, low to high{part}"))
    return entries


def _origin(panes: Sequence[SliceScene]) -> str:
    """Whether a program or a user has made the contour."""
    corrections = [p.finding.correction for p in panes if p.finding and p.finding.correction]
    if not corrections:
        return "found automatically"
    return "drawn by hand" if corrections[0].drawn else "found automatically and edited by hand"


def _parts(panes: Sequence[SliceScene], in_volume: RenderRequest | None) -> list[LegendEntry]:
    """The parts of the lesion that are painted, each with its volume in the whole lesion."""
    shown = {part: pane.finding for pane in panes for part in pane.parts_shown}
    finding = None if in_volume is None else in_volume.finding
    if in_volume is not None and finding is not None and finding.found:
        taken = finding.measurements
        if not in_volume.parts or finding.parts is None:
            return [*_named(shown), *_surfaces(in_volume)]
        if taken is not None and taken.parts_ml is not None:
            shown |= {part: finding for part, ml in taken.parts_ml.items() if ml > 0}
    return [*_named(shown), *([] if in_volume is None else _wires(in_volume))]


def _named(shown: Mapping[LesionPart, TumourFinding | None]) -> list[LegendEntry]:
    return [
        LegendEntry(colour, f"found: {part_text(shown[part], part)}", True)
        for part, colour in palette.PARTS.items()
        if part in shown
    ]


def _surfaces(shown: RenderRequest) -> list[LegendEntry]:
    """The whole lesion as one surface."""
    taken = shown.finding.measurements if shown.finding is not None else None
    volume = f" {volume_text(taken.volume_ml)}" if taken is not None else ""
    return [LegendEntry(palette.TUMOUR, f"tumour{volume}", True), *_wires(shown)]


def _wires(shown: RenderRequest) -> list[LegendEntry]:
    if shown.prior is None:
        return []
    return [LegendEntry(palette.SUPPLIED, "lesion of the prior study")]


def _draw_legend(canvas: Canvas, entries: Sequence[LegendEntry], room: float) -> float:
    """Returns the y where the next line begins."""
    x, y = _PAD, _PAD
    for entry in entries:
        swatch = entry.width
        fitting = canvas.shortened(entry.words, room - swatch - 6, _SIZE)
        length = swatch + 6 + canvas.measure(fitting, _SIZE)
        if x > _PAD and x + length > _PAD + room:
            x, y = _PAD, y + _STEP
        if entry.colour == HEAT:
            canvas.place(heat_bar(), x, y + _SIZE - 7, swatch, 6)
        elif entry.area:
            canvas.bar(x, y + _SIZE - 8, x + swatch, y + _SIZE, entry.colour, radius=1)
        else:
            canvas.bar(x, y + _SIZE - 5.2, x + swatch, y + _SIZE - 2.8, entry.colour, radius=1)
        canvas.text(x + swatch + 6, y + _SIZE, fitting, _SIZE, palette.TEXT, anchor="ls")
        x += length + 20
    return y + _STEP if entries else y
