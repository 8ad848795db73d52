"""The images of a series: of the open study as it is shown, or of a study without a window."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from brainviewer.app.exporting.exports import refuse_hidden
from brainviewer.app.exporting.slice_scenes import fused_of, scene_of
from brainviewer.app.exporting.slice_series import (
    SeriesRequest,
    SeriesSubject,
    SliceChoice,
    key_images,
    slices_of,
)
from brainviewer.app.report.study_figures import (
    LARGE,
    SliceRequest,
    slice_figure,
    trusted_result,
    window_of,
)
from brainviewer.app.state import ViewState
from brainviewer.app.status import Status
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.reformation.reformation import PLAIN, Reformation
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.core.view.overlays import Overlays
from brainviewer.core.view.saved_view import SavedView
from brainviewer.core.voi.voi_window import Window
from brainviewer.painting.figure import FigureSpec
from brainviewer.painting.geometry import head_viewport
from brainviewer.painting.slice_scene import SliceScene, Viewport

Figures = list[tuple[SliceChoice, FigureSpec]]


def series_of_view(state: ViewState, request: SeriesRequest) -> Figures:
    """The images that a request asks for, of the open study as it is shown.

    On the main thread; drawing and saving them may happen elsewhere. Key images are of the planes
    that they were marked on, upright where the panes are; slices and cine are as the panes show
    them, tilted and thick where these are.

    Raises BrainViewerError if no study is open, a part of it is hidden for a test, or there are no
    such slices.
    """
    study = state.study
    if study is None:
        raise BrainViewerError("There is nothing to export.", "Open a study first.")
    refuse_hidden(state)
    if request.subject is SeriesSubject.KEY_IMAGES:
        choices = key_images(study, state.annotations)
        return [(choice, _figure(state, study, request, _on_grid(state, study, choice)))
                for choice in choices]  # fmt: skip
    modality = request.modality or state.active
    template = replace(scene_of(state, study, modality, request.plane), cursor=None, selection="")
    view = template.view
    found: Figures = []
    for index in slices_of(request, view.count):
        scene = replace(template, index=index, viewport=_viewport(template.study, view, index))
        choice = SliceChoice(modality, request.plane, index)
        found.append((choice, _figure(state, study, request, scene)))
    return found


def count_in_view(state: ViewState, modality: Modality, plane: Plane) -> int:
    """How many slices of a sequence the panes can show in a plane."""
    assert state.study is not None
    return scene_of(state, state.study, modality, plane).view.count


def _on_grid(state: ViewState, study: Study, choice: SliceChoice) -> SliceScene:
    scene = scene_of(state, study, choice.modality, choice.plane)
    obliquity = choice.reformation(study.grid).obliquity
    reformation = replace(scene.reformation, obliquity=obliquity, slab=None)
    scene = replace(
        scene, study=study, finding=state.finding, original=False, reformation=reformation,
        index=choice.index, cursor=None, selection="",
    )  # fmt: skip
    return replace(scene, viewport=_viewport(study, scene.view, choice.index, scene.annotations))


def _viewport(
    study: Study, view: SliceView, index: int, annotations: Sequence[Annotation] = ()
) -> Viewport | None:
    return head_viewport(study, view, index, LARGE, annotations)


def _figure(
    state: ViewState, study: Study, request: SeriesRequest, scene: SliceScene
) -> FigureSpec:
    overlays = request.burn.overlays(scene.overlays)
    fresh = state.classification_status is Status.DONE
    return FigureSpec(
        study,
        (replace(scene, overlays=overlays, all_labels=True),),
        1,
        LARGE,
        None,
        state.finding,
        trusted_result(study, state.shown_result) if fresh else None,
        result=request.burn.result,
        footer=request.burn.footer,
        identify=request.burn.identify,
    )


@dataclass(frozen=True, eq=False)
class SeriesStudy:
    """A study without a window, and what is known of it. view : as a session has it."""

    study: Study
    annotations: tuple[Annotation, ...] = ()
    finding: TumourFinding | None = None
    classification: Classification | None = None
    view: SavedView | None = field(default=None)

    @property
    def look(self) -> Reformation:
        """How its slices are made and laid; an image is neither turned nor tilted."""
        return PLAIN if self.view is None or self.study.is_image2d else self.view.reformation


def series_of_study(of: SeriesStudy, request: SeriesRequest) -> Figures:
    """The images that a request asks for; see ``series_of_view``.

    As a session has them: turned, tilted, thick and fused. In the radiological convention, since
    a session does not keep that; each image tells it.
    """
    study, look = of.study, of.look
    if request.subject is SeriesSubject.KEY_IMAGES:
        choices: Sequence[SliceChoice] = key_images(study, of.annotations)
    else:
        modality = request.modality or (of.view.active if of.view else study.modalities[0])
        if modality not in study.volumes:
            raise BrainViewerError(
                f"The study has no {modality}.", f"It has {', '.join(study.modalities)}."
            )
        count = look.view(study.grid, request.plane, Convention.RADIOLOGICAL).count
        choices = [
            SliceChoice(modality, request.plane, index) for index in slices_of(request, count)
        ]
    windows = _windows(of, request, {choice.modality for choice in choices})
    overlays = of.view.overlays if of.view else Overlays(segmentation=False)
    colour_maps = of.view.colour_maps if of.view else {}
    all_windows = {**(of.view.windows if of.view else {}), **windows}
    wanted = SliceRequest(
        annotations=of.annotations,
        finding=of.finding,
        classification=of.classification,
        windows=windows,
        colour_maps=colour_maps,
        overlays=request.burn.overlays(overlays),
        result=request.burn.result,
        identify=request.burn.identify,
    )
    found: Figures = []
    for choice in choices:
        reformation = look
        if request.subject is SeriesSubject.KEY_IMAGES:  # on the planes that they were marked on
            obliquity = choice.reformation(study.grid).obliquity
            reformation = replace(look, obliquity=obliquity, slab=None)
        slice_wanted = replace(
            wanted,
            modality=choice.modality,
            plane=choice.plane,
            index=choice.index,
            reformation=reformation,
        )
        figure = slice_figure(study, slice_wanted)
        fused = fused_of(study, choice.modality, overlays, all_windows, colour_maps)
        panes = tuple(replace(pane, fused=fused) for pane in figure.panes)
        found.append((choice, replace(figure, panes=panes, footer=request.burn.footer)))
    return found


def _windows(
    of: SeriesStudy, request: SeriesRequest, drawn: Collection[Modality]
) -> dict[Modality, Window]:
    """The windows of the sequences that are drawn."""
    volumes = {modality: of.study.volumes[modality] for modality in drawn}
    if request.window is not None:
        return {modality: request.window.window(volume) for modality, volume in volumes.items()}
    saved = of.view.windows if of.view else {}
    return {modality: window_of(of.study, modality, saved) for modality in volumes}
