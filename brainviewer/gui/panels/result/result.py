"""The answer beside the image: what type, how sure, from what, by whom, and how good that is."""

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from brainviewer.app.facts import Fact
from brainviewer.app.prediction.class_texts import CODES, class_text
from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.findings.classification import NO_TUMOUR, Classification
from brainviewer.core.slices import Plane
from brainviewer.gui import theme
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import clear, column, fill, panel, row, scrolled
from brainviewer.gui.panels.result.evidence_bars import EvidenceBars
from brainviewer.gui.panels.result.feedback_row import FeedbackRow
from brainviewer.gui.panels.result.prevalence_menu import PrevalenceLine
from brainviewer.gui.panels.result.probability_bars import ProbabilityBars
from brainviewer.gui.what_if.age_text import typed_age
from brainviewer.gui.widgets import button, heading, label, linked, listen, say, told
from brainviewer.painting.text.predictions import (
    ONLY_GLIOMAS,
    PredictionText,
    Standing,
    condition_text,
    words_of,
)
from brainviewer.painting.text.wording import RESEARCH_ONLY

_ROLES = {
    "beneath": "beneath",
    "reason": "caution",
    "about": "small",
    "source": "quiet",
    "tumour": "",
    "stale": "small-caution",
    "notes": "small",
    "made_by": "small",
    "quality": "small",
    "scope": "small",
}
"""The lines of the card under its headline, each hidden while it says nothing, and their roles."""
_WHAT_IF = "Hide a part and see the answer change"
_NO_ANSWER = "There is no answer that could be tested: classify first"
Chip = tuple[str, str]
"""Words, and the role of their label in the theme."""


