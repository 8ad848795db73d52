"""Annotations on disk: kept, brought back, never lost silently."""

import errno
import json
from pathlib import Path

import pytest

from brainviewer.core.annotations import Annotation, Kind
from brainviewer.core.errors import FileError
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.files import journal, writing

HASH = "0f" * 32
RULER = Annotation(
    Kind.RULER, Plane.AXIAL, ((1.0, 2.0, 3.0), (4.0, 6.0, 3.0)), Modality.FLAIR, "grösste Länge"
)
NOTE = Annotation(Kind.TEXT, Plane.CORONAL, ((1.5, 2.5, -3.5),), Modality.T2, "后续 ✓")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_what_was_kept_comes_back() -> None:
    journal.keep(HASH, (RULER, NOTE))
    assert journal.restore(HASH) == journal.Kept((RULER, NOTE))
    assert journal.restore("ab" * 32) == journal.Kept()


def test_keeping_none_forgets_and_leaves_no_file(home: Path) -> None:
    journal.keep(HASH, (RULER,))
    journal.keep(HASH, ())
    assert journal.restore(HASH).annotations == ()
    assert not list((home / "journal").iterdir())


def test_a_study_without_a_hash_keeps_nothing(home: Path) -> None:
    journal.keep("", (RULER,))
    assert journal.restore("") == journal.Kept()
    assert not home.exists()


def test_a_hash_cannot_lead_out_of_the_folder() -> None:
    with pytest.raises(ValueError, match="hash"):
        journal.keep("../elsewhere", (RULER,))


@pytest.mark.parametrize("content", [b"", b"{", b"[1, 2]", b"\xff\xfe\x00", b"[" * 100_000])
def test_a_damaged_journal_is_set_aside_and_told(home: Path, content: bytes) -> None:
    journal.keep(HASH, (RULER,))
    (file,) = (home / "journal").iterdir()
    file.write_bytes(content)
    kept = journal.restore(HASH)
    assert kept.annotations == ()
    assert "damaged" in kept.notice
    (aside,) = (home / "journal").iterdir()
    assert aside.name == f"{HASH}.json.damaged"
    assert aside.read_bytes() == content
    # The next one is set aside beside it, not over it.
    journal.keep(HASH, (NOTE,))
    assert journal.restore(HASH).annotations == (NOTE,)
    file.write_bytes(b"again")
    assert journal.restore(HASH).notice
    assert sorted(f.read_bytes() for f in (home / "journal").iterdir()) == sorted(
        (content, b"again")
    )


def test_a_full_disk_leaves_what_was_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.keep(HASH, (RULER,))

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writing.os, "fsync", full)
    with pytest.raises(FileError, match="disk is full"):
        journal.keep(HASH, (NOTE,))
    monkeypatch.undo()
    monkeypatch.setenv("BRAINVIEWER_HOME", str(home))
    assert journal.restore(HASH).annotations == (RULER,)
    assert len(list((home / "journal").iterdir())) == 1


def test_a_home_that_is_a_file_is_said(home: Path) -> None:
    home.write_text("in the way")
    with pytest.raises(FileError, match="cannot be kept"):
        journal.keep(HASH, (RULER,))


def test_save_as_and_open(tmp_path: Path) -> None:
    file = tmp_path / "Ängström marks.json"
    journal.save_annotations(file, [RULER, NOTE])
    assert journal.load_annotations(file) == (RULER, NOTE)
    content = json.loads(file.read_text("utf-8"))
    assert content["schema"] == 1
    assert set(content["annotations"][0]) == {
        "id",
        "kind",
        "plane",
        "sequence",
        "points_mm",
        "text",
    }


def test_marks_with_the_same_id_get_their_own(tmp_path: Path) -> None:
    journal.save_annotations(tmp_path / "a.json", [RULER, RULER])
    first, second = journal.load_annotations(tmp_path / "a.json")
    assert first.id != second.id
    assert first.points == second.points


def changed(**changes: object) -> bytes:
    content = {"format": journal.FORMAT, "schema": 1, "annotations": [RULER.to_json()]}
    return json.dumps({**content, **changes}).encode()


@pytest.mark.parametrize(
    "content",
    [
        changed(format="something else"),
        changed(schema="1"),
        changed(schema=0),
        changed(annotations=None),
        changed(annotations=["ruler"]),
        changed(annotations=[{**RULER.to_json(), "kind": "volume"}]),
        changed(annotations=[{**RULER.to_json(), "points_mm": [[0, 0, 0]]}]),
        changed(annotations=[{**RULER.to_json(), "points_mm": [[0, 0], [1, 1]]}]),
        changed(annotations=[{**RULER.to_json(), "points_mm": [[0, 0, 0], [0, 0, 1e999]]}]),
        changed(annotations=[{**RULER.to_json(), "points_mm": [[0, 0, 0], [0, 0, 10**400]]}]),
        changed(annotations=[{**RULER.to_json(), "sequence": "PET"}]),
    ],
)
def test_a_file_of_another_kind_is_refused_with_advice(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "marks.json"
    file.write_bytes(content)
    with pytest.raises(FileError) as caught:
        journal.load_annotations(file)
    assert "marks.json" in caught.value.message
    assert caught.value.advice


def test_a_newer_schema_asks_for_an_update(tmp_path: Path) -> None:
    (tmp_path / "new.json").write_bytes(changed(schema=99))
    with pytest.raises(FileError, match="Update BrainViewer"):
        journal.load_annotations(tmp_path / "new.json")


def test_a_missing_file_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="There is no file"):
        journal.load_annotations(tmp_path / "nowhere.json")
