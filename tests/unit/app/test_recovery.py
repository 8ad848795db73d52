"""What killed windows left: in words, by whom it may be seen, and brought back."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from brainviewer.app.recovery.left_study import LeftStudy
from brainviewer.app.recovery.recovery import FORGET, LOOK
from brainviewer.app.saved_session.snapshot import saved_view
from brainviewer.app.state import Layout, Tool
from brainviewer.app.status import Status
from brainviewer.core.process.reader import Reader as Person
from brainviewer.core.process.reader import use_reader
from brainviewer.core.report_text import ReportText
from brainviewer.core.slices import Plane
from brainviewer.core.view.saved_camera import SavedLooks
from brainviewer.files.journal.sessions import LeftWork, left_work
from brainviewer.files.session_file.plain_values import plain
from tests.study_folders import write_study
from tests.unit.app.desk import Desk
from tests.unit.app.session_desks import Desks, Reader, at_rest, opened, ruler

# A window that says what it has open, and waits to be killed.
_WINDOW = """
import json, sys
from brainviewer.core.process.reader import Reader, use_reader
from brainviewer.files.journal.sessions import SessionJournal
told = json.loads(sys.argv[1])
if told["reader"]:
    use_reader(Reader(told["reader"], told["reader"]))
journal = SessionJournal(told["study"])
journal.keep(told["session"])
print("kept", flush=True)
sys.stdin.read()
"""


@contextmanager
def running(
    study_hash: str, session: dict[str, Any], reader: str = ""
) -> Iterator[subprocess.Popen[str]]:
    told = json.dumps({"study": study_hash, "session": session, "reader": reader})
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", _WINDOW, told], stdin=pipe, stdout=pipe, text=True
    ) as window:
        assert window.stdout is not None
        assert window.stdout.readline() == "kept\n"
        try:
            yield window
        finally:
            window.kill()


def killed(study_hash: str, session: dict[str, Any], reader: str = "") -> None:
    with running(study_hash, session, reader):
        pass


def looked(desk: Desk) -> list[LeftStudy]:
    desk.session.recovery.look()
    desk.session.jobs.finish(LOOK)
    return list(desk.session.recovery.left)


def worked_on(desk: Desk, study: Path) -> tuple[str, dict[str, Any]]:
    """A study with a ruler and a text, on the fourth slice above: its hash, and its view."""
    opened(desk, study)
    state, view = desk.state, desk.session.view
    ruler(desk)
    desk.session.report_text.write(ReportText(findings="A lesion on the left."))
    view.set_layout(Layout.THREE_PLANES)
    view.step(Plane.AXIAL, 4)
    at_rest(desk)
    assert state.study is not None
    arrays: list[Any] = []
    told = plain(saved_view(state, SavedLooks()), arrays)
    assert not arrays
    return state.study.content_hash, told


def work_of(paths: Sequence[Path] = (), until: str = "", **counts: Any) -> LeftWork:
    session = {"paths": [str(path) for path in paths]}
    return LeftWork("0f", "w", until, session=session, **counts)


def test_it_is_told_by_kinds_and_until_when(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "Doe")
    now = datetime.now().astimezone().replace(hour=14, minute=32)
    until = now.astimezone(UTC).isoformat(timespec="seconds")
    every = work_of(
        [folder], until, annotations=3, corrections=1, report=True, feedback=2, age=True
    )
    left = LeftStudy.of(every)
    assert left.sentence(named=True, now=now) == (
        "Your work on Doe up to 14:32 is there: "
        "3 annotations, 1 correction, report text, feedback, age."
    )
    assert left.paths == (folder,)
    assert left.advice == ""
    later = now.replace(year=now.year + 1)
    said = LeftStudy.of(work_of([folder], until, annotations=1)).sentence(named=False, now=later)
    assert said == f"Your work on a study up to {now:%Y-%m-%d}, 14:32 is there: 1 annotation."


def test_files_that_were_named_and_files_that_have_gone(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "Doe")
    files = sorted(folder.iterdir())
    named = [Path(f"FLAIR={files[0]}"), Path(f"T1={files[1]}")]
    assert LeftStudy.of(work_of(named)).paths == tuple(named)
    assert LeftStudy.of(work_of(named)).sentence(named=True).startswith("Your work on Doe is there")
    files[0].unlink()
    gone = LeftStudy.of(work_of(named))
    assert (gone.paths, gone.moved) == ((), True)
    assert gone.advice.startswith("Its images are not where they were.")
    unknown = LeftStudy.of(work_of())
    assert (unknown.paths, unknown.moved) == ((), False)
    assert unknown.sentence(named=True).startswith("Your work on a study is there")
    assert "the work comes along" in unknown.advice


def test_it_is_opened_as_it_was(desks: Desks, tmp_path: Path) -> None:
    desk, folder = desks.start(), write_study(tmp_path / "Doe")
    study, view = worked_on(desk, folder)
    cursor = tuple(desk.state.cursor)
    desk = desks.start()
    killed(study, {"paths": [str(folder)], "view": view, "tool": "ruler", "classification": True})
    (left,) = looked(desk)
    assert desk.session.recovery.sentence(left).endswith(": 1 annotation, report text.")
    desk.session.recovery.open_again(left)
    desk.until(lambda: desk.state.classification_status is Status.DONE)
    assert desk.state.layout is Layout.THREE_PLANES
    assert tuple(desk.state.cursor) == cursor
    assert desk.state.tool is Tool.RULER
    assert len(desk.state.annotations) == 1
    assert desk.state.report_text.findings == "A lesion on the left."
    desk.session.jobs.finish(FORGET)
    assert looked(desk) == []


def test_a_window_that_runs_is_not_offered_and_after_a_power_loss_it_is(
    desks: Desks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, folder = desks.start(), write_study(tmp_path / "Doe")
    study, view = worked_on(desk, folder)
    desk = desks.start()
    with running(study, {"paths": [str(folder)], "view": view}):
        assert looked(desk) == []
        # What lies on the disk when the power goes.
        shutil.copytree(tmp_path / "here", tmp_path / "after")
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "after"))
    (left,) = looked(desk)
    desk.session.recovery.open_again(left)
    desk.until(lambda: desk.state.classification_status is Status.DONE)
    assert len(desk.state.annotations) == 1
    assert desk.state.layout is Layout.THREE_PLANES


def test_several_windows_of_one_study_are_one_offer_as_the_last_one_looked(
    desks: Desks, tmp_path: Path
) -> None:
    desk, folder = desks.start(), write_study(tmp_path / "Doe")
    study, view = worked_on(desk, folder)
    desk = desks.start()
    killed(study, {"paths": [str(folder)]})
    killed(study, {"paths": [str(folder)], "view": view})
    works = left_work()
    assert len(works) == 2
    (left,) = looked(desk)
    assert left.work == works[0]
    assert left.work.annotations == 1 and left.work.report
    desk.session.recovery.not_now(left)
    desk.session.jobs.finish(FORGET)
    assert looked(desk) == [] and left_work() == []


def test_not_now_leaves_the_work_with_its_study(desks: Desks, tmp_path: Path) -> None:
    desk, folder = desks.start(), write_study(tmp_path / "Doe")
    study, view = worked_on(desk, folder)
    desk = desks.start()
    killed(study, {"paths": [str(folder)], "view": view})
    (left,) = looked(desk)
    assert looked(desk) == [left]  # nothing was chosen
    desk.session.recovery.not_now(left)
    desk.session.jobs.finish(FORGET)
    assert looked(desk) == []
    opened(desk, folder)
    assert len(desk.state.annotations) == 1
    assert desk.state.layout is not Layout.THREE_PLANES


def test_a_window_without_work_is_not_offered(desk: Desk, tmp_path: Path) -> None:
    killed("0f" * 32, {"paths": [str(tmp_path)]})
    assert looked(desk) == []
    assert left_work() == []


def test_only_the_readers_own_work_is_offered(desks: Desks, tmp_path: Path, reader: Reader) -> None:
    anna, bert = Person("a1", "Anna"), Person("b2", "Bert")
    use_reader(anna)
    try:
        desk, folder = desks.start(), write_study(tmp_path / "Doe")
        study, view = worked_on(desk, folder)
        killed(study, {"paths": [str(folder)], "view": view}, reader="a1")
        assert len(looked(desk)) == 1
        use_reader(bert)
        assert looked(desk) == []
        use_reader(None)
        assert looked(desk) == []
        use_reader(anna)
        assert len(looked(desk)) == 1
    finally:
        use_reader(None)


def test_names_are_told_where_they_may_be_seen(desks: Desks, tmp_path: Path) -> None:
    desk, folder = desks.start(), write_study(tmp_path / "Doe")
    study, view = worked_on(desk, folder)
    desk = desks.start()
    killed(study, {"paths": [str(folder)], "view": view})
    (left,) = looked(desk)
    assert "Doe" in desk.session.recovery.sentence(left)
    desk.session.settings.update(show_patient=False)
    assert "Doe" not in desk.session.recovery.sentence(left)
    desk.session.settings.update(show_patient=True, remember_recent=False)
    assert "Doe" not in desk.session.recovery.sentence(left)


@pytest.mark.parametrize("view", [{"cursor": "here"}, [], {}, {"cursor": [1e999, 0, 0]}])
def test_a_view_that_makes_no_sense_is_left_out(desks: Desks, tmp_path: Path, view: Any) -> None:
    desk, folder = desks.start(), write_study(tmp_path / "Doe")
    study, _ = worked_on(desk, folder)
    desk = desks.start()
    killed(study, {"paths": [str(folder)], "view": view, "tool": ["x"]})
    (left,) = looked(desk)
    desk.session.recovery.open_again(left)
    desk.until(lambda: desk.state.classification_status is Status.DONE)
    assert len(desk.state.annotations) == 1


def test_other_images_in_the_same_place_are_told(desks: Desks, tmp_path: Path) -> None:
    desk, folder = desks.start(), write_study(tmp_path / "Doe")
    study, view = worked_on(desk, folder)
    desk = desks.start()
    killed(study, {"paths": [str(folder)], "view": view})
    (left,) = looked(desk)
    write_study(folder, level=9)
    desk.session.recovery.open_again(left)
    desk.until(lambda: desk.state.study is not None)
    assert any("others than those" in said for said in desk.sentences("caution"))
    assert not desk.state.annotations
    assert looked(desk) == [left]
