"""Agree or disagree with the answer; kept on this computer only, and changed at any time."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.feedback import AGREE, DISAGREE, OTHER, WITHDRAWN
from brainviewer.gui import theme
from brainviewer.gui.layouts import column, discard, row
from brainviewer.gui.monitoring.histology_line import HistologyLine
from brainviewer.gui.widgets import button, call, label, linked, listen

LOCAL_ONLY = "Stays on this computer"
_WHERE = "Noted in a file in your own data folder, without names; nothing is sent anywhere."


class FeedbackRow(QWidget):
    """Two buttons; disagreeing offers the types to choose from."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._agree, self._disagree = (
            button(word.capitalize(), "choice", clicked=call(self._judge, word), checkable=True)
            for word in (AGREE, DISAGREE)
        )
        self._where = linked(
            label(LOCAL_ONLY, "small", _WHERE, wrap=True),
            lambda _: session.feedback.give(WITHDRAWN),
        )
        self._where.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._it_is = label(role="quiet")
        self._type_row = row(self._it_is, None, spacing=6)
        self._type_buttons: dict[str, QPushButton] = {}
        self._types = QWidget()
        self._types.setLayout(self._type_row)
        judged = row(self._agree, self._disagree, (self._where, 1), spacing=6)
        histology = row(HistologyLine(session), None)
        self.setLayout(column(judged, self._types, histology, spacing=4))
        listen(self.refresh, session.state.feedback_changed, theme.themes.changed)
        self.refresh()

    def refresh(self) -> None:
        """Show the feedback on the answer that stands there."""
        state = self._session.state
        result, feedback = state.classification, state.feedback
        self.setVisible(result is not None)
        if result is None:
            return
        self.setEnabled(state.classification_status is Status.DONE)
        self._name(result)
        opinion = feedback.opinion if feedback is not None else ""
        self._agree.setChecked(opinion == AGREE)
        self._disagree.setChecked(opinion == DISAGREE)
        self._offer_types(result)
        self._types.setVisible(opinion == DISAGREE)
        for code, choice in self._type_buttons.items():
            choice.setChecked(feedback is not None and feedback.user_type == code)
        undo = f"<br>{theme.link('undo', 'Undo')}" if feedback is not None else ""
        self._where.setText(LOCAL_ONLY + undo)

    def _name(self, result: Classification) -> None:
        """Say what is agreed with, where the answer itself leaves it open."""
        name = result.names.get(result.predicted, result.predicted)
        if not result.in_scope:
            text, tip = "Agree", "It is out of scope"
        elif result.abstained:
            text, tip = f"Agree with {result.predicted}", f"It is {name} all the same"
        else:
            text, tip = "Agree", f"It is {name}"
        self._agree.setText(text)
        self._agree.setToolTip(f"{tip}; click again to withdraw")
        self._disagree.setToolTip("It is something else; click again to withdraw")

    def _offer_types(self, result: Classification) -> None:
        """A button for each type but the one that is disagreed with, and one for any other."""
        said = result.predicted if result.in_scope else ""
        codes = [code for code in result.names if code != said] + [OTHER]
        if list(self._type_buttons) == codes:
            return
        # The classes of images are words, and five of them must fit.
        self._it_is.setText("It is" if result.of_image else "In your view it is")
        role = "small" if result.of_image else "choice"
        for old in self._type_buttons.values():
            discard(old)
        self._type_buttons = {}
        for code in codes:
            made = button(
                "Other" if code == OTHER else code,
                role,
                result.names.get(code, "Another tumour, or no tumour"),
                call(self._choose, code),
                checkable=True,
                name=f"In your view it is {result.names.get(code, 'another')}",
            )
            self._type_row.addWidget(made)
            self._type_buttons[code] = made

    def _judge(self, word: str) -> None:
        feedback = self._session.state.feedback
        same = feedback is not None and feedback.opinion == word
        self._session.feedback.give(WITHDRAWN if same else word)

    def _choose(self, code: str) -> None:
        feedback = self._session.state.feedback
        same = feedback is not None and feedback.user_type == code
        self._session.feedback.give(DISAGREE, "" if same else code)
