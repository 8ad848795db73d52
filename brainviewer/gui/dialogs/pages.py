"""Pages to read: guide, keys, models, classes, about, and the hints of the start."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import (
    QDesktopServices,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QWidget

from brainviewer import __version__
from brainviewer.app.prediction.class_texts import class_text
from brainviewer.app.session import Session
from brainviewer.assets import guide
from brainviewer.core.errors import BrainViewerError
from brainviewer.gui import theme
from brainviewer.gui.dialogs.guide_tables import table, with_tables
from brainviewer.gui.dialogs.key_sheet import KeySheet, Rows
from brainviewer.gui.dialogs.page import Page, blocks
from brainviewer.gui.dialogs.questions import errors_told
from brainviewer.gui.keys.key_map import KeyMap
from brainviewer.gui.panels.model_card import card_html
from brainviewer.gui.tools.mouse_schemes import SCHEMES
from brainviewer.gui.welcome import Hints
from brainviewer.gui.window_size import open_with
from brainviewer.painting.text.wording import RESEARCH_ONLY

if TYPE_CHECKING:
    from brainviewer.models.card import Card

_WIDEST = 1100


def _fit_images(document: QTextDocument, width: int) -> None:
    """Show images that are wider than the page as wide as the page."""
    cursor = QTextCursor(document)
    for block in blocks(document):
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

    tables : rows that take the place of those that stand in it, by name; see ``guide_tables``.

    Raises FileError if none came with it, or OSError if it cannot be read.
    """

    def __init__(self, tables: Mapping[str, Rows], parent: QWidget | None = None) -> None:
        text = with_tables(guide().read_text("utf-8"), {n: table(r) for n, r in tables.items()})
        text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
        super().__init__("User guide", text, parent)
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._follow)

    def write(self) -> None:
        """Fill the page, with images as wide as it."""
        open_with(self, 860, 760)
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
        "Icons: Material Design Icons (Apache License 2.0), brought by QtAwesome (MIT License). "
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
        scheme = SCHEMES[self._session.settings.mouse_scheme]
        KeySheet(((f"Mouse: {scheme.name}", scheme.rows), *groups), self._window).show()

    def show_guide(self, keys: Rows) -> None:
        """The user guide. keys : rows of key and text."""
        try:
            scheme = SCHEMES[self._session.settings.mouse_scheme]
            GuidePage({"mouse": scheme.rows, "keys": keys}, self._window).show()
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

    def show_settings(self, keys: KeyMap, usual_bar: Sequence[str]) -> None:
        """The settings, in one dialog however often they are asked for."""
        from brainviewer.gui.settings.dialog import SettingsDialog

        dialog = self._window.findChild(SettingsDialog)
        dialog = dialog or SettingsDialog(self._session, keys, usual_bar, self._window)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def show_annotations(self) -> None:
        """The table of annotations."""
        from brainviewer.gui.dialogs.annotation_table import AnnotationPage

        AnnotationPage(self._session, self._window).show()

    def show_targets(self) -> None:
        """The table of target lesions."""
        from brainviewer.gui.dialogs.target_table import TargetPage

        TargetPage(self._session, self._window).show()

    def show_about(self) -> None:
        """The page about the application."""
        Page("About BrainViewer", about_text(), self._window).show()

    def show_hints(self) -> None:
        """The hints of the first start."""
        hints = Hints(self._over)
        hints.read.connect(lambda: self._session.settings.update(hints_seen=True))
