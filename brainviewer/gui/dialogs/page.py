"""A text in a window of its own."""

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QColor,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextTable,
)
from PySide6.QtWidgets import QDialog, QTextBrowser, QWidget

from brainviewer.gui import theme
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, row
from brainviewer.gui.window_size import open_with

_DIRECTLY = Qt.FindChildOption.FindDirectChildrenOnly


class PageText(QTextBrowser):
    """A text whose HTML is as large as the window's texts are."""

    def setHtml(self, html: str) -> None:
        super().setHtml(theme.scaled(html))


class Page(QDialog):
    """A text in a window of its own; Escape closes it.

    topic : of ``help.places``, that its question mark leads to; none where it is empty.
    """

    def __init__(
        self, title: str, markdown: str = "", parent: QWidget | None = None, *, topic: str = ""
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        open_with(self, 760, 640)
        self.text = PageText()
        self.text.setOpenExternalLinks(True)
        self.text.document().setDocumentMargin(20)
        self._markdown = markdown
        self._lines = column(self.text)
        if topic:
            self._lines.addLayout(row(None, HelpButton(topic), margins=(12, 4, 12, 8)))
        self.setLayout(self._lines)
        self.write()
        theme.themes.changed.connect(self._write_again)

    def write(self) -> None:
        """Fill the page, in the colours of the theme."""
        self.text.setMarkdown(self._markdown)
        space_out(self.text.document())

    def _write_again(self) -> None:
        bar = self.text.verticalScrollBar()
        place = bar.value()
        self.write()
        bar.setValue(place)


def show_page(page: QDialog) -> None:
    """Show a page, in the place of one of the same kind and title that is open."""
    above = page.parentWidget()
    for old in above.findChildren(type(page), options=_DIRECTLY) if above is not None else ():
        if old is not page and old.windowTitle() == page.windowTitle() and old.isVisible():
            page.setGeometry(old.geometry())
            old.close()
    page.show()
    page.raise_()
    page.activateWindow()


def blocks(document: QTextDocument) -> list[QTextBlock]:
    """The paragraphs of a text."""
    return [document.findBlockByNumber(number) for number in range(document.blockCount())]


def space_out(document: QTextDocument) -> None:
    """Room between paragraphs and quiet lines in tables, which Markdown is shown without."""
    for block in blocks(document):
        cursor = QTextCursor(block)
        if cursor.currentTable() is None and cursor.currentList() is None:
            shape = block.blockFormat()
            after_list = block.previous().textList() is not None
            shape.setTopMargin(14 if shape.headingLevel() > 1 else 6 if after_list else 0)
            shape.setBottomMargin(6)
            cursor.setBlockFormat(shape)
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            look = frame.format().toTableFormat()
            look.setBorderCollapse(True)
            look.setBorder(1)
            look.setBorderBrush(QColor(theme.current().line))
            look.setCellPadding(4)
            look.setBottomMargin(8)
            frame.setFormat(look)
