"""Images of what is on the screen: the current view, the tumour slice, the 3D view."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainviewer.app.exporting.slice_scenes import scene_of
from brainviewer.app.report.study_figures import (
    SMALL,
    SliceRequest,
    slice_figure,
    trusted_result,
)
from brainviewer.app.state import Layout, ViewState
from brainviewer.app.status import Status
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.painting.figure import FigureSpec, Place
from brainviewer.painting.slice_scene import Viewport

Pane = tuple[Modality, Plane]


class ExportSubject(StrEnum):
    """What is exported."""

    VIEW = "current view"
    TUMOUR_SLICE = "tumour slice"
    VOLUME = "3D view"


@dataclass(frozen=True)
class ExportRequest:
    """What the user wants as an image.

    path : PNG, TIFF, SVG or PDF by its suffix. scale : 1 to 4 pixels a point.
    result : the column with the type of the glioma.
    identify : the names of the study and of its files in the image.
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


@dataclass(frozen=True, eq=False)
class PaneArrangement:
    """How the panes lie on the screen.

    viewports : the part that each pane shows; a pane that is not named shows the whole slice.
    places : where each pane lies, if all have one; see ``FigureSpec``.
    pane_size : width and height of a pane that has no place, in pixels.
    smooth : whether the screen interpolates between pixels.
    """

    viewports: Mapping[Pane, Viewport] = field(default_factory=dict)
    places: Mapping[Pane, Place] = field(default_factory=dict)
    pane_size: tuple[int, int] = SMALL
    smooth: bool = True


def request_figure(
    state: ViewState,
    request: ExportRequest,
    arrangement: PaneArrangement | None = None,
    volume_image: NDArray[np.uint8] | None = None,
) -> FigureSpec:
    """The image that a request asks for.

    To be called on the main thread; drawing and saving what it returns may happen elsewhere.

    arrangement : of the current view; equal panes without.
    volume_image : (rows, columns, 3) the 3D view, already drawn at the request's scale.

    Raises BrainViewerError if no study is open, or there is no lesion or no 3D view to show.
    """
    study = state.study
    if study is None:
        raise BrainViewerError("There is nothing to export.", "Open a study first.")
    if request.subject is ExportSubject.TUMOUR_SLICE:
        return _tumour_slice_figure(state, study, request)
    figure = FigureSpec(
        study,
        (),
        volume_image=volume_image,
        finding=state.finding,
        classification=trusted_result(study, state.shown_result),
        result_note=_note(state),
        result=request.result,
        identify=request.identify,
        volume_parts=state.overlays.parts,
        volume_of=state.active if state.active in study.volumes else study.modalities[0],
    )
    if request.subject is ExportSubject.VOLUME:
        if volume_image is None:
            raise BrainViewerError("There is no 3D view to export.", "Export the slices instead.")
        height, width = (max(1, round(n / request.scale)) for n in volume_image.shape[:2])
        return replace(figure, pane_size=(width, height))
    arrangement = arrangement or PaneArrangement()
    overlays = replace(
        state.overlays,
        annotations=request.annotations and state.overlays.annotations,
        heatmap=request.heatmap,
    )
    shown, places = panes_of(state), arrangement.places
    panes = (
        scene_of(
            state,
            study,
            modality,
            plane,
            arrangement.viewports.get((modality, plane)),
            smooth=arrangement.smooth,
        )
        for modality, plane in shown
    )
    return replace(
        figure,
        panes=tuple(replace(scene, overlays=overlays) for scene in panes),
        columns=2,
        pane_size=arrangement.pane_size,
        places=tuple(places[pane] for pane in shown) if places.keys() >= set(shown) else (),
    )


def _tumour_slice_figure(state: ViewState, study: Study, request: ExportRequest) -> FigureSpec:
    """The active sequence at the tumour slice, with the windows that are set."""
    finding, result = state.finding, trusted_result(study, state.classification)
    heat = result.heatmap if result and state.classification_status is not Status.STALE else None
    here = heat and finding and (heat.plane, heat.index) == (finding.plane, finding.index)
    figure = slice_figure(
        study,
        SliceRequest(
            modality=state.active,
            plane=finding.plane if finding is not None else Plane.AXIAL,
            heatmap=request.heatmap and bool(here),
            annotations=state.annotations if request.annotations else (),
            finding=finding,
            classification=state.classification,
            convention=state.convention,
            windows=state.windows,
            colour_maps=state.colour_maps,
            overlays=replace(state.overlays, annotations=True, text=True),
            result=request.result,
            identify=request.identify,
        ),
    )
    return replace(figure, result_note=_note(state))


def _note(state: ViewState) -> str:
    """What must be said beside a result that is not fresh."""
    if state.occlusion is not None and state.occlusion.edited:
        said = state.occlusion.comparison.sentence if state.occlusion.comparison is not None else ""
        return f"Edited image. {said}".rstrip()
    if state.classification is None or state.classification_status is not Status.STALE:
        return ""
    return f"Stale: {state.classification_message or 'computed before a change.'}"
