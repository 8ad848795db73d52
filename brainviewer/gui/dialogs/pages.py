"""Pages to read: guide, keys, models, classes, about, and the tour of the first start."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QWidget

from brainviewer.app.prediction.class_texts import class_text
from brainviewer.app.report.checklist_text import checklist_markdown
from brainviewer.app.session import Session
from brainviewer.app.settings import first_notice
from brainviewer.core.errors import BrainViewerError
from brainviewer.gui import theme
from brainviewer.gui.dialogs.page import Page, show_page
from brainviewer.gui.dialogs.questions import errors_told
from brainviewer.gui.help.about import AboutPage
from brainviewer.gui.help.first_notice import FirstNotice
from brainviewer.gui.help.guide_tables import table
from brainviewer.gui.help.guide_window import GuideWindow
from brainviewer.gui.help.key_sheet import KeySheet, Rows
from brainviewer.gui.help.tour import Tour
from brainviewer.gui.keys.key_map import KeyMap
from brainviewer.gui.panels.result.model_card import ITEMS, card_html
from brainviewer.gui.tools.mouse_schemes import SCHEMES

if TYPE_CHECKING:
    from brainviewer.models.card import Card

_WIDEST = 1100


class CardPage(Page):
    """What is known about a model; a link leads to how it was made."""

    def __init__(self, card: "Card", parent: QWidget | None = None) -> None:
        self._card = card
        super().__init__(f"{card.name} {card.version}", parent=parent, topic="classification")
        measured = sum(bool(figures) for figures in card.metrics.values()) + len(card.external)
        self.resize(max(self.width(), min(_WIDEST, 300 + 130 * measured)), self.height())
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._follow)

    def write(self) -> None:
        """Fill the page, in the colours of the theme."""
        self.text.setHtml(card_html(self._card, theme.current()))

    def _follow(self, link: QUrl) -> None:
        if link.toString() == ITEMS:
            title = f"{self._card.name}: reporting guidelines"
            show_page(Page(title, checklist_markdown(self._card), self))
        else:
            self._show_making()

    def _show_making(self) -> None:
        try:
            markdown = (self._card.folder / "README.md").read_text("utf-8")
        except OSError:
            markdown = "This model says nothing about how it was made."
        show_page(Page(f"How {self._card.name} was made", markdown, self))


def card_page(model_id: str, parent: QWidget | None = None) -> CardPage:
    """The page of a model; of the model that is used without an id.

    Raises ModelError if there is none.
    """
    from brainviewer.models.registry import DEFAULT_MODEL, card_of

    return CardPage(card_of(model_id or DEFAULT_MODEL), parent)


class Pages:
    """Opens pages in windows of their own; what cannot be shown is a notice.

    window : their parent.
    """

    def __init__(self, session: Session, window: QWidget) -> None:
        self._session, self._window = session, window

    def show_shortcuts(self, groups: Sequence[tuple[str, Rows]]) -> None:
        """The page of keys and mouse. groups : title, and rows of key and text."""
        scheme = SCHEMES[self._session.settings.mouse_scheme]
        show_page(KeySheet(((f"Mouse: {scheme.name}", scheme.rows), *groups), self._window))

    def show_guide(self, keys: KeyMap, place: str = "", asker: QWidget | None = None) -> None:
        """The user guide, in one window however often it is asked for.

        place : see ``help.places``; without one, where the reader was. asker : what asked for it:
        over a dialog that lets nothing else be used, the guide belongs to that.
        """
        asking = asker.window() if asker is not None and asker.window().isModal() else self._window
        directly = Qt.FindChildOption.FindDirectChildrenOnly
        shown = asking.findChild(GuideWindow, options=directly)
        try:
            shown = shown or GuideWindow(
                partial(self._tables, keys), self._session.settings, asking
            )
        except (BrainViewerError, OSError):
            said = "The user guide is not part of this installation."
            self._session.notices.tell(said, "error")
            return
        if place:
            shown.go_to(place)
        _bring_up(shown)

    def _tables(self, keys: KeyMap) -> dict[str, str]:
        scheme = SCHEMES[self._session.settings.mouse_scheme]
        return {"mouse": table(scheme.rows), "keys": table(keys.rows())}

    def show_card(self, model_id: str) -> None:
        """The page of a model; of the one that is chosen, without an id."""
        with errors_told(self._session):
            show_page(card_page(model_id or self._session.classification.model_id, self._window))

    def show_class(self, code: str = "") -> None:
        """The page of a class; of the predicted one, without a code."""
        result = self._session.state.classification
        with errors_told(self._session):
            text = class_text(code or (result.predicted if result else ""))
            show_page(Page(text.title, text.markdown, self._window))

    def show_ablation(self) -> None:
        """What the answer rests on."""
        from brainviewer.gui.dialogs.ablation import AblationPage

        show_page(AblationPage(self._session, self._window))

    def show_settings(self, keys: KeyMap, usual_bar: Sequence[str]) -> None:
        """The settings, in one dialog however often they are asked for."""
        from brainviewer.gui.settings.dialog import SettingsDialog

        dialog = self._window.findChild(SettingsDialog)
        dialog = dialog or SettingsDialog(self._session, keys, usual_bar, self._window)
        _bring_up(dialog)

    def show_annotations(self) -> None:
        """The table of annotations."""
        from brainviewer.gui.dialogs.annotation_table import AnnotationPage

        show_page(AnnotationPage(self._session, self._window))

    def show_targets(self) -> None:
        """The table of target lesions."""
        from brainviewer.gui.dialogs.target_table import TargetPage

        show_page(TargetPage(self._session, self._window))

    def show_about(self, renderer: str) -> None:
        """The page about the application. renderer : what draws the 3D view."""
        show_page(AboutPage(self._session, renderer, self._window))

    def greet(self, keys: KeyMap) -> None:
        """What a reader sees once: the notice, to be accepted, and then the tour."""
        settings = self._session.settings

        def go_on() -> None:
            if not settings.hints_seen:
                self.show_tour(keys)

        def understood() -> None:
            first_notice.accept(settings)
            go_on()

        if not first_notice.is_wanted(settings):
            go_on()
            return
        notice = FirstNotice(self._window)
        notice.accepted.connect(understood)
        notice.rejected.connect(self._window.close)
        notice.open()

    def show_tour(self, keys: KeyMap, *, asked: bool = False) -> None:
        """The tour of the window, of which there is one at a time.

        asked : by the user, who then goes on with Enter; else the keys stay with the images.
        """
        if (tour := self._window.findChild(Tour)) is None:
            tour = Tour(self._window, keys, self._session.settings)
            tour.ended.connect(lambda: self._session.settings.update(hints_seen=True))
        if asked:
            tour.next.setFocus()


def _bring_up(window: QWidget) -> None:
    window.show()
    window.raise_()
    window.activateWindow()
