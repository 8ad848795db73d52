"""What the study list keeps: found again by content, and never at the cost of a file."""

import sqlite3
import stat
import sys
from pathlib import Path

import pytest

from brainviewer.core.errors import FileError
from brainviewer.core.study import Modality
from brainviewer.files.database import database as database_module
from brainviewer.files.study_list.database import SCHEMA, StudyDatabase
from brainviewer.files.study_list.entry import (
    THUMBNAIL,
    KeptClassification,
    KeptFinding,
    StudyEntry,
    place_key,
)

ENTRY = StudyEntry("c0ffee", (Modality.FLAIR, Modality.T1CE), bytes(THUMBNAIL**2))
FINDING = KeptFinding("2026-01-02T03:04:05+00:00", "lesion", "n 1", True, 43.75, None, 812.5, True)
RESULT = KeptClassification("2026-01-02T03:04:06+00:00", "m", "A", "Astro", 0.73, True, False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "studies.sqlite"


def filled(path: Path) -> None:
    database = StudyDatabase(path)
    database.keep_study(ENTRY, "here")
    database.keep_finding(ENTRY.content, FINDING)
    database.keep_classification(ENTRY.content, RESULT)
    database.close()


def test_everything_comes_back_at_the_next_start_and_at_another_place(path: Path) -> None:
    filled(path)
    again = StudyDatabase(path)
    known = again.entries(["nowhere", "here"])
    moved = again.keep_study(ENTRY, "moved")
    again.close()
    assert again.trouble is None
    assert list(known) == ["here"]
    assert known["here"] == moved
    assert (moved.finding, moved.classification) == (FINDING, RESULT)
    assert moved.sequences == ENTRY.sequences


def test_a_result_may_come_before_the_study_is_listed(path: Path) -> None:
    database = StudyDatabase(path)
    database.keep_finding(ENTRY.content, FINDING)
    assert database.keep_study(ENTRY, "here").finding == FINDING
    database.close()


def test_thousands_of_places_are_asked_at_once(path: Path) -> None:
    filled(path)
    database = StudyDatabase(path)
    assert list(database.entries([*(str(n) for n in range(5000)), "here"])) == ["here"]
    database.close()


def test_no_name_is_stored_and_nobody_else_may_read(path: Path, tmp_path: Path) -> None:
    scan = tmp_path / "Miller^Anna" / "secret_t1.nii.gz"
    scan.parent.mkdir()
    scan.write_bytes(b"1")
    database = StudyDatabase(path)
    database.keep_study(ENTRY, place_key([scan]))
    database.close()
    content = path.read_bytes()
    assert b"Miller" not in content and b"secret" not in content
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_changed_file_is_another_place(tmp_path: Path) -> None:
    scan = tmp_path / "t1.nii.gz"
    scan.write_bytes(b"1")
    before = place_key([scan])
    assert place_key([scan]) == before
    scan.write_bytes(b"12")
    assert place_key([scan]) != before


def test_a_place_is_the_same_by_a_link_and_in_any_order(tmp_path: Path) -> None:
    scans = [tmp_path / folder / name for folder in "ba" for name in ("2.dcm", "1.dcm")]
    for scan in scans:
        scan.parent.mkdir(exist_ok=True)
        scan.write_bytes(b"1")
    linked = tmp_path / "linked"
    linked.symlink_to(tmp_path / "a")
    a_file = tmp_path / "3.dcm"
    a_file.symlink_to(scans[0])
    by_links = [a_file, scans[1], linked / "1.dcm", linked / "2.dcm"]
    assert place_key(by_links) == place_key(scans) == place_key(scans[::-1])


@pytest.mark.parametrize("damage", ["not a database at all, for sure" * 40, "cut", "column"])
def test_a_damaged_file_is_set_aside_and_said(path: Path, damage: str) -> None:
    filled(path)
    if damage == "cut":
        whole = path.read_bytes()
        path.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    elif damage == "column":
        with sqlite3.connect(path) as connection:
            connection.execute("ALTER TABLE places RENAME TO others")
        connection.close()
    else:
        path.write_text(damage)
    damaged = path.read_bytes()
    database = StudyDatabase(path)
    assert database.entries(["here"]) == {}
    assert database.trouble is not None
    assert "begun anew" in str(database.trouble)
    assert path.with_suffix(".damaged").read_bytes() == damaged
    database.keep_study(ENTRY, "here")
    database.close()
    again = StudyDatabase(path)
    assert again.entries(["here"]) == {"here": ENTRY}
    assert again.trouble is None
    again.close()


def test_a_newer_file_is_left_as_it_is(path: Path) -> None:
    filled(path)
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA.version + 1}")
    connection.close()
    newer = path.read_bytes()
    database = StudyDatabase(path)
    assert database.keep_study(ENTRY, "here") == ENTRY  # works on, in memory
    assert "newer version" in str(database.trouble)
    database.close()
    assert path.read_bytes() == newer


def test_what_cannot_be_written_is_read_and_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(path)
    real = sqlite3.connect

    def connect(place: object, **options: object) -> sqlite3.Connection:
        if place == path:  # as on a disk without permission to write
            return real(f"{path.as_uri()}?mode=ro", uri=True, **options)
        return real(place, **options)

    monkeypatch.setattr(sqlite3, "connect", connect)
    database = StudyDatabase(path)
    assert database.entries(["here"])["here"].finding == FINDING
    assert "cannot be kept" in str(database.trouble)
    database.keep_finding(ENTRY.content, KeptFinding("t", "lesion", "", False))
    assert database.entries(["here"])["here"].finding == KeptFinding("t", "lesion", "", False)
    database.close()
    monkeypatch.undo()
    again = StudyDatabase(path)
    assert again.entries(["here"])["here"].finding == FINDING
    again.close()


def test_while_another_program_holds_it_studies_are_listed_and_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_PATIENCE", 0.01)
    filled(path)
    database = StudyDatabase(path)
    assert list(database.entries(["here"])) == ["here"]
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert database.entries(["here"]) == {}
    assert database.keep_study(ENTRY, "there") == ENTRY
    assert "using the study list" in str(database.trouble)
    with pytest.raises(FileError, match="using the study list"):
        database.keep_finding(ENTRY.content, FINDING)
    other.execute("ROLLBACK")
    other.close()
    assert list(database.entries(["here", "there"])) == ["here"]
    database.close()


def test_damaged_where_none_can_be_begun_anew_it_goes_on_in_memory(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(path)
    database = StudyDatabase(path)
    database.entries(["here"])
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE places")
    connection.close()

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    assert database.keep_study(ENTRY, "here") == ENTRY
    assert "Permission denied" in str(database.trouble)
    assert database.keep_study(ENTRY, "here") == ENTRY
    assert database.entries(["here"]) == {"here": ENTRY}
    database.close()


def test_a_folder_in_its_place_is_said(path: Path) -> None:
    path.mkdir(parents=True)
    database = StudyDatabase(path)
    assert database.keep_study(ENTRY, "here") == ENTRY
    assert "cannot be kept" in str(database.trouble)
    database.close()
