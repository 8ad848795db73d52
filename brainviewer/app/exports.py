"""Pictures of what is on the screen: the current view, the tumour slice, the 3D view."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainviewer.app.report.study_figures import (
    AUTO,
    SCALES,
    SMALL,
    analysis_figure,
    analysis_spec,
    export_figure,
    export_picture,
    slice_figure,
    trusted_result,
    tumour_index,
)
from brainviewer.app.slice_scenes import scene_of
from brainviewer.app.state import Layout, ViewState
from brainviewer.app.status import Status
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.findings import Classification, TumourFinding
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.painting.figure import FigureSpec, Place, draw_figure
from brainviewer.painting.slice_scene import Viewport

__all__ = [
    "AUTO",
    "SCALES",
    "ExportRequest",
    "ExportSubject",
    "analysis_figure",
    "analysis_spec",
    "current_view_image",
    "export_figure",
    "export_picture",
    "panes_of",
    "request_figure",
    "slice_figure",
    "tumour_index",
    "tumour_slice_figure",
    "view_figure",
    "volume_figure",
]

Pane = tuple[Modality, Plane]


class ExportSubject(StrEnum):
    """What is exported."""

    VIEW = "current view"
    TUMOUR_SLICE = "tumour slice"
    VOLUME = "3D view"


@dataclass(frozen=True)
class ExportRequest:
    """What the user wants as a picture.

    path : PNG, TIFF, SVG or PDF by its suffix. scale : 1 to 4 pixels a point.
    result : the column with the type of the glioma.
    identify : the names of the study and of its files in the picture.
    """

    subject: ExportSubject = ExportSubject.VIEW
    path: Path = Path("brainviewer.png")
    scale: int = 2
    heatmap: bool = False
    annotations: bool = True
    result: bool = True
    identify: bool = False


def panes_of(state: ViewState) -> tuple[Pane, ...]:
    """Sequence and plane of every pane of the layout, row by row; none without a study."""
    if state.study is None:
        return ()
    if state.shown_layout is Layout.FOUR_SEQUENCES:
        return tuple((modality, state.plane) for modality in state.study.modalities)
    if state.shown_layout is Layout.THREE_PLANES:
        return tuple((state.active, plane) for plane in Plane)
    return ((state.active, state.shown_plane),)


def view_figure(
    state: ViewState,
    request: ExportRequest,
    *,
    viewports: Mapping[Pane, Viewport] | None = None,
    places: Mapping[Pane, Place] | None = None,
    pane_size: tuple[int, int] = SMALL,
    volume_picture: NDArray[np.uint8] | None = None,
    smooth: bool = True,
) -> FigureSpec:
    """The current view as it is shown, ready to be painted in another thread.

    viewports : the part that each pane shows; a pane that is not named shows the whole slice.
    places : where each pane lies on the screen, if all have one; see ``FigureSpec``.
    pane_size : width and height of a pane that has none, in pixels.
    volume_picture : (rows, columns, 3) the 3D view beside the slices, at the request's scale.
    smooth : whether the screen interpolates between pixels.

    Raises BrainViewerError if no study is open.
    """
    study = _opened(state)
    overlays = replace(
        state.overlays,
        annotations=request.annotations and state.overlays.annotations,
        heatmap=request.heatmap,
    )
    shown, known = panes_of(state), places or {}
    panes = []
    for modality, plane in shown:
        scene = scene_of(
            state, study, modality, plane, (viewports or {}).get((modality, plane)), smooth=smooth
        )
        panes.append(replace(scene, overlays=overlays))
    return FigureSpec(
        study,
        tuple(panes),
        2,
        pane_size,
        volume_picture,
        state.finding,
        trusted_result(study, state.shown_result),
        _note(state),
        request.result,
        identify=request.identify,
        places=tuple(known[pane] for pane in shown) if known.keys() >= set(shown) else (),
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
        overlays=replace(state.overlays, annotations=True, text=True),
        result=request.result,
        identify=request.identify,
    )
    return replace(figure, result_note=_note(state))


def volume_figure(
    state: ViewState, request: ExportRequest, volume_picture: NDArray[np.uint8]
) -> FigureSpec:
    """The 3D view with its footer.

    volume_picture : (rows, columns, 3) the 3D view, already drawn at the request's scale.
    """
    study = _opened(state)
    height, width = (max(1, round(side / request.scale)) for side in volume_picture.shape[:2])
    return FigureSpec(
        study,
        (),
        1,
        (width, height),
        volume_picture,
        state.finding,
        trusted_result(study, state.classification),
        _note(state),
        request.result,
        identify=request.identify,
    )


def request_figure(
    state: ViewState,
    request: ExportRequest,
    *,
    viewports: Mapping[Pane, Viewport] | None = None,
    places: Mapping[Pane, Place] | None = None,
    pane_size: tuple[int, int] = SMALL,
    volume_picture: NDArray[np.uint8] | None = None,
    smooth: bool = True,
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
        state,
        request,
        viewports=viewports,
        places=places,
        pane_size=pane_size,
        volume_picture=volume_picture,
        smooth=smooth,
    )


def current_view_image(
    state: ViewState,
    *,
    viewports: Mapping[Pane, Viewport] | None = None,
    places: Mapping[Pane, Place] | None = None,
    pane_size: tuple[int, int] = SMALL,
    volume_picture: NDArray[np.uint8] | None = None,
    smooth: bool = True,
    scale: int = 2,
) -> NDArray[np.uint8]:
    """(rows, columns, 3) the current view for the clipboard.

    Raises BrainViewerError if no study is open.
    """
    figure = view_figure(
        state,
        ExportRequest(scale=scale, heatmap=state.overlays.heatmap),
        viewports=viewports,
        places=places,
        pane_size=pane_size,
        volume_picture=volume_picture,
        smooth=smooth,
    )
    return draw_figure(figure, scale)


def _opened(state: ViewState) -> Study:
    if state.study is None:
        raise BrainViewerError("There is nothing to export.", "Open a study first.")
    return state.study


def _on_tumour_slice(
    study: Study, result: Classification | None, finding: TumourFinding | None
) -> bool:
    """Whether the result has a heatmap and it lies on the tumour slice."""
    trusted = trusted_result(study, result)
    heat = trusted.heatmap if trusted is not None else None
    if heat is None or finding is None:
        return False
    return (heat.plane, heat.index) == (finding.plane, finding.index)


def _note(state: ViewState) -> str:
    """What must be said beside a result that is not fresh."""
    if state.trial is not None and state.trial.edited:
        said = state.trial.comparison.sentence if state.trial.comparison is not None else ""
        return f"Edited picture. {said}".rstrip()
    if state.classification is None or state.classification_status is not Status.STALE:
        return ""
    return f"Stale: {state.classification_message or 'computed before a change.'}"
