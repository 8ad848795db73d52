"""Images of a study: one slice, or the whole answer; the command line and the window use them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from PIL import Image

from brainviewer.app.audit_trail.recording import audited
from brainviewer.app.report.provenance import provenance_record
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.errors import BrainViewerError, Report, silent
from brainviewer.core.findings.classification import Classification, Heatmap
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.reformation.reformation import PLAIN, Reformation
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.core.view.overlays import Overlays
from brainviewer.core.voi.voi_window import Window, opening_window
from brainviewer.files.image2d.writer import (
    PAGE_SUFFIXES,
    check_page_path,
    image_bytes,
    pdf_metadata,
    svg_description,
)
from brainviewer.files.writing import write_whole
from brainviewer.painting.devices import MM_PER_INCH
from brainviewer.painting.figure import (
    FigurePage,
    FigureSpec,
    draw_figure,
    figure_pdf,
    figure_svg,
)
from brainviewer.painting.geometry import head_viewport
from brainviewer.painting.slice_scene import SliceScene

AUTO = "auto"
"""The slice with the largest tumour area."""

SCALES = (1, 2, 3, 4)
VOLUME_SCALES = (*SCALES, 6, 8)
"""Of pages with the 3D view alone, which hold no slices that would only be enlarged."""
DPI = 300
"""Pixels an inch of what is printed at a width in mm."""
WIDTHS_MM = (20, 400)
LARGE = (720, 720)
SMALL = (420, 420)


@dataclass(frozen=True, eq=False)
class SliceRequest:
    """Which slice of a study is painted, and what is painted on it.

    modality : the study's first sequence if None.
    index : slice from 0, or ``auto`` for the one that the finding names; of an image, the middle
        frame.
    result : the column with the type of the glioma.
    reformation : how thick the slice is and how it is turned; its plane is that of the grid.
    identify : the names of the study and of its files in the image.
    """

    modality: Modality | None = None
    plane: Plane = Plane.AXIAL
    index: int | str = AUTO
    heatmap: bool = False
    annotations: tuple[Annotation, ...] = ()
    finding: TumourFinding | None = None
    classification: Classification | None = None
    convention: Convention = Convention.RADIOLOGICAL
    windows: Mapping[Modality, Window] = field(default_factory=dict)
    colour_maps: Mapping[Modality, str] = field(default_factory=dict)
    overlays: Overlays = field(default_factory=lambda: Overlays(segmentation=False))
    result: bool = True
    identify: bool = False
    reformation: Reformation = PLAIN


def slice_figure(study: Study, request: SliceRequest) -> FigureSpec:
    """One slice, large, framed so that the head fills it.

    Raises BrainViewerError if the study has no such sequence or slice, if ``auto`` has no lesion
    to go to, or if a heatmap is wanted that does not exist or belongs to another slice.
    """
    modality, finding, index = request.modality, request.finding, request.index
    modality = modality or study.modalities[0]
    if modality not in study.volumes:
        raise BrainViewerError(
            f"The study has no {modality}.", f"It has {', '.join(study.modalities)}."
        )
    reformation = request.reformation
    if study.is_image2d and reformation.slab is not None:
        raise BrainViewerError("A single image has no slab.", "Leave the slab out.")
    view = reformation.view(study.grid, request.plane, request.convention)
    if study.is_image2d:
        index = study.frame_index(index if isinstance(index, int) else None)
    number = tumour_index(view, finding) if index == AUTO else _checked_index(view, index)
    result = trusted_result(study, request.classification)
    pane = SliceScene(
        study,
        modality,
        view.plane,
        number,
        window_of(study, modality, request.windows),
        request.colour_maps.get(modality, "gray"),
        request.convention,
        replace(request.overlays, crosshair=False, heatmap=request.heatmap),
        request.annotations,
        finding,
        _heatmap_of(result, view.plane, number) if request.heatmap else None,
        viewport=head_viewport(study, view, number, LARGE, request.annotations),
        all_labels=True,
        reformation=reformation,
    )
    return FigureSpec(
        study,
        (pane,),
        1,
        LARGE,
        None,
        finding,
        result,
        result=request.result,
        identify=request.identify,
    )


def _heatmap_of(result: Classification | None, plane: Plane, index: int) -> Heatmap:
    heat = result.heatmap if result is not None else None
    if heat is None:
        raise BrainViewerError(
            "There is no heatmap to draw.", "Classify the study first, or leave the heatmap out."
        )
    if (heat.plane, heat.index) != (plane, index):
        raise BrainViewerError(
            f"The heatmap belongs to {heat.plane} slice {heat.index} and is drawn only there.",
            "Export that slice, or leave the heatmap out.",
        )
    return heat


def export_figure(
    figure: FigureSpec,
    path: Path,
    scale: float = 2,
    report: Report = silent,
    width_mm: float = 0.0,
) -> None:
    """Paint a figure and save it as PNG, TIFF, SVG or PDF, with its provenance inside.

    scale, width_mm : see ``figure_content``.

    Raises FileError if it cannot be saved, BrainViewerError for a scale other than those of
    ``SCALES``, or ``VOLUME_SCALES`` of the 3D view alone, and a width that makes no sense.
    """
    check_page_path(path)
    report(0.1, "Drawing the image")
    content = figure_content(figure, path.suffix, scale, width_mm)
    report(0.7, "Saving the image")
    facts = {"kind": "figure", "format": path.suffix[1:].lower(), "names": figure.identify}
    with audited(Action.EXPORTED, figure.study, facts=facts):
        write_whole(path, content)
    report(1.0, "Saved")


def figure_content(
    figure: FigureSpec, suffix: str, scale: float = 2, width_mm: float = 0.0
) -> bytes:
    """The content of a figure's file, with its provenance inside.

    suffix : one of ``PAGE_SUFFIXES``.
    scale : pixels a point; in SVG and PDF those of the slices, since the rest is lines and text.
    width_mm : how wide it is printed, with ``DPI`` pixels an inch, whatever the scale; 0 leaves
        that open.
    """
    scale = scale_of(figure, scale, width_mm)
    kind, provenance = PAGE_SUFFIXES[suffix.lower()], provenance_record(figure, scale)
    if kind == "SVG":
        return figure_svg(figure, scale, svg_description(provenance), width_mm)
    if kind == "PDF":
        return figure_pdf(figure, scale, pdf_metadata(provenance), width_mm)
    image = Image.fromarray(draw_figure(figure, scale))
    return image_bytes(image, kind, provenance, DPI if width_mm else 0)


def scale_of(figure: FigureSpec, scale: float, width_mm: float = 0.0) -> float:
    """Pixels a point of a figure's file; see ``figure_content``. Raises BrainViewerError."""
    if width_mm:
        check_width(width_mm)
        return round(width_mm / MM_PER_INCH * DPI / FigurePage(figure).size[0], 6)
    alone = figure.volume_image is not None and not figure.panes
    if scale not in (allowed := VOLUME_SCALES if alone else SCALES):
        *first, last = allowed
        said = f"Choose {', '.join(map(str, first))} or {last}."
        raise BrainViewerError(f"An image cannot be made at {scale}×.", said)
    return scale


