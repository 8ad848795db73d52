"""Sequences lie where the scanner says at first; the motion of the head is corrected while they
are looked at."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from brainviewer.app.head_motion import HEAD_MOTION, STAYS
from brainviewer.app.opening.same_head import is_by_position, over_each_other
from brainviewer.app.status import Status
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Scan, Study
from brainviewer.imaging.preprocess.alignment import resample
from brainviewer.imaging.preprocess.registration.registration import Motion
from tests.phantoms import marker_study
from tests.unit.app.desk import SOON, Desk, Verbs

FLAIR, T1 = Modality.FLAIR, Modality.T1
SHIFT = (4.0, -3.0, 6.0)


def moved_study() -> Study:
    """The T1 was made on another grid, the head somewhere else; nobody has looked at that yet."""
    study = marker_study()
    t1 = study.volumes[T1]
    affine = study.grid.affine.copy()
    affine[:3, 3] += SHIFT
    own = Grid(study.grid.shape, affine)
    data = resample(t1.data, own, study.grid)
    placed = replace(t1, data=data, source_grid=own, scan=Scan(t1.data, own), by_position=True)
    return replace(study, volumes={**study.volumes, T1: placed})


@pytest.fixture
def verbs(monkeypatch: pytest.MonkeyPatch) -> Verbs:
    """Opening, finding and classifying, replaced."""
    return Verbs(monkeypatch)


@pytest.fixture
def motion(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Registration that waits for the event and finds the true motion."""
    go_on = threading.Event()

    def found(data, grid, fixed, onto):
        assert go_on.wait(SOON)
        return Motion(onto, float(np.linalg.norm(SHIFT)), SHIFT, (1.0, 0.0, -2.0))

    monkeypatch.setattr(
        "brainviewer.imaging.preprocess.registration.frame_registration.place_nearby", found
    )
    return go_on


def opened(desk: Desk, verbs: Verbs) -> Study:
    study = moved_study()
    verbs.predictions["open"] = study
    desk.session.documents.open([Path("study")])
    desk.until(lambda: desk.state.study is study)
    return study


def test_progress_never_goes_back(motion: threading.Event) -> None:
    """Two sequences are looked at at a time, and each reports."""
    motion.set()
    study = moved_study()
    t2 = replace(study.volumes[T1], modality=Modality.T2)
    told: list[float] = []
    study = replace(study, volumes={**study.volumes, Modality.T2: t2})
    over_each_other(study, lambda fraction, _: told.append(fraction))
    assert told == sorted(told)
    assert set(told) == {0.0, 0.5, 1.0}


def test_a_sequence_is_resampled_once_from_its_file(motion: threading.Event) -> None:
    motion.set()
    study = moved_study()
    assert is_by_position(study)
    together = over_each_other(study)
    t1 = together.volumes[T1]
    np.testing.assert_array_equal(t1.data, marker_study().volumes[T1].data)
    assert (t1.shift_mm, t1.rotation_degrees) == (SHIFT, (1.0, 0.0, -2.0))
    assert t1.scan is not None and t1.scan.grid is study.grid
    assert together.volumes[FLAIR] is study.volumes[FLAIR]
    assert together.notices[-1] == (
        "Between the scans the head moved by up to 8 mm (T1), which was corrected: check that the "
        "sequences fit."
    )
    assert over_each_other(together) is together


def test_the_images_are_there_before_the_motion_is_known(
    desk: Desk, verbs: Verbs, motion: threading.Event
) -> None:
    before = opened(desk, verbs)
    cursor = desk.state.cursor + 1
    desk.session.view.set_cursor(cursor)
    assert desk.state.finding_status is Status.RUNNING
    assert not [name for name, *_ in verbs.calls if name == "find"]
    motion.set()
    desk.until(lambda: desk.state.finding_status is Status.DONE)
    study = desk.state.study
    assert study is not None and study is not before
    assert not is_by_position(study)
    np.testing.assert_array_equal(desk.state.cursor, cursor)
    assert [given[0] for name, given, _ in verbs.calls if name == "find"] == [study]
    assert [s for s in desk.sentences() if s.startswith("Between the scans the head moved")]


def test_stopped_the_sequences_stay_and_the_search_goes_on(
    desk: Desk, verbs: Verbs, motion: threading.Event
) -> None:
    study = opened(desk, verbs)
    desk.session.jobs.cancel(HEAD_MOTION)
    motion.set()
    desk.until(lambda: desk.state.finding_status is Status.DONE)
    assert desk.state.study is study
    assert STAYS in desk.sentences()


def test_a_search_that_waits_can_be_stopped(
    desk: Desk, verbs: Verbs, motion: threading.Event
) -> None:
    opened(desk, verbs)
    desk.session.segmentation.stop()
    assert desk.state.finding_status is Status.NOT_RUN
    motion.set()
    desk.settle()
    assert desk.state.study is not None and not is_by_position(desk.state.study)
    assert not [name for name, *_ in verbs.calls if name == "find"]


def test_a_failure_is_said_and_the_search_goes_on(
    desk: Desk, verbs: Verbs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise BrainViewerError("There is no memory left.", "Close other programs.")

    monkeypatch.setattr(
        "brainviewer.imaging.preprocess.registration.frame_registration.place_nearby", fail
    )
    opened(desk, verbs)
    desk.until(lambda: desk.state.finding_status is Status.DONE)
    assert [s for s in desk.sentences("error") if s.startswith("There is no memory left.")]


def test_another_study_forgets_it(desk: Desk, verbs: Verbs, motion: threading.Event) -> None:
    opened(desk, verbs)
    verbs.predictions["open"] = other = marker_study()
    desk.session.documents.open([Path("study")])
    desk.until(lambda: desk.state.study is other)
    motion.set()
    desk.until(lambda: desk.state.finding_status is Status.DONE)
    assert desk.state.study is other
    assert [given[0] for name, given, _ in verbs.calls if name == "find"] == [other]
    assert STAYS not in desk.sentences()
