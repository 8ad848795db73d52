"""Annotations on disk: kept, brought back, never lost silently."""

import errno
import json
import os
import shutil
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.correction.kept import Base
from brainviewer.core.correction.steps import Step, packed
from brainviewer.core.errors import FileError
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.files import drafts, locks, ordinary_file, writing
from brainviewer.files.annotation_file import FORMAT
from brainviewer.files.durable.records import record_line, records_in
from brainviewer.files.journal import study_file
from brainviewer.files.journal.annotations import WORDS, AnnotationJournal, Restored, merged
from brainviewer.files.journal.corrections import CorrectionJournal
from brainviewer.files.journal.standing import REPORT, Standing
from brainviewer.files.journal.values import keep_value, kept_value
from tests.phantoms import marker_study

STUDY = marker_study()
X, Y, Z = (float(v) for v in STUDY.grid.centre)
RULER = Annotation(
    Kind.RULER, Plane.AXIAL, ((X, Y, Z), (X + 3, Y + 4, Z)), Modality.FLAIR, "grösste Länge"
)
NOTE = Annotation(Kind.TEXT, Plane.CORONAL, ((X + 1.5, Y, Z),), Modality.T2, "后续 ✓")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def file_of(home: Path) -> Path:
    return home / "journal" / f"{STUDY.content_hash}.journal"


def older_file(home: Path) -> Path:
    """Where annotations lay before there was one journal for everything."""
    return home / "journal" / f"{STUDY.content_hash}.json"


def entries_of(home: Path) -> list[Any]:
    """What the journal holds that stands, as plain data."""
    standing = Standing()
    for value in records_in(file_of(home).read_bytes()).values:
        for entry in value.get("entries", ()):
            standing.follow(entry)
    return [entry["value"] for entry in standing.entries()]


def restored() -> Restored:
    return AnnotationJournal(STUDY).restore()


def kept(*annotations: Annotation) -> Restored:
    """What somebody made who opened the study now."""
    book = AnnotationJournal(STUDY)
    book.restore()
    return book.keep(annotations)


def test_what_was_kept_comes_back() -> None:
    kept(RULER, NOTE)
    assert restored() == Restored((RULER, NOTE))
    assert AnnotationJournal(replace(STUDY, content_hash="ab" * 32)).restore() == Restored()


def test_keeping_none_forgets_and_leaves_no_file(home: Path) -> None:
    kept(RULER)
    kept()
    assert restored().annotations == ()
    assert not list((home / "journal").iterdir())
    kept()
    assert not list((home / "journal").iterdir())


def test_what_all_was_deleted_in_one_window_is_gone_in_the_other() -> None:
    first, second = AnnotationJournal(STUDY), AnnotationJournal(STUDY)
    first.restore()
    first.keep((RULER, NOTE))
    second.restore()
    second.keep(())
    assert first.changed_elsewhere
    assert first.keep((RULER, NOTE)).annotations == ()


def test_a_journal_that_is_gone_deletes_nothing(home: Path) -> None:
    """The folder may lie on a network that is not there now."""
    mine = AnnotationJournal(STUDY)
    mine.restore()
    mine.keep((RULER, NOTE))
    shutil.rmtree(home)
    assert mine.keep((RULER, NOTE, A)).annotations == (RULER, NOTE, A)
    assert restored().annotations == (RULER, NOTE, A)


def test_a_study_without_a_hash_keeps_nothing(home: Path) -> None:
    nobody = AnnotationJournal(replace(STUDY, content_hash=""))
    assert nobody.keep((RULER,)) == Restored((RULER,))
    assert nobody.restore() == Restored()
    assert not nobody.changed_elsewhere
    assert not home.exists()


def test_a_hash_cannot_lead_out_of_the_folder() -> None:
    with pytest.raises(ValueError, match="hash"):
        AnnotationJournal(replace(STUDY, content_hash="../elsewhere"))


def test_nobody_else_can_read_it_and_it_says_whose_it_is(home: Path) -> None:
    before = os.umask(0)
    try:
        kept(RULER)
    finally:
        os.umask(before)
    assert stat.S_IMODE(file_of(home).stat().st_mode) == 0o600
    for folder in (home / "journal", home):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    head, _ = records_in(file_of(home).read_bytes()).values
    assert (head["format"], head["study"]) == ("BrainViewer journal", STUDY.content_hash)


# -- several windows -------------------------------------------------------------------------


def test_what_two_windows_make_survives() -> None:
    first, second = AnnotationJournal(STUDY), AnnotationJournal(STUDY)
    first.restore()
    second.restore()
    first.keep((RULER,))
    assert second.changed_elsewhere
    assert second.keep((NOTE,)).annotations == (NOTE, RULER)
    assert not second.changed_elsewhere
    longer = replace(RULER, text="longer")
    assert first.keep((longer,)).annotations == (longer, NOTE)
    assert second.keep((NOTE, RULER)).annotations == (NOTE, longer)
    # What one of them deletes is gone for both, and stays so.
    assert first.keep((longer,)).annotations == (longer,)
    assert second.keep((NOTE, longer)).annotations == (longer,)
    assert restored().annotations == (longer,)


