"""How frequent the classes are taken to be: said in one quiet line, changed in its menu."""

from functools import partial

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton

from brainviewer.app.session import Session
from brainviewer.core.errors import BrainViewerError
from brainviewer.render.answer_text import prevalence_text


def fill_prevalences(menu: QMenu, session: Session) -> None:
    """The prevalences that the model in use knows, the one in use checked."""
    from brainviewer.inference.registry import DEFAULT_MODEL, model

    result = session.state.classification
    try:
        card = model(result.model_id if result else DEFAULT_MODEL)
    except BrainViewerError:
        menu.addAction("No model").setEnabled(False)
        return
    group = QActionGroup(menu)
    chosen = session.settings.prevalence
    if chosen not in card.head.prevalences:
        chosen = card.head.default
    for name, prevalence in card.head.prevalences.items():
        shares = dict(zip(card.codes, prevalence.shares, strict=True))
        words = prevalence_text(name, shares).removeprefix("Assumes ")
        action = menu.addAction(words[:1].upper() + words[1:])
        action.setToolTip(prevalence.source)
        action.setCheckable(True)
        action.setChecked(name == chosen)
        action.triggered.connect(partial(_choose, session, name))
        group.addAction(action)


def _choose(session: Session, name: str, _checked: bool = False) -> None:
    session.set_prevalence(name)


class PrevalenceLine(QPushButton):
    """The line with its menu; invisible where nothing is said."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setProperty("role", "link")
        self.setToolTip(
            "How frequent the types are taken to be before looking at the images. "
            "Click to choose another assumption; the answer follows at once."
        )
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._refill)
        self.setMenu(self._menu)

    def show_text(self, text: str) -> None:
        """Show a sentence; an empty one hides the line."""
        self.setText(f"{text} ▾")
        self.setAccessibleName(f"{text}. Change")
        self.setVisible(bool(text))

    def _refill(self) -> None:
        self._menu.clear()
        fill_prevalences(self._menu, self._session)
