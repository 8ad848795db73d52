"""Exported results go to a PACS: the offer, the node, progress, Cancel, and what is said."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog, QPushButton
from pytestqt.qtbot import QtBot

from brainviewer.app.dicom_export.request import DicomExportRequest
from brainviewer.app.notices import Notice
from brainviewer.app.pacs.sending import Sendable
from brainviewer.core.study import Study
from brainviewer.gui.dialogs.closing import ClosingDialog
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.pacs.nodes import NodesDialog
from brainviewer.gui.pacs.send_results import SendDialog
from brainviewer.pacs.node import DimseNode
from brainviewer.pacs.node_changes import keep_node
from tests.gui.conftest import show_study
from tests.pacs_servers import phantom_series
from tests.phantoms import marker_finding, measured
from tests.slow_node import SlowNode, slow_node

pytestmark = pytest.mark.window
ARCHIVE = DimseNode("Archive", "pacs.example", 104, "ARCHIVE")


def notices_of(window: MainWindow) -> list[Notice]:
    heard: list[Notice] = []
    window.session.state.noticed.connect(heard.append)
    return heard


def accept_with(monkeypatch: pytest.MonkeyPatch, look: Callable[[SendDialog], None]) -> None:
    def accept(dialog: SendDialog) -> int:
        look(dialog)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(SendDialog, "exec", accept)


@pytest.mark.parametrize("by_menu", [False, True])
def test_results_are_offered_and_sent_to_where_the_study_came_from(
    window: MainWindow, study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_menu: bool
) -> None:
    menu = window.actions_by_id["send-results"]
    assert not menu.isEnabled()
    show_study(window.session, study, measured(marker_finding(study), study))
    session, heard = window.session, notices_of(window)
    with slow_node() as other, slow_node() as origin:
        keep_node(other.node)
        keep_node(named := DimseNode("Origin", *origin.node.address, origin.node.title))
        retrieved = tmp_path / "retrieved"
        session.pacs.retrieval._nodes[retrieved] = named.name
        session.state.opened_from = (retrieved,)
        request = DicomExportRequest(tmp_path / "out", sequences=False, pictures=False)
        window.export_image.save_dicom(request)
        origin.let(9)
        seen: list[str] = []
        accept_with(monkeypatch, lambda dialog: seen.append(dialog.node.box.currentText()))
        if by_menu:
            menu.trigger()
        else:
            (offer,) = (one for one in heard[-1].offers if one.words == "Send to PACS…")
            offer.act()
        assert seen == ["Origin"]
        # NIfTI is no object, and the series that results refer to is one.
        names = {path.name for path in session.pacs.sending.results.files}
        assert names == {"FLAIR.dcm", "SEG.dcm", "SR.dcm"}
        assert heard[-1].text == "3 objects sent to Origin."
        assert (len(origin.stored), other.stored) == (3, [])


def test_the_dialog_says_what_is_sent_and_that_a_node_is_missing(
    window: MainWindow, qtbot: QtBot
) -> None:
    results = Sendable((Path("/x/SEG.dcm"), Path("/x/SR.dcm")), "Archive", "BRAINVIEWER-1")
    dialog = SendDialog(window.session, results, window)
    assert not dialog.send_button.isEnabled()
    assert dialog.problem.text() == "There is no PACS node yet. Set one up with Nodes…."
    dialog.deleteLater()
    keep_node(ARCHIVE)
    dialog = SendDialog(window.session, results, window)
    assert dialog.send_button.isEnabled()
    assert dialog.chosen == ARCHIVE
    dialog.deleteLater()


def test_nodes_that_are_set_up_from_the_dialog_can_be_sent_to(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = SendDialog(window.session, Sendable((Path("/x/SEG.dcm"),), "Gone", ""), window)

    def set_up(_settings: NodesDialog) -> None:
        keep_node(replace(ARCHIVE, name="Another"))
        keep_node(ARCHIVE)

    monkeypatch.setattr(NodesDialog, "exec", set_up)
    monkeypatch.setattr(NodesDialog, "chosen", "Archive")
    dialog.node.ask()
    assert dialog.chosen == ARCHIVE
    assert dialog.send_button.isEnabled() and dialog.problem.text() == ""
    dialog.node.box.setCurrentIndex(1 - dialog.node.box.currentIndex())
    assert dialog.chosen is not None and dialog.chosen.name == "Another"
    dialog.node.show_nodes()  # read anew, it stays
    assert dialog.chosen.name == "Another"
    dialog.deleteLater()


class Sender:
    """Two objects on their way to a node that takes its time."""

    def __init__(self, window: MainWindow, node: SlowNode, files: list[Path], bot: QtBot) -> None:
        self.window, self.node, self._bot = window, node, bot
        self.heard = notices_of(window)
        window.session.pacs.sending.send(node.node, files)
        node.let(1)
        self.until(lambda: len(node.stored) == 1)

    def until(self, condition: Callable[[], object]) -> None:
        self._bot.waitUntil(lambda: bool(condition()))


@pytest.fixture
def sender(threaded: MainWindow, qtbot: QtBot, tmp_path: Path) -> Iterator[Sender]:
    files = phantom_series(tmp_path, "1.2.3", "1.2.3.4", 3)
    with slow_node() as node:
        yield Sender(threaded, node, files, qtbot)


def test_cancel_says_what_the_node_has(sender: Sender) -> None:
    progress = sender.window.session.state
    sender.until(lambda: any(p.text == "Sending: object 2 of 3" for p in progress.progress))
    (cancel,) = (
        one
        for one in sender.window.status.findChildren(QPushButton)
        if one.text() == "Cancel" and one.isVisible()
    )
    cancel.click()
    sender.until(lambda: sender.heard)
    assert [n.text for n in sender.heard] == [
        "Sending was stopped. Slow has confirmed 1 of 3 objects."
    ]


def test_a_failure_says_which_were_taken_and_which_were_not(sender: Sender) -> None:
    sender.node.fail()
    sender.until(lambda: sender.heard)
    (said,) = sender.heard
    assert said.level == "error"
    assert "1 of 3 objects are confirmed: 0.dcm. Not confirmed: 1.dcm, 2.dcm." in said.text


def while_closing(sender: Sender, act: Callable[[ClosingDialog], object]) -> list[str]:
    """Do something once the window waits before it closes; what its dialog says until then."""
    said: list[str] = []
    timer = QTimer(sender.window, interval=10)

    def look() -> None:
        for dialog in sender.window.findChildren(ClosingDialog):
            if dialog.isVisible():
                timer.stop()
                said.extend((dialog.text, dialog.drop_button.text()))
                act(dialog)

    timer.timeout.connect(look)
    timer.start()
    return said


def test_closing_waits_for_what_is_being_sent(sender: Sender) -> None:
    sender.until(lambda: "1 of 3" in sender.window.session.pacs.sending.so_far)
    said = while_closing(sender, lambda _: sender.node.let(9))
    assert sender.window.close()
    assert said == [
        "Objects are being sent to a PACS. Slow has confirmed 1 of 3 objects. If you close before, "
        "the rest is missing there. BrainViewer closes when that is done.",
        "Close without sending",
    ]
    assert len(sender.node.stored) == 3


def test_closing_may_be_given_up_or_done_without_sending(sender: Sender) -> None:
    sender.until(lambda: "1 of 3" in sender.window.session.pacs.sending.so_far)
    while_closing(sender, lambda dialog: dialog.reject())
    assert not sender.window.close()
    assert sender.window.session.pacs.sending.unfinished == 1
    while_closing(sender, lambda dialog: dialog.drop_button.click())
    assert sender.window.close()
    sender.node.let(9)
    assert len(sender.node.stored) < 3


def test_a_failure_while_closing_keeps_the_window_to_say_so(sender: Sender) -> None:
    while_closing(sender, lambda _: sender.node.fail())
    assert not sender.window.close()
    assert sender.window.isVisible()
    assert "Not confirmed" in sender.heard[-1].text
