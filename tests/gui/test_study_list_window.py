"""The window of the study list: keys, search, sorting, and thousands of rows."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableWidget, QTableWidgetItem
from pytestqt.qtbot import QtBot

from brainviewer.app.session import Session
from brainviewer.app.study_list.listed import ListedStudy
from brainviewer.app.study_list.rows import Column
from brainviewer.core.errors import Report, silent
from brainviewer.core.study import Modality
from brainviewer.files.study_list.entry import THUMBNAIL, StudyEntry
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.study_list import model as table_model
from brainviewer.gui.study_list.model import COLUMNS, StudyTable
from brainviewer.gui.study_list.window import StudyListWindow
from brainviewer.gui.study_table import set_up_study_table
from tests.dicom_writer import Examination
from tests.dicom_writer import write_study as write_dicom
from tests.gui.conftest import show_study
from tests.phantoms import marker_study
from tests.study_folders import write_study

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
pytestmark = pytest.mark.window


@dataclass(frozen=True)
class Made:
    """A source of studies that are nowhere."""

    count: int
    title: str = "made up"

    def studies(self, report: Report = silent) -> Iterator[ListedStudy]:
        for n in range(self.count):
            yield ListedStudy((Path(f"/nowhere/{n}"),), str(n), f"patient {n}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for level, name in enumerate("abx"):
        write_study(tmp_path / "studies" / name, level)
    return tmp_path / "studies"


@pytest.fixture
def listed(window: MainWindow, folder: Path) -> StudyListWindow:
    window.session.segmentation.find = lambda *_, **__: None
    window.parts.studies.show_folder(folder)
    return window.parts.studies.window


def names(shown: StudyListWindow) -> list[str]:
    table = shown.table.model()
    return [table.index(n, 0).data() for n in range(table.rowCount())]


def test_arrows_choose_and_enter_opens(listed: StudyListWindow, window: MainWindow) -> None:
    assert listed.isVisible() and listed.windowTitle() == "Studies – studies"
    assert names(listed) == ["a", "b", "x"]
    QTest.keyClick(listed.table, Qt.Key.Key_Down)
    assert listed.chosen is not None and listed.chosen.listed.patient == "b"
    QTest.keyClick(listed.table, Qt.Key.Key_Return)
    assert not listed.isVisible()
    assert window.session.state.study is not None
    assert window.session.state.study.name == "b"
    window.actions_by_id["study-next"].trigger()
    assert window.session.state.study.name == "x"
    window.actions_by_id["study-before"].trigger()
    window.actions_by_id["study-before"].trigger()
    assert window.session.state.study.name == "a"
    window.actions_by_id["study-list"].trigger()
    assert listed.chosen.listed.patient == "a"


def test_of_two_patients_one_is_chosen(window: MainWindow, tmp_path: Path) -> None:
    window.session.segmentation.find = lambda *_, **__: None
    for number, name in enumerate(("Poe^Max", "Roe^Ann")):
        write_dicom(tmp_path / str(number), marker_study(), examination=Examination("1", name))
    window.session.documents.open([tmp_path])
    shown = window.parts.studies.window
    assert shown.isVisible()
    assert names(shown) == ["Poe, Max", "Roe, Ann"]
    QTest.keyClick(shown.table, Qt.Key.Key_Return)
    study = window.session.state.study
    assert study is not None and study.patient_source is not None
    assert study.patient_source.patient.name == "Poe^Max"


def test_letters_on_the_table_search_and_enter_opens_what_is_left(
    listed: StudyListWindow, window: MainWindow
) -> None:
    QTest.keyClicks(listed.table, "x")
    assert names(listed) == ["x"]
    QTest.keyClick(listed.focusWidget(), Qt.Key.Key_Return)
    assert window.session.state.study is not None
    assert window.session.state.study.name == "x"


def test_a_click_on_a_head_sorts_turns_over_and_goes_back(listed: StudyListWindow) -> None:
    head = listed.table.horizontalHeader()
    orders = []
    for _ in range(3):
        head.sectionClicked.emit(COLUMNS.index(Column.PATIENT))
        orders.append("".join(names(listed)))
    assert orders == ["abx", "xba", "abx"]


def test_thumbnails_come_for_what_is_in_sight(listed: StudyListWindow) -> None:
    listed._look()
    icon = listed.table.model().index(0, 0).data(Qt.ItemDataRole.DecorationRole)
    image = icon.pixmap(THUMBNAIL, THUMBNAIL).toImage()
    assert image.pixelColor(THUMBNAIL // 2, THUMBNAIL // 2).lightness() > 20
    assert listed.table.model().index(0, 3).data() == "FLAIR  T1  T1ce  T2"


def test_closing_the_list_stops_looking(listed: StudyListWindow) -> None:
    read: list[object] = []
    listed._studies.look_at = read.append
    QTest.keyClick(listed, Qt.Key.Key_Escape)
    assert read == [[]]
    assert not listed._rest.isActive()


def test_of_thousands_of_studies_only_what_is_seen_is_worked_out(
    session: Session, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[int] = set()
    real = StudyTable.data
    monkeypatch.setattr(
        StudyTable, "data", lambda self, index, role=0: asked.add(index.row()) or real(
            self, index, role
        )
    )  # fmt: skip
    shown = StudyListWindow(session, lambda: None, lambda: None)
    qtbot.addWidget(shown)
    batches: list[int] = []
    session.studies.changed.connect(lambda: batches.append(len(session.studies.rows)))
    shown._studies.show(Made(5000))
    shown.show()
    qtbot.waitExposed(shown)
    shown._look = lambda: None
    assert len(names(shown)) == 5000
    assert batches[1] <= 30  # the first rows do not wait for the others
    asked.clear()
    shown.table.scrollToBottom()
    shown.table.grab()
    assert 4999 in asked and len(asked) < 60
    shown.hide()


def test_few_images_are_kept(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_model, "_MOST_ICONS", 5)
    session.studies.show(Made(40))
    table = StudyTable(session.studies, session.settings)
    for n, row in enumerate(session.studies.rows):
        grey = np.full((THUMBNAIL, THUMBNAIL), n, np.uint8).tobytes()
        row.entry = StudyEntry(str(n), (Modality.T1,), grey)
        table.index(n, 0).data(Qt.ItemDataRole.DecorationRole)
    assert len(table._icons) <= 5


def test_a_dropped_folder_of_studies_becomes_the_list(window: MainWindow, folder: Path) -> None:
    window.session.documents.open([folder])
    assert names(window.parts.studies.window) == ["a", "b", "x"]
    assert window.session.settings.study_folder == str(folder)


def test_names_are_hidden_where_others_look_on(session: Session) -> None:
    session.studies.show(Made(1))
    table = StudyTable(session.studies, session.settings)
    shown = [table.index(0, n).data(Qt.ItemDataRole.DisplayRole) for n in range(2)]
    assert shown[0]
    session.studies.rows[0].problem = "The file Doe_t1.nii.gz is damaged."
    tip = table.index(0, COLUMNS.index(Column.RESULT))
    assert "Doe" in tip.data(Qt.ItemDataRole.ToolTipRole)
    session.settings.update(show_patient=False)
    assert tip.data(Qt.ItemDataRole.ToolTipRole) == "cannot be read"
    for n in range(2):
        for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            assert not table.index(0, n).data(role)
    assert table.index(0, 0).data(Qt.ItemDataRole.DecorationRole) is not None


def test_hiding_names_hides_the_folder_and_ends_the_search_by_name(
    qtbot: QtBot, listed: StudyListWindow, window: MainWindow
) -> None:
    QTest.keyClicks(listed.table, "x")
    assert names(listed) == ["x"]
    assert listed._names.text() == "Hide names"
    listed.activateWindow()
    qtbot.waitUntil(listed.isActiveWindow)
    QTest.keyClick(listed, Qt.Key.Key_Y, CTRL_SHIFT)
    qtbot.waitUntil(lambda: not window.session.settings.show_patient)
    assert listed._names.text() == "Show names"
    assert listed.windowTitle() == "Studies"
    assert listed._search.text() == ""
    assert len(names(listed)) == 3
    QTest.keyClick(listed, Qt.Key.Key_Y, CTRL_SHIFT)
    qtbot.waitUntil(lambda: window.session.settings.show_patient)
    assert listed.windowTitle() == "Studies – studies"
    assert names(listed) == ["a", "b", "x"]


def test_y_hides_names_with_nothing_open(
    qtbot: QtBot, listed: StudyListWindow, window: MainWindow
) -> None:
    assert window.session.state.study is None
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_Y)
    assert not window.session.settings.show_patient
    assert listed.windowTitle() == "Studies"
    QTest.keyClick(window, Qt.Key.Key_Y, CTRL_SHIFT)
    assert window.session.settings.show_patient


def test_columns_are_as_wide_as_their_texts_whatever_the_letters(qtbot: QtBot) -> None:
    table = QTableWidget(1, 3)
    qtbot.addWidget(table)
    table.setStyleSheet("font-size: 26px")
    table.setHorizontalHeaderLabels(["Date", "Feedback that was given", "Rest"])
    for place, text in enumerate(("2026-08-28", "x", "y")):
        table.setItem(0, place, QTableWidgetItem(text))
    set_up_study_table(table, ["2026-08-28", 20, 20], stretched=2)
    assert table.columnWidth(0) >= table.sizeHintForColumn(0)
    assert table.columnWidth(1) >= table.horizontalHeader().sectionSizeHint(1)


def test_what_is_not_listed_is_told_with_reasons_on_hover(
    listed: StudyListWindow, folder: Path
) -> None:
    assert listed._count.text() == "3 studies"
    assert listed._count.toolTip() == ""
    (folder / "empty").mkdir()
    (folder / "c.zip").write_bytes(b"")
    listed.show_folder(folder)
    assert listed._count.text() == "3 studies · not listed: 1 folder and 1 archive"
    first, second = listed._count.toolTip().splitlines()
    assert first.startswith("empty: ") and first.endswith("it is empty.")
    assert second == "c.zip: a ZIP archive, which is opened by itself"
    listed._session.settings.update(show_patient=False)
    listed._take_over()
    assert listed._count.toolTip() == ""  # folders are named after patients
    for name in "abx":
        shutil.rmtree(folder / name)
    listed.show_folder(folder)
    assert listed._count.text() == ("There is no study here. Not listed: 1 folder and 1 archive.")


def test_escape_ends_a_search_before_it_closes(listed: StudyListWindow) -> None:
    QTest.keyClicks(listed.table, "x")
    QTest.keyClick(listed.focusWidget(), Qt.Key.Key_Escape)
    assert listed.isVisible()
    assert listed._search.text() == ""
    assert names(listed) == ["a", "b", "x"]
    QTest.keyClick(listed.focusWidget(), Qt.Key.Key_Escape)
    assert not listed.isVisible()
    QTest.keyClicks(listed.table, "X")  # with Shift
    assert listed._search.text() == "X"
    listed.show()
    listed.close()  # the window's own button closes it at once
    assert not listed.isVisible()


def test_what_needs_a_study_waits_for_one(listed: StudyListWindow, window: MainWindow) -> None:
    show_study(window.session, marker_study())
    listed.bring_up()
    assert listed._open.isEnabled()
    assert listed._compare.isEnabled()
    QTest.keyClicks(listed.table, "nobody")
    assert not listed._open.isEnabled()
    assert not listed._compare.isEnabled()
