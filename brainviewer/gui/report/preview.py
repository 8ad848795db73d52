"""The pages of a report as they will be printed, one under the other."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from brainviewer.gui import theme
from brainviewer.gui.layouts import clear, column, fill
from brainviewer.gui.widgets import label, painted, told

_MARGIN, _BAR = 14, 16
_NARROWEST = 240


class _PageImage(QWidget):
    """One page, drawn already."""

    def __init__(self, image: QImage, name: str) -> None:
        super().__init__()
        self._image = image
        told(self, name=name)

    def fit(self, width: int) -> None:
        """Be so wide."""
        self.setFixedSize(width, round(width * self._image.height() / self._image.width()))

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRect(0, 0, self.width(), self.height()), self._image)
        painter.setPen(QColor(theme.current().line))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


class ReportPreview(QScrollArea):
    """All pages, as wide as there is room; or a sentence in their place.

    page_width : how wide a page is shown, in pixels of the screen.
    """

    resized = Signal()
    """Pages are shown at another width than they were drawn for."""

    def __init__(self) -> None:
        super().__init__()
        told(self, name="Pages of the report")
        self.setMinimumWidth(_NARROWEST + 2 * _MARGIN + _BAR)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        inside = QWidget()
        self._rows = column(spacing=10, margins=(_MARGIN,) * 4)
        inside.setLayout(self._rows)
        self.setWidget(inside)
        self._shown: list[_PageImage] = []

    @property
    def page_width(self) -> int:
        return round(self._width * self.devicePixelRatioF())

    @property
    def _width(self) -> int:
        return max(_NARROWEST, self.viewport().width() - 2 * _MARGIN)

    def show_pages(self, images: Sequence[QImage]) -> None:
        """Show pages, scrolled to where those before were."""
        bar = self.verticalScrollBar()
        place = bar.value()
        self._shown = [
            _PageImage(image, f"Page {number} of {len(images)}")
            for number, image in enumerate(images, 1)
        ]
        clear(self._rows)
        fill(self._rows, *self._shown, None)
        self._fit()
        self._rows.activate()
        bar.setValue(place)

    def show_words(self, words: str) -> None:
        """Say why there is nothing to see."""
        self._shown = []
        clear(self._rows)
        fill(self._rows, label(words, "quiet", wrap=True), None)

    def sizeHint(self) -> QSize:
        return QSize(640, 760)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()
            self.resized.emit()

    def _fit(self) -> None:
        for page in self._shown:
            page.fit(self._width)
