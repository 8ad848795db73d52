"""Which model answers, and how frequent its classes are taken to be: menus, and a quiet line."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy

from brainviewer.app.facts import Fact
from brainviewer.app.session import Session
from brainviewer.core.errors import BrainViewerError
from brainviewer.gui.outside_text import as_tip, on_button
from brainviewer.gui.panels.result.model_card import assumption
from brainviewer.gui.widgets import Slot, call

_TIP = (
    "How frequent the types are taken to be before looking at the images. "
    "Click to choose another assumption; the answer follows at once."
)


def fill_prevalences(menu: QMenu, session: Session) -> None:
    """The prevalences that the model in use knows, the one in use checked."""
    from brainviewer.models.registry import chosen_model

    result = session.state.classification
    wanted = result.model_id if result else session.classification.model_id
    try:
        card = chosen_model(wanted, Fact.IMAGE in session.state.facts)
    except BrainViewerError:
        menu.addAction("No model").setEnabled(False)
        return
    chosen = session.classification.prevalence
    if chosen not in card.fusion_head.prevalences:
        chosen = card.fusion_head.default
    for name, prevalence in card.fusion_head.prevalences.items():
        choose = call(session.classification.set_prevalence, name)
        offer(menu, assumption(card, name), name == chosen, choose, prevalence.source)


def fill_models(menu: QMenu, session: Session) -> None:
    """The models that answer for what is open, the one in use checked."""
    from brainviewer.models.registry import chosen_model, classification_models

    of_images = Fact.IMAGE in session.state.facts
    try:
        usual, used = (
            chosen_model(name, of_images).id for name in ("", session.classification.model_id)
        )
        cards = [card for card in classification_models() if card.of_images is of_images]
    except BrainViewerError:
        menu.addAction("No model").setEnabled(False)
        return
    for card in cards:
        choose = call(session.classification.set_model, "" if card.id == usual else card.id)
        name = on_button(f"{card.name} (yours, not measured here)" if card.own else card.name)
        offer(menu, name, card.id == used, choose, as_tip(card.intended_use))


def refill(menu: QMenu, fill: Callable[[QMenu, Session], None], session: Session) -> None:
    """Fill a menu anew."""
    menu.clear()
    fill(menu, session)


def offer(menu: QMenu, text: str, chosen: bool, choose: Slot, tip: str = "") -> None:
    """Add one of the things to choose from to a menu."""
    action = menu.addAction(text)
    action.setCheckable(True)
    action.setChecked(chosen)
    action.setToolTip(tip)
    action.triggered.connect(choose)


class PrevalenceLine(QPushButton):
    """The line with its menu; invisible where nothing is said."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._text = ""
        self.setProperty("role", "link")
        # Long names of classes must not make the panel wider.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        menu = QMenu(self, toolTipsVisible=True)
        menu.aboutToShow.connect(call(refill, menu, fill_prevalences, session))
        self.setMenu(menu)

    def show_text(self, text: str) -> None:
        """Show a sentence; an empty one hides the line."""
        self._text = text
        self._shorten()
        self.setAccessibleName(f"{text}. Change")
        self.setVisible(bool(text))

    def _shorten(self) -> None:
        room = self.width() - self.fontMetrics().horizontalAdvance("  ▾")
        shown = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, room)
        self.setText(f"{shown} ▾")
        self.setToolTip(f"{self._text}.\n{_TIP}" if shown != self._text else _TIP)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten()
