"""The windows for PACS: search, retrieval into a private folder, sending, and node settings."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from brainviewer.core.errors import NodeError, Report
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.pacs.nodes import NodesDialog
from brainviewer.gui.pacs.window import PacsWindow
from brainviewer.pacs import client, passwords
from brainviewer.pacs.node import DicomwebNode, DimseNode, Login, Node
from brainviewer.pacs.node_changes import keep_node
from brainviewer.pacs.node_list import nodes, nodes_path
from brainviewer.pacs.query import Found, Query, SeriesMatch, StudyMatch
from tests.gui.conftest import show_study
from tests.phantoms import marker_study

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
pytestmark = pytest.mark.window
ARCHIVE = DimseNode("Archive", "pacs.example", 104, "ARCHIVE")
STUDY = StudyMatch(
    "1.2.3", "Doe^Jane", "P-1", "19700203", "20260105", "1015", "Head", "A1", ("MR",), 2, 5
)


class Pretend:
    """A node that is nowhere; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.folder = Path()
        self.error: NodeError | None = None

    def echo(self, node: Node, report: Report) -> None:
        self.asked.append(node.name)
        if self.error:
            raise self.error

    def find_studies(self, node: Node, query: Query, report: Report) -> Found:
        self.asked.append(query)
        if self.error:
            raise self.error
        return Found((STUDY,), False)

    def find_series(self, node: Node, uid: str, report: Report) -> tuple[SeriesMatch, ...]:
        self.asked.append(uid)
        return (SeriesMatch("1.2.3.1", 1, "FLAIR", "MR", 3), SeriesMatch("1.2.3.2", 2, "", "", 2))

    def retrieve(self, node: Node, uid: str, series: object, folder: Path, *rest: object) -> object:
        self.folder = folder
        assert folder.is_dir()
        if self.error:
            raise self.error
        return (folder / "series-01", folder / "series-02")

    def send(self, node: Node, paths: Sequence[Path], report: Report, stored: object) -> int:
        self.asked.append(tuple(paths))
        return len(paths)


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Pretend:
    made = Pretend()
    for name in ("echo", "find_studies", "find_series", "retrieve", "send"):
        monkeypatch.setattr(client, name, getattr(made, name))
    return made


def test_nodes_that_cannot_be_understood_are_told(window: MainWindow) -> None:
    keep_node(ARCHIVE)
    path = nodes_path()
    stored = json.loads(path.read_text())["nodes"]
    path.write_text(json.dumps({"nodes": [*stored, {"protocol": "newer"}]}))
    window.actions_by_id["pacs"].trigger()
    shown = window.parts.pacs.window
    assert shown.chosen_node == ARCHIVE
    assert shown.problem.text().startswith("1 entry in pacs-nodes.json cannot be understood")
    dialog = NodesDialog(window.session.pacs, "Archive", window)
    assert dialog.said.text() == shown.problem.text()
    dialog.deleteLater()


@pytest.fixture
def shown(window: MainWindow) -> PacsWindow:
    keep_node(ARCHIVE)
    window.actions_by_id["pacs"].trigger()
    return window.parts.pacs.window


