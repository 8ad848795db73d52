"""The report in the window: written, followed, saved, printed."""

import time
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog
from pytestqt.qtbot import QtBot

from brainviewer.app.prior.beside import Beside
from brainviewer.app.reporting.gathering import STALE, report_options, report_sources
from brainviewer.app.reporting.options import Identity, ReportPart
from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.app.stores.report_text import kept_report_text
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.report_text import MOST_CHARACTERS, TOO_LONG, ReportText
from brainviewer.core.study import Study
from brainviewer.gui.dialogs import printing
from brainviewer.gui.dialogs.printing import print_report
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.report.window import ReportWindow
from tests.gui.conftest import show_answered, show_study
from tests.phantoms import marker_study, oblique_grid

pytestmark = pytest.mark.window


@pytest.fixture
def window(window: MainWindow, session: Session, study: Study) -> MainWindow:
    show_answered(session, study)
    return window


@pytest.fixture
def report(window: MainWindow, qtbot: QtBot) -> ReportWindow:
    """The window of the report, shown with its pages."""
    window.actions_by_id["report"].trigger()
    made = window.parts.report.window
    qtbot.waitUntil(lambda: made.pages is not None)
    return made


def words_of(report: ReportWindow) -> str:
    """What its pages say."""
    assert report.pages is not None
    document = pypdfium2.PdfDocument(report.pages.pdf())
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return " ".join(text.split())


def test_what_is_typed_stands_on_the_pages_and_is_kept(
    report: ReportWindow, session: Session, qtbot: QtBot
) -> None:
    QTest.keyClicks(report.editors["findings"], "One lesion.")
    qtbot.waitUntil(lambda: session.state.report_text == ReportText(findings="One lesion."))
    qtbot.waitUntil(lambda: "FINDINGS One lesion." in words_of(report))
    QTest.keyClicks(report.editors["impression"], "Glioma?")
    report.hide()
    assert session.state.report_text.impression == "Glioma?", "at once when it is closed"


def test_what_is_typed_last_is_kept_when_the_window_closes(
    report: ReportWindow, session: Session, window: MainWindow
) -> None:
    content = session.state.study.content_hash
    QTest.keyClicks(report.editors["impression"], "Glioma.")
    window.close()
    assert kept_report_text(content) == ReportText(impression="Glioma.")


def test_what_is_typed_without_a_pause_is_on_the_disk_within_a_second(
    report: ReportWindow, session: Session
) -> None:
    content, typed = session.state.study.content_hash, ""
    ends, late = time.monotonic() + 2.5, []
    written: list[tuple[float, str]] = []
    while time.monotonic() < ends:
        QTest.keyClicks(report.editors["findings"], "x")
        typed += "x"
        written.append((time.monotonic(), typed))
        QTest.qWait(50)
        there = kept_report_text(content).findings
        late += [text for when, text in written
                 if time.monotonic() - when > 1.0 and len(text) > len(there)]  # fmt: skip
    assert not late
    assert kept_report_text(content).findings


def test_what_is_longer_than_what_is_kept_is_said(report: ReportWindow) -> None:
    report.editors["findings"].setPlainText("x" * MOST_CHARACTERS)
    assert report._cut.isHidden()
    report.editors["findings"].insertPlainText("y")
    assert report._cut.text() == TOO_LONG and not report._cut.isHidden()
    report.take_text()
    report.editors["findings"].setPlainText("x")
    assert report._cut.isHidden()


def test_a_text_stays_with_the_study_it_was_typed_for(
    report: ReportWindow, session: Session, study: Study
) -> None:
    QTest.keyClicks(report.editors["findings"], "Of the first.")
    session.state.study_leaving.emit()
    assert session.state.report_text.findings == "Of the first."
    show_study(session, marker_study(oblique_grid()))
    assert report.editors["findings"].toPlainText() == ""
    show_study(session, study)
    assert report.editors["findings"].toPlainText() == "Of the first."


