"""What histology said of the study, entered below the answer: a link with a menu."""

from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy

from brainviewer.app.monitoring.histology import types_for
from brainviewer.app.session import Session
from brainviewer.gui.outside_text import on_button
from brainviewer.gui.widgets import call, listen

_TIP = (
    "Kept on this computer with the study's content, without names, to tell how often the model "
    "is right. It can be changed and withdrawn."
)


class HistologyLine(QPushButton):
    """Hidden where there is no answer, of synthetic studies, and where nothing is kept."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setProperty("role", "link")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setToolTip(_TIP)
        menu = QMenu(self)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        listen(
            self.refresh,
            session.monitoring.histology_changed,
            session.state.classification_changed,
            session.settings.changed,
        )
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Say what was entered."""
        state = self._session.state
        study, result = state.study, state.classification
        there = study is not None and result is not None and bool(result.study_hash)
        kept = self._session.settings.keep_predictions
        self.setVisible(there and kept and study is not None and not study.synthetic)
        entered = self._session.monitoring.histology
        names = {} if result is None else dict(result.names)
        said = types_for(names).get(entered, entered)
        text = f"Histology: {said}" if entered else "Enter histology…"
        self.setText(on_button(f"{text} ▾"))
        self.setAccessibleName(text)

    def _fill(self) -> None:
        menu, monitoring = self.menu(), self._session.monitoring
        menu.clear()
        result = self._session.state.classification
        names = {} if result is None else dict(result.names)
        for code, name in types_for(names).items():
            if code == next((c for c in types_for({}) if c not in names), ""):
                menu.addSeparator()
            action = menu.addAction(on_button(name))
            action.setCheckable(True)
            action.setChecked(code == monitoring.histology)
            action.triggered.connect(call(monitoring.enter_histology, code))
        if monitoring.histology:
            menu.addSeparator()
            menu.addAction("Withdraw").triggered.connect(call(monitoring.enter_histology, ""))
