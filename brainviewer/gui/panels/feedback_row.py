"""Agree or disagree with the answer; kept on this computer only, and changed at any time."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.app.stores.feedback import AGREE, DISAGREE, OTHER, WITHDRAWN
from brainviewer.core.findings import Classification
from brainviewer.gui import theme
from brainviewer.gui.widgets import button, label

LOCAL_ONLY = "Stays on this computer"
_WHERE = "Noted in a file in your own data folder, without names; nothing is sent anywhere."


class FeedbackRow(QWidget):
    """Two buttons; disagreeing offers the types to choose from."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        first = QHBoxLayout()
        first.setSpacing(6)
        self._agree = button("Agree", "choice", checkable=True)
        self._disagree = button("Disagree", "choice", checkable=True)
        self._agree.clicked.connect(lambda: self._judge(AGREE))
        self._disagree.clicked.connect(lambda: self._judge(DISAGREE))
        self._where = label(LOCAL_ONLY, "small", wrap=True)
        self._where.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._where.setToolTip(_WHERE)
        self._where.setTextFormat(Qt.TextFormat.RichText)
        self._where.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self._where.linkActivated.connect(lambda _: session.feedback.give(WITHDRAWN))
        for widget in (self._agree, self._disagree):
            first.addWidget(widget)
        first.addWidget(self._where, 1)
        column.addLayout(first)
        self._types = QWidget()
        self._type_row = QHBoxLayout(self._types)
        self._type_row.setContentsMargins(0, 0, 0, 0)
        self._type_row.setSpacing(6)
        self._it_is = label(role="quiet")
        self._type_row.addWidget(self._it_is)
        self._type_row.addStretch(1)
        self._type_buttons: dict[str, QPushButton] = {}
        column.addWidget(self._types)
        session.state.feedback_changed.connect(self.refresh)
        theme.themes.changed.connect(self.refresh)
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
        self._agree.setChecked(feedback is not None and feedback.opinion == AGREE)
        disagrees = feedback is not None and feedback.opinion == DISAGREE
        self._disagree.setChecked(disagrees)
        self._offer_types(result)
        self._types.setVisible(disagrees)
        for code, choice in self._type_buttons.items():
            choice.setChecked(feedback is not None and feedback.user_type == code)
        accent = theme.current().accent
        undo = f'<br><a style="color:{accent}" href="undo">Undo</a>'
        self._where.setText(LOCAL_ONLY + (undo if feedback is not None else ""))

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
        # The classes of pictures are words, and five of them must fit.
        self._it_is.setText("It is" if result.of_picture else "In your view it is")
        role = "small" if result.of_picture else "choice"
        for old in self._type_buttons.values():
            old.hide()
            old.deleteLater()
        self._type_buttons = {}
        for code in codes:
            made = button("Other" if code == OTHER else code, role, checkable=True)
            made.setToolTip(result.names.get(code, "Another tumour, or no tumour"))
            made.setAccessibleName(f"In your view it is {result.names.get(code, 'another')}")
            made.clicked.connect(lambda _=False, c=code: self._choose(c))
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
