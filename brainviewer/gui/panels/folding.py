"""Sections of a panel that fold away under their heads, and stay so at the next start."""

from PySide6.QtCore import QPointF, QRect, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from brainviewer.app.settings.settings import Settings
from brainviewer.gui import theme
from brainviewer.gui.layouts import column, row
from brainviewer.gui.widgets import painted

_CHEVRON = 3.5


class SectionHeader(QAbstractButton):
    """A section head in small capitals with a chevron; checked while its section is open."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_title(title)

    def set_title(self, title: str) -> None:
        """Change what the head says."""
        self.setText(title.upper())
        self.setAccessibleName(title)
        self.setToolTip(f"Hide or show {title.split(' · ', maxsplit=1)[0].lower()}")

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._font())
        return QSize(metrics.horizontalAdvance(self.text()) + 20, metrics.height() + 4)

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        colours = theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font())
        bright = self.underMouse() or self.hasFocus()
        painter.setPen(QColor(colours.text if bright else colours.quiet))
        place = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        box = QRect(0, 0, self.width() - 16, self.height())
        painter.drawText(box, int(place), self.text())
        painter.setPen(QPen(QColor(colours.text if bright else colours.faint), 1.4))
        x, y, half = self.width() - 6.0, self.height() / 2, _CHEVRON
        if self.isChecked():
            points = ((x - half, y - half / 2), (x, y + half / 2), (x + half, y - half / 2))
        else:
            points = ((x - half / 2, y - half), (x + half / 2, y), (x - half / 2, y + half))
        painter.drawPolyline(QPolygonF([QPointF(*point) for point in points]))

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(theme.px(11))
        font.setWeight(QFont.Weight.DemiBold)
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 1)
        return font


class Section(QWidget):
    """A head and the content under it.

    name : what the settings remember it by, and the head's first text.
    beside : small widgets at the right of the head, e.g. a button.
    """

    def __init__(self, name: str, content: QWidget, settings: Settings, *beside: QWidget) -> None:
        super().__init__()
        self._name, self._content, self._settings = name, content, settings
        self.head = SectionHeader(name)
        self.setLayout(column(row((self.head, 1), *beside, spacing=8), content, spacing=4))
        self._folded_by_hand = False
        is_open = name not in settings.folded.split(",")
        self.head.setChecked(is_open)
        content.setVisible(is_open)
        self.head.toggled.connect(self._fold)

    def unfold(self) -> None:
        """Open it for now, unless the user has folded it since the start.

        How it is at the next start stays as the user has left it.
        """
        if self._folded_by_hand:
            return
        with QSignalBlocker(self.head):
            self.head.setChecked(True)
        self._content.setVisible(True)

    def _fold(self, is_open: bool) -> None:
        self._folded_by_hand = not is_open
        self._content.setVisible(is_open)
        folded = [name for name in self._settings.folded.split(",") if name not in ("", self._name)]
        self._settings.update(folded=",".join(folded if is_open else [*folded, self._name]))