class ResultPanel(QWidget):
    """The result card with its states.

    They are: not run, running, done, not confident, out of scope, stale, failed.
    tools : small buttons beside the head.
    lines : the labels under the headline, by what they say.
    evidence : what the answer rests on.
    """

    card_wanted = Signal(str)
    """The id of the model whose card the user wants to read."""
    class_wanted = Signal(str)
    """The code of the class that the user wants to read about."""

    def __init__(self, session: Session, *tools: QToolButton) -> None:
        super().__init__()
        self._session = session
        self._title = heading("Glioma type")
        self._headline = label(role="answer", wrap=True)
        self.lines = {name: label(role=role, wrap=True) for name, role in _ROLES.items()}
        linked(self.lines["quality"], self.card_wanted.emit)
        linked(self.lines["about"], self.class_wanted.emit)
        self._bars, self.evidence = ProbabilityBars(), EvidenceBars()
        self._chips = row(spacing=6)
        self._prevalence = PrevalenceLine(session)
        self._feedback = FeedbackRow(session)
        self._lay_out(tools)
        state = session.state
        state.study_leaving.connect(self._finish_age)
        state.study_changed.connect(self._show_age)
        listen(
            self._show,
            state.classification_changed,
            state.finding_changed,
            state.engine_changed,
            state.occlusion_changed,
            theme.themes.changed,
        )
        self._show()

    def _lay_out(self, tools: tuple[QToolButton, ...]) -> None:
        lines = self.lines
        headline = column(
            self._headline,
            lines["beneath"],
            lines["reason"],
            lines["about"],
            lines["source"],
            self._bars,
            lines["tumour"],
            self._chips,
            self.evidence,
            lines["scope"],
            self._prevalence,
            2,
            self._feedback,
            2,
            *(lines[name] for name in ("stale", "notes", "made_by", "quality")),
            None,
            spacing=6,
            margins=(16, 0, 16, 6),
        )
        scroll = scrolled(headline)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # What the user does next is never scrolled away, nor is what the answer is for.
        below = column(
            self._controls(),
            row((label(RESEARCH_ONLY, "small-caution", wrap=True), 1), self._what_if),
            spacing=6,
            margins=(16, 6, 16, 10),
        )
        above = row(self._title, None, spacing=2, margins=(16, 8, 16, 0))
        panel(column(above, (scroll, 1), below, spacing=4), self)
        fill(above, *tools, HelpButton("classification"))  # Tab comes to them last

    def _controls(self) -> QHBoxLayout:
        classification, occlusion = self._session.classification, self._session.occlusion
        self._age = told(
            QLineEdit(placeholderText="Age"),
            tip="The patient's age in years, optional; the answer follows. Kept on this computer "
            "with the study, for you alone",
            name="Patient age in years",
        )
        self._age.setFixedWidth(theme.px(64))
        self._age.editingFinished.connect(self._enter_age)
        self._years = label("years", "quiet")
        self._run = button("Classify", "primary", "Type the glioma that was found", self._classify)
        self._here = button(
            "This slice",
            "second",
            "Answer for the axial slice shown now, also where the study was refused",
            lambda: classification.run(self._session.state.slice_index(Plane.AXIAL)),
        )
        self._cancel = button("Cancel", "second", clicked=classification.stop)
        self._what_if = button(
            "What if I edit it?",
            "small",
            _WHAT_IF,
            occlusion.start,
        )
        buttons = self._run, self._here, self._cancel
        return row(*buttons, None, self._age, self._years, spacing=6)

    def _classify(self) -> None:
        self._session.classification.run()

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
        try:
            age = typed_age(self._age.text())
        except BrainViewerError as error:
            self._session.notices.fail(error, of_study=True)
            self._show_age()  # what was there before still holds
            return
        self._session.classification.set_age(age)
        self._show_age()  # as it was understood

    # -- what it says -----------------------------------------------------------------------

    def _show(self) -> None:
        state = self._session.state
        result, status = state.classification, state.classification_status
        running, image = status is Status.RUNNING, Fact.IMAGE in state.facts
        test = state.occlusion is not None
        tested = "CLASS · ORIGINAL" if image else "ORIGINAL"
        self._title.setText(tested if test else "CLASS" if image else "GLIOMA TYPE")
        self._run.setToolTip("Classify the image" if image else "Type the glioma that was found")
        self._what_if.setVisible(state.study is not None and not test and not running)
        self._what_if.setText("What if I edit it?" if image else "What if?")
        self._what_if.setEnabled(testable := Fact.OCCLUSION_POSSIBLE in state.facts)
        self._what_if.setToolTip(_WHAT_IF if testable else _NO_ANSWER)
        self._age.setVisible(not image)
        self._years.setVisible(not image)
        self._age.setEnabled(state.study is not None)
        self._run.setVisible(not running)
        self._here.setVisible(not running and not image)
        self._cancel.setVisible(running)
        self._run.setEnabled(Fact.CLASSIFIABLE in state.facts)
        self._here.setEnabled(Fact.CLASSIFIABLE_HERE in state.facts)
        self._run.setText("Classify again" if result else "Classify")
        if result is None:
            self._show_empty(status)
        else:
            self._show_result(result, words_of(result), status)
        self._feedback.refresh()

    def _say(self, headline: str, **lines: str) -> None:
        """Show a headline and the lines that are named; the others are hidden."""
        self._headline.setText(headline)
        for name, line in self.lines.items():
            say(line, lines.get(name, ""))

    def _show_empty(self, status: Status) -> None:
        state = self._session.state
        self._bars.show_ranking((), {})
        self.evidence.show_evidence(None)
        self._fill_chips([(str(status), "chip-bad" if status is Status.FAILED else "chip")])
        self._prevalence.show_text("")
        headline, source = "Not run", state.classification_message
        if status is Status.RUNNING:
            headline, source = "Classifying…", "The answer appears here."
        elif status is Status.FAILED:
            headline = "No answer"
        elif state.study is None:
            headline, source = "No study", "Open a study to begin."
        elif state.study.is_image2d:
            shown = "this frame" if state.view().count > 1 else "it"
            source = source or f"Classify says what {shown} shows."
        elif state.finding is None:
            source = "The tumour was not looked for. Classify looks for it first."
            if state.arriving is not None:
                source = "The tumour is looked for when the whole study is here."
            elif state.finding_status is Status.RUNNING:
                source = "The tumour is looked for first."
        elif not state.finding.found:
            headline = "No lesion found"
            source = source or "Look for it by another method, under Tumour."
        else:
            source = source or "Classify types the glioma that was found."
        self._say(headline, source=source)

    def _show_result(self, result: Classification, said: PredictionText, status: Status) -> None:
        bold = result.predicted if said.standing is Standing.CLASSIFIED else ""
        self._bars.show_ranking(said.ranking, result.names, bold)
        self.evidence.show_evidence(result)
        self._fill_chips(prediction_chips(result, said.standing, status))
        self._prevalence.show_text(said.prevalence)
        quality = f"{result.quality} — " if result.quality else ""
        self._say(
            said.headline,
            beneath=said.beneath,
            source=said.source,
            tumour=said.tumour,
            reason=said.reason,
            about=class_note(result),
            stale=self._session.state.classification_message if status is Status.STALE else "",
            notes="\n".join(said.notes),
            made_by="\n".join(filter(None, (said.made_by, said.beside))),
            quality=quality + theme.link(result.model_id, "model card"),
            scope="" if Fact.IMAGE in self._session.state.facts else ONLY_GLIOMAS,
        )

    def _fill_chips(self, words: list[Chip]) -> None:
        clear(self._chips)
        fill(self._chips, *(label(text, role) for text, role in words), None)


def class_note(result: Classification) -> str:
    """What the class of an image is, with a link to its page; nothing for a study."""
    others = set(result.names) != set(CODES)  # of a model whose "none" means something else
    if not result.of_image or result.predicted not in CODES:
        return ""
    if result.predicted == NO_TUMOUR and others:
        return ""
    try:
        summary = escape(class_text(result.predicted).summary)
    except BrainViewerError as error:
        return escape(str(error))
    return f"{summary} {theme.link(result.predicted, 'What&nbsp;is&nbsp;this?')}"


def prediction_chips(result: Classification, standing: Standing, status: Status) -> list[Chip]:
    """The state of an answer in a few words; what the headline says is not said again."""
    words: list[Chip] = []
    if status is not Status.DONE:
        words.append((str(status), "chip-caution"))
    elif standing is Standing.CLASSIFIED:
        # Never green: whether it is a glioma at all, or one of the classes, is not checked.
        sure = "confident" if result.calibrated else "done"
        words.append((f"{sure}, if {condition_text(result)}", "chip"))
    if not result.calibrated and standing is not Standing.OUT_OF_SCOPE:
        words.append(("not calibrated", "chip-caution"))
    elif standing is Standing.CLASSIFIED:
        # Where there is a doubt, the model was not measured on cases like this one.
        words.append(("calibrated", "chip"))
    return words
