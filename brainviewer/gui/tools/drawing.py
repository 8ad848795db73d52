"""Drawing new annotations by hand: by drags, by clicks, or round a region."""

import math
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, Qt

from brainviewer.core.annotation.annotations import Annotation, Point
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.limits import lies_inside
from brainviewer.core.annotation.traced import simplified
from brainviewer.gui.tools.annotation_tools import hit_test, place_under, tilt_of
from brainviewer.gui.tools.mouse_drags import Drag
from brainviewer.gui.tools.pane import ToolPane

SHORTEST_PX = 4.0
_CLOSING_PX = 8.0
"""A click so near to the first corner closes a polygon."""
_TRACE_PX = 2.0
"""The pointer moves so far before the next point of a traced line is taken."""


class DrawDrag(Drag):
    """Draws a new annotation, point after point where the button goes down or up.

    waiting : whether more points are wanted now that the button is up.
    """

    def __init__(self, pane: ToolPane, kind: Kind, at: QPointF, shift: bool = False) -> None:
        super().__init__(pane, at)
        self._shift, self.waiting, self._traits = shift, False, kind.traits
        self._begun_on = pane.index
        self._placed = [place_under(pane, at, pane.index)]
        points = (self._placed[0],) * kind.traits.points
        tilt = tilt_of(pane, pane.index)
        self._annotation = Annotation(kind, pane.plane, points, pane.modality, tilt=tilt)

    @property
    def spans(self) -> bool:
        """Whether its points may lie on different slices."""
        return self._traits.spans

    @property
    def _index(self) -> int:
        """An annotation stays on its slice, even if the slice is scrolled while drawing."""
        return self.pane.index if self.spans else self._begun_on

    def go_on(self, at: QPointF) -> None:
        """The button goes down again: the first end of another line lies there."""
        self.move(at, Qt.KeyboardModifier.NoModifier)
        way = at - self.start
        away = math.hypot(way.x(), way.y()) >= SHORTEST_PX
        if self._traits.paired and len(self._placed) % 2 == 0 and away:
            self.start = at
            self._placed.append(self._annotation.points[len(self._placed)])

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Shift makes rectangles square and ellipses round."""
        region = self._traits.region
        if modifiers & Qt.KeyboardModifier.ShiftModifier and region and region.boxed:
            by = at - self.start
            side = max(abs(by.x()), abs(by.y()))
            by = QPointF(math.copysign(side, by.x()), math.copysign(side, by.y()))
            at = self.start + by * self._room(by)
        self._show(place_under(self.pane, at, self._index))

    def _show(self, end: Point) -> None:
        """The annotation with its next point at ``end``."""
        self._annotation = replace(self._annotation, points=self._with(end))
        self.pane.set_draft(self._annotation)

    def _with(self, end: Point) -> tuple[Point, ...]:
        missing = self._traits.placed - len(self._placed)
        points = (*self._placed, *(end,) * max(missing, 1 if self._traits.most else 0))
        view, arrange = self.pane.view, self._traits.arrange
        if arrange is None or view is None:
            return points
        made = arrange.begun(np.array(points), view.normal, partial(lies_inside, view.data_grid))
        return self._annotation.placed(made).points

    def _room(self, by: QPointF) -> float:
        """The fraction of a way from the start in pixels that stays on the image."""
        assert self.pane.geometry_mm is not None
        end = place_under(self.pane, self.start + by, self._index)
        inside = self.pane.geometry_mm.to_pixels([self._annotation.points[0], end])
        ways = (inside[1].x() - inside[0].x(), by.x()), (inside[1].y() - inside[0].y(), by.y())
        return min((abs(way / whole) for way, whole in ways if whole), default=1.0)

    def finish(self, at: QPointF) -> None:
        """Place a point unless it is too near to the last one; keep an annotation that has all of
        them. What can have any number ends with a click on its first point, or on its last.

        A click that begins no annotation picks what is there. With Shift it places the cursor, as
        it does with every other tool.
        """
        way, count = at - self.start, self._traits.placed
        moved, enough = math.hypot(way.x(), way.y()) >= SHORTEST_PX, len(self._placed) >= count
        moved = moved or self._index != self._begun_on
        if self._traits.most and enough and (not moved or self._closes(at)):
            self.close()
            return
        if moved and len(self._annotation.points) > len(self._placed):
            self.start = at
            self._placed.append(self._annotation.points[len(self._placed)])
        done = len(self._placed) >= (self._traits.most or count)
        self.waiting = len(self._placed) > 1 and not done
        if self.waiting:
            return
        if done:
            self._keep()
            return
        self.pane.set_draft(None)
        if self._shift:
            self.pane.session.view.set_cursor(place_under(self.pane, at, self._index))
        else:
            hit = hit_test(self.pane, at)
            self.pane.session.annotations.select(hit.annotation.id if hit else "")
            self.waiting = hit is None and (count > 2 or self.spans)

    def close(self) -> None:
        """Keep what can have any number of points with those that were placed, if they are enough;
        else it goes on."""
        self.waiting = not (self._traits.most and len(self._placed) >= self._traits.placed)
        if not self.waiting:
            self._annotation = replace(self._annotation, points=tuple(self._placed))
            self._keep()

    def _keep(self) -> None:
        self.pane.set_draft(None)
        self.pane.session.annotations.add(self._annotation)

    def _closes(self, at: QPointF) -> bool:
        """Whether a place is the first point again."""
        assert self.pane.geometry_mm is not None
        (first,) = self.pane.geometry_mm.to_pixels(self._placed[:1])
        return math.hypot(first.x() - at.x(), first.y() - at.y()) <= _CLOSING_PX

    def cancel(self) -> None:
        """Forget the annotation."""
        self.pane.set_draft(None)


class TraceDrag(Drag):
    """Draws a region round what the pointer goes round."""

    def __init__(self, pane: ToolPane, kind: Kind, at: QPointF, shift: bool = False) -> None:
        super().__init__(pane, at)
        self._shift, self._index = shift, pane.index
        self._places = [place_under(pane, at, self._index)]
        points = (self._places[0],) * kind.traits.points
        tilt = tilt_of(pane, self._index)
        self._annotation = Annotation(kind, pane.plane, points, pane.modality, tilt=tilt)

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Go on to where the pointer is."""
        by = at - self.start
        if math.hypot(by.x(), by.y()) < _TRACE_PX:
            return
        self.start = at
        self._places.append(place_under(self.pane, at, self._index))
        self.pane.set_draft(self._traced())

    def finish(self, at: QPointF) -> None:
        """Close the line; one that goes round nothing is a click, which picks what is there."""
        self.pane.set_draft(None)
        if (made := self._traced()) is not None:
            self.pane.session.annotations.add(made)
        elif self._shift:
            self.pane.session.view.set_cursor(place_under(self.pane, at, self._index))
        else:
            hit = hit_test(self.pane, at)
            self.pane.session.annotations.select(hit.annotation.id if hit else "")

    def cancel(self) -> None:
        """Forget the region."""
        self.pane.set_draft(None)

    def _traced(self) -> Annotation | None:
        """The region so far; None while it has no corners."""
        traits = self._annotation.kind.traits
        if len(self._places) < traits.points:
            return None
        made = self._annotation.placed(simplified(np.array(self._places), traits.most))
        return made if len(made.points) >= traits.points else None