def test_choices_are_remembered_and_seen(
    report: ReportWindow, session: Session, qtbot: QtBot
) -> None:
    report.parts[ReportPart.PREDICTION].click()
    report.paper.setCurrentIndex(1)
    report.paper.activated.emit(1)
    assert session.settings.report_left_out == ("prediction",)
    assert session.settings.report_paper == "Letter"
    qtbot.waitUntil(lambda: "PREDICTION" not in words_of(report))
    qtbot.waitUntil(lambda: report.pages is not None and report.pages.size == (612, 792))


def test_hidden_names_stay_hidden(report: ReportWindow, session: Session, qtbot: QtBot) -> None:
    session.settings.update(report_identity="full")
    qtbot.waitUntil(lambda: "Doe" in words_of(report))
    session.settings.update(show_patient=False)
    assert not report.identity.isEnabled()
    assert report_options(session.settings).identity is Identity.NOTHING
    qtbot.waitUntil(lambda: "Doe" not in words_of(report))
    session.settings.update(show_patient=True)
    assert report.identity.isEnabled()


def test_the_report_follows_what_is_found(
    report: ReportWindow, session: Session, qtbot: QtBot
) -> None:
    assert "Glioblastoma" in words_of(report)
    result = session.state.classification
    session.state.show_classification(result, Status.STALE, "The age was changed.")
    qtbot.waitUntil(lambda: "Glioblastoma" not in words_of(report))
    assert STALE in words_of(report)


def test_a_comparison_of_another_lesion_is_left_out(
    window: MainWindow, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Other(Beside):
        def rests_on(self, finding: object) -> bool:
            return False

    sources = report_sources(session.state, Other(None, None, {}))  # type: ignore[arg-type]
    assert sources.compared is None and "compare again" in sources.compared_note


def test_without_a_study_there_is_nothing_to_write(session: Session) -> None:
    with pytest.raises(BrainViewerError, match="nothing to report"):
        report_sources(session.state)


@pytest.mark.parametrize("name", ["a.pdf", "a.html"])
def test_a_report_is_saved(
    report: ReportWindow,
    said: list[tuple[str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    QTest.keyClicks(report.editors["clinical"], "Not yet taken over.")
    chosen = str(tmp_path / name)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (chosen, "PDF (*.pdf)"))
    report.save_button.click()
    assert said[-1][0] == "info" and name in said[-1][1]
    content = (tmp_path / name).read_bytes()
    if name.endswith("html"):
        assert b"Not yet taken over." in content
    else:
        assert content.startswith(b"%PDF")


def test_where_it_cannot_be_saved_is_said(
    window: MainWindow, said: list[tuple[str, str]], tmp_path: Path
) -> None:
    window.parts.report.save(tmp_path / "no" / "a.pdf")
    assert said[-1][0] == "error" and "does not exist" in said[-1][1]


# -- paper ----------------------------------------------------------------------------------------


def a_printer(file: Path) -> QPrinter:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(file))
    return printer


def test_every_page_is_printed(report: ReportWindow, tmp_path: Path) -> None:
    assert report.pages is not None
    print_report(report.pages, a_printer(tmp_path / "paper.pdf"))
    document = pypdfium2.PdfDocument(tmp_path / "paper.pdf")
    assert len(document) == len(report.pages)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    assert "Research use only" in text and f"Page 1 of {len(report.pages)}" in text


@pytest.mark.parametrize("what", ["report", "print"])
def test_a_printer_that_is_away_is_said(
    report: ReportWindow,
    window: MainWindow,
    said: list[tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    monkeypatch.setattr(QPrintDialog, "exec", lambda _: QDialog.DialogCode.Accepted)
    monkeypatch.setattr(printing, "_is_gone", lambda _: True)
    if what == "report":
        report.print_button.click()
    else:
        window.actions_by_id["print"].trigger()
    (only,) = [one for one in said if one[0] == "error"]
    assert "cannot be reached" in only[1] and "save as PDF" in only[1]
    assert not [one for one in said if "was sent" in one[1]]


@pytest.mark.qt_log_ignore("QPainter::begin")
def test_a_file_that_cannot_be_printed_to_is_said(report: ReportWindow, tmp_path: Path) -> None:
    assert report.pages is not None
    with pytest.raises(BrainViewerError, match="cannot be written"):
        print_report(report.pages, a_printer(tmp_path / "no" / "paper.pdf"))
