"""What tools need of the pane that they work on; ``panes.slice_pane.SlicePane`` is one."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QCursor, QPainter
from PySide6.QtWidgets import QWidget

from brainviewer.app.original_grids import Seen
from brainviewer.app.session import Session
from brainviewer.app.state import ViewState
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality
from brainviewer.gui.panes.camera import Camera, PaneGeometry
from brainviewer.painting.slice_scene import SliceScene


class BrushPreview(Protocol):
    """What shows a stroke on the pane while it is made; see ``correction_look.ToolLook``."""

    @property
    def active(self) -> bool: ...
    def cover(self, region: NDArray[np.uint8] | None) -> None: ...
    def hover(self, at: QPointF | None) -> None: ...
    def on_handle(self, at: QPointF) -> bool: ...
    @property
    def turns_planes(self) -> bool: ...
    def paint(self, painter: QPainter, geometry: PaneGeometry) -> None: ...
    def draw_line(self, line: Sequence[QPointF], closed: bool = False) -> None: ...


class ToolPane(Protocol):
    """A pane with one slice of one sequence; its methods are explained in ``SlicePane``.

    view : None where there is nothing to show. index : of the slice, from 0.
    geometry_mm : from places on the pane to the slice and back; None where nothing is shown.
    label_boxes : where the labels of annotations stand, by their ids.
    seen : how its sequence is seen; asked only where ``view`` is there.
    edits : whether annotations of the open study are drawn and changed on it.
    """

    session: Session
    state: ViewState
    modality: Modality
    plane: Plane
    view: SliceView | None
    index: int
    geometry_mm: PaneGeometry | None
    label_boxes: dict[str, QRectF]
    edits: bool

    @property
    def scene(self) -> SliceScene | None: ...
    @property
    def seen(self) -> Seen: ...
    @property
    def preview(self) -> BrushPreview: ...
    def as_widget(self) -> QWidget: ...
    def annotations(self) -> tuple[Annotation, ...]: ...
    def set_draft(self, draft: Annotation | None) -> None: ...
    def move_camera(self, camera: Camera) -> None: ...
    def ask_for_menu(self, at: QPointF) -> None: ...
    def ask_to_enlarge(self) -> None: ...
    def update(self) -> None: ...
    def cursor(self) -> QCursor: ...
    def setCursor(self, shape: Qt.CursorShape, /) -> None: ...
