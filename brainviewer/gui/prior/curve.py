"""Volumes over the days of a patient's studies, drawn as a line."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from brainviewer.app.prior.prior import TimePoint
from brainviewer.gui import theme
from brainviewer.gui.thumbnails import small_letters
from brainviewer.gui.widgets import painted

_RIGHT, _TOP, _BOTTOM = 20.0, 22.0, 24.0
_GAP, _LETTERS = 6.0, 11


class VolumeCurve(QWidget):
    """Whole lesion and enhancing part, in mL; by days where all are known, else one by one."""

    def __init__(self) -> None:
        super().__init__()
        self._points: tuple[TimePoint, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Volumes over time")

    def sizeHint(self) -> QSize:
        return QSize(320, 170)

    def show_points(self, points: tuple[TimePoint, ...]) -> None:
        """Draw these; fewer than two are no curve."""
        self._points = points
        self.setVisible(len(points) > 1)
        self.update()

    @property
    def by_day(self) -> bool:
        """Whether the days of all are known, and differ."""
        days = {point.day for point in self._points}
        return None not in days and len(days) > 1

    @property
    def most(self) -> float:
        """The volume in mL that the curve reaches up to."""
        return max((point.volume_ml for point in self._points), default=0.0) or 1.0

    @property
    def left(self) -> float:
        """Where the curve begins, in pixels: the longest number of the axis stands before it."""
        return self._width_of(_millilitres(self.most)) + 2 * _GAP

    def _width_of(self, text: str) -> float:
        font = QFont(self.font())
        font.setPixelSize(_LETTERS)
        return QFontMetricsF(font).horizontalAdvance(text)

    def places(self) -> list[float]:
        """Where each study stands, in pixels from the left."""
        left = self.left
        width = self.width() - left - _RIGHT
        if self.by_day:
            days = [point.day.toordinal() for point in self._points if point.day is not None]
            span = days[-1] - days[0]
            return [left + width * (day - days[0]) / span for day in days]
        return [left + width * n / (len(self._points) - 1) for n in range(len(self._points))]

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        if len(self._points) < 2:
            return
        colours = theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small_letters(painter)
        most, left = self.most, self.left
        area = QRectF(left, _TOP, self.width() - left - _RIGHT, self.height() - _TOP - _BOTTOM)
        painter.setPen(QColor(colours.line))
        for share in (0.0, 0.5, 1.0):
            y = area.bottom() - share * area.height()
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setPen(QColor(colours.quiet))
        for share in (0.0, 1.0):
            y = area.bottom() - share * area.height()
            box = QRectF(0, y - 8, left - _GAP, 16)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, right, _millilitres(share * most))
        places = self.places()
        self._dates(painter, places)
        whole = [(x, point.volume_ml) for x, point in zip(places, self._points, strict=True)]
        part = [
            (x, point.enhancing_ml)
            for x, point in zip(places, self._points, strict=True)
            if point.enhancing_ml is not None
        ]
        for name, values, colour, style, at in (
            ("whole lesion", whole, colours.tumour, Qt.PenStyle.SolidLine, 0),
            ("enhancing", part, colours.accent, Qt.PenStyle.DashLine, 1),
        ):
            if not values:
                continue
            ends = [QPointF(x, area.bottom() - ml / most * area.height()) for x, ml in values]
            painter.setPen(QPen(QColor(colour), 2, style))
            painter.drawPolyline(QPolygonF(ends))
            painter.setBrush(QColor(colour))
            for end in ends:
                painter.drawEllipse(end, 3, 3)
            painter.drawText(QPointF(left + 92 * at, 12), name)

    def _dates(self, painter: QPainter, places: list[float]) -> None:
        """The first and the last, and of those between them what has room."""
        widths = [self._width_of(text) for text in self.texts]
        ends = [place + width / 2 for place, width in zip(places, widths, strict=True)]
        last = self.width() - widths[-1]
        free = 0.0
        for n, (text, width, end) in enumerate(zip(self.texts, widths, ends, strict=True)):
            start = min(max(end - width, 0.0), self.width() - width)
            is_last = n == len(places) - 1
            if n and not is_last and (start < free or start + width + _GAP > last):
                continue
            painter.drawText(QPointF(start, self.height() - _GAP), text)
            free = start + width + _GAP

    @property
    def texts(self) -> list[str]:
        """What stands under each study."""
        return [
            point.day.isoformat() if self.by_day and point.day else point.name
            for point in self._points
        ]


def _millilitres(value: float) -> str:
    return f"{value:.1f} mL"
