"""Annotations: every edit undoable, kept as it is made, back when the study is opened again."""

import math
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from brainviewer.core.annotation import limits
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.errors import FileError
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi.voi_window import auto_window
from brainviewer.files.annotation_file import OtherStudy
from brainviewer.files.durable.records import record_line
from brainviewer.files.journal.annotations import AnnotationJournal
from brainviewer.files.journal.study_file import FORMAT, StudyFile
from tests.journal_entries import entries
from tests.phantoms import marker_study, oblique_grid
from tests.unit.app.desk import SOON, Desk

Y, Z = -30.0, 42.0  # inside the phantom, as 0 to -55 are for x


def ruler(length: float = 5.0) -> Annotation:
    return Annotation(Kind.RULER, Plane.AXIAL, ((0.0, Y, Z), (-length, Y, Z)), Modality.T1)


def show(desk: Desk, study: Study) -> None:
    desk.session.segmentation.find = lambda *_, **__: None
    desk.session.documents.show(study, {m: auto_window(v.data) for m, v in study.volumes.items()})


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def desk(home: Path) -> Iterator[Desk]:
    desk = Desk()
    show(desk, marker_study())
    yield desk
    desk.close()


def test_a_new_annotation_is_selected_and_can_be_undone_and_redone(desk: Desk) -> None:
    session, state, annotation = desk.session, desk.state, ruler()
    session.annotations.add(annotation)
    assert state.annotations == (annotation,)
    assert state.selection == annotation.id
    assert {"annotations", "selection", "undo"} <= state.facts
    session.annotations.undo()
    assert state.annotations == ()
    assert state.selection == ""
    assert "undo" not in state.facts
    assert "redo" in state.facts
    session.annotations.redo()
    assert state.annotations == (annotation,)


def test_a_changed_annotation_keeps_its_place(desk: Desk) -> None:
    session, state = desk.session, desk.state
    first, second = ruler(1), ruler(2)
    session.annotations.add(first)
    session.annotations.add(second)
    longer = replace(first, points=((0.0, Y, Z), (-9.0, Y, Z)))
    session.annotations.change(first, longer)
    assert state.annotations == (longer, second)
    session.annotations.undo()
    assert state.annotations == (first, second)
    session.annotations.change(first, first)
    assert state.can_redo


def test_the_selected_annotation_is_deleted_and_no_other(desk: Desk) -> None:
    session, state = desk.session, desk.state
    first, second = ruler(1), ruler(2)
    session.annotations.add(first)
    session.annotations.add(second)
    session.annotations.select("")
    session.annotations.delete_selection()
    assert state.annotations == (first, second)
    session.annotations.select(first.id)
    session.annotations.delete_selection()
    assert state.annotations == (second,)
    session.annotations.undo()
    assert set(state.annotations) == {first, second}


def test_all_annotations_go_in_one_step(desk: Desk) -> None:
    session, state = desk.session, desk.state
    session.annotations.delete_all()
    assert not state.can_undo
    for x in (1, 2, 3):
        session.annotations.add(ruler(x))
    session.annotations.delete_all()
    assert state.annotations == ()
    session.annotations.undo()
    assert len(state.annotations) == 3


def test_annotations_are_back_when_the_study_is_opened_again_and_with_it_only(desk: Desk) -> None:
    annotation = ruler()
    desk.session.annotations.add(annotation)
    show(desk, marker_study(oblique_grid()))
    assert desk.state.annotations == ()
    assert not desk.state.can_undo
    show(desk, marker_study())
    assert desk.state.annotations == (annotation,)
    assert not desk.state.can_undo


def test_annotations_are_kept_across_a_crash_and_an_undo(desk: Desk) -> None:
    first, second = ruler(1), ruler(2)
    desk.session.annotations.add(first)
    desk.session.annotations.add(second)
    desk.session.annotations.undo()
    desk.save()
    # Another session, while this one is still there: nothing is written at the end only.
    other = Desk()
    show(other, marker_study())
    assert other.state.annotations == (first,)
    other.close()


