"""The window of the study list: search, sort, and open with Enter."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHeaderView,
    QLineEdit,
    QTableView,
    QWidget,
)

from brainviewer.app.session import Session
from brainviewer.app.study_list.listed import how_many
from brainviewer.app.study_list.node_studies import FoundOnNode
from brainviewer.app.study_list.rows import Column, StudyRow
from brainviewer.app.study_list.sources import ExaminationsIn, FolderOfStudies, RecentStudies
from brainviewer.core.study import SEQUENCES
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, row
from brainviewer.gui.outside_text import as_tip, in_title
from brainviewer.gui.study_list.model import COLUMNS, SIDE, StudyTable
from brainviewer.gui.study_table import NamesButton, set_up_study_table
from brainviewer.gui.widgets import button, call, label, timer, told
from brainviewer.gui.window_size import open_with
from brainviewer.pacs.node import Node
from brainviewer.pacs.query import StudyMatch

_WIDTHS: dict[Column, int | str] = {
    Column.PATIENT: 230,
    Column.STUDY: 160,
    Column.DATE: "2026-08-28",
    Column.SEQUENCES: "  ".join(SEQUENCES),
    Column.RESULT: 290,
    Column.VOLUME: "≥ 888.8 mL",
    Column.FEEDBACK: "disagreed",
}
_MOST = 20
"""Reasons that are shown."""
_REST_MS = 120
"""How long the rows must lie still before what is in sight is read."""
_COMMAND = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class StudyListWindow(QDialog):
    """A table of studies; ↑ and ↓ choose, Enter opens, typing goes into the search."""

    def __init__(
        self,
        session: Session,
        ask_pacs: Callable[[], object],
        toggle_names: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._studies = session, session.studies
        self.setWindowTitle("Studies")
        open_with(self, 1120, 640)
        self._model = StudyTable(self._studies, session.settings)
        self.table = self._made_table()
        self._sorted: tuple[Column | None, bool] = (None, False)
        self._search = told(QLineEdit(), name="Search")
        self._search.setPlaceholderText("Search")
        self._search.setClearButtonEnabled(True)
        self._search.setMaximumWidth(320)
        self._search.textChanged.connect(self._studies.search)
        self._search.installEventFilter(self)
        self.table.installEventFilter(self)
        self._count = label(role="quiet")
        choices = (
            button("Folder…", "second", "List the studies in a folder", self.ask_folder),
            button("Recent", "second", "List the studies opened lately", self.show_recent),
            button("PACS…", "second", "Search a PACS; List there brings it here", call(ask_pacs)),
        )
        self._names = NamesButton(toggle_names)
        self._compare = button(
            "Compare", "second", "Lay it beside the open study, as its prior", self.compare_current
        )
        self._open = button("Open", "primary", "Open the study  (Enter)", self.open_current)
        for each in (*choices, self._compare, self._open):
            each.setAutoDefault(False)
        actions = *choices, self._names, self._compare, self._open
        bar = row(self._search, self._count, None, *actions, HelpButton("study list"), spacing=8)
        self.setLayout(column(bar, (self.table, 1), spacing=10, margins=(12, 12, 12, 12)))
        self._rest = timer(self, _REST_MS, self._look)
        self.table.verticalScrollBar().valueChanged.connect(call(self._rest.start))
        self._studies.changed.connect(self._take_over)
        session.state.study_changed.connect(self._enable)
        self.follow_patient()

    def _made_table(self) -> QTableView:
        table = told(QTableView(), name="Studies")
        table.setModel(self._model)
        widths = [_WIDTHS[which] for which in COLUMNS]
        set_up_study_table(table, widths, stretched=COLUMNS.index(Column.RESULT))
        table.setIconSize(QSize(SIDE, SIDE))
        table.verticalHeader().setDefaultSectionSize(SIDE + 8)
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = table.horizontalHeader()
        head.setSectionsClickable(True)
        head.sectionClicked.connect(self._sort)
        table.doubleClicked.connect(self.open_current)
        return table

    # -- what is listed ---------------------------------------------------------------------

    def show_folder(self, folder: Path) -> None:
        """List the studies in a folder, which is listed again at the next start."""
        self._session.settings.update(study_folder=str(folder.absolute()))
        self._studies.show(FolderOfStudies(folder))
        self.bring_up()

    def show_examinations(self, paths: Sequence[Path]) -> None:
        """List the DICOM examinations in what was named, so that one can be chosen."""
        self._studies.show(ExaminationsIn(tuple(paths)))
        self.bring_up()

    def show_recent(self) -> None:
        """List the studies that were opened lately."""
        self._studies.show(RecentStudies(self._session.settings.recent))
        self.bring_up()

    def ask_folder(self) -> None:
        """Ask for a folder and list the studies in it."""
        start = self._session.settings.study_folder
        if folder := QFileDialog.getExistingDirectory(self, "List the studies in a folder", start):
            self.show_folder(Path(folder))

    def show_found(self, node: Node, found: tuple[StudyMatch, ...]) -> None:
        """List what a search of a PACS node has found."""
        self._studies.show(FoundOnNode(node, found))
        self.bring_up()

    def bring_up(self) -> None:
        """Show the window with what it held; at first the folder of last time."""
        if self._studies.source is None:
            folder = self._session.settings.study_folder
            if folder:
                self._studies.show(FolderOfStudies(Path(folder)))
            else:
                self._studies.show(RecentStudies(self._session.settings.recent))
        self.show()
        self.raise_()
        self.activateWindow()
        self.table.setFocus()

    # -- following --------------------------------------------------------------------------

    def _take_over(self) -> None:
        chosen, bar = self.chosen, self.table.verticalScrollBar()
        place = bar.value()
        self._model.take_over()
        bar.setValue(place)
        self._choose(chosen or self._studies.current)
        source, studies = self._studies.source, self._studies
        # Folders are named after patients.
        named = source if self._session.settings.show_patient else None
        self.setWindowTitle(f"Studies – {in_title(named.title)}" if named else "Studies")
        shown, there = len(studies.shown), len(studies.rows)
        said = f"{shown:,} of {there:,} studies" if shown < there else f"{there:,} studies"
        if there == 1 == shown:
            said = "1 study"
        if not there:
            said = "" if studies.filling else "There is no study here."
        if studies.not_listed:
            rest = how_many(studies.not_listed)
            said = f"{said} · not listed: {rest}" if there else f"{said} Not listed: {rest}."
        self._count.setText(f"{said} · looking for more" if studies.filling else said)
        reasons = "\n".join(f"{one.path.name}: {one.why}" for one in studies.not_listed[:_MOST])
        self._count.setToolTip(as_tip(reasons) if named else "")
        self._enable()
        if self.isVisible():
            self._rest.start()

    def _enable(self) -> None:
        chosen, solid = self.chosen is not None, self._session.state.solid_study is not None
        self._open.setEnabled(chosen)
        self._compare.setEnabled(chosen and solid)

    def follow_patient(self) -> None:
        """Show names, or hide them, as the settings say now; a search may be one."""
        shown = self._session.settings.show_patient
        self._names.follow(shown)
        if not shown:
            self._search.clear()
        self._studies.hide_names(not shown)

    def _choose(self, wanted: StudyRow | None) -> None:
        place = self._model.place_of(wanted)
        if place is None and self._model.rowCount():
            place = 0
        if place is not None:
            self.table.selectRow(place)

    @property
    def chosen(self) -> StudyRow | None:
        """The study that Enter opens."""
        return self._model.row(self.table.currentIndex().row())

    def _sort(self, section: int) -> None:
        """By a column; a second click turns it over, a third gives back the order of the source."""
        which, (before, descending) = COLUMNS[section], self._sorted
        if before is not which:
            self._sorted = which, False
        else:
            self._sorted = (None, False) if descending else (which, True)
        chosen, descending = self._sorted
        head = self.table.horizontalHeader()
        head.setSortIndicatorShown(chosen is not None)
        down = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        head.setSortIndicator(section, down)
        self._studies.sort(chosen, descending)

    def _look(self) -> None:
        """Read what is in sight."""
        first = max(0, self.table.rowAt(0))
        last = self.table.rowAt(self.table.viewport().height() - 1)
        last = self._model.rowCount() - 1 if last < 0 else last
        rows = [self._model.row(place) for place in range(first, last + 1)]
        self._studies.look_at([found for found in rows if found is not None])

    def open_current(self) -> None:
        """Open the chosen study, and make room for the images."""
        if (chosen := self.chosen) is not None:
            self._studies.open(chosen)
            self.hide()

    def compare_current(self) -> None:
        """Compare the open study with the chosen one, as its prior."""
        if (chosen := self.chosen) is not None:
            if (on_node := chosen.listed.on_node) is not None:
                self._session.pacs.retrieval.compare(on_node.node, on_node.match)
            else:
                self._session.prior.compare(chosen.listed.paths)
            self.hide()

    # -- Qt's own ---------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows in the search move the choice; letters on the table go into the search."""
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() in _ENTER:
            self.open_current()
            return True
        if watched is self._search and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.table.setFocus()
            return False
        letter, command = event.text().strip(), event.modifiers() & _COMMAND
        if watched is self.table and letter.isprintable() and letter and not command:
            self._search.setFocus()
            self._search.insert(event.text())
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape ends a search first, then closes."""
        if event.key() == Qt.Key.Key_Escape and self._search.text():
            self._search.clear()
            self.table.setFocus()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._choose(self._studies.current or self.chosen)
        self._enable()
        self._rest.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.isVisible():
            self._rest.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """What nobody sees need not be read."""
        self._rest.stop()
        self._studies.look_at([])
        super().hideEvent(event)
