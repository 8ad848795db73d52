"""How an exported picture will look."""

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from brainviewer.render import palette


def to_qimage(image: Image.Image) -> QImage:
    """The same picture for Qt, with its own copy of the pixels."""
    rgb = image.convert("RGB")
    data = rgb.tobytes()
    stride = 3 * rgb.width
    return QImage(data, rgb.width, rgb.height, stride, QImage.Format.Format_RGB888).copy()


class PreviewPane(QWidget):
    """The picture, as large as fits; or a sentence in its place."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(420, 360)
        self.setAccessibleName("Preview")
        self._image, self._words = QImage(), ""

    def show_image(self, image: QImage) -> None:
        """Show a picture."""
        self._image, self._words = image, ""
        self.update()

    def show_words(self, words: str) -> None:
        """Say why there is none."""
        self._image, self._words = QImage(), words
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(palette.BACKGROUND))
        if self._words:
            painter.setPen(QColor(palette.CAUTION))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(24, 24, -24, -24), flags, self._words)
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
