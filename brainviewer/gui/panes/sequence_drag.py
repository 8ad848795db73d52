"""Sequences dragged from their list onto panes."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QDragMoveEvent, QDropEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.gui import theme
from brainviewer.gui.image_colours import faded
from brainviewer.gui.widgets import painted

_FORMAT = "application/x-brainviewer-sequence"


def dragged(modality: Modality) -> QMimeData:
    """A sequence on its way."""
    data = QMimeData()
    data.setData(_FORMAT, modality.value.encode())
    return data


def sequence_in(data: QMimeData) -> Modality | None:
    """The sequence that is dragged; None if it is something else."""
    name = bytes(data.data(_FORMAT).data()).decode("utf-8", "replace")
    return Modality(name) if name in [one.value for one in SEQUENCES] else None


class SequenceDrops(QObject):
    """Lets sequences be dropped on the panes of a widget.

    place_at : the rectangle of the pane at a point, and its number; None where there is none.
    dropped : called with the number and the sequence.
    """

    def __init__(
        self,
        widget: QWidget,
        place_at: Callable[[QPoint], tuple[QRect, int] | None],
        dropped: Callable[[int, Modality], object],
    ) -> None:
        super().__init__(widget)
        self._place_at, self._dropped = place_at, dropped
        self._target = _Target(widget)
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.DragEnter, QEvent.Type.DragMove):
            return self._over(event)  # type: ignore[arg-type]  # both are moves of a drag
        if kind in (QEvent.Type.DragLeave, QEvent.Type.Drop):
            self._target.hide()
        if kind is QEvent.Type.Drop and isinstance(event, QDropEvent):
            return self._drop(event)
        return False

    def _over(self, event: QDragMoveEvent) -> bool:
        if sequence_in(event.mimeData()) is None:
            return False
        there = self._place_at(event.position().toPoint())
        event.setAccepted(there is not None)
        if there is None:
            self._target.hide()
        else:
            self._target.show_over(there[0])
        return True

    def _drop(self, event: QDropEvent) -> bool:
        modality = sequence_in(event.mimeData())
        there = self._place_at(event.position().toPoint())
        if modality is None or there is None:
            return False
        event.acceptProposedAction()
        self._dropped(there[1], modality)
        return True


class _Target(QWidget):
    """A frame over the pane that would be dropped on; takes no events of its own."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_over(self, pane: QRect) -> None:
        """Mark a pane."""
        self.setGeometry(pane)
        self.raise_()
        self.show()

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        accent = QColor(theme.current().accent)
        painter.fillRect(self.rect(), faded(accent, 0.18))
        painter.setPen(QPen(accent, 2))
        painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
