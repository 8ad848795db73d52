"""What a killed window left is listed; what is open, or was closed, is not."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.files.journal.annotations import AnnotationJournal
from brainviewer.files.journal.sessions import SessionJournal, forget_left, left_work
from brainviewer.files.journal.standing import AGE, REPORT
from brainviewer.files.journal.values import keep_value, kept_value
from brainviewer.files.locks import try_lock
from brainviewer.files.tidying import tidy_up
from brainviewer.files.user_folders import journal_folder
from tests.journal_entries import entries
from tests.phantoms import marker_study

STUDY = marker_study()
PLACE = (1.0, 2.0, 3.0)
NOTE = Annotation(Kind.TEXT, Plane.AXIAL, (PLACE,), Modality.T1, "a note")
_KILLED = """
import os
import sys
from brainviewer.files.journal.sessions import SessionJournal
journal = SessionJournal(sys.argv[1])
journal.keep({"paths": ["/data/a study"], "tool": "ruler"})
os.kill(os.getpid(), 9)
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def killed(study_hash: str) -> None:
    """A process that had a study open."""
    path = os.pathsep.join(filter(None, sys.path))
    arguments = [sys.executable, "-c", _KILLED, study_hash]
    ended = subprocess.run(arguments, env={**os.environ, "PYTHONPATH": path}, check=False)
    assert ended.returncode == -9


def test_what_a_killed_window_left_is_listed_until_it_is_forgotten() -> None:
    AnnotationJournal(STUDY).keep((NOTE, replace(NOTE, id="b")))
    keep_value(STUDY.content_hash, REPORT, {"findings": "f"})
    keep_value(STUDY.content_hash, AGE, 61)
    assert left_work() == []
    killed(STUDY.content_hash)
    running = SessionJournal(STUDY.content_hash)
    running.keep({"paths": ["/data/a study"]})
    (left,) = left_work()
    assert left.study == STUDY.content_hash
    assert left.paths == (Path("/data/a study"),)
    assert left.session is not None
    assert left.session["tool"] == "ruler"
    assert (left.annotations, left.corrections, left.feedback) == (2, 0, 0)
    assert left.report
    assert left.age
    assert left.any
    assert left.until.startswith("20")
    forget_left(left)
    assert left_work() == []
    assert AnnotationJournal(STUDY).restore().annotations
    assert kept_value(STUDY.content_hash, AGE) == 61
    running.close()
    assert left_work() == []
    assert [path.suffix for path in journal_folder().iterdir()] == [".journal"]


def test_what_is_closed_leaves_no_trace_of_where_it_lay() -> None:
    open_now = SessionJournal(STUDY.content_hash)
    for number in range(5):
        open_now.keep({"paths": ["/data/a study"], "view": number})
    assert entries("session")[-1]["value"]["view"] == 4
    AnnotationJournal(STUDY).keep((NOTE,))
    open_now.close()
    (path,) = journal_folder().iterdir()
    assert b"a study" not in path.read_bytes()
    assert AnnotationJournal(STUDY).restore().annotations == (NOTE,)
    AnnotationJournal(replace(STUDY, content_hash="cd")).keep((NOTE,))
    empty = SessionJournal("ab")
    empty.keep({"paths": []})
    empty.close()
    assert not list(journal_folder().glob("ab*"))


def test_a_window_without_work_has_left_nothing_that_anybody_would_miss() -> None:
    killed("ab")
    (left,) = left_work()
    assert not left.any
    forget_left(left)
    assert not list(journal_folder().iterdir())
    (journal_folder() / "nothing.open").mkdir()
    (journal_folder() / ".open").touch()
    (journal_folder() / "a b.c.open").touch()
    assert left_work() == []


def test_the_next_start_removes_the_lock_of_a_killed_window_that_corrected() -> None:
    held, left = (journal_folder() / f"{name}.correcting" for name in "ab")
    journal_folder().mkdir(parents=True)
    left.touch()
    with held.open("wb") as file:
        assert try_lock(file.fileno())
        tidy_up()
        assert held.exists()
        assert not left.exists()
