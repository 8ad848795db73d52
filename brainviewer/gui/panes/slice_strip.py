"""The strip under the images: why this slice, and the way to every other."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPalette,
    QPen,
    QPixmap,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.reformation.oblique import direction_letters
from brainviewer.core.slices import Plane, SliceView
from brainviewer.gui import theme
from brainviewer.gui.image_colours import faded
from brainviewer.gui.tools.pane_keys import STEPS
from brainviewer.gui.tools.wheel_steps import WheelSteps
from brainviewer.gui.widgets import listen, painted
from brainviewer.painting.canvas import image_font
from brainviewer.painting.devices import painting
from brainviewer.painting.text.wording import number, position_text

_TEXT_WIDTH = 190.0
_SIDE = 16.0
_ENDS = {Plane.AXIAL: ("I", "S"), Plane.CORONAL: ("P", "A"), Plane.SAGITTAL: ("L", "R")}


class SliceStrip(QWidget):
    """A slider of the current plane with the tumour area of every slice above it.

    Left to right is inferior to superior, posterior to anterior, left to right, whatever the
    order of the file.
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._state = session, session.state
        self._view: SliceView | None = None
        self._wheel = WheelSteps()
        self._still = QPixmap()
        self._still_key: tuple[object, ...] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Slice")
        state = session.state
        listen(self._show_plane, state.study_changed, state.layout_changed)
        state.reformation_changed.connect(self._show_plane)
        listen(self.update, session.state.cursor_changed, session.state.finding_changed)
        self._show_plane()

    def sizeHint(self) -> QSize:
        return QSize(640, 68)

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 68)

    # -- where slices lie -------------------------------------------------------------------

    @property
    def finding(self) -> TumourFinding | None:
        """The finding whose areas are drawn: one of the plane that is shown."""
        finding, view = self._state.finding, self._view
        if finding is None or view is None or not finding.found or finding.plane != view.plane:
            return None
        if view.oblique:  # areas are those of slices of the grid
            return None
        return finding if len(finding.area_mm2) == view.count else None

    @property
    def track(self) -> QRectF:
        """Where slices lie, from the first pixel of the first to the last of the last."""
        return QRectF(
            _TEXT_WIDTH, 8, max(self.width() - _TEXT_WIDTH - 2 * _SIDE, 1.0), self.height() - 24.0
        )

    def x_of(self, index: int) -> float:
        """Middle of slice ``index`` (from 0, order of the file) in pixels."""
        assert self._view is not None
        place = index if self._view.ascending else self._view.count - 1 - index
        return self.track.left() + (place + 0.5) * self.track.width() / self._view.count

    def index_at(self, x: float) -> int:
        """The slice (from 0, order of the file) at a pixel, held inside the study."""
        assert self._view is not None
        count = self._view.count
        place = int((x - self.track.left()) / self.track.width() * count)
        place = min(max(place, 0), count - 1)
        return place if self._view.ascending else count - 1 - place

    # -- listening --------------------------------------------------------------------------

    def _show_plane(self) -> None:
        state, study = self._state, self._state.study
        self._view = None
        if study is not None:
            tilted = not state.original_grids.shown(study)
            shown = state.reformation if tilted else state.reformation.of_grid
            self._view = shown.view(study.grid, state.shown_plane, state.convention)
        self._still_key = None
        self.update()

    # -- painting ---------------------------------------------------------------------------

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        colours, ratio = theme.current(), self.devicePixelRatioF()
        key = (self.size(), ratio, colours, self._state.finding, self._state.finding_status)
        if key != self._still_key:
            self._still_key = key
            self._still = QPixmap(self.size() * ratio)
            self._still.setDevicePixelRatio(ratio)
            self._still.fill(QColor(colours.window))
            if self._view is not None:
                with painting(self._still) as still:
                    self._paint_still(still, self._view)
        painter.drawPixmap(0, 0, self._still)
        if self._view is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_thumb(painter)

    def _paint_still(self, painter: QPainter, view: SliceView) -> None:
        """Everything that stands still while scrolling."""
        colours, track = theme.current(), self.track
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_text(painter)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.line))
        line = QRectF(track.left(), track.bottom() - 1.5, track.width(), 3)
        painter.drawRoundedRect(line, 1.5, 1.5)
        if self.finding is not None:
            self._paint_areas(painter, view, self.finding)
        if view.grid.oriented and not view.grid.as_stored:
            self._paint_ends(painter, view)

    def _paint_text(self, painter: QPainter) -> None:
        metrics, lines = self._letters(painter, 12), self._lines()
        step = metrics.height() + 3
        y = (self.height() - step * len(lines)) / 2 + metrics.ascent()
        for place, line in enumerate(lines):
            painter.drawText(QPointF(_SIDE, y + place * step), line)

    def _letters(self, painter: QPainter, size: int) -> QFontMetricsF:
        font = image_font(size)
        painter.setFont(font)
        painter.setPen(QColor(theme.current().quiet))
        return QFontMetricsF(font)

    def _lines(self) -> tuple[str, ...]:
        view = self._view
        assert view is not None
        if self.finding is not None:
            area = self.finding.slice_area_mm2 or 0.0
            return "Tumour area per slice", f"tumour slice {number(area)} mm²"
        if view.grid.as_stored:
            return (f"{view.count} frames",)
        slices = f"{view.count} {'oblique' if view.oblique else view.plane} slices"
        if self._state.finding_status is Status.RUNNING:
            first = self._session.head_motion.running
            said = "Bringing the sequences over each other" if first else "Looking for the tumour"
            return said, slices
        if self._state.finding is not None and not self._state.finding.found:
            return "No lesion found", slices
        return (slices,)

    def _paint_areas(self, painter: QPainter, view: SliceView, finding: TumourFinding) -> None:
        track, tumour = self.track, QColor(theme.current().tumour)
        quiet = faded(QColor(theme.current().quiet), 0.5)
        largest = max(float(finding.area_mm2.max()), 1e-6)
        pitch = track.width() / view.count
        width = max(pitch - 1, 0.75 * pitch) if pitch > 2 else pitch
        for index, area in enumerate(finding.area_mm2.tolist()):
            if area <= 0:
                continue
            height = max((track.height() - 6) * area / largest, 1.0)
            chosen = index == finding.index
            shown = max(width, 3.0) if chosen else width
            bottom = track.bottom() - 4
            bar = QRectF(self.x_of(index) - shown / 2, bottom - height, shown, height)
            painter.fillRect(bar, tumour if chosen else quiet)
        painter.setBrush(tumour)
        painter.setPen(Qt.PenStyle.NoPen)
        for candidate in finding.candidates:
            tip = QPointF(self.x_of(candidate.index), track.bottom() + 5)
            painter.drawPolygon(QPolygonF([tip, tip + QPointF(3, 5), tip + QPointF(-3, 5)]))

    def _paint_ends(self, painter: QPainter, view: SliceView) -> None:
        first, last = _ENDS[view.plane]
        if view.oblique:
            first, last = direction_letters(-view.normal), direction_letters(view.normal)
        metrics = self._letters(painter, 11)
        y = self.track.bottom() + metrics.capHeight() / 2
        left = self.track.left() - metrics.horizontalAdvance(first) - 6
        painter.drawText(QPointF(left, y), first)
        painter.drawText(QPointF(self.track.right() + 6, y), last)

    def _paint_thumb(self, painter: QPainter) -> None:
        colours = theme.current()
        if self._view is None:
            return
        x, y = self.x_of(self._view.index_of(self._state.cursor)), self.track.bottom()
        painter.setPen(QPen(QColor(colours.accent if self.hasFocus() else colours.window), 1))
        painter.setBrush(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawRoundedRect(QRectF(x - 3.5, y - 6.5, 7, 13), 3.5, 3.5)

    # -- mouse ------------------------------------------------------------------------------

    def _go_to(self, x: float) -> None:
        if self._view is not None:
            self._session.view.go_to_slice(self._view.plane, self.index_at(x), self._view)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._go_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go_to(event.position().x())

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()
        turned_round = self._session.settings.wheel_reversed
        if self._view is not None and (steps := self._wheel.add(event, turned_round)):
            self._session.view.step(self._view.plane, steps, self._view)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {**STEPS, Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        if self._view is not None and event.key() in steps:
            by = steps[Qt.Key(event.key())]
            self._session.view.step(self._view.plane, by, self._view)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def tip_at(self, at: QPointF) -> str:
        """What is said about the slice, or the candidate, under the pointer."""
        view, finding = self._view, self.finding
        if view is None or not self.track.adjusted(-8, -8, 8, 24).contains(at):
            return ""
        if finding is not None and at.y() > self.track.bottom() + 2:
            for place, candidate in enumerate(finding.candidates, start=1):
                if abs(self.x_of(candidate.index) - at.x()) <= 5:
                    return (
                        f"Candidate {place}: slice {candidate.index + 1}, "
                        f"{candidate.volume_ml:.1f} mL, score {candidate.score:.2f}"
                    )
        index = self.index_at(at.x())
        word = "Frame" if view.grid.as_stored else "Slice"
        words = [f"{word} {index + 1}", position_text(view, index)]
        if finding is not None:
            words.append(f"tumour {number(float(finding.area_mm2[index]))} mm²")
        if finding is not None and finding.index == index:
            words.append("the tumour slice")
        return " · ".join(word for word in words if word)
