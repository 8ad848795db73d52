"""Colours on the black of images; the same in the dark and the light theme, and in images."""

from PySide6.QtGui import QColor

from brainviewer.painting import palette

BLACK = QColor(palette.BACKGROUND)
GAP = QColor(palette.LINE)
BRIGHT = QColor(palette.BRIGHT)
TEXT = QColor(palette.TEXT)
QUIET = QColor(palette.QUIET)
CORNER = QColor(palette.CORNER)
SHADOW = QColor(0, 0, 0, 200)
ACCENT = QColor(palette.ACCENT)
TUMOUR = QColor(palette.TUMOUR)
CAUTION = QColor(palette.CAUTION)
ANNOTATION = QColor(palette.ANNOTATION)


def faded(colour: QColor, opacity: float) -> QColor:
    """The colour at an opacity in 0..1."""
    result = QColor(colour)
    result.setAlphaF(min(max(opacity, 0.0), 1.0) * colour.alphaF())
    return result