A, B, C, D = (replace(RULER, id=name, text=name) for name in "abcd")


@pytest.mark.parametrize(
    ("before", "here", "there", "both"),
    [
        ((A, B), (A, B), (A, B), (A, B)),
        ((A,), (A, B), (A, C), (A, B, C)),
        ((A, B), (B,), (A, B, C), (B, C)),
        ((A, B), (A, B), (B,), (B,)),
        ((A, B), (), (A, B), ()),
        ((A,), (), (A, C), (C,)),
        ((A,), (replace(A, text="mine"),), (A, B), (replace(A, text="mine"), B)),
        ((A,), (A,), (replace(A, text="theirs"),), (replace(A, text="theirs"),)),
        # The later change wins, and what was changed outlives what another window deleted.
        (
            (A,),
            (replace(A, text="mine"),),
            (replace(A, text="theirs"),),
            (replace(A, text="mine"),),
        ),
        ((A,), (replace(A, text="mine"),), (), (replace(A, text="mine"),)),
        ((), (B,), (A,), (B, A)),
    ],
)
def test_edits_are_brought_together_by_the_id_of_the_annotation(
    before: Any, here: Any, there: Any, both: Any
) -> None:
    assert merged(before, here, there) == both


def test_a_window_that_never_lets_go_is_said_and_nothing_waits_for_ever(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(RULER)
    monkeypatch.setattr(study_file, "PATIENCE", 0.05)
    mine = AnnotationJournal(STUDY)
    mine.restore()
    with locks.locked_folder(home / "journal", 1), pytest.raises(FileError, match="Another"):
        mine.keep((RULER, NOTE))
    assert mine.keep((RULER, NOTE)).annotations == (RULER, NOTE)


def test_where_there_are_no_locks_annotations_are_kept_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none(_: int) -> bool:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locks, "try_lock", none)
    monkeypatch.setattr(drafts, "try_lock", none)
    kept(RULER)
    assert restored().annotations == (RULER,)


# -- what is wrong with the file -------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"{", b"[1, 2]", b"\xff\xfe\x00", b"[" * 100_000])
def test_a_damaged_journal_is_set_aside_and_told(home: Path, content: bytes) -> None:
    kept(RULER)
    file = file_of(home)
    file.write_bytes(content)
    found = restored()
    assert found.annotations == ()
    assert "damaged" in found.notice
    (aside,) = (home / "journal").iterdir()
    assert aside.name == f"{STUDY.content_hash}.journal.damaged"
    assert aside.read_bytes() == content
    # The next one is set aside beside it, not over it.
    kept(NOTE)
    assert restored().annotations == (NOTE,)
    file.write_bytes(b"again")
    assert restored().notice
    assert sorted(f.read_bytes() for f in (home / "journal").iterdir()) == sorted(
        (content, b"again")
    )


def test_a_journal_that_is_damaged_while_it_is_open_is_set_aside_too(home: Path) -> None:
    mine = AnnotationJournal(STUDY)
    mine.restore()
    mine.keep((RULER,))
    file_of(home).write_bytes(b"{")
    found = mine.keep((RULER, NOTE))
    assert "set aside" in found.notice
    assert found.annotations == (RULER, NOTE)
    assert restored().annotations == (RULER, NOTE)


