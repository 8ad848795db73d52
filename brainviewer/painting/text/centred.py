"""A sentence in the middle of a pane that has nothing to show."""

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from brainviewer.painting import palette
from brainviewer.painting.canvas import font_metrics, image_font, write

_MARGIN = 10.0


def write_centred(painter: QPainter, size: tuple[float, float], text: str) -> None:
    """A quiet sentence in the middle of an empty pane."""
    metrics = font_metrics()
    lines = _wrapped(text, size[0] - 2 * _MARGIN)
    y = (size[1] + metrics.capHeight() - (len(lines) - 1) * metrics.height()) / 2
    for line in lines:
        x = (size[0] - metrics.horizontalAdvance(line)) / 2
        write(painter, QPointF(x, y), line, image_font(), palette.CORNER)
        y += metrics.height()


def _wrapped(text: str, width: float) -> list[str]:
    """The words in lines that are no longer than a width, as far as they can be."""
    metrics, lines = font_metrics(), [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and metrics.horizontalAdvance(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
