"""Planes turned for what is sought to be seen: slices of the study, or a tilted plane again."""

from dataclasses import replace

from brainviewer.app.state import ViewState
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.reformation.reformation import Reformation
from brainviewer.core.slices import Plane


def straighten(state: ViewState, plane: Plane) -> None:
    """The planes of the grid again, if this one is tilted."""
    study = state.solid_study
    if study is not None and state.reformation.tilt(study.grid, plane) > 0:
        _show(state, state.reformation.of_grid)


def tilt_to(state: ViewState, annotation: Annotation) -> None:
    """Turn the planes so that an annotation of a tilted plane is seen; they stay where they are if
    it is seen already."""
    study, tilt, plane = state.solid_study, annotation.tilt, annotation.plane
    if study is None or tilt is None:
        return
    shown = state.reformation.view(study.grid, plane, state.convention)
    if not annotation.in_plane(shown):
        turned = tilt.obliquity(study.grid, plane)
        _show(state, replace(state.reformation, obliquity=turned))


def _show(state: ViewState, reformation: Reformation) -> None:
    state.reformation = reformation
    state.reformation_changed.emit()
    state.facts_changed.emit()
