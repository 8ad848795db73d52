"""Pictures of a study: one slice, or the whole answer; the command line and the window use them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from brainviewer.app.report.provenance import provenance_record
from brainviewer.core.annotations import Annotation
from brainviewer.core.errors import BrainViewerError, Report, silent
from brainviewer.core.findings import Classification, TumourFinding
from brainviewer.core.overlays import Overlays
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi_window import Window, opening_window
from brainviewer.files.image2d.writer import (
    PAGE_SUFFIXES,
    check_page_path,
    pdf_metadata,
    picture_bytes,
    svg_description,
)
from brainviewer.files.writing import write_whole
from brainviewer.painting.figure import FigureSpec, draw_figure, figure_pdf, figure_svg
from brainviewer.painting.geometry import head_viewport
from brainviewer.painting.slice_scene import SliceScene

AUTO = "auto"
"""The slice with the largest tumour area."""

SCALES = (1, 2, 3, 4)
LARGE = (720, 720)
SMALL = (420, 420)


def slice_figure(
    study: Study,
    *,
    modality: Modality | None = None,
    plane: Plane = Plane.AXIAL,
    index: int | str = AUTO,
    heatmap: bool = False,
    annotations: Iterable[Annotation] = (),
    finding: TumourFinding | None = None,
    classification: Classification | None = None,
    convention: Convention = Convention.RADIOLOGICAL,
    windows: Mapping[Modality, Window] | None = None,
    colour_maps: Mapping[Modality, str] | None = None,
    overlays: Overlays | None = None,
    result: bool = True,
    identify: bool = False,
) -> FigureSpec:
    """One slice, large, framed so that the head fills it.

    modality : the study's first sequence if None.
    index : slice from 0, or ``auto`` for the one that the finding names; of a picture, the middle
        frame.

    Raises BrainViewerError if the study has no such sequence or slice, if ``auto`` has no lesion
    to go to, or if a heatmap is wanted that does not exist or belongs to another slice.
    """
    modality = modality or study.modalities[0]
    if modality not in study.volumes:
        raise BrainViewerError(
            f"The study has no {modality}.", f"It has {', '.join(study.modalities)}."
        )
    view = SliceView.of(study.grid, plane, convention)
    if study.is_picture:
        index = study.frame_index(index if isinstance(index, int) else None)
    number = tumour_index(view, finding) if index == AUTO else _checked_index(view, index)
    result_shown = trusted_result(study, classification)
    heat = result_shown.heatmap if result_shown is not None else None
    plane = view.plane
    if heatmap and heat is None:
        raise BrainViewerError(
            "There is no heatmap to draw.", "Classify the study first, or leave the heatmap out."
        )
    if heatmap and heat is not None and (heat.plane, heat.index) != (plane, number):
        raise BrainViewerError(
            f"The heatmap belongs to {heat.plane} slice {heat.index} and is drawn only there.",
            "Export that slice, or leave the heatmap out.",
        )
    marks = tuple(annotations)
    shown = overlays or Overlays(segmentation=False)
    pane = SliceScene(
        study,
        modality,
        plane,
        number,
        window_of(study, modality, windows or {}),
        (colour_maps or {}).get(modality, "gray"),
        convention,
        replace(shown, crosshair=False, heatmap=heatmap),
        marks,
        finding,
        heat if heatmap else None,
        viewport=head_viewport(study, view, number, LARGE, marks),
        all_labels=True,
    )
    return FigureSpec(
        study,
        (pane,),
        1,
        LARGE,
        None,
        finding,
        result_shown,
        result=result,
        identify=identify,
    )


def export_picture(
    study: Study,
    path: Path,
    *,
    modality: Modality | None = None,
    plane: Plane = Plane.AXIAL,
    index: int | str = AUTO,
    scale: int = 2,
    heatmap: bool = False,
    annotations: Iterable[Annotation] = (),
    finding: TumourFinding | None = None,
    classification: Classification | None = None,
    convention: Convention = Convention.RADIOLOGICAL,
    windows: Mapping[Modality, Window] | None = None,
    identify: bool = False,
    report: Report = silent,
) -> FigureSpec:
    """Save one slice as a picture; see ``slice_figure`` for the arguments and errors.

    Returns what was drawn; its provenance is inside the file.
    Raises FileError if the picture cannot be saved; nothing half-written is left.
    """
    figure = slice_figure(
        study,
        modality=modality,
        plane=plane,
        index=index,
        heatmap=heatmap,
        annotations=annotations,
        finding=finding,
        classification=classification,
        convention=convention,
        windows=windows,
        identify=identify,
    )
    export_figure(figure, path, scale, report)
    return figure


def export_figure(figure: FigureSpec, path: Path, scale: int = 2, report: Report = silent) -> None:
    """Paint a figure and save it as PNG, TIFF, SVG or PDF, with its provenance inside.

    scale : pixels a point; in SVG and PDF those of the slices, since the rest is lines and text.

    Raises FileError if it cannot be saved, BrainViewerError for a scale other than 1 to 4.
    """
    if scale not in SCALES:
        raise BrainViewerError(f"A picture cannot be made at {scale}×.", "Choose 1, 2, 3 or 4.")
    check_page_path(path)
    kind, provenance = PAGE_SUFFIXES[path.suffix.lower()], provenance_record(figure, scale)
    report(0.1, "Drawing the picture")
    if kind == "SVG":
        content = figure_svg(figure, scale, svg_description(provenance))
    elif kind == "PDF":
        content = figure_pdf(figure, scale, pdf_metadata(provenance))
    else:
        image = Image.fromarray(draw_figure(figure, scale))
        content = picture_bytes(image, kind, provenance)
    report(0.7, "Saving the picture")
    write_whole(path, content)
    report(1.0, "Saved")


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


def analysis_figure(
    study: Study,
    finding: TumourFinding | None,
    classification: Classification | None,
    scale: int = 2,
) -> NDArray[np.uint8]:
    """(rows, columns, 3) the page of ``analysis_spec``.

    Save with ``export_figure`` to have the provenance inside.
    """
    return draw_figure(analysis_spec(study, finding, classification), scale)


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
