"""Pictures of what is on the screen, of the tumour slice, and of the whole answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from PIL import Image

from brainviewer.app.state import Layout, Status, ViewState
from brainviewer.core.annotations import Annotation, Point
from brainviewer.core.errors import BrainViewerError, Report, silent
from brainviewer.core.findings import Classification, TumourFinding
from brainviewer.core.overlays import Overlays
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.core.windowing import Window, auto_window
from brainviewer.files.picture import check_picture_path, save_picture
from brainviewer.render.figure import FigureSpec, draw_figure
from brainviewer.render.framing import head_viewport
from brainviewer.render.pane import PaneSpec
from brainviewer.render.slice_image import Viewport

AUTO = "auto"
"""The slice with the largest tumour area."""

Pane = tuple[Modality, Plane]
SCALES = (1, 2, 3, 4)
_LARGE = (720, 720)
_SMALL = (420, 420)


class ExportSubject(StrEnum):
    """What is exported."""

    VIEW = "current view"
    TUMOUR_SLICE = "tumour slice"
    VOLUME = "3D view"


@dataclass(frozen=True)
class ExportRequest:
    """What the user wants as a picture.

    path : PNG or TIFF by its suffix. scale : 1 to 4.
    result : the column with the type of the glioma.
    identify : the names of the study and of its files in the picture.
    """

    subject: ExportSubject = ExportSubject.VIEW
    path: Path = Path("brainviewer.png")
    scale: int = 2
    heatmap: bool = True
    annotations: bool = True
    result: bool = True
    identify: bool = False


def panes_of(state: ViewState) -> tuple[Pane, ...]:
    """Sequence and plane of every pane of the layout, row by row; none without a study."""
    if state.study is None:
        return ()
    if state.layout is Layout.FOUR_SEQUENCES:
        return tuple((modality, state.plane) for modality in state.study.modalities)
    if state.layout is Layout.THREE_PLANES:
        return tuple((state.active, plane) for plane in Plane)
    return ((state.active, state.plane),)


def view_figure(
    state: ViewState,
    request: ExportRequest,
    *,
    viewports: Mapping[Pane, Viewport] | None = None,
    pane_size: tuple[int, int] = _SMALL,
    volume_picture: Image.Image | None = None,
) -> FigureSpec:
    """The current view as it is shown, ready to be drawn in another thread.

    viewports : the part that each pane shows; a pane that is not named shows the whole slice.
    pane_size : width and height of a pane on the screen in pixels.
    volume_picture : the 3D view beside the slices, already drawn at the request's scale.

    Raises BrainViewerError if no study is open.
    """
    study = _opened(state)
    overlays = replace(
        state.overlays,
        annotations=request.annotations and state.overlays.annotations,
        heatmap=request.heatmap and state.overlays.heatmap,
    )
    cursor: Point = (float(state.cursor[0]), float(state.cursor[1]), float(state.cursor[2]))
    result = _trusted(study, state.classification)
    fresh = result if state.classification_status is not Status.STALE else None
    panes = [
        PaneSpec(
            study,
            modality,
            plane,
            state.slice_index(plane),
            _window(study, modality, state.windows),
            state.colour_maps.get(modality, "gray"),
            state.convention,
            overlays,
            state.annotations,
            state.finding,
            fresh.heatmap if fresh else None,
            cursor,
            (viewports or {}).get((modality, plane)),
        )
        for modality, plane in panes_of(state)
    ]
    return FigureSpec(
        study,
        tuple(panes),
        2,
        pane_size,
        volume_picture,
        state.finding,
        result,
        _note(state),
        request.result,
        identify=request.identify,
    )


def tumour_slice_figure(state: ViewState, request: ExportRequest) -> FigureSpec:
    """The active sequence at the tumour slice, with the windows that are set.

    Raises BrainViewerError if no study is open or no lesion was found.
    """
    study = _opened(state)
    plane = state.finding.plane if state.finding is not None else Plane.AXIAL
    fresh = None if state.classification_status is Status.STALE else state.classification
    figure = slice_figure(
        study,
        modality=state.active,
        plane=plane,
        heatmap=request.heatmap and _on_tumour_slice(study, fresh, state.finding),
        annotations=state.annotations if request.annotations else (),
        finding=state.finding,
        classification=state.classification,
        convention=state.convention,
        windows=state.windows,
        colour_maps=state.colour_maps,
        overlays=replace(state.overlays, annotations=True, heatmap=True, text=True),
        result=request.result,
        identify=request.identify,
    )
    return replace(figure, result_note=_note(state))


def volume_figure(
    state: ViewState, request: ExportRequest, volume_picture: Image.Image
) -> FigureSpec:
    """The 3D view with its footer.

    volume_picture : the 3D view, already drawn at the request's scale.
    """
    study = _opened(state)
    width, height = (max(1, round(side / request.scale)) for side in volume_picture.size)
    return FigureSpec(
        study,
        (),
        1,
        (width, height),
        volume_picture,
        state.finding,
        _trusted(study, state.classification),
        _note(state),
        request.result,
        identify=request.identify,
    )


def request_figure(
    state: ViewState,
    request: ExportRequest,
    *,
    viewports: Mapping[Pane, Viewport] | None = None,
    pane_size: tuple[int, int] = _SMALL,
    volume_picture: Image.Image | None = None,
) -> FigureSpec:
    """The picture that a request asks for; see the three functions above for the arguments.

    To be called on the main thread; drawing and saving what it returns may happen elsewhere.
    """
    if request.subject is ExportSubject.TUMOUR_SLICE:
        return tumour_slice_figure(state, request)
    if request.subject is ExportSubject.VOLUME:
        if volume_picture is None:
            raise BrainViewerError("There is no 3D view to export.", "Export the slices instead.")
        return volume_figure(state, request, volume_picture)
    return view_figure(
        state, request, viewports=viewports, pane_size=pane_size, volume_picture=volume_picture
    )


def current_view_image(
    state: ViewState,
    *,
    viewports: Mapping[Pane, Viewport] | None = None,
    pane_size: tuple[int, int] = _SMALL,
    volume_picture: Image.Image | None = None,
    scale: int = 2,
) -> Image.Image:
    """The current view for the clipboard. Raises BrainViewerError if no study is open."""
    figure = view_figure(
        state,
        ExportRequest(scale=scale),
        viewports=viewports,
        pane_size=pane_size,
        volume_picture=volume_picture,
    )
    return draw_figure(figure, scale)


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
    index : slice from 0, or ``auto`` for the one that the finding names.

    Raises BrainViewerError if the study has no such sequence or slice, if ``auto`` has no lesion
    to go to, or if a heatmap is wanted that does not exist or belongs to another slice.
    """
    modality = modality or study.modalities[0]
    if modality not in study.volumes:
        raise BrainViewerError(
            f"The study has no {modality}.", f"It has {', '.join(study.modalities)}."
        )
    view = SliceView.of(study.grid, plane, convention)
    number = tumour_index(view, finding) if index == AUTO else _checked_index(view, index)
    result_shown = _trusted(study, classification)
    heat = result_shown.heatmap if result_shown is not None else None
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
    shown = overlays or Overlays(segmentation=False, crosshair=False)
    pane = PaneSpec(
        study,
        modality,
        plane,
        number,
        _window(study, modality, windows or {}),
        (colour_maps or {}).get(modality, "gray"),
        convention,
        replace(shown, crosshair=False),
        marks,
        finding,
        heat if heatmap else None,
        viewport=head_viewport(study, view, number, _LARGE, marks),
        all_labels=True,
    )
    return FigureSpec(
        study,
        (pane,),
        1,
        _LARGE,
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

    Returns what was drawn: its ``provenance`` is also inside the file.
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
    """Draw a figure and save it as PNG or TIFF, with its provenance inside.

    Raises FileError if it cannot be saved, BrainViewerError for a scale other than 1 to 4.
    """
    if scale not in SCALES:
        raise BrainViewerError(f"A picture cannot be made at {scale}×.", "Choose 1, 2, 3 or 4.")
    check_picture_path(path)
    report(0.1, "Drawing the picture")
    image = draw_figure(figure, scale)
    report(0.7, "Saving the picture")
    save_picture(image, path, {**figure.provenance, "scale": scale})
    report(1.0, "Saved")


def analysis_spec(
    study: Study, finding: TumourFinding | None, classification: Classification | None
) -> FigureSpec:
    """All sequences at the tumour slice (the middle one without a lesion), heatmap and result.

    The heatmap lies on one sequence only, so that the anatomy can be read on the others.
    """
    plane = finding.plane if finding is not None else Plane.AXIAL
    view = SliceView.of(study.grid, plane)
    found = finding is not None and finding.found
    index = tumour_index(view, finding) if found else view.count // 2
    result = _trusted(study, classification)
    heated = Modality.T1CE if Modality.T1CE in study.volumes else study.modalities[-1]
    viewport = head_viewport(study, view, index, _SMALL)
    panes = tuple(
        PaneSpec(
            study,
            modality,
            plane,
            index,
            auto_window(study.volumes[modality].data),
            overlays=Overlays(segmentation=False, heatmap=modality is heated),
            finding=finding,
            heatmap=result.heatmap if result is not None else None,
            viewport=viewport,
        )
        for modality in study.modalities
    )
    columns = 2 if len(panes) > 1 else 1
    size = _SMALL if len(panes) > 1 else _LARGE
    return FigureSpec(study, panes, columns, size, None, finding, result)


def analysis_figure(
    study: Study,
    finding: TumourFinding | None,
    classification: Classification | None,
    scale: int = 2,
) -> Image.Image:
    """See ``analysis_spec``; save with ``export_figure`` to have the provenance inside."""
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


def _opened(state: ViewState) -> Study:
    if state.study is None:
        raise BrainViewerError("There is nothing to export.", "Open a study first.")
    return state.study


def _checked_index(view: SliceView, index: int | str) -> int:
    if not isinstance(index, int) or not 0 <= index < view.count:
        raise BrainViewerError(
            f"There is no {view.plane} slice {index}.",
            f"Choose 0 to {view.count - 1}, or '{AUTO}' for the tumour slice.",
        )
    return index


def _window(study: Study, modality: Modality, windows: Mapping[Modality, Window]) -> Window:
    return windows.get(modality) or auto_window(study.volumes[modality].data)


def _trusted(study: Study, result: Classification | None) -> Classification | None:
    """The result, unless it is known to belong to another study."""
    if result is None or (
        result.study_hash and study.content_hash and result.study_hash != study.content_hash
    ):
        return None
    return result


def _on_tumour_slice(
    study: Study, result: Classification | None, finding: TumourFinding | None
) -> bool:
    """Whether the result has a heatmap and it lies on the tumour slice."""
    trusted = _trusted(study, result)
    heat = trusted.heatmap if trusted is not None else None
    if heat is None or finding is None:
        return False
    return (heat.plane, heat.index) == (finding.plane, finding.index)


def _note(state: ViewState) -> str:
    """What must be said beside a result that is not fresh."""
    if state.classification is None or state.classification_status is not Status.STALE:
        return ""
    return f"Stale: {state.classification_message or 'computed before a change.'}"