def test_a_study_is_searched_retrieved_and_opened(
    qtbot: QtBot,
    shown: PacsWindow,
    pretend: Pretend,
    window: MainWindow,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[object] = []
    monkeypatch.setattr(window.session.documents, "open", lambda paths, **_: opened.append(paths))
    assert shown.isVisible()
    QTest.keyClicks(shown.form.name, "doe")
    QTest.keyClicks(shown.form.since, "2026-01-01")
    QTest.keyClick(shown.form.name, Qt.Key.Key_Return)
    (query,) = pretend.asked
    assert isinstance(query, Query)
    assert (query.name, str(query.since), query.until, query.modality) == (
        "doe",
        "2026-01-01",
        None,
        "MR",
    )
    cells = [shown.table.item(0, place).text() for place in range(shown.table.columnCount())]
    assert cells == ["2026-01-05", "Doe, Jane", "P-1", "1970-02-03", "MR", "Head", "5"]
    assert shown.said.text() == "1 study."
    hidden = ["Patient", "Id", "Born"]
    for names in (hidden, []):
        window.parts.appearance.toggle_patient()
        heads = [shown.table.horizontalHeaderItem(at) for at in range(shown.table.columnCount())]
        assert [h.text() for at, h in enumerate(heads) if shown.table.isColumnHidden(at)] == names
        assert shown.form.name.displayText() == ("●●●" if names else "doe")
    shown.activateWindow()
    qtbot.waitUntil(shown.isActiveWindow)
    QTest.keyClick(shown, Qt.Key.Key_Y, CTRL_SHIFT)
    qtbot.waitUntil(lambda: not window.session.settings.show_patient)
    window.parts.appearance.toggle_patient()
    shown.close()
    window.actions_by_id["pacs"].trigger()
    assert shown.said.text() == "1 study."  # what was found is still there
    assert shown.focusWidget() is shown.table
    shown.open_button.click()
    assert not shown.isVisible()
    assert pretend.asked[1:] == ["1.2.3"]
    assert opened == [[pretend.folder]]
    window.session.pacs.remove_folders()
    assert not pretend.folder.exists()


def test_a_study_that_comes_late_does_not_take_the_place_of_another(
    shown: PacsWindow,
    pretend: Pretend,
    window: MainWindow,
    said: list[tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = window.session
    find_series = client.find_series

    def meanwhile(*arguments: Any) -> tuple[SeriesMatch, ...]:
        show_study(session, marker_study())
        return find_series(*arguments)

    monkeypatch.setattr(client, "find_series", meanwhile)
    shown.search()
    shown.retrieve()
    assert [text for _, text in said] == ["A study from Archive is here, among the recent studies."]
    assert session.settings.recent == ((str(pretend.folder),),)
    session.pacs.forget_studies()
    assert session.settings.recent == ()


def test_the_open_study_is_compared_with_a_prior_of_the_node(
    shown: PacsWindow, pretend: Pretend, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, compared = window.session, []
    monkeypatch.setattr(session.pacs.retrieval, "_compare", compared.append)
    shown.search()
    assert not shown.compare_button.isEnabled()
    show_study(session, study := marker_study())
    assert shown.compare_button.isEnabled()
    shown.compare_button.click()
    assert compared == [[pretend.folder]]
    assert session.state.study is study
    assert session.settings.recent == ((str(pretend.folder),),)


def test_what_goes_wrong_is_said_and_leaves_nothing(
    shown: PacsWindow, pretend: Pretend, said: list[tuple[str, str]]
) -> None:
    shown.form.since.setText("soon")
    shown.search()
    assert shown.problem.text().startswith("'soon' is no day.")
    shown.form.since.clear()
    shown.search()
    assert shown.problem.text() == ""
    pretend.error = NodeError("Archive is away.", "Try later.")
    shown.retrieve()
    assert [text for _, text in said] == ["Archive is away. Try later."]
    assert not pretend.folder.exists()
    shown.search()
    assert shown.problem.text() == "Archive is away. Try later."
    assert shown.table.rowCount() == 0
    assert not shown.open_button.isEnabled()


def test_files_are_sent(
    shown: PacsWindow,
    pretend: Pretend,
    said: list[tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (["/a.dcm", "/b.dcm"], ""))
    shown.send_button.click()
    assert pretend.asked == [(Path("/a.dcm"), Path("/b.dcm"))]
    assert [text for _, text in said] == ["2 objects sent to Archive."]


def test_without_a_node_it_says_so(window: MainWindow, pretend: Pretend) -> None:
    window.actions_by_id["pacs"].trigger()
    shown = window.parts.pacs.window
    assert shown.problem.text() == "There is no PACS node yet. Set one up with Nodes…."
    assert not shown.search_button.isEnabled()


@pytest.fixture
def dialog(window: MainWindow, pretend: Pretend) -> NodesDialog:
    keep_node(ARCHIVE)
    return NodesDialog(window.session.pacs, "Archive", window)


def test_a_node_is_changed_tested_and_removed(dialog: NodesDialog, pretend: Pretend) -> None:
    assert dialog.node == ARCHIVE
    dialog.name.setText("Main archive")
    dialog.receive_port.setText("11112")
    dialog.test()
    assert dialog.said.text() == "Main archive answers."
    assert pretend.asked == ["Main archive"]
    changed = nodes()["Main archive"]
    assert isinstance(changed, DimseNode)
    assert changed.receive_port == 11112
    pretend.error = NodeError("Nothing answers.", "Check it.")
    dialog.test()
    assert dialog.said.text() == "Nothing answers. Check it."
    dialog.port.setText("x")
    assert not dialog.save()
    assert dialog.said.text().startswith("'x' is no port.")
    dialog.remove()
    assert nodes() == {}


def test_a_dicomweb_node_with_a_password(
    dialog: NodesDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[tuple[str, str]] = []

    def keep(node: DicomwebNode, secret: str) -> bool:
        kept.append((node.user, secret))
        return False

    monkeypatch.setattr(passwords, "keep_password", keep)
    dialog.start_new()
    dialog.protocol.choose(1)
    dialog.name.setText("Web")
    dialog.url.setText("https://pacs.example/dicom-web")
    dialog.login.setCurrentText("User and password")
    dialog.user.setText("reader")
    dialog.secret.setText("s3cret")
    assert dialog.save()
    assert nodes()["Web"] == DicomwebNode(
        "Web", "https://pacs.example/dicom-web", Login.PASSWORD, "reader"
    )
    assert kept == [("reader", "s3cret")]
    assert dialog.said.text().startswith("There is no keyring here")
    assert dialog.secret.text() == ""
    assert list(nodes()) == ["Archive", "Web"]
