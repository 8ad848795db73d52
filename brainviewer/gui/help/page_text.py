"""What is done to the text of a page of the guide: images that fit, and words that are found."""

import re
from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QColor, QImage, QTextBlock, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextEdit

from brainviewer.assets import guide
from brainviewer.gui import theme
from brainviewer.gui.dialogs.page import blocks

_IMAGE = QTextDocument.ResourceType.ImageResource.value


def hits(document: QTextDocument, words: Sequence[str]) -> list[QTextCursor]:
    """Where one of the words stands, from the beginning, whatever its capitals."""
    pattern, found = "|".join(map(re.escape, words)), []
    said = document.toPlainText()
    for match in re.finditer(pattern, said, re.IGNORECASE) if pattern else ():
        cursor = QTextCursor(document)
        cursor.setPosition(match.start())
        cursor.setPosition(match.end(), QTextCursor.MoveMode.KeepAnchor)
        found.append(cursor)
    return found


def marks(found: Iterable[QTextCursor]) -> list[QTextEdit.ExtraSelection]:
    """How places of words are marked, in the colours of the theme."""
    made = []
    for cursor in found:
        mark = QTextEdit.ExtraSelection()
        mark.cursor = cursor
        mark.format.setBackground(QColor(theme.current().selected))
        mark.format.setForeground(QColor(theme.current().tumour))
        made.append(mark)
    return made


def _indent_of(block: QTextBlock) -> int:
    """How far a paragraph begins to the right of the others, in pixels of the window."""
    shape, items = block.blockFormat(), block.textList()
    steps = shape.indent() + (items.format().indent() if items is not None else 0)
    return round(steps * block.document().indentWidth() + shape.leftMargin())


def fit_images(document: QTextDocument, width: int, ratio: float) -> None:
    """Show images as they are, and wider ones as wide as the page beside their indent, smoothly.

    width : of the page in pixels of the window. ratio : pixels of the screen for each of them.
    """
    cursor = QTextCursor(document)
    for block in blocks(document):
        pieces = block.begin()
        while not pieces.atEnd():
            piece = pieces.fragment()
            if piece.charFormat().isImageFormat():
                shape = piece.charFormat().toImageFormat()
                own = QImage(str(guide().parent / shape.name()))
                wide = min(own.width(), width - _indent_of(block))
                if wide and round(shape.width()) != wide:
                    smooth = Qt.TransformationMode.SmoothTransformation
                    small = own.scaledToWidth(min(own.width(), round(wide * ratio)), smooth)
                    document.addResource(_IMAGE, QUrl(shape.name()), small)
                    shape.setWidth(wide)
                    cursor.setPosition(piece.position())
                    end = piece.position() + piece.length()
                    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
                    cursor.setCharFormat(shape)
            pieces += 1
