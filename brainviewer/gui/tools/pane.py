"""What tools need of the pane that they work on; ``panes.slice_pane.SlicePane`` is one."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QWidget

from brainviewer.app.session import Session
from brainviewer.app.state import ViewState
from brainviewer.core.annotations import Annotation
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality
from brainviewer.gui.panes.camera import Camera, PaneGeometry


class BrushPreview(Protocol):
    """What shows a stroke on the pane while it is made."""

    @property
    def active(self) -> bool:
        """Whether the left button paints."""

    def cover(self, region: NDArray[np.uint8] | None) -> None:
        """Show a stroke that is under way; None when it is done."""


class ToolPane(Protocol):
    """A pane with one slice of one sequence.

    view : None where there is nothing to show. index : of the slice, from 0.
    geometry_mm : from places on the pane to the slice and back; None where nothing is shown.
    label_boxes : where the labels of annotations stand, by their ids.
    """

    session: Session
    state: ViewState
    modality: Modality
    plane: Plane
    view: SliceView | None
    index: int
    geometry_mm: PaneGeometry | None
    label_boxes: dict[str, QRectF]

    @property
    def preview(self) -> BrushPreview:
        """The stroke of the brush that is being made."""

    def as_widget(self) -> QWidget:
        """The widget that an editor lies on."""

    def marks(self) -> tuple[Annotation, ...]:
        """The annotations of the slice."""

    def set_draft(self, draft: Annotation | None) -> None:
        """Show an annotation that is being drawn or moved; None when it is done."""

    def move_camera(self, camera: Camera) -> None:
        """Show another part of the slice, on linked panes as well."""

    def ask_for_menu(self, at: QPointF) -> None:
        """Offer the menu of the right button. at : on the pane."""

    def ask_to_enlarge(self) -> None:
        """Show this pane alone, or all again."""

    def update(self) -> None:
        """Paint again, soon."""

    def cursor(self) -> QCursor:
        """The pointer over the pane."""

    def setCursor(self, shape: Qt.CursorShape, /) -> None:
        """Show another pointer over the pane."""
