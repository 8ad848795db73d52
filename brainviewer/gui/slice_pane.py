"""One slice of one sequence: image, overlays, marks, writing, and hands on it."""

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsView, QSizePolicy, QWidget

from brainviewer.app.session import Session
from brainviewer.core.annotations import Annotation
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality
from brainviewer.gui import image_colours
from brainviewer.gui.annotation_items import MarkPainter
from brainviewer.gui.image_colours import faded
from brainviewer.gui.mouse_tools import MouseTools
from brainviewer.gui.pane_captions import CaptionPainter, Captions, draw_crosshair, draw_frame
from brainviewer.gui.pane_geometry import FIT, Camera, PaneGeometry
from brainviewer.gui.pane_overlays import SliceOverlays
from brainviewer.render import wording
from brainviewer.render.slice_image import colour_table

_OUTLINE_PX = 1.5


class SlicePane(pg.GraphicsView):
    """Shows the slice through the linked cursor; draws again only what has changed.

    overlays : shared by the panes of a grid, so that each outline is worked out once.
    """

    hovered = Signal(object)
    """World position (3,) in mm under the pointer, or None."""
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
        overlays: SliceOverlays | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent=parent, background="k")
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
        self._image, self._heat, self._fill = (pg.ImageItem(axisOrder="row-major") for _ in "123")
        for item in (self._image, self._heat, self._fill):
            self.addItem(item)
        self._mouse = MouseTools(self)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.set_smooth(True)
        # Files dropped on a pane belong to the window.
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
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
            self.viewport().update()

    def set_camera(self, camera: Camera) -> None:
        """Show another part of the slice."""
        if camera != self.camera:
            self.camera = camera
            self._place()

    def move_camera(self, camera: Camera) -> None:
        """The user zoomed or panned: show it here and tell the linked panes."""
        self.set_camera(camera)
        self.camera_changed.emit(camera)

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate between pixels, or show them as squares."""
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        self.viewport().update()

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
        self.mark_painter = MarkPainter()
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
                self._cut = self.view.cut(self.state.study.volumes[self.modality].data, index)
                self._show_cut(self._cut)
                self.refresh_overlays()
                self._write()
        else:
            self._cut = None
            for item in (self._image, self._heat, self._fill):
                item.clear()
            self._write()
        self.viewport().update()

    def refresh_window(self) -> None:
        """The window or the colour map changed."""
        if self._cut is not None:
            self._show_cut(self._cut)
            self._write()
            self.viewport().update()

    def refresh_overlays(self) -> None:
        """The finding, the result, or what is drawn of them changed."""
        if self.view is not None:
            active = self.modality is self.state.active
            _show_rgba(self._heat, self.overlays.heatmap(self.view, self.index) if active else None)
            _show_rgba(self._fill, self.overlays.filled_segmentation(self.view, self.index))
        self.viewport().update()

    def refresh_tool(self) -> None:
        """Another tool: another pointer."""
        self._mouse.show_pointer()

    def _show_cut(self, cut: NDArray[Any]) -> None:
        window = self.state.windows.get(self.modality)
        if window is None:
            return
        name = self.state.colour_maps.get(self.modality, "grey")
        table = None if name in ("", "grey", "gray") else colour_table(name)
        if window.inverted:
            table = (colour_table("gray") if table is None else table)[::-1]
        self._image.setImage(cut, autoLevels=False, levels=(window.low, window.high), lut=table)

    def _place(self) -> None:
        size = max(self.viewport().width(), 1), max(self.viewport().height(), 1)
        if self.view is None:
            self.geometry_mm = None
        else:
            self.geometry_mm = PaneGeometry(self.view, size, self.camera)
            for item in (self._image, self._heat, self._fill):
                item.setTransform(self.geometry_mm.image_transform)
        self._write()
        self.viewport().update()

    def _write(self) -> None:
        view, study, geometry = self.view, self.state.study, self.geometry_mm
        if view is None or study is None or geometry is None:
            self._captions = Captions()
            return
        marks = []
        if study.synthetic:
            marks.append(("SYNTHETIC", image_colours.CAUTION))
        if view.convention is Convention.NEUROLOGICAL and view.grid.oriented:
            marks.append(("NEUROLOGICAL", image_colours.CAUTION))
        window = self.state.windows.get(self.modality)
        self._captions = Captions(
            self.modality.value,
            self.plane.value,
            tuple(marks),
            wording.window_text(window) if window else "",
            f"{self.index + 1} / {view.count}",
            wording.position_text(view, max(self.index, 0)),
            view.letters,
            geometry.mm_per_pixel,
        )

    # -- painting ---------------------------------------------------------------------------

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Paint everything that is not made of pixels."""
        size = float(self.viewport().width()), float(self.viewport().height())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.geometry_mm is None:
            if self.state.study is not None:
                self._caption_painter.write_centred(
                    painter, size, f"This study has no {self.modality}"
                )
            return
        shown = self.state.overlays
        self._paint_outlines(painter, self.geometry_mm)
        if shown.crosshair:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            at = self.geometry_mm.to_pixels([self.state.cursor])[0]
            draw_crosshair(painter, size, at)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
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
        elif self._captions.marks:
            self._caption_painter.paint(painter, size, Captions(marks=self._captions.marks))
        if self.framed:
            draw_frame(painter, size)

    def _paint_outlines(self, painter: QPainter, geometry: PaneGeometry) -> None:
        shown = self.state.overlays
        outlines = [
            (faded(colour, shown.segmentation_opacity), path)
            for colour, path in self.overlays.segmentation(geometry.view, self.index)
        ]
        if (lesion := self.overlays.lesion(geometry.view, self.index)) is not None:
            outlines.append((faded(image_colours.TUMOUR, shown.lesion_opacity), lesion))
        painter.save()
        painter.setTransform(geometry.transform, True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # Cosmetic pens count the pixels of the device.
        width = _OUTLINE_PX * self.devicePixelRatioF()
        for colour, path in outlines:
            pen = QPen(colour, width)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawPath(path)
        painter.restore()

    def marks(self) -> tuple[Annotation, ...]:
        """The marks of this slice, with the one that is being drawn or moved as it is now."""
        view, draft = self.view, self.draft
        if view is None:
            return ()
        kept = [a for a in self.state.annotations if draft is None or a.id != draft.id]
        return tuple(
            a for a in (*kept, *([draft] if draft else [])) if a.on_slice(view, self.index)
        )

    def set_draft(self, draft: Annotation | None) -> None:
        """Show a mark that is being drawn or moved; None when it is done."""
        self.draft = draft
        self.viewport().update()

    def close(self) -> bool:
        # pyqtgraph would take the viewport away, and the process with it.
        return QGraphicsView.close(self)

    # -- hands ------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.activated.emit()
        self._mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse.move(event)
        self._report_pointer(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._mouse.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._mouse.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._mouse.wheel(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._mouse.key_press(event):
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not self._mouse.key_release(event):
            event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._mouse.forget_keys()
        super().focusOutEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit(None)
        super().leaveEvent(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        # pyqtgraph resizes once while it is being built.
        if event is not None and hasattr(self, "_mouse"):
            self._place()

    def _report_pointer(self, at: QPointF) -> None:
        if self.geometry_mm is None or self.state.study is None:
            return
        position = self.geometry_mm.to_world(at, self.index)
        self.hovered.emit(position if self.state.study.grid.contains(position) else None)


def _show_rgba(item: Any, rgba: NDArray[np.uint8] | None) -> None:
    if rgba is None:
        if item.image is not None:
            item.clear()
    elif item.image is None or item.image.base is not rgba:
        item.setImage(rgba, autoLevels=False, levels=None)
