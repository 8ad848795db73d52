"""One slice of one sequence on the screen, and what mouse and keys do on it."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from brainviewer.app.original_grids import Seen
from brainviewer.app.session import Session
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality
from brainviewer.gui.panes.camera import FIT, Camera, PaneGeometry
from brainviewer.gui.panes.pane_scene import live_scene, paint_pane, still_scene
from brainviewer.gui.panes.shared_layers import SharedLayers
from brainviewer.gui.panes.swipe_line import SwipeLine
from brainviewer.gui.tools.correction_look import ToolLook
from brainviewer.gui.tools.mouse_tools import MouseTools
from brainviewer.gui.widgets import painted
from brainviewer.painting.slice_scene import SliceScene

NOTHING = "Drag a sequence here, or choose one with the right button"


class SlicePane(QWidget):
    """Shows the slice through the linked cursor; painted by ``painting.slice_painter``.

    The pane is a plain widget and no graphics view: four scenes would be painted seven times at
    every change.

    shared : what the panes of a grid share, so that each contour is worked out once.
    label_boxes : where the labels of annotations stand, by their ids, as they were last painted.
    edits : whether annotations are drawn and changed on it.
    empty : whether nothing is to be shown on it.
    held : (3,) mm, the place whose slice stays on it; None where it follows the cursor.
    """

    edits = True
    hovered = Signal(object)
    """World position (3,) in mm under the pointer, or None."""
    menu_wanted = Signal(object)
    """The place on the screen, a ``QPoint``, that a menu is wanted for."""
    activated = Signal()
    """A button went down on this pane."""
    enlarged = Signal()
    """Double click: this one large, or back."""
    camera_changed = Signal(object)
    """The user zoomed or panned to a new ``Camera``."""

    def __init__(
        self,
        session: Session,
        modality: Modality,
        plane: Plane,
        shared: SharedLayers | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session, self.state = session, session.state
        self.modality, self.plane = modality, plane
        self.shared = shared or SharedLayers(self.state)
        self.view: SliceView | None = None
        self.index = -1
        self.camera = FIT
        self.geometry_mm: PaneGeometry | None = None
        self.draft: Annotation | None = None
        self.framed = self.empty = False
        self.held: NDArray[np.float64] | None = None
        self.smooth = True
        self.label_boxes: dict[str, QRectF] = {}
        self.preview = ToolLook(self)
        self._mouse = MouseTools(self)
        self._swipe = SwipeLine(session, self)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(60, 60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.refresh()

    # -- what is shown ----------------------------------------------------------------------

    def show_place(self, modality: Modality, plane: Plane) -> None:
        """Show another sequence or plane."""
        if (modality, plane) != (self.modality, self.plane):
            self.modality, self.plane = modality, plane
            self.refresh()

    def set_framed(self, framed: bool) -> None:
        """Whether the pane is the active one."""
        if framed != self.framed:
            self.framed = framed
            self.update()

    def set_camera(self, camera: Camera) -> None:
        """Show another part of the slice."""
        if camera != self.camera:
            self.camera = camera
            self._place()

    def move_camera(self, camera: Camera) -> None:
        """The user zoomed or panned: show it here and tell the linked panes."""
        camera = self.shared.linked(self.view, camera)
        self.set_camera(camera)
        self.camera_changed.emit(camera)

    def bring_into_sight(self, position_mm: NDArray[np.float64]) -> None:
        """Pan to a place (3,) in mm if it lies outside of what is shown, or at its very edge."""
        if self.geometry_mm is not None and (camera := self.geometry_mm.brought_to(position_mm)):
            self.move_camera(camera)

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate between pixels, or show them as squares."""
        self.smooth = smooth
        self.update()

    @property
    def missing(self) -> bool:
        """Whether there is nothing to show."""
        return (
            self.empty or self.state.study is None or self.modality not in self.state.study.volumes
        )

    @property
    def seen(self) -> Seen:
        """How its sequence is seen: on the common grid, or on that of its file."""
        return self.state.seen(self.modality)

    @property
    def why_missing(self) -> str:
        """What stands in place of the image."""
        return NOTHING if self.empty else f"This study has no {self.modality}"

    @property
    def scene(self) -> SliceScene | None:
        """What is on the pane; None where there is nothing to show."""
        return live_scene(self)

    @property
    def still(self) -> SliceScene | None:
        """The same for an image of it: with nothing selected or half drawn, and at no moment."""
        return still_scene(self)

    @property
    def covering(self) -> bool:
        """Whether a stroke that is being made covers what was painted over."""
        return self.preview.covering

    def dressed(self, scene: SliceScene) -> SliceScene:
        """The slice with what only this kind of pane shows."""
        return scene

    def annotations(self) -> tuple[Annotation, ...]:
        """The annotations of this slice, with the one that is being drawn or moved as it is now."""
        if self.view is None:
            return ()
        annotations = self.shared.annotations.on(self.view, self.index)
        if self.draft is None:
            return annotations
        return (*(a for a in annotations if a.id != self.draft.id), self.draft)

    def set_draft(self, draft: Annotation | None) -> None:
        """Show an annotation that is being drawn or moved; None when it is done."""
        self.draft = draft
        self.update()

    def as_widget(self) -> QWidget:
        """The widget that an editor lies on."""
        return self

    def ask_for_menu(self, at: QPointF) -> None:
        """Offer the menu of the right button. at : on the pane."""
        self.menu_wanted.emit(self.mapToGlobal(at.toPoint()))

    def ask_to_enlarge(self) -> None:
        """Show this pane alone, or all again."""
        self.enlarged.emit()

    def refresh(self) -> None:
        """Another study, plane or convention."""
        self._mouse.begin_anew()
        self.setAccessibleName(f"{self.modality} {self.plane} slice")
        self.reform()
        self.refresh_tool()

    def reform(self) -> None:
        """The plane is tilted or turned in another way; a drag may be what does it."""
        state = self.state
        self.view = None
        if not self.missing:
            self.view = self.seen.view(self.plane, state.convention, state.reformation)
        self.index = -1
        self.refresh_slice()
        self._place()

    def refresh_slice(self) -> None:
        """The cursor moved: another slice, or the crosshair elsewhere."""
        if self.view is not None:
            place = self.state.cursor if self.held is None else self.held
            index = self.view.index_of(place)
            if index != self.index:
                self.index = index
                self._mouse.leave_slice()
        self.update()

    def refresh_tool(self) -> None:
        """Another tool: another pointer."""
        self._mouse.change_tool()

    def _place(self) -> None:
        size = max(self.width(), 1), max(self.height(), 1)
        self.geometry_mm = None
        if self.view is not None:
            self.geometry_mm = self.shared.geometry(self.view, size, self.camera)
        self._swipe.place()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    # -- painting ---------------------------------------------------------------------------

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        paint_pane(self, painter)

    def leave_out(self, annotation: Annotation, error: Exception) -> None:
        """Leave out an annotation that cannot be drawn; said after the painting, since a notice
        may move what is being painted."""
        QTimer.singleShot(0, self, lambda: self.session.annotations.leave_out(annotation, error))

    # -- hands ------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.activated.emit()
        self._mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse.move(event)
        self.preview.hover(event.position())
        self._report_pointer(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._mouse.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._mouse.double_click(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # With the mouse the menu comes when the button goes up: dragging with it zooms.
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            self._mouse.ask_for_menu(event.pos().toPointF())
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.held is not None:
            self.activated.emit()
        self._mouse.wheel(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.setAccepted(self._mouse.keys.press(event))

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        event.setAccepted(self._mouse.keys.release(event))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._mouse.leave()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._mouse.cancel()
        super().hideEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit(None)
        self.preview.hover(None)
        super().leaveEvent(event)

    def _report_pointer(self, at: QPointF) -> None:
        if self.geometry_mm is None or self.view is None:
            return
        position = self.geometry_mm.to_world(at, self.index)
        self.hovered.emit(position if self.view.grid.contains(position) else None)
