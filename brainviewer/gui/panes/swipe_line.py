"""The line between two sequences of a pane, which is dragged."""

from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from brainviewer.app.original_grids import Seen
from brainviewer.app.session import Session
from brainviewer.core.study import Modality
from brainviewer.core.view.fusion import FusionMode
from brainviewer.gui import image_colours
from brainviewer.gui.widgets import painted, told

_WIDTH = 13
_GRIP = 18
_STEP = 0.02


class SwipedPane(Protocol):
    """The pane that a line lies on; ``SlicePane`` is one."""

    modality: Modality

    @property
    def missing(self) -> bool: ...
    @property
    def seen(self) -> Seen: ...
    def as_widget(self) -> QWidget: ...


class SwipeLine(QWidget):
    """Lies on a pane; the wheel goes through to it."""

    def __init__(self, session: Session, pane: SwipedPane) -> None:
        super().__init__(pane.as_widget())
        self._session, self._pane = session, pane
        session.state.overlays_changed.connect(self.place)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        told(self, name="Line between two sequences", tip="Drag to swipe; a double click centres")
        self.hide()

    def place(self) -> None:
        """Stand where the state has it, on a pane of its present size."""
        state, pane = self._session.state, self._pane
        fusion, study = state.overlays.fusion, state.study
        shown = fusion.mode is FusionMode.SWIPE and not pane.missing and not pane.seen.original
        if shown := shown and study is not None and fusion.pair(study, pane.modality) is not None:
            area = pane.as_widget().rect()
            middle = round(fusion.swipe * area.width())
            self.setGeometry(middle - _WIDTH // 2, 0, _WIDTH, area.height())
        self.setVisible(shown)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.setAccepted(event.button() is Qt.MouseButton.LeftButton)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            at = self.mapToParent(event.position().toPoint()).x()
            self._move(at / max(self._pane.as_widget().width(), 1))

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self._move(0.5)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -_STEP, Qt.Key.Key_Right: _STEP}.get(Qt.Key(event.key()))
        if by is None:
            super().keyPressEvent(event)
        else:
            self._move(self._session.state.overlays.fusion.swipe + by)

    def _move(self, to: float) -> None:
        self._session.view.set_fusion(swipe=min(max(to, 0.0), 1.0))

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        middle = QRectF(self.rect()).center()
        colour = image_colours.ACCENT if self.hasFocus() else image_colours.TEXT
        painter.fillRect(QRectF(_WIDTH // 2, 0, 1, self.height()), colour)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        grip = QRectF(0, 0, 5, _GRIP)
        grip.moveCenter(QPointF(_WIDTH // 2 + 0.5, middle.y()))
        painter.drawRoundedRect(grip, 2.5, 2.5)
