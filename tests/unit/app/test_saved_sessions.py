"""A session: saved, opened again, saved as it changes; images that moved or have changed."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest

from brainviewer.app.saved_session.sessions import SAVE
from brainviewer.app.state import Layout
from brainviewer.app.status import Status
from brainviewer.core.errors import FileError
from brainviewer.core.report_text import ReportText
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.core.voi.voi_window import Window
from brainviewer.files.session_file.archive import archive_of, read_archive
from brainviewer.files.session_file.session_file import STAYS, read_session
from brainviewer.painting.text.wording import correction_text
from tests.command_line import run
from tests.phantoms import marker_position
from tests.schemas import check_output
from tests.study_folders import write_study
from tests.unit.app.desk import Desk
from tests.unit.app.session_desks import Desks, Reader, at_rest, dab, grid, opened, ruler, saved


def worked_on(desk: Desk, study: Path) -> None:
    """A study that was read: windows, place, ruler, corrected segmentation."""
    opened(desk, study)
    view = desk.session.view
    view.set_window(Modality.T1CE, Window(123.0, 45.0, inverted=True))
    view.set_layout(Layout.THREE_PLANES)
    view.set_active(Modality.T1CE)
    view.set_overlay(diameters=True)
    view.set_cursor(marker_position(grid(desk)) + np.array((3.0, 2.0, 1.0)))
    ruler(desk)
    desk.session.report_text.write(ReportText(findings="A lesion on the left."))
    dab(desk, 9.0)
    dab(desk, -9.0)
    desk.session.correction.undo()
    at_rest(desk)


def test_all_comes_back_at_once(desks: Desks, reader: Reader, tmp_path: Path) -> None:
    desk = desks.start()
    worked_on(desk, write_study(tmp_path / "study"))
    state = desk.state
    before = (state.cursor, state.windows, state.presets, state.active, state.layout)
    finding, notes = state.finding, state.annotations
    labels = state.editing.labels
    assert finding is not None and finding.correction is not None and labels is not None
    assert state.classification_status is Status.STALE
    session = saved(desk, tmp_path / "reading.brainviewer")
    searches, answers = reader.searches, reader.answers

    for computer in ("here", "elsewhere"):
        desk = desks.start(computer)
        opened(desk, session)
        state = desk.state
        assert (reader.searches, reader.answers) == (searches, answers)  # nothing is computed anew
        cursor, windows, presets, active, layout = before
        assert np.allclose(state.cursor, cursor)
        assert (state.windows, state.presets) == (windows, presets)
        assert (state.active, state.layout) == (active, layout)
        assert state.overlays.diameters
        assert state.annotations == notes
        assert state.report_text.findings == "A lesion on the left."
        again = state.finding
        assert again is not None and again.correction == finding.correction
        assert np.array_equal(again.mask, finding.mask)
        assert again.measurements == finding.measurements
        assert np.array_equal(state.editing.labels, labels)
        assert state.editing.can_undo and state.editing.can_redo
        assert state.classification_status is Status.STALE
        assert state.classification is not None and state.classification.predicted == "G"
        assert not desk.sentences("caution") and not desk.sentences("error")
        desk.session.correction.undo()
        at_rest(desk)
        assert state.finding is not None and state.finding.correction is None
        desk.session.correction.redo()
        at_rest(desk)


def test_what_changes_is_saved_by_itself(desks: Desks, tmp_path: Path) -> None:
    desk = desks.start()
    opened(desk, write_study(tmp_path / "study"))
    session = saved(desk, tmp_path / "reading.brainviewer")
    assert not read_session(session).annotations
    made = ruler(desk)
    desk.until(lambda: read_session(session).annotations == (made,))
    desk.session.saved.pause_seconds = 1000.0  # from here on only what is left or closed is saved
    desk.session.view.set_plane(Plane.CORONAL)
    opened(desk, write_study(tmp_path / "other", level=7))
    view = read_session(session).view
    assert view is not None and view.plane is Plane.CORONAL
    assert [source.name for source in read_session(session).study.sources] == ["study"]
    assert desk.session.saved.file is None  # the other study has none


@pytest.mark.parametrize("part", ["annotations.json", "correction.jsonl"])
def test_a_session_with_a_damaged_part_is_not_written_over(
    desks: Desks, reader: Reader, tmp_path: Path, part: str
) -> None:
    desk = desks.start()
    worked_on(desk, write_study(tmp_path / "study"))
    session = saved(desk, tmp_path / "reading.brainviewer")
    desks.close()
    session.write_bytes(archive_of({**read_archive(session), part: b"{"}))
    damaged = session.read_bytes()

    desk = desks.start("elsewhere")
    opened(desk, session)
    said = " ".join(desk.sentences())
    assert "was left out" in said and STAYS in said
    ruler(desk)
    assert not desk.session.saved.save()
    opened(desk, write_study(tmp_path / "another", level=3))
    desks.close()
    assert session.read_bytes() == damaged


def test_what_was_made_after_it_was_saved_is_not_lost(desks: Desks, tmp_path: Path) -> None:
    desk = desks.start()
    study = write_study(tmp_path / "study")
    opened(desk, study)
    first = ruler(desk)
    session = saved(desk, tmp_path / "reading.brainviewer")
    desk = desks.start()
    opened(desk, study)  # without the session
    second = ruler(desk, 4.0)
    dab(desk, 9.0)
    at_rest(desk)
    desk = desks.start()
    opened(desk, session)
    assert desk.state.annotations == (first, second)
    assert desk.state.finding is not None and desk.state.finding.correction is not None
    assert desk.state.classification_status is Status.STALE


def test_what_the_session_lacks_is_offered_where_another_computer_saved_it(
    desks: Desks, tmp_path: Path
) -> None:
    study = write_study(tmp_path / "study")
    desk = desks.start("theirs")
    opened(desk, study)
    theirs = ruler(desk)
    session = saved(desk, tmp_path / "reading.brainviewer")
    desk = desks.start("ours")
    opened(desk, study)
    ours = ruler(desk, 4.0)
    dab(desk, 9.0)
    at_rest(desk)
    desk = desks.start("ours")
    opened(desk, session)
    assert desk.state.annotations == (theirs,)
    (notice,) = [n for n in desk.notices if n.offers]
    assert notice.text.startswith("1 annotation kept on this computer")
    notice.offers[0].act()
    assert desk.state.annotations == (theirs, ours)
    desk.session.annotations.undo()
    desk.session.annotations.undo()
    assert desk.state.annotations == (ours,)


def test_images_that_moved_are_looked_for_beside_it_and_asked_for(
    desks: Desks, tmp_path: Path
) -> None:
    desk = desks.start()
    home = tmp_path / "work"
    worked_on(desk, write_study(home / "study"))
    session = saved(desk, home / "reading.brainviewer")
    assert str(tmp_path) not in session.read_bytes().decode("latin-1")  # no folder is told
    moved = home.rename(tmp_path / "elsewhere")
    desk = desks.start()
    opened(desk, moved / "reading.brainviewer")  # both were moved together
    assert len(desk.state.annotations) == 1
    (moved / "study").rename(tmp_path / "far")
    asked: list[str] = []

    def ask(sentence: str, _: object) -> list[Path]:
        asked.append(sentence)
        return [tmp_path / "far"]

    desk = desks.start()
    desk.session.documents.open([moved / "reading.brainviewer"])
    desk.until(lambda: desk.notices)
    assert desk.sentences() == [
        "The images of the session are not where they were: study is missing. "
        "Put them beside the session, or open it in the window, which asks for them."
    ]
    assert desk.state.study is None
    desk = desks.start()
    desk.session.saved.ask_sources = ask
    opened(desk, moved / "reading.brainviewer")
    assert len(asked) == 1 and len(desk.state.annotations) == 1
    desk = desks.start()  # where they are is known now
    opened(desk, moved / "reading.brainviewer")
    assert len(desk.state.annotations) == 1


def test_images_that_have_changed_are_told(desks: Desks, reader: Reader, tmp_path: Path) -> None:
    desk = desks.start()
    study = write_study(tmp_path / "study")
    worked_on(desk, study)
    session = saved(desk, tmp_path / "reading.brainviewer")
    content = session.read_bytes()
    other = write_study(tmp_path / "changed" / "study", level=3)
    (other / "study_t2.nii.gz").rename(study / "study_t2.nii.gz")
    desk = desks.start("elsewhere")
    searches = reader.searches
    opened(desk, session)
    assert "T2 is another image than when the session was saved." in desk.sentences("caution")
    assert len(desk.state.annotations) == 1
    assert desk.state.finding is not None and desk.state.finding.correction is not None
    assert reader.searches == searches + 1  # nothing is taken for a result of these images
    ruler(desk, 3.0)
    desk.close()
    assert session.read_bytes() == content  # and the session stays what it was


def test_nothing_is_shown_on_images_of_another_study(desks: Desks, tmp_path: Path) -> None:
    desk = desks.start()
    study = write_study(tmp_path / "study")
    worked_on(desk, study)
    session = saved(desk, tmp_path / "reading.brainviewer")
    write_study(study, level=5)
    desk = desks.start()
    opened(desk, session)
    assert not desk.state.annotations and desk.state.layout is not Layout.THREE_PLANES
    assert desk.state.finding is not None and desk.state.finding.correction is None
    assert desk.session.saved.file is None
    (notice,) = [n for n in desk.notices if n.offers]
    assert notice.text.startswith("None of the images is one that 'reading.brainviewer'")
    notice.offers[0].act()
    assert len(desk.state.annotations) == 1


def test_two_windows_do_not_save_over_each_other(desks: Desks, tmp_path: Path) -> None:
    desk = desks.start()
    opened(desk, write_study(tmp_path / "study"))
    session = saved(desk, tmp_path / "reading.brainviewer")
    content = session.read_bytes()
    desk.session.saved.save()
    at_rest(desk)
    newer = session.read_bytes()
    assert newer != content
    session.write_bytes(content)  # as if another window had saved it
    ruler(desk)
    desk.until(lambda: desk.sentences("error"))
    assert "was changed by another window" in desk.sentences("error")[0]
    assert session.read_bytes() == content
    desk.session.saved.save_as(tmp_path / "mine.brainviewer")
    at_rest(desk)
    assert len(read_session(tmp_path / "mine.brainviewer").annotations) == 1


def test_where_a_session_cannot_be_saved_the_one_before_goes_on(
    desks: Desks, tmp_path: Path
) -> None:
    desk = desks.start()
    opened(desk, write_study(tmp_path / "study"))
    sessions = desk.session.saved
    sessions.save_as(tmp_path / "gone" / "monday.brainviewer")
    at_rest(desk)
    assert sessions.file is None  # the title names none, and Ctrl+S asks where
    file = saved(desk, tmp_path / "monday.brainviewer")
    sessions.save_as(tmp_path / "gone" / "tuesday.brainviewer")
    at_rest(desk)
    assert sessions.file is not None and sessions.file.path == file
    made = ruler(desk)
    sessions.save_changes()
    at_rest(desk)
    assert read_session(file).annotations == (made,)


def test_what_could_not_be_saved_is_saved_later_and_no_other_window_is_blamed(
    desks: Desks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desks.start()
    opened(desk, write_study(tmp_path / "study"))
    file = saved(desk, tmp_path / "monday.brainviewer")
    full = threading.Event()

    def no_room(*_: object) -> None:
        full.wait(10)
        raise FileError("There is no space left.")

    with monkeypatch.context() as at_first:
        at_first.setattr("brainviewer.app.saved_session.sessions.write_session", no_room)
        desk.session.saved.save()
        desk.until(lambda: desk.session.jobs.running(SAVE))
        desk.session.saved.save()  # waits for the first
        full.set()
        at_rest(desk)
    made = ruler(desk)
    desk.session.saved.save()
    at_rest(desk)
    assert read_session(file).annotations == (made,)
    assert not [text for text in desk.sentences() if "another window" in text]


def test_a_session_is_opened_alone(desks: Desks, tmp_path: Path) -> None:
    desk = desks.start()
    desk.session.documents.open([tmp_path / "one.brainviewer", tmp_path])
    assert desk.sentences("error") == ["A session is opened alone: drop nothing else with it."]
    desk.session.documents.open([tmp_path / "one.brainviewer"])
    desk.until(lambda: len(desk.notices) > 1)
    assert desk.sentences("error")[1].startswith("There is no file one.brainviewer")


def test_places_are_forgotten_where_nothing_is_to_be_remembered(
    desks: Desks, tmp_path: Path
) -> None:
    desk = desks.start()
    study = write_study(tmp_path / "far" / "study")
    opened(desk, study)
    session = saved(desk, tmp_path / "reading.brainviewer")
    desk.session.settings.update(remember_recent=False)
    at_rest(desk)
    assert not list((tmp_path / "here" / "sessions").glob("*"))
    desk.session.saved.save()
    at_rest(desk)
    desk.close()
    for remembered in (tmp_path / "here" / "sessions").glob("*"):
        assert "far" not in remembered.read_text()
    assert session.is_file()


def test_commands_tell_and_take_sessions(
    desks: Desks, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    desk = desks.start()
    study = write_study(tmp_path / "study")
    worked_on(desk, study)
    session = saved(desk, tmp_path / "reading.brainviewer")
    desk.close()
    capfd.readouterr()
    assert run("session", session, "--json") == 0
    told = json.loads(capfd.readouterr().out)
    check_output(told)
    assert told["sources"] == [str(study)] and told["corrected"] and told["annotations"] == 1
    assert run("session", session) == 0
    assert "corrected by hand" in capfd.readouterr().out
    assert run("info", session, "--json") == 0
    assert json.loads(capfd.readouterr().out)["name"] == "study"
    study.rename(tmp_path / "far")
    assert run("info", session) == 2
    assert "study is missing" in capfd.readouterr().err


def test_the_report_of_a_session_has_its_correction_and_annotations(
    desks: Desks, reader: Reader, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    desk = desks.start()
    worked_on(desk, write_study(tmp_path / "study"))
    finding = desk.state.finding
    assert finding is not None and finding.correction is not None
    told = correction_text(finding.correction)
    corrected = finding.measurements
    found = desk.session.correction.base
    assert corrected is not None and found is not None and found.measurements is not None
    assert corrected.volume_ml != found.measurements.volume_ml
    session = saved(desk, tmp_path / "reading.brainviewer")
    desks.close()
    searches = reader.searches
    capfd.readouterr()
    out = tmp_path / "a.html"
    assert run("report", session, "-o", out, "--no-classify", "--json") == 0
    assert reader.searches == searches
    said = json.loads(capfd.readouterr().out)
    assert said["finding"]["correction"] is not None
    page = out.read_text("utf-8").replace("\u00a0", " ")
    for words in (f"Segmentation: {told}", f"{corrected.volume_ml:.1f} mL", "longest", "10.0 mm",
                  "A lesion on the left."):  # fmt: skip
        assert words in page, words
