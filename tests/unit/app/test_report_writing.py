"""The text of a report: kept with its study, found again, of no other study."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from brainviewer.app.stores.age import keep_age, kept_age
from brainviewer.app.stores.report_text import keep_report_text, kept_report_text
from brainviewer.core.report_text import MOST_CHARACTERS, ReportText
from brainviewer.files.user_folders import journal_folder
from tests.phantoms import marker_study, oblique_grid
from tests.unit.app.desk import Desk, Verbs

TEXT = ReportText("Seizure.", "Left frontal lesion.\nNo shift.", "Unchanged.")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path))


@pytest.fixture
def verbs(monkeypatch: pytest.MonkeyPatch) -> Verbs:
    return Verbs(monkeypatch)


@pytest.fixture
def desk(verbs: Verbs) -> Iterator[Desk]:
    desk = Desk()
    desk.session.documents.open([Path("study")])
    desk.settle()
    yield desk
    desk.close()
    assert not desk.crashes


def test_a_text_is_plain_lines_of_bounded_length() -> None:
    text = ReportText(clinical="\n\na\x00b \r\nc\n", findings="x" * (MOST_CHARACTERS + 5))
    assert text.clinical == "a\N{REPLACEMENT CHARACTER}b\nc"
    assert len(text.findings) == MOST_CHARACTERS
    assert text and not ReportText()
    assert ReportText.from_json(text.to_json()) == text
    assert ReportText.from_json({"findings": "f", "of a newer version": 1}).findings == "f"
    for damaged in ({"findings": 3}, ["findings"]):
        with pytest.raises(TypeError):
            ReportText.from_json(damaged)  # type: ignore[arg-type]


def test_a_text_is_found_again_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    keep_report_text("abc", TEXT)
    (file,) = journal_folder().iterdir()
    assert kept_report_text("abc") == TEXT
    assert kept_report_text("other") == ReportText()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    whole = file.read_bytes()
    file.write_text("{")
    assert kept_report_text("abc") == ReportText()
    file.write_bytes(whole)
    keep_report_text("abc", ReportText())
    assert not file.exists()
    keep_age("abc", 61)
    keep_report_text("abc", TEXT)
    keep_report_text("abc", ReportText())
    assert kept_age("abc") == 61
    assert TEXT.findings.encode() not in file.read_bytes()  # what was deleted is nowhere


def test_a_text_belongs_to_its_study(desk: Desk, verbs: Verbs) -> None:
    told: list[int] = []
    desk.state.report_text_changed.connect(lambda: told.append(1))
    desk.session.report_text.write(TEXT)
    desk.session.report_text.write(TEXT)
    assert desk.state.report_text == TEXT and len(told) == 1
    desk.save()
    verbs.predictions["open"] = marker_study(oblique_grid())
    desk.session.documents.open([Path("another")])
    desk.settle()
    assert not desk.state.report_text
    verbs.predictions.clear()
    desk.session.documents.open([Path("study")])
    desk.settle()
    assert desk.state.report_text == TEXT


def test_without_a_study_nothing_is_written() -> None:
    desk = Desk()
    desk.session.report_text.write(TEXT)
    assert not desk.state.report_text
    desk.close()
