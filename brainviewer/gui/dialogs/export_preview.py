"""How an exported image will look."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from PySide6.QtWidgets import QWidget

from brainviewer.gui import theme
from brainviewer.gui.widgets import painted


class PreviewPane(QWidget):
    """The image, as large as fits; or a sentence in its place.

    words : that sentence, if there is one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(420, 360)
        self.setAccessibleName("Preview")
        self._image, self.words, self._caution = QImage(), "", False

    def show_image(self, image: QImage) -> None:
        """Show an image."""
        self._image, self.words = image, ""
        self.update()

    def show_words(self, words: str, *, caution: bool = False) -> None:
        """Say what becomes of it, or why there is none."""
        self._image, self.words, self._caution = QImage(), words, caution
        self.update()

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        # No black beside the image: it would look like a part of it.
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Window))
        if self.words:
            colours = theme.current()
            painter.setPen(QColor(colours.caution if self._caution else colours.quiet))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(24, 24, -24, -24), flags, self.words)
        elif not self._image.isNull():
            ratio = self.devicePixelRatioF()
            shown = self._image.scaled(
                self.size() * ratio,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            shown.setDevicePixelRatio(ratio)
            x = (self.width() - shown.width() / ratio) / 2
            y = (self.height() - shown.height() / ratio) / 2
            painter.drawImage(round(x), round(y), shown)
