"""Measuring by hand in the 3D view: clicks put points on what is seen there."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from brainviewer.app.session import Session
from brainviewer.app.state import Tool, ViewState
from brainviewer.core.annotation.annotations import Annotation, Point
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.geometry import Unit
from brainviewer.gui.tools.annotation_tools import REACH_PX
from brainviewer.gui.tools.mouse_drags import STILL_PX
from brainviewer.gui.volume.pane import VolumePane
from brainviewer.gui.widgets import listen
from brainviewer.painting.devices import paint_image, pixels_of, rgb_image
from brainviewer.painting.volume.measures.scene import KINDS, MeasuresScene
from brainviewer.painting.volume.voxels.picking import Seen

_MEASURES = {
    Tool.RULER: Kind.DISTANCE,
    Tool.DISTANCE: Kind.DISTANCE,
    Tool.ANGLE: Kind.ANGLE_3D,
    Tool.ANGLE_3D: Kind.ANGLE_3D,
}
"""What a tool draws in 3D."""
_MOST = 100
"""Annotations that are drawn at once."""
_PLAIN_PX = 450
"""Along the shorter side of an image whose lines and texts are as large as on the screen."""


def measures_of(state: ViewState) -> tuple[Annotation, ...]:
    """What was measured in 3D and is shown: of very many the newest, and the one selected."""
    if not state.overlays.annotations:
        return ()
    shown = [
        one
        for one in state.annotations
        if one.kind in KINDS and not one.style.hidden and one.id not in state.undrawable
    ]
    chosen = [one for one in shown[:-_MOST] if one.id == state.selection]
    return (*chosen, *shown[-_MOST:])


@dataclass(frozen=True)
class _Held:
    """An annotation of which one end is dragged. before : as it was."""

    before: Annotation
    after: Annotation
    end: int

    def moved_to(self, place: Point) -> "_Held":
        points = list(self.after.points)
        points[self.end] = place
        return replace(self, after=self.after.placed(points))


class VolumeMeasuring(QObject):
    """Rulers and angles between places of the head; they are annotations like all others.

    With another tool a click near one of them selects it. The ends of the one that is selected can
    be dragged to other places that are seen, with every tool.
    """

    def __init__(self, session: Session, volume: VolumePane) -> None:
        super().__init__(volume)
        self._session, self._state, self._volume = session, session.state, volume
        self._placed: list[Point] = []
        self._last = QPointF()
        self._hovered: Point | None = None
        self._held: _Held | None = None
        volume.image.setMouseTracking(True)
        volume.image.installEventFilter(self)
        volume.image.over = self._paint
        volume.hands.before_pick = self._clicked
        volume.finished = self._onto
        listen(
            self._begin_anew,
            self._state.tool_changed,
            self._state.study_changed,
            self._state.study_leaving,
        )
        listen(volume.image.update, self._state.annotations_changed, self._state.overlays_changed)

    @property
    def kind(self) -> Kind | None:
        """What the chosen tool measures here; None where it does not, or no size is known."""
        study = self._state.solid_study
        if study is None or study.grid.unit is not Unit.MM:
            return None
        return _MEASURES.get(self._state.tool)

    @property
    def draft(self) -> Annotation | None:
        """What is being measured, up to the place under the pointer."""
        kind, study = self.kind, self._state.solid_study
        if kind is None or study is None or not self._placed:
            return None
        end = self._hovered or self._placed[-1]
        missing = kind.traits.points - len(self._placed)
        shown = self._volume.drawing.delivered.modality or study.modalities[0]
        points = (*self._placed, *(end,) * missing)
        return Annotation(kind, self._state.plane, points, shown, id="draft")

    def _begin_anew(self) -> None:
        self._placed, self._hovered, self._held = [], None, None
        self._show_pointer(None)
        self._volume.image.update()

    def _show_pointer(self, at: QPointF | None) -> None:
        shape = Qt.CursorShape.ArrowCursor if self.kind is None else Qt.CursorShape.CrossCursor
        if at is not None and self._end_at(at) is not None:
            shape = Qt.CursorShape.PointingHandCursor
        if shape is not self._volume.image.cursor().shape():
            self._volume.image.setCursor(shape)

    def _clicked(self, x: float, y: float) -> bool:
        """Take a click; False leaves it to the cursor."""
        seen, place = self._volume.sight.seen, self._volume.image.place()
        if seen is None:
            return False
        at = QPointF(place.x() + x * place.width(), place.y() + y * place.height())
        if self.kind is None:
            scene = self._scene(seen, place)
            found = None if scene is None else scene.at(at, REACH_PX)
            if found is not None:
                self._session.annotations.select(found.id)
            return found is not None
        again = self._placed and (at - self._last).manhattanLength() < STILL_PX
        if (found_place := seen.place(x, y)) is not None and not again:
            self._last = at
            self._place(found_place)
        return True

    def _place(self, point: Point) -> None:
        self._placed.append(point)
        made = self.draft
        if made is None or len(self._placed) < made.kind.traits.points:
            self._volume.image.update()
            return
        self._begin_anew()
        self._session.annotations.add(replace(made, id=""))

    # What the pointer does between clicks

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind is QEvent.Type.MouseButtonDblClick:
            return self.kind is not None  # the second of two quick clicks
        escapes = kind in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)
        if escapes and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            return self._escape(event)
        if isinstance(event, QMouseEvent) and self._drag(event):
            return True
        if kind is QEvent.Type.MouseMove and isinstance(event, QMouseEvent) and not event.buttons():
            self._show_pointer(event.position())
            if self._placed:
                self._hovered = self._under(event.position()) or self._hovered
                self._volume.image.update()
        return super().eventFilter(watched, event)

    def _drag(self, event: QMouseEvent) -> bool:
        """Whether an event of the mouse belongs to the end of an annotation."""
        kind, left = event.type(), event.button() is Qt.MouseButton.LeftButton
        if kind is QEvent.Type.MouseButtonPress and left and not event.modifiers():
            self._held = self._end_at(event.position())
        elif self._held is not None and kind is QEvent.Type.MouseMove:
            if (place := self._under(event.position())) is not None:
                self._held = self._held.moved_to(place)
                self._volume.image.update()
        elif self._held is not None and kind is QEvent.Type.MouseButtonRelease:
            held, self._held = self._held, None
            text = f"Change {held.before.kind}"
            self._session.annotations.change(held.before, held.after, text)
            return True
        return self._held is not None

    def _end_at(self, at: QPointF) -> "_Held | None":
        """The end of the selected annotation that lies at a place of the widget."""
        seen, chosen = self._volume.sight.seen, self._state.selected
        shown = chosen is not None and chosen in measures_of(self._state)
        scene = None if seen is None else self._scene(seen, self._volume.image.place())
        if scene is None or chosen is None or not shown or chosen.style.locked or self._placed:
            return None
        ends = scene.on_screen(np.array(chosen.points))
        away = [(end - at).manhattanLength() for end in ends]
        nearest = int(np.argmin(away))
        return _Held(chosen, chosen, nearest) if away[nearest] <= REACH_PX + 2 else None

    def _escape(self, event: QKeyEvent) -> bool:
        if not self._placed and self._held is None:
            return False
        event.accept()
        if event.type() is QEvent.Type.KeyPress:
            self._begin_anew()
        return True

    def _under(self, at: QPointF) -> Point | None:
        """What is seen at a place of the widget."""
        place = self._volume.image.place()
        x, y = (at.x() - place.x()) / place.width(), (at.y() - place.y()) / place.height()
        return self._volume.sight.place(x, y)

    # Painting

    def _scene(self, seen: Seen, place: QRectF) -> MeasuresScene | None:
        study, draft, held = self._state.solid_study, self.draft, self._held
        shown = measures_of(self._state)
        if held is not None:
            shown = tuple(held.after if one.id == held.before.id else one for one in shown)
        measures = (*shown, *((draft,) if draft is not None else ()))
        if study is None or not measures:
            return None
        failed = self._session.annotations.leave_out
        return MeasuresScene(study, seen, place, measures, self._state.selection, failed)

    def _onto(self, image: NDArray[np.uint8], seen: Seen | None) -> NDArray[np.uint8]:
        """An image (height, width, 3) for an export, with what was measured; from any thread."""
        study, measures = self._state.solid_study, measures_of(self._state)
        if seen is None or study is None or not measures:
            return image
        height, width = image.shape[:2]
        scale = max(1.0, min(width, height) / _PLAIN_PX)
        place = QRectF(0, 0, width / scale, height / scale)
        scene = MeasuresScene(study, seen, place, measures)

        def paint(painter: QPainter) -> None:
            painter.drawImage(place, rgb_image(image))
            scene.paint(painter)

        return pixels_of(paint_image(paint, (width / scale, height / scale), scale))

    def _paint(self, painter: QPainter, place: QRectF) -> None:
        seen = self._volume.sight.seen
        if seen is not None and (scene := self._scene(seen, place)) is not None:
            scene.paint(painter)
