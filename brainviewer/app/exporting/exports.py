"""Images of what is on the screen: the current view, the tumour slice, the 3D view."""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainviewer.app.exporting.slice_scenes import scene_of
from brainviewer.app.hanging.shown import shown_contents
from brainviewer.app.report.study_figures import (
    SMALL,
    SliceRequest,
    slice_figure,
    trusted_result,
)
from brainviewer.app.state import ViewState
from brainviewer.app.status import Status
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.hanging.content import PaneKind
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.painting.figure import FigureSpec, Place
from brainviewer.painting.slice_scene import SliceScene
from brainviewer.painting.text.wording import HIDDEN_PART
from brainviewer.painting.volume.render_request import RenderRequest

Pane = tuple[Modality, Plane]


class ExportSubject(StrEnum):
    """What is exported."""

    VIEW = "current view"
    TUMOUR_SLICE = "tumour slice"
    VOLUME = "3D view"


@dataclass(frozen=True)
class ExportRequest:
    """What the user wants as an image.

    path : PNG, TIFF, SVG or PDF by its suffix.
    scale : pixels a point, 1 to 4; of the 3D view up to 8.
    width_mm : how wide it is in print, instead of a scale; 0 leaves that open.
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
    width_mm: float = 0.0


def panes_of(state: ViewState) -> tuple[Pane, ...]:
    """Sequence and plane of every pane of the study, row by row; none without a study."""
    if state.study is None:
        return ()
    return tuple(
        (one.modality, one.plane)
        for one in shown_contents(state)
        if one.kind is PaneKind.SLICE and one.modality in state.study.volumes
    )


@dataclass(frozen=True, eq=False)
class SeenPane:
    """A pane as it is on the screen. place : see ``FigureSpec``."""

    scene: SliceScene
    place: Place


@dataclass(frozen=True, eq=False)
class PaneArrangement:
    """How the panes lie on the screen.

    panes : what each shows, and where it lies; whole slices in equal panes without.
    words : what is said in place of a slice, and where. volume : where the 3D view lies.
    pane_size : width and height of panes that have no place, in pixels.
    smooth : whether the screen interpolates between pixels.
    """

    panes: tuple[SeenPane, ...] = ()
    words: tuple[tuple[Place, str], ...] = ()
    volume: Place | None = None
    pane_size: tuple[int, int] = SMALL
    smooth: bool = True


def request_figure(
    state: ViewState,
    request: ExportRequest,
    arrangement: PaneArrangement | None = None,
    volume_image: NDArray[np.uint8] | None = None,
    volume: RenderRequest | None = None,
) -> FigureSpec:
    """The image that a request asks for.

    To be called on the main thread; drawing and saving what it returns may happen elsewhere.

    arrangement : of the current view; equal panes without.
    volume_image : (rows, columns, 3) the 3D view, already drawn at the request's scale; of the
        current view left out where it is no pane of it.
    volume : what that shows.

    Raises BrainViewerError if no study is open, or there is no lesion or no 3D view to show.
    """
    study = state.study
    if study is None:
        raise BrainViewerError("There is nothing to export.", "Open a study first.")
    if request.subject is ExportSubject.TUMOUR_SLICE:
        return _tumour_slice_figure(state, study, request)
    if request.subject is ExportSubject.VIEW:
        finding, result, note = state.shown_finding, state.shown_result, _note(state)
        study = state.shown_study or study
    else:  # the 3D view shows the study as it is, whatever is hidden in the panes
        finding, result, note = state.finding, state.classification, _stale_note(state)
    figure = FigureSpec(
        study,
        (),
        volume_image=volume_image,
        finding=state.location.told_with(finding),
        classification=trusted_result(study, result),
        result_note=note,
        result=request.result,
        identify=request.identify,
        volume=volume,
    )
    if request.subject is ExportSubject.VOLUME:
        if volume_image is None:
            raise BrainViewerError("There is no 3D view to export.", "Export the slices instead.")
        height, width = (max(1, round(n / request.scale)) for n in volume_image.shape[:2])
        return replace(figure, pane_size=(width, height))
    arrangement = arrangement or PaneArrangement()
    seen, places = [pane.scene for pane in arrangement.panes], []
    if seen or arrangement.words or arrangement.volume:
        places = [pane.place for pane in arrangement.panes]
        places += [arrangement.volume] if arrangement.volume and volume_image is not None else []
    else:
        assert state.study is not None
        seen = [
            scene_of(state, state.study, modality, plane) for modality, plane in panes_of(state)
        ]
    return replace(
        figure,
        volume_image=volume_image if arrangement.volume is not None else None,
        panes=tuple(_asked_for(scene, request, arrangement.smooth) for scene in seen),
        columns=2,
        pane_size=arrangement.pane_size,
        places=tuple(places),
        words=arrangement.words,
    )


def _asked_for(scene: SliceScene, request: ExportRequest, smooth: bool) -> SliceScene:
    """A pane with the overlays that are asked for."""
    shown = scene.overlays
    annotations = request.annotations and shown.annotations
    overlays = replace(shown, annotations=annotations, heatmap=request.heatmap)
    return replace(scene, overlays=overlays, smooth=smooth)


def _tumour_slice_figure(state: ViewState, study: Study, request: ExportRequest) -> FigureSpec:
    """The active sequence at the tumour slice, with the windows that are set."""
    finding = state.location.told_with(state.finding)
    result = trusted_result(study, state.classification)
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
    note = _note(state) if study.is_image2d else _stale_note(state)
    return replace(figure, result_note=note)


def refuse_hidden(state: ViewState) -> None:
    """What stands for the study is not exported while panes show a test of it.

    Raises BrainViewerError while a part of the study is hidden.
    """
    test = state.occlusion
    if state.solid_study is not None and test is not None and test.edits.edited:
        raise BrainViewerError(
            "A part of the study is hidden for a test.",
            "End the test first (Done, or Shift+W), or export the view, which says so.",
        )


def _note(state: ViewState) -> str:
    """What must be said beside the result of what is on the screen."""
    test = state.occlusion
    if test is not None and test.edits.edited:
        said = test.comparison.sentence if test.comparison is not None else ""
        what = "Edited image." if test.original.is_image2d else HIDDEN_PART
        return f"{what} {said}".rstrip()
    return _stale_note(state)


def _stale_note(state: ViewState) -> str:
    """What must be said beside a result that is not fresh."""
    if state.classification is None or state.classification_status is not Status.STALE:
        return ""
    return f"Stale: {state.classification_message or 'computed before a change.'}"
