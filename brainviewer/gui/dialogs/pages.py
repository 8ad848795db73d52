"""Pages to read: guide, keys, models, classes, about, and the hints of the start."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextTable,
)
from PySide6.QtWidgets import QDialog, QTextBrowser, QWidget

from brainviewer import __version__
from brainviewer.app.prediction.class_texts import class_text
from brainviewer.app.session import Session
from brainviewer.assets import guide
from brainviewer.core.errors import BrainViewerError
from brainviewer.gui import theme
from brainviewer.gui.dialogs.key_sheet import KeySheet, Rows
from brainviewer.gui.dialogs.questions import errors_told
from brainviewer.gui.layouts import column
from brainviewer.gui.panels.model_card import card_html
from brainviewer.gui.welcome import Hints
from brainviewer.painting.wording import RESEARCH_ONLY

if TYPE_CHECKING:
    from brainviewer.models.card import Card

_WIDEST = 1100


class Page(QDialog):
    """A text in a window of its own; Escape closes it."""

    def __init__(self, title: str, markdown: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.resize(760, 640)
        self.text = QTextBrowser()
        self.text.setOpenExternalLinks(True)
        self.text.document().setDocumentMargin(20)
        self._markdown = markdown
        self.setLayout(column(self.text))
        self.write()
        theme.themes.changed.connect(self._write_again)

    def write(self) -> None:
        """Fill the page, in the colours of the theme."""
        self.text.setMarkdown(self._markdown)
        _space_out(self.text.document())

    def _write_again(self) -> None:
        bar = self.text.verticalScrollBar()
        place = bar.value()
        self.write()
        bar.setValue(place)


def _blocks(document: QTextDocument) -> list[QTextBlock]:
    return [document.findBlockByNumber(number) for number in range(document.blockCount())]


def _space_out(document: QTextDocument) -> None:
    """Room between paragraphs and quiet lines in tables, which Markdown is shown without."""
    for block in _blocks(document):
        cursor = QTextCursor(block)
        if cursor.currentTable() is None and cursor.currentList() is None:
            shape = block.blockFormat()
            shape.setTopMargin(14 if shape.headingLevel() > 1 else 0)
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


def _fit_images(document: QTextDocument, width: int) -> None:
    """Show images that are wider than the page as wide as the page."""
    cursor = QTextCursor(document)
    for block in _blocks(document):
        pieces = block.begin()
        while not pieces.atEnd():
            piece = pieces.fragment()
            if piece.charFormat().isImageFormat():
                shape = piece.charFormat().toImageFormat()
                shape.setWidth(width)
                cursor.setPosition(piece.position())
                end = piece.position() + piece.length()
                cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
                cursor.setCharFormat(shape)
            pieces += 1


class GuidePage(Page):
    """The user guide that came with the application.

    Raises FileError if none came with it, or OSError if it cannot be read.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        text = re.sub(r"<!--.*?-->", "", guide().read_text("utf-8"), flags=re.DOTALL)
        super().__init__("User guide", text, parent)
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._follow)

    def write(self) -> None:
        """Fill the page, with images as wide as it."""
        self.resize(860, 760)
        self.text.setSearchPaths([str(guide().parent)])
        super().write()
        _fit_images(self.text.document(), self.width() - 80)

    def _follow(self, link: QUrl) -> None:
        """Other documents open as pages; addresses in the web are left to the user."""
        target = guide().parent / link.path()
        if not link.scheme() and target.suffix == ".md" and target.is_file():
            Page(target.stem, target.read_text("utf-8"), self).show()
        elif link.scheme() in ("http", "https"):
            QDesktopServices.openUrl(link)


class CardPage(Page):
    """What is known about a model; a link leads to how it was made."""

    def __init__(self, card: "Card", parent: QWidget | None = None) -> None:
        self._card = card
        super().__init__(f"{card.name} {card.version}", parent=parent)
        measured = sum(bool(figures) for figures in card.metrics.values()) + len(card.external)
        self.resize(max(self.width(), min(_WIDEST, 300 + 130 * measured)), self.height())
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._show_making)

    def write(self) -> None:
        """Fill the page, in the colours of the theme."""
        self.text.setHtml(card_html(self._card, theme.current()))

    def _show_making(self) -> None:
        try:
            markdown = (self._card.folder / "README.md").read_text("utf-8")
        except OSError:
            markdown = "This model says nothing about how it was made."
        Page(f"How {self._card.name} was made", markdown, self).show()


def about_text() -> str:
    """About BrainViewer as Markdown."""
    return (
        f"## BrainViewer {__version__}\n\n"
        "A viewer for brain-tumour MR that finds the tumour, types it and says how sure it is.\n\n"
        f"**{RESEARCH_ONLY}.**\n\n"
        "Apache License 2.0. Built with Qt (PySide6), VTK, NumPy, nibabel, pydicom, "
        "tifffile, SimpleITK, OpenCV, TensorFlow and ONNX Runtime. "
        "Nothing leaves this computer.\n\n"
        "The demo study is synthetic, made from the ICBM 152 tissue maps.\n"
    )


def card_page(model_id: str, parent: QWidget | None = None) -> CardPage:
    """The page of a model; of the model that is used without an id.

    Raises ModelError if there is none.
    """
    from brainviewer.models.registry import DEFAULT_MODEL, card_of

    return CardPage(card_of(model_id or DEFAULT_MODEL), parent)


class Pages:
    """Opens pages in windows of their own; what cannot be shown is a notice.

    window : their parent. over : what the hints lie on.
    """

    def __init__(self, session: Session, window: QWidget, over: QWidget) -> None:
        self._session, self._window, self._over = session, window, over

    def show_shortcuts(self, groups: Sequence[tuple[str, Rows]]) -> None:
        """The page of keys and mouse. groups : title, and rows of key and text."""
        KeySheet(groups, self._window).show()

    def show_guide(self) -> None:
        """The user guide."""
        try:
            GuidePage(self._window).show()
        except (BrainViewerError, OSError):
            said = "The user guide is not part of this installation."
            self._session.notices.tell(said, "error")

    def show_card(self, model_id: str) -> None:
        """The page of a model; of the one that is chosen, without an id."""
        with errors_told(self._session):
            card_page(model_id or self._session.classification.model_id, self._window).show()

    def show_class(self, code: str = "") -> None:
        """The page of a class; of the predicted one, without a code."""
        result = self._session.state.classification
        with errors_told(self._session):
            text = class_text(code or (result.predicted if result else ""))
            Page(text.title, text.markdown, self._window).show()

    def show_ablation(self) -> None:
        """What the answer rests on."""
        from brainviewer.gui.dialogs.ablation import AblationPage

        AblationPage(self._session, self._window).show()

    def show_about(self) -> None:
        """The page about the application."""
        Page("About BrainViewer", about_text(), self._window).show()

    def show_hints(self) -> None:
        """The hints of the first start."""
        hints = Hints(self._over)
        hints.read.connect(lambda: self._session.settings.update(hints_seen=True))
