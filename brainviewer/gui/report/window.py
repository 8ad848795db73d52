"""The window in which a report is written, beside its pages."""

from collections.abc import Callable, Collection
from functools import partial

from PySide6.QtCore import QSignalBlocker, QSize
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QLineEdit, QPlainTextEdit, QWidget

from brainviewer.app.facts import Fact
from brainviewer.app.reporting.options import ReportPart
from brainviewer.app.reporting.reports import PAGES
from brainviewer.app.session import Session
from brainviewer.app.settings.settings import TABLE
from brainviewer.app.sign_in.reader_name import named_reader
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.report_text import MOST_CHARACTERS, TOO_LONG, ReportText
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, grid, put, row, scrolled
from brainviewer.gui.report.preview import ReportPreview
from brainviewer.gui.widgets import button, heading, label, listen, say, timer, told
from brainviewer.gui.window_size import open_with
from brainviewer.painting.report.pages import DrawnPages, ReportPages
from brainviewer.painting.text.wording import RESEARCH_ONLY

_PAUSE_MS, _WRITTEN_MS = 300, 400
_TEXTS = {
    "clinical": ("Clinical information", 3),
    "findings": ("Findings", 6),
    "impression": ("Impression", 4),
}
"""The parts of the text, with their heads and how many lines each shows."""
_HIDDEN = "Patients’ names are hidden (menu View), so the report leaves them out."
_NO_STUDY = "Open a study to write its report."
Save = Callable[[], object]