def no_permission(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(ordinary_file, "_status", refused)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE, errno.ETIMEDOUT])
def test_a_journal_that_cannot_be_read_now_is_left_where_it_is(
    home: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    kept(RULER)
    before = file_of(home).read_bytes()
    with monkeypatch.context() as patch:
        no_permission(patch, number)
        mine = AnnotationJournal(STUDY)
        found = mine.restore()
        assert found.annotations == ()
        assert "cannot be read now" in found.notice
        assert "damaged" not in found.notice
        with pytest.raises(FileError, match="Save annotations as"):
            mine.keep((NOTE,))
    assert [f.name for f in (home / "journal").iterdir()] == [file_of(home).name]
    assert file_of(home).read_bytes() == before
    # Once it can be read, nothing of either is lost.
    assert mine.keep((NOTE,)).annotations == (NOTE, RULER)


def test_what_another_window_added_is_not_deleted_while_it_cannot_be_read(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = AnnotationJournal(STUDY)
    mine.keep((RULER,))
    kept(RULER, NOTE)
    before = file_of(home).read_bytes()
    with monkeypatch.context() as patch:
        no_permission(patch, errno.EIO)
        with pytest.raises(FileError, match="Save annotations as"):
            mine.keep(())
    assert file_of(home).read_bytes() == before
    assert mine.keep(()).annotations == (NOTE,)


def test_a_pipe_in_place_of_a_journal_is_left_alone(home: Path) -> None:
    (home / "journal").mkdir(parents=True)
    os.mkfifo(file_of(home))
    assert "cannot be read now" in restored().notice
    assert file_of(home).is_fifo()


def test_a_journal_of_a_newer_version_is_left_as_it_is(home: Path) -> None:
    """Also a file in which an older version kept annotations alone."""
    newer = record_line({"id": "a", "format": study_file.FORMAT, "schema": 99})
    for path, content in ((file_of(home), newer), (older_file(home), changed(schema=99))):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        mine = AnnotationJournal(STUDY)
        found = mine.restore()
        assert "newer version" in found.notice
        assert "Update" in found.notice
        with pytest.raises(FileError, match="newer version"):
            mine.keep((NOTE,))
        assert path.read_bytes() == content
        assert len(list(path.parent.iterdir())) == 1
        path.unlink()


FAR = {**NOTE.to_json(), "id": "far", "points_mm": [[1e308, -1e308, 0.0]]}
BROKEN = {"kind": "ruler", "points_mm": "none", "note": ["of", {"another": "program"}]}


def test_bad_entries_leave_the_others_and_stay_on_disk(home: Path) -> None:
    older_file(home).parent.mkdir(parents=True)
    older_file(home).write_bytes(changed(annotations=[FAR, RULER.to_json(), BROKEN]))
    mine = AnnotationJournal(STUDY)
    found = mine.restore()
    assert found.annotations == (RULER,)
    assert found.notice.startswith("2 annotations were left out")
    assert str(file_of(home)) in found.notice
    assert not older_file(home).exists()
    mine.keep((RULER, NOTE))
    mine.keep(())
    kept(NOTE)
    entries = entries_of(home)
    assert all(entry in entries for entry in (NOTE.to_json(), FAR, BROKEN))
    assert len(entries) == 3


def test_a_file_too_large_is_not_called_a_matter_of_permission(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(errno.EFBIG, "File too large")

    monkeypatch.setattr(writing.os, "fsync", refuse)
    with pytest.raises(FileError, match="File too large") as refused:
        AnnotationJournal(STUDY).keep((RULER,))
    assert "may write" not in str(refused.value)
    assert "Save annotations as" in str(refused.value)


def test_a_full_disk_leaves_what_was_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(RULER)
    mine = AnnotationJournal(STUDY)
    mine.restore()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(writing.os, "fsync", full)
        with pytest.raises(FileError, match="disk is full"):
            mine.keep((RULER, NOTE))
    assert restored().annotations == (RULER,)
    assert len(list((home / "journal").iterdir())) == 1
    # What another window made meanwhile is not taken for deleted when there is room again.
    kept(RULER, A)
    assert set(mine.keep((RULER, NOTE)).annotations) == {RULER, NOTE, A}


def test_a_home_that_is_a_file_is_said(home: Path) -> None:
    home.write_text("in the way")
    with pytest.raises(FileError, match="cannot be kept") as caught:
        AnnotationJournal(STUDY).keep((RULER,))
    assert "Save annotations as" in caught.value.advice


def changed(**changes: object) -> bytes:
    content = {"format": FORMAT, "schema": 1, "annotations": [RULER.to_json()]}
    return json.dumps({**content, **changes}).encode()


def test_a_file_that_another_window_has_written_anew_is_another_file(home: Path) -> None:
    """Also where it has the size of the one before: then its first line is another."""
    mine = AnnotationJournal(STUDY)
    mine.keep((NOTE, RULER))
    mine.keep((NOTE,))
    other = study_file.StudyFile(STUDY.content_hash, WORDS)
    before = file_of(home).stat().st_size
    with other.alone():
        other.tidy()
    assert file_of(home).stat().st_size < before
    assert b"gone" not in file_of(home).read_bytes()
    assert mine.changed_elsewhere
    assert mine.keep((NOTE, A)).annotations == (NOTE, A)
    assert not mine.changed_elsewhere
    assert set(restored().annotations) == {NOTE, A}


def test_a_journal_that_is_deleted_while_it_is_open_brings_back_what_is_open_only(
    home: Path,
) -> None:
    """The annotations and the correction of the window, and no text that was deleted before."""
    keep_value(STUDY.content_hash, REPORT, {"findings": "deleted"})
    mine, corrects = AnnotationJournal(STUDY), CorrectionJournal(STUDY)
    mine.restore()
    mine.keep((RULER,))
    corrects.begin(Base("lesion", np.zeros(STUDY.grid.shape, np.uint8)))
    box = np.full((2, 2, 2), 1, np.uint8)
    steps = [Step("brush", "me", "", (n, 0, 0), box.shape, packed(box)) for n in range(4)]
    corrects.add(steps[0])
    corrects.add(steps[1])
    file_of(home).unlink()
    assert kept_value(STUDY.content_hash, REPORT) is None
    mine.keep((RULER, NOTE))
    corrects.add(steps[2])
    corrects.move(-1)
    corrects.close()
    assert restored().annotations == (RULER, NOTE)
    kept, said = CorrectionJournal(STUDY).restore()
    assert kept is not None
    assert not said
    assert (kept.steps.done, kept.steps.undone) == (steps[:2], (steps[2],))
    assert kept_value(STUDY.content_hash, REPORT) is None