def test_a_damaged_journal_is_told_and_set_aside(desk: Desk, home: Path) -> None:
    desk.session.annotations.add(ruler())
    desk.save()
    (file,) = (home / "journal").glob("*.journal")
    file.write_text("{")
    show(desk, marker_study())
    assert desk.state.annotations == ()
    assert "set aside" in desk.sentences("caution")[0]
    assert len(list((home / "journal").glob("*.damaged"))) == 1


def test_a_full_disk_is_told_and_the_annotation_stays_on_the_screen(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise FileError("The disk is full.", "Make room.")

    monkeypatch.setattr(AnnotationJournal, "keep", full)
    desk.session.annotations.add(ruler())
    desk.save()
    assert len(desk.state.annotations) == 1
    assert desk.sentences("error") == ["The disk is full. Make room."]


def test_annotations_are_saved_and_opened_as_a_file(desk: Desk, tmp_path: Path) -> None:
    session, path = desk.session, tmp_path / "märks of mine.json"
    kept, other = ruler(1), ruler(2)
    session.annotations.add(kept)
    session.annotations.save(path)
    session.annotations.delete_all()
    session.annotations.add(other)
    session.annotations.open(path)
    assert desk.state.annotations == (kept,)
    session.annotations.undo()
    assert desk.state.annotations == (other,)


def test_a_file_that_is_none_leaves_the_annotations_alone(desk: Desk, tmp_path: Path) -> None:
    annotation, path = ruler(), tmp_path / "x.json"
    desk.session.annotations.add(annotation)
    path.write_text('{"format": "something else"}')
    with pytest.raises(FileError):
        desk.session.annotations.open(path)
    assert desk.state.annotations == (annotation,)


def test_a_file_of_another_study_has_to_be_wanted(desk: Desk, tmp_path: Path) -> None:
    session, path = desk.session, tmp_path / "marks.json"
    annotation = ruler()
    session.annotations.add(annotation)
    session.annotations.save(path)
    show(desk, marker_study(oblique_grid()))
    with pytest.raises(OtherStudy):
        session.annotations.open(path)
    assert desk.state.annotations == ()
    session.annotations.open(path, other_study=True)
    assert desk.state.annotations == (annotation,)
    assert "another study" in desk.sentences("caution")[-1]


def test_a_file_of_nothing_that_fits_leaves_the_annotations_alone(
    desk: Desk, tmp_path: Path
) -> None:
    session, path, annotation = desk.session, tmp_path / "marks.json", ruler()
    session.annotations.add(annotation)
    session.annotations.save(path)
    desk.save()
    path.write_text(path.read_text().replace("-5.0", "-5e300"))
    with pytest.raises(FileError, match="None of the annotations"):
        session.annotations.open(path)
    assert desk.state.annotations == (annotation,)


@pytest.mark.parametrize(
    "annotation",
    [
        replace(ruler(), points=((0.0, 0.0, 0.0), (1e308, -1e308, 0.0))),
        replace(ruler(), points=((math.nan, 0.0, 0.0), (1.0, 0.0, 0.0))),
        replace(ruler(), points=((0.0, 0.0, 0.0), (math.inf, 0.0, 0.0))),
        replace(ruler(), text="a" * 100_000),
        replace(ruler(), modality=Modality.IMAGE),
    ],
)
def test_what_cannot_be_is_not_stored(desk: Desk, home: Path, annotation: Annotation) -> None:
    good = ruler()
    desk.session.annotations.add(good)
    desk.session.annotations.add(annotation)
    desk.session.annotations.change(good, replace(annotation, id=good.id))
    assert desk.state.annotations == (good,)
    assert "was not made" in desk.sentences("error")[0]
    desk.save()
    assert len(entries("annotation")) == 1


def test_annotations_are_held_within_the_images(desk: Desk) -> None:
    session, state = desk.session, desk.state
    grid = state.study.grid
    session.annotations.add(ruler(80.0))
    (drawn,) = state.annotations
    assert grid.contains(drawn.points[1])
    # Moved over the edge, an annotation keeps its length.
    small = ruler(6.0)
    session.annotations.add(small)
    session.annotations.change(small, small.moved((40.0, 0.0, 0.0)))
    moved = state.annotations[1]
    assert moved.length == pytest.approx(6.0)
    assert all(grid.contains(point) for point in moved.points)


def test_no_more_annotations_than_can_be_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_ANNOTATIONS", 2)
    for x in (1, 2, 3):
        desk.session.annotations.add(ruler(x))
    assert len(desk.state.annotations) == 2
    longer = replace(desk.state.annotations[0], text="longer")
    desk.session.annotations.change(desk.state.annotations[0], longer)
    assert desk.state.annotations[0] == longer


def test_no_more_corners_than_a_file_can_hold_and_less_is_always_possible(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    corners = ((0.0, Y, Z), (-9.0, Y, Z), (-9.0, Y + 9, Z), (0.0, Y + 9, Z))
    for n in range(3):
        made = Annotation(Kind.POLYGON, Plane.AXIAL, corners, Modality.T1, str(n))
        desk.session.annotations.add(made)
        monkeypatch.setattr(limits, "MOST_POINTS", 8)
    assert len(desk.state.annotations) == 2
    monkeypatch.setattr(limits, "MOST_POINTS", 3)
    desk.session.annotations.select(desk.state.annotations[0].id)
    desk.session.annotations.delete_selection()
    assert len(desk.state.annotations) == 1


def test_two_windows_on_one_study_show_what_both_made(desk: Desk) -> None:
    other = Desk()
    show(other, marker_study())
    mine, theirs = ruler(1), ruler(2)
    desk.session.annotations.add(mine)
    desk.save()
    assert other.state.annotations == ()
    other.session.annotations.add(theirs)
    other.save()
    assert set(other.state.annotations) == {mine, theirs}
    assert other.state.selection == theirs.id
    assert "Another window" in other.sentences("info")[-1]
    desk.session.annotations.take_in_other_edits()
    desk.save()
    assert set(desk.state.annotations) == {mine, theirs}
    # Undo takes back what was done here, and nothing of the other window.
    desk.session.annotations.undo()
    assert desk.state.annotations == (theirs,)
    desk.save()
    other.session.annotations.take_in_other_edits()
    other.save()
    assert other.state.annotations == (theirs,)
    other.close()


def test_a_journal_that_cannot_be_read_is_said_at_the_opening_and_at_edits_only(
    desk: Desk, home: Path
) -> None:
    desk.session.annotations.add(ruler(1))
    desk.save()
    (file,) = (home / "journal").glob("*.journal")
    newer = record_line({"id": "a", "format": FORMAT, "schema": 99}).decode()
    file.write_text(newer)
    show(desk, marker_study())
    assert len(desk.notices) == 1
    for _ in range(3):
        desk.session.annotations.take_in_other_edits()
        desk.save()
    assert len(desk.notices) == 1
    desk.session.annotations.add(ruler(2))
    desk.save()
    assert "newer version" in desk.sentences("error")[-1]
    assert len(desk.state.annotations) == 1
    assert file.read_text() == newer


def test_an_annotation_that_cannot_be_drawn_is_said_once_and_stays_kept(desk: Desk) -> None:
    annotation = ruler()
    desk.session.annotations.add(annotation)
    for _ in range(2):
        desk.session.annotations.leave_out(annotation, ZeroDivisionError())
    assert desk.state.undrawable == {annotation.id}
    assert len(desk.sentences("error")) == 1
    assert desk.state.annotations == (annotation,)
    show(desk, marker_study())
    assert desk.state.annotations == (annotation,)
    assert not desk.state.undrawable


def test_without_a_study_nothing_can_be_marked(home: Path) -> None:
    desk = Desk()
    desk.session.annotations.add(ruler())
    desk.session.annotations.undo()
    desk.session.annotations.redo()
    desk.session.annotations.delete_selection()
    assert desk.state.annotations == ()
    assert not desk.state.can_undo
    desk.close()


# -- edits while the ones before are being kept -------------------------------------------------


class SlowDisk:
    """Writing that waits until the test lets it go on, or fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.errors: list[FileError] = []
        real = StudyFile.add

        def write(*given: Any) -> None:
            self.begun.set()
            assert self.go.wait(SOON)
            if self.errors:
                raise self.errors.pop(0)
            real(*given)

        monkeypatch.setattr(StudyFile, "add", write)


def kept(study: Study) -> set[Annotation]:
    return set(AnnotationJournal(study).restore().annotations)


def test_an_edit_does_not_wait_for_the_disk_and_none_is_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, annotations = SlowDisk(monkeypatch), [ruler(x) for x in (1, 2, 3)]
    for annotation in annotations:
        desk.session.annotations.add(annotation)
    assert disk.begun.wait(SOON)
    assert desk.state.annotations == tuple(annotations)
    desk.session.annotations.undo()
    disk.go.set()
    desk.save()
    assert desk.state.annotations == tuple(annotations[:2])
    assert kept(desk.state.study) == set(annotations[:2])


def test_an_edit_of_another_window_is_not_undone_by_one_that_was_on_its_way(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Desk()
    show(other, marker_study())
    theirs, mine, next_one = ruler(1), ruler(2), ruler(3)
    other.session.annotations.add(theirs)
    other.save()
    disk = SlowDisk(monkeypatch)
    desk.session.annotations.add(mine)
    assert disk.begun.wait(SOON)
    desk.session.annotations.add(next_one)  # before the window knows of the other's
    disk.go.set()
    desk.save()
    assert set(desk.state.annotations) == {theirs, mine, next_one}
    assert kept(desk.state.study) == {theirs, mine, next_one}
    desk.session.annotations.select(theirs.id)
    desk.session.annotations.delete_selection()
    desk.save()
    assert kept(desk.state.study) == {mine, next_one}
    other.close()


def test_what_could_not_be_kept_is_kept_with_the_next_edit(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, first, second = SlowDisk(monkeypatch), ruler(1), ruler(2)
    disk.errors = [FileError("The disk is full.", "Make room.")]
    desk.session.annotations.add(first)
    desk.session.annotations.add(second)
    disk.go.set()
    desk.save()
    assert desk.sentences("error")
    assert desk.state.annotations == (first, second)
    assert kept(desk.state.study) == {first, second}


def test_a_study_that_is_opened_again_waits_for_its_annotations(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, annotation = SlowDisk(monkeypatch), ruler()
    desk.session.annotations.add(annotation)
    assert disk.begun.wait(SOON)
    threading.Timer(0.1, disk.go.set).start()
    show(desk, marker_study())
    assert desk.state.annotations == (annotation,)


def test_closing_keeps_what_is_on_its_way_to_the_disk(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    disk, annotations = SlowDisk(monkeypatch), (ruler(1), ruler(2))
    for annotation in annotations:
        desk.session.annotations.add(annotation)
    desk.session.annotations.save(tmp_path / "marks.json")
    threading.Timer(0.1, disk.go.set).start()
    desk.close()
    assert kept(desk.state.study) == set(annotations)
    assert (tmp_path / "marks.json").is_file()


def test_a_file_that_cannot_be_written_is_told(desk: Desk, tmp_path: Path) -> None:
    desk.session.annotations.add(ruler())
    desk.session.annotations.save(tmp_path / "nowhere" / "marks.json")
    desk.save()
    assert len(desk.sentences("error")) == 1
