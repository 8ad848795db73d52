"""The trail is looked at, verified and taken out."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from audited import entries

from brainviewer.app.audit_trail.looking import (
    Wanted,
    known_action,
    lines,
    moment_of,
    row_of,
)
from brainviewer.app.audit_trail.recording import audited, record
from brainviewer.app.audit_trail.subjects import PATIENT, of_content
from brainviewer.app.audit_trail.switching import stop
from brainviewer.app.audit_trail.taking_out import take_out
from brainviewer.app.audit_trail.verifying import fault_sentences, summary, verify
from brainviewer.core.audit_trail.actions import Action, Outcome
from brainviewer.core.audit_trail.faults import Check, Fault, FaultKind
from brainviewer.core.errors import BrainViewerError, FileError
from brainviewer.core.process.reader import Reader, use_reader
from brainviewer.files.audit_trail.places import trail_folder
from brainviewer.files.audit_trail.trail import AuditTrail

ALL = Wanted()


def numbers(wanted: Wanted) -> list[int]:
    return [line.number for line in lines(wanted)]


@pytest.fixture
def filled(trail: AuditTrail) -> AuditTrail:
    """Lines 2 to 4 after the first."""
    record(Action.OPENED, about=of_content("ab" * 32), facts={"sequences": 4})
    use_reader(Reader("17", "=Doe"))
    record(Action.EXPORTED, about=((PATIENT, "PID 1"),), facts={"format": "PNG", "names": False})
    use_reader(None)
    record(Action.OPENED, about=of_content("cd" * 32))
    return trail


def test_lines_are_chosen_by_reader_action_time_and_whom_they_are_about(
    filled: AuditTrail,
) -> None:
    assert numbers(ALL) == [4, 3, 2, 1]
    assert numbers(Wanted(reader="=doe")) == [3]
    assert numbers(Wanted(reader="17")) == [3]
    assert numbers(Wanted(reader="nobody")) == []
    assert numbers(Wanted(action="opened")) == [4, 2]
    assert numbers(Wanted(about=of_content("AB" * 32))) == [2]
    assert numbers(Wanted(about=((PATIENT, "pid 1"),))) == [3]
    assert numbers(Wanted(about=((PATIENT, "pid 2"),))) == []
    assert numbers(Wanted(since=datetime(2100, 1, 1, tzinfo=UTC))) == []
    assert numbers(Wanted(until=datetime(2100, 1, 1, tzinfo=UTC))) == [4, 3, 2, 1]


def test_a_line_in_words(filled: AuditTrail) -> None:
    row = row_of(next(lines(Wanted(reader="17"))))
    assert (row.number, row.reader, row.action, row.about, row.details) == (
        3, "=Doe", "exported", "id", "format: PNG, names: no",
    )  # fmt: skip
    with pytest.raises(KeyError), audited(Action.SENT):
        raise KeyError
    row = row_of(next(lines(ALL)))
    assert (row.action, row.details) == ("sent to PACS: failed", "line 5, error: KeyError")


@pytest.mark.parametrize(
    ("text", "end", "meant"),
    [
        ("2026-12-01", False, datetime(2026, 12, 1, tzinfo=UTC)),
        ("2026-12-01", True, datetime(2026, 12, 2, tzinfo=UTC)),
        (" 2026-12-01T14:30 ", True, datetime(2026, 12, 1, 14, 30, tzinfo=UTC)),
        ("2026-12-01T14:30+02:00", False, datetime(2026, 12, 1, 12, 30, tzinfo=UTC)),
    ],
)
def test_days_and_times(text: str, end: bool, meant: datetime) -> None:
    assert moment_of(text, end=end) == meant


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "9999-12-31", ""])
def test_what_is_no_time_is_a_sentence(text: str) -> None:
    with pytest.raises(BrainViewerError, match="is no day and no time"):
        moment_of(text, end=True)


def test_actions_are_known_by_their_words() -> None:
    assert known_action(" Sent  to pacs") == Action.SENT
    with pytest.raises(BrainViewerError, match="Nothing is recorded as 'burnt'"):
        known_action("burnt")


@pytest.mark.parametrize("verb", [verify, lambda: lines(ALL), lambda: take_out(Path("a.csv"), ALL)])
def test_without_a_trail_there_is_a_sentence(home: None, verb: object, tmp_path: Path) -> None:
    with pytest.raises(BrainViewerError, match="Nothing has been recorded"):
        verb()  # type: ignore[operator]


def test_verifying_is_recorded_and_told(filled: AuditTrail) -> None:
    check = verify()
    assert summary(check).startswith("The audit trail is intact: 4 lines, from 20")
    assert dict(entries()[-1].what) == {"intact": True, "lines": 4, "faults": 0}
    path = trail_folder() / "trail-000000001.jsonl"
    path.write_bytes(path.read_bytes().replace(b"PNG", b"PDF"))
    check = verify()
    assert summary(check).startswith("The audit trail was tampered with: 1 place in what holds 4")
    assert fault_sentences(check)[0].startswith("Line 3 was changed (written between 20")
    assert dict(entries()[-1].what)["intact"] is False


def test_verifying_a_trail_that_was_stopped_adds_nothing(filled: AuditTrail) -> None:
    stop()
    count = len(entries())
    assert verify().intact
    assert len(entries()) == count


def test_very_many_faults_are_told_shortly() -> None:
    faults = tuple(Fault(FaultKind.CHANGED, 2 * n, 2 * n) for n in range(1, 501))
    said = fault_sentences(Check(faults=faults))
    assert len(said) == 101
    assert said[-1] == "400 more faults like these."


def test_a_table_holds_no_formula(filled: AuditTrail, tmp_path: Path) -> None:
    path = tmp_path / "trail.csv"
    assert take_out(path, ALL) == 4
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    assert rows[0] == [
        "line", "time", "reader", "action", "about", "details", "outcome", "subjects", "seal",
    ]  # fmt: skip
    assert [row[0] for row in rows[1:]] == ["1", "2", "3", "4"]
    assert rows[3][2] == "'=Doe"
    assert (entries()[-1].action, entries()[-1].outcome) == ("trail exported", Outcome.BEGUN)


def test_lines_are_taken_out_as_they_are(filled: AuditTrail, tmp_path: Path) -> None:
    path = tmp_path / "trail.jsonl"
    assert take_out(path, Wanted(action="opened")) == 2
    kept = (trail_folder() / "trail-000000001.jsonl").read_bytes().splitlines()
    assert path.read_bytes().splitlines() == [kept[1], kept[3]]
    assert [json.loads(line)["n"] for line in path.read_bytes().splitlines()] == [2, 4]


@pytest.mark.parametrize("name", ["trail.txt", "no folder/trail.csv"])
def test_a_file_that_cannot_be_is_refused_before_anything_is_recorded(
    filled: AuditTrail, tmp_path: Path, name: str
) -> None:
    count = len(entries())
    with pytest.raises(FileError):
        take_out(tmp_path / name, ALL)
    assert len(entries()) == count
    assert list(tmp_path.glob("**/*.csv")) == []