class _Editor(QPlainTextEdit):
    """As high as so many lines, and higher where there is room."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self._lines = lines

    def sizeHint(self) -> QSize:
        return QSize(240, self._lines * self.fontMetrics().lineSpacing() + 14)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class ReportWindow(QDialog):
    """Text, choices and pages; it stays beside the images and follows the open study.

    save, print_pages : what its buttons do.
    editors : the parts of the text. parts : what may be left out.
    pages : those that are shown; None while there are none.
    """

    def __init__(
        self,
        session: Session,
        save: Save,
        print_pages: Save,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Report")
        self._session, self._settings = session, session.settings
        self.pages: ReportPages | None = None
        self.preview = ReportPreview()
        self.editors = {name: self._editor(name) for name in _TEXTS}
        self.parts = {part: QCheckBox(part.value) for part in ReportPart}
        self.identity, self.paper = self._choice("report_identity"), self._choice("report_paper")
        self.reader = told(
            QLineEdit(placeholderText=named_reader() or "Reader"),
            tip=TABLE["report_reader"].help,
            name="Reader",
        )
        self.reader.setMaxLength(200)
        self._hidden = label(role="small-caution", wrap=True)
        self._cut = label(role="small-caution", wrap=True)
        self.save_button = button("Save as…", "primary", "Save as PDF or HTML", save)
        self.print_button = button("Print…", "second", clicked=print_pages)
        self._pause = timer(self, _PAUSE_MS, self._lay_pages_out)
        self._written = timer(self, _WRITTEN_MS, self.take_text)
        self._lay_out()
        self._connect()
        self._show_settings()
        self._show_study()

    # -- building ---------------------------------------------------------------------------

    def _editor(self, name: str) -> QPlainTextEdit:
        title, lines = _TEXTS[name]
        editor = told(_Editor(lines), name=title)
        editor.setTabChangesFocus(True)
        return editor

    def _choice(self, key: str) -> QComboBox:
        setting = TABLE[key]
        box = told(QComboBox(), tip=setting.help, name=setting.label)
        for value, text in (setting.choices or {}).items():
            box.addItem(text, value)
        return box

    def _lay_out(self) -> None:
        written = column(spacing=4)
        for name, editor in self.editors.items():
            title = label(_TEXTS[name][0])
            title.setBuddy(editor)
            written.addWidget(title)
            written.addWidget(editor, _TEXTS[name][1])
        parts = grid((12, 4))
        boxes = list(self.parts.values())
        half = -(-len(boxes) // 2)
        for place in range(half):
            put(parts, place, *boxes[place::half])
        fields = grid((10, 6), growing=1)
        for place, (name, field) in enumerate(
            (("Patient", self.identity), ("Reader", self.reader), ("Paper", self.paper))
        ):
            put(fields, place, label(name, "quiet"), field)
        inside = column(
            heading("Text"), (written, 1), self._cut, 10,
            heading("Parts"), parts, 10,
            heading("Page"), fields, self._hidden,
            spacing=6, margins=(14, 10, 14, 10),
        )  # fmt: skip
        side = scrolled(inside)
        side.setFixedWidth(410)
        buttons = row(
            label(RESEARCH_ONLY, "small-caution"),
            None,
            HelpButton("report"),
            self.print_button,
            self.save_button,
        )
        self.setLayout(
            column(
                (row((self.preview, 1), side, spacing=16), 1),
                buttons,
                spacing=12,
                margins=(16, 16, 16, 12),
            )
        )
        for one in (self.save_button, self.print_button):
            one.setAutoDefault(False)  # Enter in a field saves nothing
        open_with(self, 1180, 900)

    def _connect(self) -> None:
        state, session = self._session.state, self._session
        for editor in self.editors.values():
            editor.textChanged.connect(self._begin_writing)
            editor.textChanged.connect(self._say_cut)
        for box in self.parts.values():
            box.toggled.connect(self._choose_parts)
        for key, choice in (("report_identity", self.identity), ("report_paper", self.paper)):
            choice.activated.connect(partial(self._choose, key, choice))
        self.reader.editingFinished.connect(
            lambda: self._settings.update(report_reader=self.reader.text().strip())
        )
        self._settings.changed.connect(self._follow_settings)
        self.preview.resized.connect(self._refresh)
        state.study_leaving.connect(self.take_text)
        listen(self._show_study, state.study_changed)
        state.report_text_changed.connect(self._show_text)
        listen(
            self._refresh,
            state.volumes_changed,
            state.finding_changed,
            state.location_changed,
            state.classification_changed,
            state.feedback_changed,
            state.annotations_changed,
            state.report_text_changed,
            state.display_changed,
            state.overlays_changed,
            state.layout_changed,
            session.prior.changed,
            session.prior.measured,
        )

    # -- following ---------------------------------------------------------------------------

    def _show_study(self) -> None:
        there = Fact.STUDY in self._session.state.facts
        for widget in (*self.editors.values(), self.save_button, self.print_button):
            widget.setEnabled(there)
        self._show_text()
        self._refresh()

    def _show_text(self) -> None:
        """The text of the state, but for what is typed at this moment."""
        if self._written.isActive():
            return
        shown = self._session.state.report_text
        for name, editor in self.editors.items():
            text = getattr(shown, name)
            if _plain(editor) != text:
                with QSignalBlocker(editor):
                    editor.setPlainText(text)
        self._say_cut()

    def _say_cut(self) -> None:
        longest = max(editor.document().characterCount() - 1 for editor in self.editors.values())
        say(self._cut, TOO_LONG if longest > MOST_CHARACTERS else "")

    def _begin_writing(self) -> None:
        """Take the text soon, also from one who types without a pause."""
        if not self._written.isActive():
            self._written.start()

    def take_text(self) -> None:
        """What was typed becomes the report's."""
        if self._session.state.study is None or not self._typed:
            return
        self._written.stop()
        parts = {name: editor.toPlainText() for name, editor in self.editors.items()}
        self._session.report_text.write(ReportText(**parts))

    @property
    def _typed(self) -> bool:
        shown = self._session.state.report_text
        return any(_plain(e) != getattr(shown, name) for name, e in self.editors.items())

    def _follow_settings(self, changed: Collection[str]) -> None:
        if {"report_left_out", "report_identity", "report_paper", "report_reader",
                "show_patient"} & set(changed):  # fmt: skip
            self._show_settings()
            self._refresh()

    def _show_settings(self) -> None:
        settings = self._settings
        for part, box in self.parts.items():
            with QSignalBlocker(box):
                box.setChecked(part.name.lower() not in settings.report_left_out)
        self.identity.setCurrentIndex(self.identity.findData(settings.report_identity))
        self.paper.setCurrentIndex(self.paper.findData(settings.report_paper))
        self.identity.setEnabled(settings.show_patient)
        if not self.reader.hasFocus():
            self.reader.setText(settings.report_reader)
        say(self._hidden, "" if settings.show_patient else _HIDDEN)

    def _choose(self, key: str, choice: QComboBox, _: int) -> None:
        self._settings.update(**{key: choice.currentData()})

    def _choose_parts(self) -> None:
        left_out = [part for part, box in self.parts.items() if not box.isChecked()]
        self._settings.update(report_left_out=tuple(part.name.lower() for part in left_out))

    # -- pages -------------------------------------------------------------------------------

    def _refresh(self) -> None:
        if self.isVisible():
            self._pause.start()

    def _lay_pages_out(self) -> None:
        try:
            width = self.preview.page_width
            self._session.reports.draw(width, self._show_pages, self._show_error)
        except BrainViewerError:
            self.pages = None
            self.preview.show_words(_NO_STUDY)

    def _show_pages(self, drawn: DrawnPages) -> None:
        self.pages = drawn.pages
        self.preview.show_pages(drawn.images)

    def _show_error(self, error: BrainViewerError) -> None:
        self.pages = None
        self.preview.show_words(str(error))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_text()
        self._lay_pages_out()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.take_text()
        self._pause.stop()
        self._session.jobs.cancel(PAGES)


def _plain(editor: QPlainTextEdit) -> str:
    """The text of an editor as a report keeps it."""
    return ReportText(editor.toPlainText()).clinical
