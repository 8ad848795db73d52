"""The strip under the images: why this slice, and the way to every other."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPixmap,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.core.findings import TumourFinding
from brainviewer.core.slices import Plane, SliceView
from brainviewer.gui import theme
from brainviewer.gui.image_colours import faded
from brainviewer.gui.tools.mouse_tools import STEPS
from brainviewer.gui.tools.wheel_steps import WheelSteps
from brainviewer.painting.canvas import image_font
from brainviewer.painting.devices import painting
from brainviewer.painting.wording import number, position_text

_TEXT_WIDTH = 190.0
_SIDE = 16.0
_ENDS = {Plane.AXIAL: ("I", "S"), Plane.CORONAL: ("P", "A"), Plane.SAGITTAL: ("L", "R")}


class SliceStrip(QWidget):
    """A slider of the current plane with the tumour area of every slice above it.

    Left to right is inferior to superior, posterior to anterior, left to right, whatever the
    order of the file.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._state = session, session.state
        self._view: SliceView | None = None
        self._wheel = WheelSteps()
        self._still = QPixmap()
        self._still_key: tuple[object, ...] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Slice")
        state = self._state
        state.study_changed.connect(self._show_plane)
        state.layout_changed.connect(self._show_plane)
        state.cursor_changed.connect(self._draw_again)
        state.finding_changed.connect(self._draw_again)
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
        self._view = self._state.view() if self._state.study is not None else None
        self._still_key = None
        self.update()

    def _draw_again(self) -> None:
        self.update()

    # -- painting ---------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        colours, ratio = theme.current(), self.devicePixelRatioF()
        key = (self.size(), ratio, colours, self._state.finding, self._state.finding_status)
        if key != self._still_key:
            self._still_key = key
            self._still = QPixmap(self.size() * ratio)
            self._still.setDevicePixelRatio(ratio)
            self._still.fill(QColor(colours.window))
            if self._view is not None:
                with painting(self._still) as painter:
                    self._paint_still(painter, colours)
        with painting(self) as painter:
            painter.drawPixmap(0, 0, self._still)
            if self._view is not None:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self._paint_thumb(painter, colours)

    def _paint_still(self, painter: QPainter, colours: theme.Colours) -> None:
        """Everything that stands still while scrolling."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_text(painter, colours)
        track = self.track
        line = QRectF(track.left(), track.bottom() - 1.5, track.width(), 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.line))
        painter.drawRoundedRect(line, 1.5, 1.5)
        if self.finding is not None:
            self._paint_areas(painter, colours, self.finding)
        self._paint_ends(painter, colours)
        painter.end()

    def _paint_text(self, painter: QPainter, colours: theme.Colours) -> None:
        font = image_font(12)
        painter.setFont(font)
        step = QFontMetricsF(font).height() + 3
        lines = self._lines()
        y = (self.height() - step * len(lines)) / 2 + QFontMetricsF(font).ascent()
        for line in lines:
            painter.setPen(QColor(colours.quiet))
            painter.drawText(QPointF(_SIDE, y), line)
            y += step

    def _lines(self) -> tuple[str, ...]:
        view = self._view
        assert view is not None
        if self.finding is not None:
            area = self.finding.slice_area_mm2 or 0.0
            return "Tumour area per slice", f"tumour slice {number(area)} mm²"
        if view.grid.as_stored:
            return (f"{view.count} frames",)
        slices = f"{view.count} {view.plane} slices"
        if self._state.finding_status is Status.RUNNING:
            return "Looking for the tumour", slices
        if self._state.finding is not None and not self._state.finding.found:
            return "No lesion found", slices
        return (slices,)

    def _paint_areas(
        self, painter: QPainter, colours: theme.Colours, finding: TumourFinding
    ) -> None:
        assert self._view is not None
        track = self.track
        largest = max(float(finding.area_mm2.max()), 1e-6)
        room = track.height() - 6
        pitch = track.width() / self._view.count
        width = max(pitch - 1, 0.75 * pitch) if pitch > 2 else pitch
        quiet = QColor(colours.quiet)
        for index, area in enumerate(finding.area_mm2.tolist()):
            if area <= 0:
                continue
            height = max(room * area / largest, 1.0)
            x = self.x_of(index)
            chosen = index == finding.index
            bar = QRectF(x - width / 2, track.bottom() - 4 - height, width, height)
            if chosen:
                bar.adjust(min(0, (width - 3) / 2), 0, max(0, (3 - width) / 2), 0)
            painter.fillRect(bar, QColor(colours.tumour) if chosen else faded(quiet, 0.5))
        painter.setBrush(QColor(colours.tumour))
        painter.setPen(Qt.PenStyle.NoPen)
        for candidate in finding.candidates:
            x, y = self.x_of(candidate.index), track.bottom() + 5
            painter.drawPolygon(
                QPolygonF([QPointF(x, y), QPointF(x + 3, y + 5), QPointF(x - 3, y + 5)])
            )

    def _paint_ends(self, painter: QPainter, colours: theme.Colours) -> None:
        assert self._view is not None
        if not self._view.grid.oriented or self._view.grid.as_stored:
            return
        font = image_font(11)
        painter.setFont(font)
        painter.setPen(QColor(colours.quiet))
        y = self.track.bottom() + QFontMetricsF(font).capHeight() / 2
        first, last = _ENDS[self._view.plane]
        advance = QFontMetricsF(font).horizontalAdvance(first)
        painter.drawText(QPointF(self.track.left() - advance - 6, y), first)
        painter.drawText(QPointF(self.track.right() + 6, y), last)

    def _paint_thumb(self, painter: QPainter, colours: theme.Colours) -> None:
        x, y = self.x_of(self._state.slice_index()), self.track.bottom()
        thumb = QRectF(x - 3.5, y - 6.5, 7, 13)
        edge = colours.accent if self.hasFocus() else colours.window
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawRoundedRect(thumb, 3.5, 3.5)

    # -- hands ------------------------------------------------------------------------------

    def _go_to(self, x: float) -> None:
        if self._view is not None:
            self._session.view.go_to_slice(self._view.plane, self.index_at(x))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._go_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go_to(event.position().x())

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()
        if self._view is not None and (steps := self._wheel.add(event)):
            self._session.view.step(self._view.plane, steps)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {**STEPS, Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        if self._view is not None and event.key() in steps:
            self._session.view.step(self._view.plane, steps[Qt.Key(event.key())])
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
