"""What a pane shows of the open study, as a value: for the window, and for what is exported."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from brainviewer.app.original_grids import Seen
from brainviewer.app.report.study_figures import trusted_result, window_of
from brainviewer.app.state import ViewState
from brainviewer.core.annotation.annotations import Annotation, Point
from brainviewer.core.findings.classification import Heatmap
from brainviewer.core.hanging.cross_reference import CrossLine
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.core.view.fusion import Fused, FusionMode
from brainviewer.core.view.overlays import Overlays
from brainviewer.core.voi.voi_window import Window
from brainviewer.painting.slice_scene import SliceScene, Viewport


def scene_of(
    state: ViewState,
    study: Study,
    modality: Modality,
    plane: Plane,
    viewport: Viewport | None = None,
    *,
    seen: Seen | None = None,
    annotations: tuple[Annotation, ...] | None = None,
    selection: str = "",
    smooth: bool = True,
    held: NDArray[np.float64] | None = None,
    cross_lines: tuple[CrossLine, ...] = (),
) -> SliceScene:
    """The slice of a sequence in which the cursor lies, with all that is shown on it.

    study : the open study, which has the sequence.
    seen : how the sequence is seen; by default as the state has it.
    annotations : instead of all that the state has and that can be drawn.
    held : (3,) mm, the place whose slice is shown instead of the cursor's; without a crosshair.
    """
    if annotations is None:
        annotations = tuple(a for a in state.annotations if a.id not in state.undrawable)
    x, y, z = (float(value) for value in state.cursor)
    cursor: Point | None = None if study.is_image2d or held is not None else (x, y, z)
    place = state.cursor if held is None else held
    seen = seen or state.seen(modality)
    of_open = seen.study is study or seen.study is state.shown_study
    return SliceScene(
        seen.study,
        modality,
        plane,
        seen.view(plane, state.convention, state.reformation).index_of(place),
        window_of(study, modality, state.windows),
        state.colour_maps.get(modality, "gray"),
        state.convention,
        state.overlays,
        annotations,
        seen.finding,
        _heatmap(state, study, modality) if of_open else None,
        cursor,
        viewport,
        selection=selection,
        smooth=smooth,
        painted_over=_painted_over(state, study, modality)
        if of_open and not seen.original
        else None,
        fused=None
        if seen.original
        else fused_of(study, modality, state.overlays, state.windows, state.colour_maps),
        original=seen.original,
        reformation=seen.reformed(state.reformation),
        cross_lines=cross_lines,
    )


def _painted_over(state: ViewState, study: Study, modality: Modality) -> NDArray[np.bool_] | None:
    test = state.occlusion
    if test is None or not test.edits.edited or modality not in study.together.volumes:
        return None
    return test.edits.region


def fused_of(
    study: Study,
    modality: Modality,
    overlays: Overlays,
    windows: Mapping[Modality, Window],
    colour_maps: Mapping[Modality, str],
) -> Fused | None:
    """What a sequence is laid over or beside; None where nothing is, or what blinks."""
    fusion = overlays.fusion
    pair = fusion.pair(study, modality)
    if pair is None or fusion.mode in (None, FusionMode.BLINK):
        return None
    first, second = pair
    own_map = colour_maps.get(second, "gray")
    colour_map = fusion.colour_map if fusion.mode is FusionMode.BLEND else own_map
    window = window_of(study, second, windows)
    return Fused(fusion.mode, first, second, window, colour_map, fusion.opacity, fusion.swipe)


def _heatmap(state: ViewState, study: Study, modality: Modality) -> Heatmap | None:
    """On the active sequence only, so that the anatomy can be read on the others."""
    result = trusted_result(study, state.shown_result)
    if modality is not state.active or result is None or not result.in_scope:
        return None
    return result.heatmap
