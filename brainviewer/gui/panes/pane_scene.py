"""What is on a pane: as a value at this moment, for an image of it, and painted."""

from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from brainviewer.app.exporting.slice_scenes import scene_of
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.study import Modality
from brainviewer.gui import image_colours
from brainviewer.gui.panes.shared_layers import SharedLayers
from brainviewer.gui.tools.pane import ToolPane
from brainviewer.painting.slice_painter import paint
from brainviewer.painting.slice_scene import SliceScene
from brainviewer.painting.text.centred import write_centred


class ScenePane(ToolPane, Protocol):
    """A pane that a scene is made of; ``SlicePane`` is one."""

    shared: SharedLayers
    smooth: bool
    framed: bool
    held: NDArray[np.float64] | None

    @property
    def missing(self) -> bool: ...
    @property
    def why_missing(self) -> str: ...
    @property
    def scene(self) -> SliceScene | None: ...
    @property
    def covering(self) -> bool: ...
    def dressed(self, scene: SliceScene) -> SliceScene: ...
    def leave_out(self, annotation: Annotation, error: Exception) -> None: ...


def live_scene(pane: ScenePane) -> SliceScene | None:
    """What is on the pane at this moment; None where there is nothing to show."""
    study = pane.state.study
    if pane.missing or study is None:
        return None
    shown = pane.shared.blinked(study, pane.modality)
    scene = _scene_of(pane, shown, pane.annotations(), pane.state.selection)
    slab = scene.slab if scene is not None and pane.state.turning else None
    if scene is not None and slab is not None and scene.view.oblique:
        coarse = replace(scene.reformation, slab=replace(slab, coarse=True))
        scene = replace(scene, reformation=coarse)
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
    if pane.missing or study is None or geometry is None or pane.view is None:
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
        held=pane.held,
        cross_lines=pane.shared.cross_lines(pane.view, pane.index),
    )
    return pane.dressed(scene)


def paint_pane(pane: ScenePane, painter: QPainter) -> None:
    """Paint what is on the pane, or say why there is nothing; the chosen one has a frame."""
    area = pane.as_widget().rect()
    scene, geometry = pane.scene, pane.geometry_mm
    if scene is None or geometry is None:
        painter.fillRect(area, image_colours.BLACK)
        if pane.state.study is not None:
            write_centred(painter, (float(area.width()), float(area.height())), pane.why_missing)
    else:
        ratio = pane.as_widget().devicePixelRatioF()
        layers = pane.shared.layers
        pane.label_boxes = paint(painter, area, scene, ratio, layers, pane.leave_out)
        pane.preview.paint(painter, geometry)
    if pane.framed:
        painter.setPen(QPen(image_colours.ACCENT, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5))
