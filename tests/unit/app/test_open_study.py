"""What is open is noted while it is open; a study that was closed leaves nothing of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from brainviewer.app.saved_session.open_study import KEEP_OPEN
from brainviewer.app.settings.settings import Settings
from brainviewer.app.state import Tool
from brainviewer.core.view.saved_view import SavedView
from brainviewer.files.journal.sessions import forget_left, left_work
from brainviewer.files.session_file.plain_values import built
from brainviewer.files.user_folders import journal_folder, retrieved_folder
from tests.journal_entries import entries
from tests.phantoms import marker_study, oblique_grid
from tests.unit.app.desk import Desk, Verbs


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture
def verbs(monkeypatch: pytest.MonkeyPatch) -> Verbs:
    return Verbs(monkeypatch)


@pytest.fixture
def desk(verbs: Verbs) -> Iterator[Desk]:
    desk = Desk(Settings(classify_on_opening=False))
    opened(desk, Path("study"))
    yield desk
    desk.close()
    assert not desk.crashes


def opened(desk: Desk, path: Path) -> None:
    desk.session.documents.open([path])
    desk.settle()


def kept(desk: Desk) -> dict[str, object]:
    """What is noted now."""
    desk.session.open_study.keep()
    desk.session.jobs.finish(KEEP_OPEN)
    value = entries("session")[-1]["value"]
    assert isinstance(value, dict)
    return value


def test_how_a_study_is_looked_at_is_noted_and_read_again(desk: Desk, home: Path) -> None:
    due: list[int] = []
    desk.session.open_study.due.connect(lambda: due.append(1))
    state = desk.state
    assert state.study is not None
    place = state.study.grid.to_world((3, 4, 5))
    desk.session.view.set_cursor(place)
    desk.session.view.set_tool(Tool.RULER)
    assert due
    value = kept(desk)
    view = built(SavedView, value["view"], lambda *_: None)
    assert view.cursor == tuple(float(part) for part in place)
    assert value["tool"] == "ruler"
    assert value["paths"] == [str(Path("study").absolute())]
    assert (value["finding"], value["classification"]) == (True, False)
    before = len(entries("session"))
    assert kept(desk) == value
    assert len(entries("session")) == before  # nothing new, nothing written


def test_where_it_lies_is_left_out_where_recent_studies_are_not_remembered(desk: Desk) -> None:
    assert kept(desk)["paths"]
    desk.session.settings.update(remember_recent=False)
    assert kept(desk)["paths"] == []


def test_a_study_that_is_there_for_a_while_only_has_no_place(desk: Desk) -> None:
    opened(desk, retrieved_folder() / "a")
    assert kept(desk)["paths"] == []


def test_another_study_and_the_end_leave_no_trace(desk: Desk, verbs: Verbs) -> None:
    kept(desk)
    assert list(journal_folder().glob("*.open"))
    verbs.predictions["open"] = marker_study(oblique_grid())
    opened(desk, Path("another"))
    desk.session.jobs.finish(KEEP_OPEN)
    assert not list(journal_folder().iterdir())
    kept(desk)
    desk.close()
    assert not list(journal_folder().iterdir())
    assert left_work() == []


def test_what_a_killed_window_left_is_not_touched_by_the_next(desk: Desk) -> None:
    assert desk.state.study is not None
    kept(desk)
    (mark,) = journal_folder().glob("*.open")
    left = mark.with_name(f"{desk.state.study.content_hash}.{'0' * 32}.open")
    left.touch()
    (work,) = left_work()
    assert work.window == "0" * 32
    opened(desk, Path("study"))
    desk.session.jobs.finish(KEEP_OPEN)
    assert left.exists()
    forget_left(work)
    assert not left.exists()


def test_what_cannot_be_noted_disturbs_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.write", full)
        desk.session.open_study.keep()
        desk.session.jobs.finish(KEEP_OPEN)
    assert not desk.sentences("error")
