"""What is on a pane, as a value: at this moment, and for an image of it."""

from dataclasses import replace
from typing import Protocol

from brainviewer.app.exporting.slice_scenes import scene_of
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.study import Modality
from brainviewer.gui.panes.shared_layers import SharedLayers
from brainviewer.gui.tools.pane import ToolPane
from brainviewer.painting.slice_scene import SliceScene


class ScenePane(ToolPane, Protocol):
    """A pane that a scene is made of; ``SlicePane`` is one."""

    shared: SharedLayers
    smooth: bool

    @property
    def missing(self) -> bool: ...
    @property
    def covering(self) -> bool: ...
    def dressed(self, scene: SliceScene) -> SliceScene: ...


def live_scene(pane: ScenePane) -> SliceScene | None:
    """What is on the pane at this moment; None where there is nothing to show."""
    study = pane.state.study
    if pane.missing or study is None:
        return None
    shown = pane.shared.blinked(study, pane.modality)
    scene = _scene_of(pane, shown, pane.annotations(), pane.state.selection)
    if scene is not None and pane.covering:
        return replace(scene, painted_over=None)
    return scene


def still_scene(pane: ScenePane) -> SliceScene | None:
    """The same with nothing selected or half drawn, and without blinking."""
    return _scene_of(pane, pane.modality, None if pane.edits else ())


def _scene_of(
    pane: ScenePane,
    modality: Modality,
    annotations: tuple[Annotation, ...] | None,
    selection: str = "",
) -> SliceScene | None:
    study, geometry = pane.state.study, pane.geometry_mm
    if pane.missing or study is None or geometry is None:
        return None
    scene = scene_of(
        pane.state,
        study,
        modality,
        pane.plane,
        pane.shared.viewport(geometry, pane.index),
        seen=pane.seen,
        annotations=annotations,
        selection=selection,
        smooth=pane.smooth,
    )
    return pane.dressed(scene)
