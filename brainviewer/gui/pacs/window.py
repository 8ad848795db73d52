"""Searches a PACS node, and retrieves and opens what was found."""

import datetime
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from brainviewer.app.session import Session
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shown_text
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, row
from brainviewer.gui.outside_text import as_tip
from brainviewer.gui.pacs.node_choice import NodeChoice
from brainviewer.gui.pacs.search_form import SearchForm
from brainviewer.gui.study_table import NamesButton, set_up_study_table
from brainviewer.gui.widgets import button, label, told
from brainviewer.gui.window_size import open_with
from brainviewer.pacs.node import Node
from brainviewer.pacs.query import MOST_STUDIES, Found, StudyMatch

_DAY = "2026-01-31"
_COLUMNS: dict[str, int | str] = {
    "Date": _DAY, "Patient": 190, "Id": 110, "Born": _DAY, "Modality": 130, "Description": 200,
    "Images": 70,
}  # fmt: skip
_STRETCHED = "Description"
_OF_PATIENT = ("Patient", "Id", "Born")
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class PacsWindow(QDialog):
    """A form to search with, and a table of what was found; Enter searches, then retrieves."""

    def __init__(
        self,
        session: Session,
        show_list: Callable[[Node, tuple[StudyMatch, ...]], object],
        toggle_names: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._show_list = session, show_list
        self._found: tuple[StudyMatch, ...] = ()
        self._searched: Node | None = None
        self.setWindowTitle("PACS")
        open_with(self, 1000, 560)
        self.node = NodeChoice(session.pacs)
        self.form = SearchForm(self.search)
        self.form.begin_with(session.settings)
        self._names = NamesButton(toggle_names)
        self.table = self._made_table()
        self.said = label(role="quiet", wrap=True)
        self.problem = label(role="caution", wrap=True)
        self.search_button = button("Search", "primary", "Search the node  (Enter)", self.search)
        self.open_button = button(
            "Retrieve and open", "primary", "Retrieve the study  (Enter)", self.retrieve
        )
        self.compare_button = button(
            "Compare", "second", "Lay it beside the open study, as its prior", self.compare
        )
        tip = "Show these studies in the study list"
        self.list_button = button("List", "second", tip, self.list_found)
        self.send_button = button(
            "Send files…", "second", "Send DICOM files to the node", self.ask_files
        )
        actions = self.send_button, self.list_button, self.compare_button, self.open_button
        for each in (self.search_button, *actions):
            each.setAutoDefault(False)
        self._lay_out(*actions)
        self.table.itemSelectionChanged.connect(self._enable)
        self.node.changed.connect(self._follow_node)
        session.state.study_changed.connect(self._enable)
        self._follow_node()
        self.follow_patient()

    def _made_table(self) -> QTableWidget:
        table = told(QTableWidget(0, len(_COLUMNS)), name="Studies found")
        table.setHorizontalHeaderLabels(list(_COLUMNS))
        set_up_study_table(table, list(_COLUMNS.values()), list(_COLUMNS).index(_STRETCHED))
        images = QTableWidgetItem(list(_COLUMNS)[-1])
        images.setTextAlignment(_RIGHT)
        table.setHorizontalHeaderItem(len(_COLUMNS) - 1, images)
        table.itemActivated.connect(lambda _: self.retrieve())
        return table

    def _lay_out(self, *actions: QPushButton) -> None:
        self.setLayout(
            column(
                row(label("Node"), (self.node, 1), self._names, HelpButton("PACS"), spacing=8),
                row((self.form, 1), (self.search_button, Qt.AlignmentFlag.AlignBottom), spacing=10),
                (self.table, 1),
                self.problem,
                row((self.said, 1), *actions, spacing=8),
                spacing=10,
                margins=(16, 16, 16, 16),
            )
        )

    # -- nodes ------------------------------------------------------------------------------

    def bring_up(self) -> None:
        """Show the window; where there is no node yet, the settings first."""
        self.node.show_nodes()
        self.show()
        self.raise_()
        self.activateWindow()
        (self.table if self._found else self.form.name).setFocus()

    def _follow_node(self) -> None:
        """What went wrong at another node is no matter of this one."""
        self.problem.setText(self.node.problem)
        self._enable()

    @property
    def chosen_node(self) -> Node | None:
        """The node that is searched next."""
        return self.node.chosen

    # -- search and retrieval ---------------------------------------------------------------

    def search(self) -> None:
        """Search the node; what was found before goes."""
        node = self.chosen_node
        if node is None:
            self.node.ask()
            return
        try:
            query = self.form.query
        except BrainViewerError as error:
            self._fail(error)
            return
        self._fill(())
        self._searched = node
        self.problem.clear()
        self.said.setText(f"Searching {shown_text(node.name)}…")
        self._session.pacs.search(node, query, self._show_found, self._fail)

    def _show_found(self, found: Found) -> None:
        self._fill(found.studies)
        count = len(found.studies)
        said = f"{count} studies." if count != 1 else "1 study."
        if found.more:
            said = f"The newest {MOST_STUDIES} are listed; there are more. Search for less."
        if not count:
            said = "No study fits. Try the beginning of the family name, or fewer conditions."
        self.said.setText(said)
        if count:
            self.table.selectRow(0)
            self.table.setFocus()

    def _fail(self, error: BrainViewerError) -> None:
        self.said.clear()
        self.problem.setText(str(error))

    def retrieve(self) -> None:
        """Retrieve the chosen study, and make room for its images."""
        if (study := self.chosen) is not None and self._searched is not None:
            self._session.pacs.retrieval.open(self._searched, study)
            self.hide()

    def compare(self) -> None:
        """Retrieve the chosen study, and compare the open one with it."""
        if (study := self.chosen) is not None and self._searched is not None:
            self._session.pacs.retrieval.compare(self._searched, study)
            self.hide()

    def list_found(self) -> None:
        """Let the study list show what was found."""
        if self._found and self._searched is not None:
            self._show_list(self._searched, self._found)
            self.hide()

    @property
    def chosen(self) -> StudyMatch | None:
        """The study that is retrieved next."""
        rows = self.table.selectionModel().selectedRows()
        return self._found[rows[0].row()] if rows else None

    def ask_files(self) -> None:
        """Ask for DICOM files, and send them."""
        if (node := self.chosen_node) is None:
            return
        paths, _ = QFileDialog.getOpenFileNames(self, f"Send to {shown_text(node.name)}")
        if paths:
            self._session.pacs.sending.send(node, [Path(path) for path in paths])
            self.hide()

    # -- showing ----------------------------------------------------------------------------

    def _fill(self, studies: tuple[StudyMatch, ...]) -> None:
        self._found = studies
        self.table.setRowCount(len(studies))
        for place, study in enumerate(studies):
            cells = (
                _shown_day(study.date),
                study.patient.readable_name,
                study.patient_id,
                _shown_day(study.birth_date),
                "/".join(study.modalities),
                study.description,
                "" if study.images is None else f"{study.images:,}",
            )
            for at, text in enumerate(cells):
                item = QTableWidgetItem(shown_text(text))
                item.setToolTip(as_tip(shown_text(text)))
                self.table.setItem(place, at, item)
            item.setTextAlignment(_RIGHT)  # the last: a number
        self._enable()

    def follow_patient(self) -> None:
        """Show who the patients are, or do not."""
        self._names.follow(self._session.settings.show_patient)
        self.form.show_names(self._session.settings.show_patient)
        for place, name in enumerate(_COLUMNS):
            hidden = name in _OF_PATIENT and not self._session.settings.show_patient
            self.table.setColumnHidden(place, hidden)

    def _enable(self) -> None:
        self.search_button.setEnabled(self.chosen_node is not None)
        self.send_button.setEnabled(self.chosen_node is not None)
        self.open_button.setEnabled(self.chosen is not None)
        self.list_button.setEnabled(bool(self._found))
        solid = self._session.state.solid_study is not None
        self.compare_button.setEnabled(self.chosen is not None and solid)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody waits for an answer any more."""
        self._session.pacs.stop_search()
        if not self._found:
            self.said.clear()
        super().hideEvent(event)


def _shown_day(text: str) -> str:
    """A day as DICOM writes it, for people; what is none stays as it is."""
    with suppress(ValueError):
        return f"{datetime.datetime.strptime(text, '%Y%m%d'):%Y-%m-%d}"
    return text
