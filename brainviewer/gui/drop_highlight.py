"""What says, while a study is dragged over the window, that it can be let go here."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from brainviewer.gui import theme
from brainviewer.gui.image_colours import BLACK, BRIGHT, faded
from brainviewer.gui.widgets import painted
from brainviewer.painting.canvas import image_font


class DropHighlight(QWidget):
    """A frame and a sentence over a whole window; takes no events of its own."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_over(self) -> None:
        """Cover the window."""
        self.setGeometry(self.window().rect())
        self.raise_()
        self.show()

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), faded(BLACK, 0.7))
        painter.setPen(QPen(QColor(theme.current().accent), 3))
        painter.drawRect(QRectF(self.rect()).adjusted(6, 6, -6, -6))
        painter.setFont(image_font(21))
        painter.setPen(BRIGHT)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Drop to open")
