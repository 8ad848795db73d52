"""The right side of the window: how 3D view and answer share its height."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter

_FRACTION = 0.54
_PREDICTION = 460
_VOLUME = 210
_NARROWEST = 320


class RightSplit(QSplitter):
    """The 3D view above, the answer below; the answer needs its height first.

    Once the user has moved the handle, it stays where it is put.
    """

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.setChildrenCollapsible(False)
        self._moved = False
        self.splitterMoved.connect(self._keep)

    def _keep(self) -> None:
        self._moved = True

    def minimumSizeHint(self) -> QSize:
        """As wide as the words on its buttons, so that none is ever cut off."""
        return super().minimumSizeHint().expandedTo(QSize(_NARROWEST, 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        if not self._moved and self.count() == 2:
            height = self.height()
            prediction = round(max(_FRACTION * height, min(_PREDICTION, height - _VOLUME)))
            self.setSizes([height - prediction, prediction])
        super().resizeEvent(event)