def check_width(width_mm: float) -> None:
    """Raises BrainViewerError for a width in print that makes no sense."""
    low, high = WIDTHS_MM
    if not low <= width_mm <= high:
        raise BrainViewerError(
            f"An image cannot be {width_mm:g} mm wide.", f"Choose {low} to {high} mm."
        )


def analysis_spec(
    study: Study,
    finding: TumourFinding | None,
    classification: Classification | None,
    *,
    heatmap: bool = False,
) -> FigureSpec:
    """All sequences at the tumour slice (the middle one without a lesion), and the result.

    heatmap : draw it on one sequence only, so that the anatomy can be read on the others.
    """
    plane = finding.plane if finding is not None else Plane.AXIAL
    view = SliceView.of(study.grid, plane)
    found = finding is not None and finding.found
    index = tumour_index(view, finding) if found else view.count // 2
    result = trusted_result(study, classification)
    heated = Modality.T1CE if Modality.T1CE in study.volumes else study.modalities[-1]
    viewport = head_viewport(study, view, index, SMALL)
    panes = tuple(
        SliceScene(
            study,
            modality,
            plane,
            index,
            opening_window(study.volumes[modality]),
            overlays=Overlays(segmentation=False, heatmap=heatmap and modality is heated),
            finding=finding,
            heatmap=result.heatmap if result is not None else None,
            viewport=viewport,
        )
        for modality in study.modalities
    )
    columns = 2 if len(panes) > 1 else 1
    size = SMALL if len(panes) > 1 else LARGE
    return FigureSpec(study, panes, columns, size, None, finding, result)


def tumour_index(view: SliceView, finding: TumourFinding | None) -> int:
    """The slice of a plane that shows the lesion: the tumour slice, or the lesion's middle.

    Raises BrainViewerError if nothing was found.
    """
    if finding is None or not finding.found or finding.index is None:
        raise BrainViewerError(
            "No lesion was found, so there is no tumour slice.", "Choose a slice by its number."
        )
    if finding.plane is view.plane or finding.position_mm is None:
        return finding.index
    return view.index_of(finding.position_mm)


def _checked_index(view: SliceView, index: int | str) -> int:
    if not isinstance(index, int) or not 0 <= index < view.count:
        raise BrainViewerError(
            f"There is no {view.plane} slice {index}.",
            f"Choose 0 to {view.count - 1}, or '{AUTO}' for the tumour slice.",
        )
    return index


def window_of(study: Study, modality: Modality, windows: Mapping[Modality, Window]) -> Window:
    """The window that is set for a sequence, or the one it opens with."""
    return windows.get(modality) or opening_window(study.volumes[modality])


def trusted_result(study: Study, result: Classification | None) -> Classification | None:
    """The result, unless it is known to belong to another study."""
    if result is None or (
        result.study_hash and study.content_hash and result.study_hash != study.content_hash
    ):
        return None
    return result
