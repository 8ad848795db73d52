"""Picking, moving and rewording annotations by hand, in mm and through the session."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from brainviewer.core.annotation.annotations import Annotation, Point
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.limits import LONGEST_TEXT, clipped_in, held_inside, lies_inside
from brainviewer.core.reformation.tilted_plane import TiltedPlane
from brainviewer.core.slices import SliceView
from brainviewer.gui.tools.mouse_drags import Drag
from brainviewer.gui.tools.pane import ToolPane
from brainviewer.painting.annotation_shapes import SHAPES
from brainviewer.painting.canvas import image_font

REACH_PX = 6.0


@dataclass(frozen=True)
class Hit:
    """What lies under the pointer: an annotation, and its handle if one is meant."""

    annotation: Annotation
    handle: int | None = None


def hit_test(pane: ToolPane, at: QPointF) -> Hit | None:
    """The annotation under the pointer; handles of the selected one first, later annotations
    before earlier."""
    geometry = pane.geometry_mm
    if geometry is None or not pane.state.overlays.annotations:
        return None
    annotations = pane.annotations()
    for annotation in annotations:
        if annotation.id == pane.state.selection and not annotation.style.locked:
            places = SHAPES[annotation.kind].handle_pixels(geometry.to_pixels(annotation.points))
            distances = [math.hypot(p.x() - at.x(), p.y() - at.y()) for p in places]
            if distances and min(distances) <= REACH_PX + 2:
                return Hit(annotation, distances.index(min(distances)))
    for annotation in reversed(annotations):
        label = pane.label_boxes.get(annotation.id)
        if (label is not None and label.contains(at)) or (
            SHAPES[annotation.kind].distance(geometry.to_pixels(annotation.points), at) <= REACH_PX
        ):
            return Hit(annotation)
    return None


def place_under(pane: ToolPane, at: QPointF, index: int) -> Point:
    """The place under the pointer, or the nearest one on the image."""
    assert pane.geometry_mm is not None
    place = clipped_in(pane.geometry_mm.view, pane.geometry_mm.to_world(at, index))
    x, y, z = place[0].tolist()
    return x, y, z


def tilt_of(pane: ToolPane, index: int) -> TiltedPlane | None:
    """The plane of slice ``index``, if what is drawn on it lies on a tilted one."""
    return None if pane.view is None else TiltedPlane.of(pane.view, index)


class ChangeDrag(Drag):
    """Moves an annotation, or one of its handles, and tells the session once, at the end."""

    def __init__(self, pane: ToolPane, hit: Hit, at: QPointF) -> None:
        super().__init__(pane, at)
        self._before, self._handle = hit.annotation, hit.handle
        self._after, self._index = hit.annotation, pane.index

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Show the annotation where it would be."""
        pane, view = self.pane, self.pane.view
        if pane.geometry_mm is None or view is None:
            return
        start, now = pane.geometry_mm.to_row_column(self.start), pane.geometry_mm.to_row_column(at)
        by = now[0] - start[0], now[1] - start[1]
        points = view.to_screen(self._before.points)
        depths = self._depths(view)
        arrangement = self._before.kind.traits.arrange
        if self._handle is None:
            points += by
            places = view.to_world(depths, points)
            self._after = held_inside(self._before.placed(places), view.data_grid)
        elif arrangement is not None:
            to = view.to_world(depths[self._handle], points[self._handle] + by)
            (to,) = clipped_in(view, to)
            before = np.array(self._before.points)
            made = arrangement.moved(
                before, self._handle, to, view.normal, partial(lies_inside, view.data_grid)
            )
            self._after = self._before.placed(made)
        else:
            row, column = SHAPES[self._before.kind].handles(len(points))[self._handle]
            points[row, 0] += by[0]
            points[column, 1] += by[1]
            if self._before.kind.traits.spans:  # an end comes to the slice that it is moved on
                depths[self._handle] = self._index
            places = view.to_world(depths, points)
            self._after = self._before.placed(clipped_in(view, places))
        pane.set_draft(self._after)

    def _depths(self, view: SliceView) -> NDArray[np.float64]:
        """(n,) the slice of each point; on a tilted plane they may lie a little before the one
        that is shown."""
        if self._before.kind.traits.spans or self._before.tilt is not None:
            return view.grid.to_voxel(self._before.points)[:, view.axis]
        return np.full(len(self._before.points), float(self._index))

    def finish(self, at: QPointF) -> None:
        """Keep the change."""
        self.pane.set_draft(None)
        verb = "Move" if self._handle is None else "Change"
        if self._after != self._before:
            text = f"{verb} {self._before.kind}"
            self.pane.session.annotations.change(self._before, self._after, text)

    def cancel(self) -> None:
        """Leave the annotation where it was."""
        self.pane.set_draft(None)


class TextEditor(QLineEdit):
    """A line to write in, right on the image. Enter keeps, Escape forgets."""

    def __init__(
        self, parent: QWidget, at: QPointF, text: str, keep: Callable[[str], None]
    ) -> None:
        super().__init__(text, parent)
        self._keep: Callable[[str], None] | None = keep
        self.setFont(image_font())
        self.setMaxLength(LONGEST_TEXT)
        self.setPlaceholderText("Text, then Enter")
        self.setAccessibleName("Text of the annotation")
        self.setStyleSheet(
            "QLineEdit { background: rgba(14, 18, 21, 230); color: #FFFFFF;"
            " border: 1px solid #5AA9E6; border-radius: 3px; padding: 3px 6px; }"
        )
        self.resize(200, self.sizeHint().height() + 4)
        left = min(max(at.x() - 6, 0), max(parent.width() - self.width(), 0))
        top = min(max(at.y() - self.height(), 0), max(parent.height() - self.height(), 0))
        self.move(round(left), round(top))
        self.show()
        self.setFocus()
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finish()
        elif event.key() == Qt.Key.Key_Escape:
            self.finish(keep=False)
        else:
            super().keyPressEvent(event)
            # What means nothing in a text must not scroll or delete underneath.
            event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.finish()

    def finish(self, keep: bool = True) -> None:
        """Close, and keep what is written so far or forget it."""
        done, self._keep = self._keep, None
        if done is None:
            return
        text = self.text().strip()
        self.hide()
        self.deleteLater()
        if keep and text:
            done(text)


def write_text(pane: ToolPane, at: QPointF, annotation: Annotation | None = None) -> None:
    """Let the user write a new text at a place, or reword an annotation."""
    anchor, plane, modality = place_under(pane, at, pane.index), pane.plane, pane.modality
    tilt = tilt_of(pane, pane.index)

    def keep(text: str) -> None:
        if annotation is None:
            made = Annotation(Kind.TEXT, plane, (anchor,), modality, text, tilt=tilt)
            pane.session.annotations.add(made)
        elif annotation in pane.state.annotations:
            pane.session.annotations.change(
                annotation, replace(annotation, text=text), "Reword text"
            )

    editor = TextEditor(pane.as_widget(), at, annotation.text if annotation else "", keep)
    # What is written so far is about the study that is still open.
    pane.state.study_leaving.connect(editor.finish)
