"""The answer beside the image: what type, how sure, from what, by whom, and how good that is."""

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QScrollArea, QToolButton, QVBoxLayout, QWidget

from brainviewer.app.facts import Fact
from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.core.findings import Classification
from brainviewer.core.slices import Plane
from brainviewer.gui import theme
from brainviewer.gui.panels.class_note import ClassNote
from brainviewer.gui.panels.confidence_chips import Chip, answer_chips
from brainviewer.gui.panels.feedback_row import FeedbackRow
from brainviewer.gui.panels.prevalence_menu import PrevalenceLine
from brainviewer.gui.panels.probability_bars import ProbabilityBars
from brainviewer.gui.widgets import button, clear, head, label, set_role
from brainviewer.painting.prediction_text import ONLY_GLIOMAS, AnswerText, Standing, answer_text
from brainviewer.painting.wording import RESEARCH_ONLY

_OLDEST = 120
_YEARS = re.compile(r"\d{1,3}([.,]\d+)?", re.ASCII)


class ResultPanel(QWidget):
    """The result card with its states.

    They are: not run, running, done, not confident, out of scope, stale, failed.
    """

    card_wanted = Signal(str)
    """The id of the model whose card the user wants to read."""
    class_wanted = Signal(str)
    """The code of the class that the user wants to read about."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._head = QHBoxLayout()
        self._head.setSpacing(2)
        self._title = head("Glioma type")
        self._head.addWidget(self._title)
        self._head.addStretch(1)
        self._answer = label(role="answer", wrap=True)
        self._beneath = label(role="beneath", wrap=True)
        self._reason = label(role="caution", wrap=True)
        self._source = label(role="quiet", wrap=True)
        self._bars = ProbabilityBars()
        self._tumour = label(wrap=True)
        self._class = ClassNote()
        self._class.wanted.connect(self.class_wanted)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(6)
        self._scope = label(ONLY_GLIOMAS, "small", wrap=True)
        self._prevalence = PrevalenceLine(session)
        self._feedback = FeedbackRow(session)
        self._made_by = label(role="small", wrap=True)
        self._stale = label(role="small-caution", wrap=True)
        self._notes = label(role="small", wrap=True)
        self._quality = label(role="small", wrap=True)
        self._quality.setTextFormat(Qt.TextFormat.RichText)
        self._quality.linkActivated.connect(self.card_wanted)
        self._quality.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self._lay_out()
        state = session.state
        state.classification_changed.connect(self._show)
        state.finding_changed.connect(self._show)
        state.study_leaving.connect(self._finish_age)
        state.study_changed.connect(self._show_age)
        state.engine_changed.connect(self._show)
        state.trial_changed.connect(self._show)
        theme.themes.changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        card = QWidget()
        card.setObjectName("panel")
        column = QVBoxLayout(card)
        column.setContentsMargins(16, 0, 16, 6)
        column.setSpacing(6)
        above = self._answer, self._beneath, self._reason, self._class, self._source, self._bars
        for widget in (*above, self._tumour):
            column.addWidget(widget)
        column.addLayout(self._chips)
        column.addWidget(self._scope)
        column.addWidget(self._prevalence)
        column.addSpacing(2)
        column.addWidget(self._feedback)
        column.addSpacing(2)
        for widget in (self._stale, self._notes, self._made_by, self._quality):
            column.addWidget(widget)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setObjectName("panel")
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(card)
        # What the user does next is never scrolled away, nor is what the answer is for.
        below = QVBoxLayout()
        below.setContentsMargins(16, 6, 16, 10)
        below.setSpacing(6)
        below.addLayout(self._controls())
        below.addWidget(label(RESEARCH_ONLY, "small-caution"))
        self._head.setContentsMargins(16, 8, 16, 0)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(4)
        whole.addLayout(self._head)
        whole.addWidget(scroll, 1)
        whole.addLayout(below)

    def add_tool(self, tool: QToolButton) -> None:
        """Put a small button beside the head."""
        tool.setProperty("role", "small")
        self._head.addWidget(tool)

    def _controls(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self._age = QLineEdit()
        self._age.setPlaceholderText("Age")
        self._age.setFixedWidth(64)
        self._age.setToolTip(
            "The patient's age in years, optional; the answer follows. Kept on this computer with "
            "the study, for you alone"
        )
        self._age.setAccessibleName("Patient age in years")
        self._age.editingFinished.connect(self._enter_age)
        self._run = button("Classify", "primary", "Type the glioma that was found")
        self._run.clicked.connect(self._classify)
        self._here = button(
            "This slice",
            "second",
            "Answer for the axial slice shown now, also where the study was refused",
        )
        self._here.clicked.connect(self._classify_here)
        self._cancel = button("Cancel", "second")
        self._cancel.clicked.connect(self._session.classification.stop)
        self._what_if = button(
            "What if I edit it?", "second", "Paint over a part and see the answer change  (Shift+W)"
        )
        self._what_if.clicked.connect(self._session.occlusion.start)
        for widget in (self._run, self._here, self._cancel, self._what_if):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self._age)
        self._years = label("years", "quiet")
        row.addWidget(self._years)
        return row

    def _classify(self) -> None:
        self._session.classification.run()

    def _classify_here(self) -> None:
        self._session.classification.run(self._session.state.slice_index(Plane.AXIAL))

    def _show_age(self) -> None:
        """The age that is kept with the study that was opened."""
        age = self._session.state.age_years
        self._age.setText("" if age is None else f"{age:g}")
        self._show()

    def _finish_age(self) -> None:
        """What is typed and not yet entered is the age of the patient who is still shown."""
        if self._age.isModified():
            self._enter_age()

    def _enter_age(self) -> None:
        text = self._age.text().strip()
        age = float(text.replace(",", ".")) if _YEARS.fullmatch(text) else None
        if (age is None and text) or (age is not None and age > _OLDEST):
            self._session.notices.tell(
                f"The age must be a number of years from 0 to {_OLDEST}. Enter it again.",
                "error",
                of_study=True,
            )
            self._show_age()  # what was there before still holds
            return
        self._session.classification.set_age(age)
        self._show_age()  # as it was understood

    # -- what it says -----------------------------------------------------------------------

    def _show(self) -> None:
        state = self._session.state
        result, status = state.classification, state.classification_status
        running, picture = status is Status.RUNNING, Fact.PICTURE in state.facts
        trial = state.trial is not None
        title = "CLASS · ORIGINAL" if trial else "CLASS" if picture else "GLIOMA TYPE"
        self._title.setText(title)
        self._run.setToolTip(
            "Classify the picture" if picture else "Type the glioma that was found"
        )
        self._what_if.setVisible(picture and not trial and not running)
        self._what_if.setEnabled(Fact.TRIABLE in state.facts)
        self._age.setVisible(not picture)
        self._years.setVisible(not picture)
        self._age.setEnabled(state.study is not None)
        self._run.setVisible(not running)
        self._here.setVisible(not running and not picture)
        self._cancel.setVisible(running)
        self._run.setEnabled(Fact.CLASSIFIABLE in state.facts)
        self._here.setEnabled(Fact.CLASSIFIABLE_HERE in state.facts)
        self._run.setText("Classify again" if result else "Classify")
        if result is None:
            self._show_empty(status)
        else:
            self._show_result(result, answer_text(result), status)
        self._feedback.refresh()

    def _show_empty(self, status: Status) -> None:
        state = self._session.state
        self._bars.show_ranking((), {})
        self._class.show_class(None)
        self._fill_chips([(str(status), "chip-bad" if status is Status.FAILED else "chip")])
        self._prevalence.show_text("")
        for widget in (
            self._beneath,
            self._reason,
            self._tumour,
            self._scope,
            self._stale,
            self._notes,
            self._made_by,
            self._quality,
        ):
            widget.hide()
        if status is Status.RUNNING:
            answer, source = "Classifying…", "The answer appears here."
        elif status is Status.FAILED:
            answer, source = "No answer", state.classification_message
        elif state.study is None:
            answer, source = "No study", "Open a study to begin."
        elif state.study.is_picture:
            answer, source = (
                "Not run",
                state.classification_message
                or f"Classify says what {'this frame' if state.view().count > 1 else 'it'} shows.",
            )
        elif state.finding is None:
            looking = state.finding_status is Status.RUNNING
            answer, source = (
                "Not run",
                "The tumour is looked for first."
                if looking
                else "The tumour was not looked for. Classify looks for it first.",
            )
        elif not state.finding.found:
            answer = "No lesion found"
            source = state.classification_message or "Look for it by another method, under Tumour."
        else:
            answer = "Not run"
            source = state.classification_message or "Classify types the glioma that was found."
        self._answer.setText(answer)
        self._source.setText(source)
        self._source.setVisible(bool(source))

    def _show_result(self, result: Classification, said: AnswerText, status: Status) -> None:
        self._answer.setText(said.headline)
        self._class.show_class(result)
        bold = result.predicted if said.standing is Standing.ANSWERED else ""
        self._bars.show_ranking(said.ranking, result.names, bold)
        self._fill_chips(answer_chips(result, said.standing, status))
        self._prevalence.show_text(said.prevalence)
        stale = self._session.state.classification_message if status is Status.STALE else ""
        quality = f"{result.quality} — " if result.quality else ""
        accent = theme.current().accent
        self._quality.setText(
            f'{quality}<a style="color:{accent}" href="{result.model_id}">model card</a>'
        )
        self._quality.show()
        self._scope.setVisible(Fact.PICTURE not in self._session.state.facts)
        for widget, text in (
            (self._beneath, said.beneath),
            (self._source, said.source),
            (self._tumour, said.tumour),
            (self._reason, said.reason),
            (self._stale, stale),
            (self._notes, "\n".join(said.notes)),
            (self._made_by, "\n".join(filter(None, (said.made_by, said.beside)))),
        ):
            widget.setText(text)
            widget.setVisible(bool(text))

    def _fill_chips(self, words: list[Chip]) -> None:
        clear(self._chips)
        for text, role in words:
            chip = label(text)
            set_role(chip, role)
            self._chips.addWidget(chip)
        self._chips.addStretch(1)
