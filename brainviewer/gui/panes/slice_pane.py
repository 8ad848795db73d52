"""One slice of one sequence: image, overlays, marks, writing, and hands on it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from brainviewer.app.session import Session
from brainviewer.core.annotations import Annotation
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.gui import image_colours
from brainviewer.gui.panes.annotation_items import MarkPainter
from brainviewer.gui.panes.caption_texts import slice_captions
from brainviewer.gui.panes.captions import CaptionPainter, Captions, draw_crosshair, draw_frame
from brainviewer.gui.panes.geometry import FIT, Camera, PaneGeometry
from brainviewer.gui.panes.mouse_events import PaneHands
from brainviewer.gui.panes.overlays import SliceOverlays
from brainviewer.gui.panes.pixels import SlicePicture
from brainviewer.gui.panes.safe_painter import painting
from brainviewer.gui.tools.brush import BrushLook
from brainviewer.gui.tools.mouse_tools import MouseTools
from brainviewer.painting.slice_image import colour_table, own_colours

_EDGE = 12
"""Pixels at the edge of a pane in which a place is not in sight."""


class SlicePane(PaneHands):
    """Shows the slice through the linked cursor; draws again only what has changed.

    The pane is a plain widget and no graphics view: four scenes would be painted seven times at
    every change.

    overlays : shared by the panes of a grid, so that each outline is worked out once.
    """

    enlarged = Signal()
    """Double click: this one large, or back."""
    camera_changed = Signal(object)
    """The user zoomed or panned to a new ``Camera``."""

    def __init__(
        self,
        session: Session,
        modality: Modality,
        plane: Plane,
        overlays: SliceOverlays | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session, self.state = session, session.state
        self.modality, self.plane = modality, plane
        self.overlays = overlays or SliceOverlays(self.state)
        self.view: SliceView | None = None
        self.index = -1
        self.camera = FIT
        self.geometry_mm: PaneGeometry | None = None
        self.draft: Annotation | None = None
        self.framed = False
        self._cut: NDArray[Any] | None = None
        self._captions = Captions()
        self._caption_painter = CaptionPainter()
        self._picture = SlicePicture()
        self._heat: QImage | None = None
        self._fill: QImage | None = None
        self._smooth = True
        self.brush = BrushLook(self)
        self._mouse = MouseTools(self)
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
        self.set_camera(camera)
        self.camera_changed.emit(camera)

    def bring_into_sight(self, position_mm: NDArray[np.float64]) -> None:
        """Pan to a place (3,) in mm if it lies outside of what is shown, or at its very edge."""
        if self.geometry_mm is not None:
            at, room = self.geometry_mm.to_pixels([position_mm])[0], self.rect()
            if not room.adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE).contains(at.toPoint()):
                self.move_camera(self.geometry_mm.panned(room.center().toPointF() - at))

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate between pixels, or show them as squares."""
        self._smooth = smooth
        self.update()

    @property
    def missing(self) -> bool:
        """Whether there is nothing to show."""
        return self.state.study is None or self.modality not in self.state.study.volumes

    # -- drawing again ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Another study, plane or convention: draw everything again."""
        self.view = None if self.missing else self.state.view(self.plane)
        self.index = -1
        self._mouse.cancel()
        self.mark_painter = MarkPainter(self._leave_out)
        self.setAccessibleName(f"{self.modality} {self.plane} slice")
        self._place()
        self.refresh_slice()
        self.refresh_tool()

    def refresh_slice(self) -> None:
        """The cursor moved: draw the slice again if it is another one, else the crosshair."""
        if self.view is not None and self.state.study is not None:
            index = self.view.index_of(self.state.cursor)
            if index != self.index:
                self.index = index
                self._cut = self._take_cut(self.state.study, self.view)
                self._show_cut(self._cut)
                self.refresh_overlays()
                self._write()
        else:
            self._cut = self._heat = self._fill = None
            self._picture.clear()
            self._write()
        self.update()

    def refresh_window(self) -> None:
        """The window or the colour map changed."""
        if self._cut is not None and self.view is not None and self.state.study is not None:
            self._cut = self._take_cut(self.state.study, self.view)
            self._show_cut(self._cut)
            self._write()
            self.update()

    def refresh_overlays(self) -> None:
        """The finding, the result, or what is drawn of them changed."""
        if self.view is not None:
            active = self.modality is self.state.active
            self._heat = self.overlays.heatmap(self.view, self.index) if active else None
            self._fill = self.overlays.filled_segmentation(self.view, self.index)
        self.update()

    def refresh_tool(self) -> None:
        """Another tool: another pointer."""
        self._mouse.show_pointer()

    def _take_cut(self, study: Study, view: SliceView) -> NDArray[Any]:
        """The values of the slice, or its colours where they are what is shown."""
        volume = study.volumes[self.modality]
        colours = own_colours(volume, self._colour_map)
        return view.cut(volume.data if colours is None else colours, self.index)

    @property
    def _colour_map(self) -> str:
        return self.state.colour_maps.get(self.modality, "grey")

    def _show_cut(self, cut: NDArray[Any]) -> None:
        window, name = self.state.windows.get(self.modality), self._colour_map
        if window is not None:
            table = None if name in ("", "grey", "gray") else colour_table(name)
            self._picture.show(cut, window, table)

    def _place(self) -> None:
        size = max(self.width(), 1), max(self.height(), 1)
        if self.view is None:
            self.geometry_mm = None
        else:
            self.geometry_mm = PaneGeometry(
                self.view, size, self.overlays.frame(self.view), self.camera
            )
        self._write()
        self.update()

    def _write(self) -> None:
        view, study, geometry = self.view, self.state.study, self.geometry_mm
        if view is None or study is None or geometry is None:
            self._captions = Captions()
            return
        window = self.state.windows.get(self.modality)
        self._captions = slice_captions(study, self.modality, view, self.index, window, geometry)

    # -- painting ---------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            self._paint(painter, event)

    def _paint(self, painter: QPainter, event: QPaintEvent) -> None:
        size = float(self.width()), float(self.height())
        if self.geometry_mm is None:
            painter.fillRect(event.rect(), image_colours.BLACK)
            if self.state.study is not None:
                self._caption_painter.write_centred(
                    painter, size, f"This study has no {self.modality}"
                )
            return
        shown = self.state.overlays
        self._paint_pixels(painter, self.geometry_mm)
        if shown.crosshair and self.state.solid_study is not None:
            draw_crosshair(painter, size, self.geometry_mm.to_pixels([self.state.cursor])[0])
        ratio = self.devicePixelRatioF()
        if lines := self.overlays.outlines(self.geometry_mm, self.index, ratio):
            painter.drawPixmap(lines.at, lines.pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.brush.paint(painter, self.geometry_mm)
        if shown.annotations:
            self.mark_painter.paint(
                painter,
                self.geometry_mm,
                self.state.study,
                self.marks(),
                self.state.selection,
                self.modality,
            )
        if shown.text:
            self._caption_painter.paint(painter, size, self._captions)
        else:
            warnings = tuple(m for m in self._captions.marks if m[1] == image_colours.CAUTION)
            self._caption_painter.paint(painter, size, Captions(marks=warnings))
        if self.framed:
            draw_frame(painter, size)

    def _paint_pixels(self, painter: QPainter, geometry: PaneGeometry) -> None:
        self._picture.paint(painter, geometry, self._smooth, self.devicePixelRatioF())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth)
        painter.setTransform(geometry.image_transform, True)
        for image in (self._heat, self._fill):
            if image is not None:
                painter.drawImage(0, 0, image)
        painter.restore()

    def marks(self) -> tuple[Annotation, ...]:
        """The marks of this slice, with the one that is being drawn or moved as it is now."""
        if self.view is None:
            return ()
        marks = self.overlays.marks.on(self.view, self.index)
        if self.draft is None:
            return marks
        return (*(a for a in marks if a.id != self.draft.id), self.draft)

    def _leave_out(self, mark: Annotation, error: Exception) -> None:
        # Said after the painting, since a notice may move what is being painted.
        QTimer.singleShot(0, self, lambda: self.session.annotations.leave_out(mark, error))

    def set_draft(self, draft: Annotation | None) -> None:
        """Show a mark that is being drawn or moved; None when it is done."""
        self.draft = draft
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()
