"""The studies of a PACS node in the study list: they are retrieved when they are opened."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from brainviewer.app.study_list.rows import Column
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.study_list.window import StudyListWindow
from brainviewer.pacs import client
from brainviewer.pacs.node import DimseNode
from brainviewer.pacs.node_changes import keep_node
from brainviewer.pacs.query import Found, SeriesMatch, StudyMatch
from tests.dicom_writer import Examination, write_study
from tests.phantoms import marker_study

pytestmark = pytest.mark.window
ARCHIVE = DimseNode("Archive", "pacs.example", 104, "ARCHIVE")
DAYS = ("20260105", "20241224", "20230601")


def found(day: str) -> StudyMatch:
    about = "P-1", "19700203", day, "1015", "Head", "", ("MR", "SR")
    return StudyMatch(f"1.2.{day}", "Doe^Jane", *about, 4, 40)


class Archive:
    """A node with three studies of one patient; remembers which were retrieved."""

    def __init__(self) -> None:
        self.retrieved: list[str] = []

    def find_studies(self, *_: Any) -> Found:
        return Found(tuple(map(found, DAYS)), False)

    def find_series(self, node: Any, uid: str, *_: Any) -> tuple[SeriesMatch, ...]:
        return (SeriesMatch(f"{uid}.1", 1, "", "MR", None),)

    def retrieve(self, node: Any, uid: str, series: Any, folder: Path, *_: Any) -> None:
        self.retrieved.append(uid)
        day = uid.rsplit(".", 1)[1]
        examination = Examination(date=day, study_uid=uid)
        write_study(folder / "series-01", marker_study(), examination=examination)


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> Archive:
    made = Archive()
    for name in ("find_studies", "find_series", "retrieve"):
        monkeypatch.setattr(client, name, getattr(made, name))
    return made


@pytest.fixture
def listed(window: MainWindow, archive: Archive) -> StudyListWindow:
    """The list of what a search in the window for PACS has found."""
    keep_node(ARCHIVE)
    window.session.segmentation.find = lambda *_, **__: None
    window.actions_by_id["study-list"].trigger()
    studies = window.parts.studies.window
    (pacs,) = (one for one in studies.findChildren(QPushButton) if one.text() == "PACS…")
    pacs.click()
    searching = window.parts.pacs.window
    assert searching.isVisible()
    assert not searching.list_button.isEnabled()
    searching.search()
    searching.list_button.click()
    assert not searching.isVisible()
    assert studies.isVisible()
    return studies


def test_a_search_becomes_the_list(listed: StudyListWindow, archive: Archive) -> None:
    assert listed.windowTitle() == "Studies – Archive"
    rows = listed._studies.shown
    texts = [[row.text(column) for column in list(Column)[:4]] for row in rows]
    assert texts == [
        ["Doe, Jane", "Head", day, "MR  SR"] for day in ("2026-01-05", "2024-12-24", "2023-06-01")
    ]
    listed._look()
    assert archive.retrieved == []


def test_enter_retrieves_and_next_goes_on(
    listed: StudyListWindow, archive: Archive, window: MainWindow
) -> None:
    session, rows = window.session, listed._studies.shown
    listed.table.selectRow(0)
    listed.open_current()
    assert not listed.isVisible()
    assert archive.retrieved == ["1.2.20260105"]
    assert listed._studies.current is rows[0]
    window.actions_by_id["study-next"].trigger()
    assert archive.retrieved == ["1.2.20260105", "1.2.20241224"]
    assert listed._studies.current is rows[1]
    # What is here is not retrieved again.
    window.actions_by_id["study-before"].trigger()
    assert listed._studies.current is rows[0]
    assert len(archive.retrieved) == 2
    assert rows[0].text(Column.SEQUENCES) == "FLAIR  T1  T1ce  T2"
    assert session.pacs.retrieval.node_of(session.state.opened_from) == "Archive"


def test_a_prior_of_the_list_is_retrieved_and_compared(
    listed: StudyListWindow, archive: Archive, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[Any] = []
    monkeypatch.setattr(window.session.pacs.retrieval, "_compare", compared.append)
    listed.table.selectRow(0)
    listed.open_current()
    listed.bring_up()
    listed.table.selectRow(2)
    listed.compare_current()
    assert archive.retrieved == ["1.2.20260105", "1.2.20230601"]
    ((prior,),) = compared
    assert prior.is_dir()


def test_a_study_that_the_window_for_pacs_opened_is_the_current_row(
    listed: StudyListWindow, archive: Archive, window: MainWindow
) -> None:
    rows, searching = listed._studies.shown, window.parts.pacs.window
    searching.table.selectRow(1)
    searching.retrieve()
    assert archive.retrieved == ["1.2.20241224"]
    assert listed._studies.current is rows[1]
    window.actions_by_id["study-next"].trigger()
    assert archive.retrieved == ["1.2.20241224", "1.2.20230601"]
    assert listed._studies.current is rows[2]
    searching.list_button.click()  # a new list knows it, too
    assert listed._studies.current is listed._studies.shown[2]


def test_heads_and_tips_are_those_of_a_node(listed: StudyListWindow) -> None:
    table = listed.table.model()
    place = list(Column).index(Column.SEQUENCES)
    assert table.headerData(place, Qt.Orientation.Horizontal) == "Holds"
    tips = [table.index(0, n).data(Qt.ItemDataRole.ToolTipRole) for n in range(len(Column))]
    assert tips[0] is None  # there is no file yet
    listed.show_recent()
    assert table.headerData(place, Qt.Orientation.Horizontal) == "Sequences"


def test_a_retrieved_study_is_called_after_the_patient(
    listed: StudyListWindow, window: MainWindow
) -> None:
    listed.table.selectRow(0)
    listed.open_current()
    assert window.windowTitle() == "Doe, Jane – BrainViewer"
    (recent,) = window.session.recent.studies()
    assert recent.name == "Doe, Jane · 2026-01-05"
    window.parts.appearance.toggle_patient()
    assert window.windowTitle() == "BrainViewer"
    (recent,) = window.session.recent.studies()
    assert recent.name == "Study of 2026-01-05"
