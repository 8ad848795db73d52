"""The answer beside the image: what type, how sure, from what, by whom, and how good that is."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from brainviewer.app.session import Session
from brainviewer.app.state import Status
from brainviewer.core.findings import Classification
from brainviewer.core.slices import Plane
from brainviewer.gui import theme
from brainviewer.gui.words import button, head, label, set_role, tabular
from brainviewer.render.wording import probability

RESEARCH_ONLY = "Research use only, not for diagnosis"
_OLDEST = 120


class Bar(QWidget):
    """A probability as a bar."""

    def __init__(self) -> None:
        super().__init__()
        self.value, self.colour = 0.0, "#56B4E9"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(120, 12)

    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.current().field))
        painter.drawRoundedRect(QRectF(self.rect()), 3, 3)
        if self.value > 0:
            painter.setBrush(QColor(self.colour))
            width = max(3.0, self.width() * self.value)
            painter.drawRoundedRect(QRectF(0, 0, width, self.height()), 3, 3)
        painter.end()


class ResultPanel(QWidget):
    """The result card with its states: not run, running, done, stale, failed."""

    card_wanted = Signal(str)
    """The id of the model whose card the user wants to read."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(6)
        top = QHBoxLayout()
        top.addWidget(head("Glioma type"))
        top.addStretch(1)
        top.addWidget(label(RESEARCH_ONLY, "small-caution"))
        column.addLayout(top)
        self._answer = label(role="answer", wrap=True)
        self._source = label(role="quiet", wrap=True)
        self._bars = QGridLayout()
        self._bars.setHorizontalSpacing(10)
        self._bars.setVerticalSpacing(6)
        self._bars.setColumnStretch(1, 1)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(6)
        self._engine = label(role="small", wrap=True)
        self._quality = label(role="small", wrap=True)
        self._link = label(role="small")
        self._link.setTextFormat(Qt.TextFormat.RichText)
        self._link.linkActivated.connect(self.card_wanted)
        self._link.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse)
        for widget in (self._answer, self._source):
            column.addWidget(widget)
        column.addLayout(self._bars)
        column.addLayout(self._chips)
        for widget in (self._engine, self._quality, self._link):
            column.addWidget(widget)
        column.addLayout(self._controls())
        column.addStretch(1)
        state = session.state
        state.classification_changed.connect(self._show)
        state.finding_changed.connect(self._show)
        state.study_changed.connect(self._clear_age)
        state.engine_changed.connect(self._show)
        self._show()

    def _controls(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self._age = QLineEdit()
        self._age.setPlaceholderText("Age")
        self._age.setFixedWidth(64)
        self._age.setToolTip("The patient's age in years, optional; used when it is given")
        self._age.setAccessibleName("Patient age in years")
        self._age.editingFinished.connect(self._enter_age)
        self._run = button("Classify", "primary", "Type the glioma from the tumour slice")
        self._run.clicked.connect(self._classify)
        self._here = button(
            "This slice", "second", "Type the glioma from the axial slice shown now"
        )
        self._here.clicked.connect(self._classify_here)
        self._cancel = button("Cancel", "second")
        self._cancel.clicked.connect(lambda: self._session.cancel("classify"))
        for widget in (self._run, self._here, self._cancel):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self._age)
        row.addWidget(label("years", "quiet"))
        return row

    def _classify(self) -> None:
        self._session.classify()

    def _classify_here(self) -> None:
        self._session.classify(self._session.state.slice_index(Plane.AXIAL))

    def _clear_age(self) -> None:
        self._age.clear()
        self._show()

    def _enter_age(self) -> None:
        text = self._age.text().strip().replace(",", ".")
        try:
            age = float(text) if text else None
        except ValueError:
            age = -1.0
        if age is not None and not 0 <= age <= _OLDEST:
            self._session.notice(
                f"The age must be a number of years from 0 to {_OLDEST}. Enter it again.", "error"
            )
            self._age.clear()
            age = None
        self._session.set_age(age)

    def _show(self) -> None:
        state = self._session.state
        result, status = state.classification, state.classification_status
        running = status is Status.RUNNING
        self._run.setVisible(not running)
        self._here.setVisible(not running)
        self._cancel.setVisible(running)
        usable = "tumour" in state.facts
        self._run.setEnabled(usable)
        self._here.setEnabled("searched" in state.facts)
        self._run.setText("Classify again" if result else "Classify")
        if result is None:
            self._show_empty(status)
        else:
            self._show_result(result, status)

    def _show_empty(self, status: Status) -> None:
        state = self._session.state
        self._fill_bars({}, {}, "")
        self._fill_chips([(str(status), "chip-bad" if status is Status.FAILED else "chip")])
        for widget in (self._engine, self._quality, self._link):
            widget.hide()
        if status is Status.RUNNING:
            answer, source = "Classifying…", "The answer appears here."
        elif status is Status.FAILED:
            answer, source = "No answer", state.classification_message
        elif state.study is None:
            answer, source = "No study", "Open a study to begin."
        elif state.finding is None:
            answer, source = "Not run", "The tumour is looked for first."
        elif not state.finding.found:
            answer = "No lesion found"
            source = (
                state.classification_message
                or "Go to a slice that shows a tumour and classify that slice."
            )
        else:
            answer = "Not run"
            source = (
                state.classification_message or "Classify types the glioma from the tumour slice."
            )
        self._answer.setText(answer)
        self._source.setText(source)

    def _show_result(self, result: Classification, status: Status) -> None:
        state = self._session.state
        self._answer.setText(result.names.get(result.predicted, result.predicted))
        age = f"age {result.age_years:g}" if result.age_years is not None else "age not given"
        used = ", ".join(result.sequences_used)
        self._source.setText(f"from axial slice {result.slice_index + 1} · {used} · {age}")
        self._fill_bars(dict(result.classes), dict(result.names), result.predicted)
        words = [(str(status), {Status.DONE: "chip-good"}.get(status, "chip-caution"))]
        words.append(("type needs tissue to confirm", "chip-caution"))
        self._fill_chips(words)
        seconds = result.predict_seconds
        notes = [state.classification_message] if status is Status.STALE else []
        notes += result.notices
        text = (
            f"{result.model_id} {result.model_version} · {result.engine} on {result.device} · "
            f"{seconds:.2f} s"
        )
        self._engine.setText("\n".join((text, *(n for n in notes if n))))
        self._quality.setText(result.quality)
        self._link.setText(
            f'<a style="color:{theme.current().accent}" href="{result.model_id}">Model card</a>'
        )
        for widget in (self._engine, self._quality, self._link):
            widget.show()

    def _fill_bars(self, classes: dict[str, float], names: dict[str, str], first: str) -> None:
        while item := self._bars.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        order = sorted(classes, key=lambda c: -classes[c])
        for row, letter in enumerate(order):
            name = label(letter)
            name.setStyleSheet(
                f"color: {theme.CLASS_COLOURS.get(letter, theme.current().text)};"
                f"font-weight: {'600' if letter == first else '400'}"
            )
            bar = Bar()
            bar.value = classes[letter]
            bar.colour = theme.CLASS_COLOURS.get(letter, theme.current().accent)
            value = label(probability(classes[letter]))
            tabular(value)
            for column, widget in enumerate((name, bar, value)):
                widget.setToolTip(f"{names.get(letter, letter)}: {classes[letter]:.3f}")
                self._bars.addWidget(widget, row, column)

    def _fill_chips(self, words: list[tuple[str, str]]) -> None:
        while item := self._chips.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for text, role in words:
            chip = label(text)
            set_role(chip, role)
            self._chips.addWidget(chip)
        self._chips.addStretch(1)
