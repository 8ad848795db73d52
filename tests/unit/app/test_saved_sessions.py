"""A session: saved, opened again, saved as it changes; images that moved or have changed."""

from collections.abc import Iterator
from pathlib import Path

import nibabel
import numpy as np
import pytest

from brainviewer.app.correction.correction import KEEP as KEEP_CORRECTION
from brainviewer.app.correction.measuring import MEASURE
from brainviewer.app.saved_session.sessions import SAVE
from brainviewer.app.settings.settings import Settings
from brainviewer.app.state import Layout
from brainviewer.app.status import Status
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.findings import TumourFinding
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.core.voi_window import Window
from brainviewer.files.session_file.session_file import read_session
from brainviewer.imaging.correction.brush import ball_stroke
from brainviewer.imaging.correction.label_edit import Paint
from tests.phantoms import marker_finding, marker_position, with_parts
from tests.study_folders import write_study
from tests.unit.app.desk import Desk, a_result


class _Reader:
    """Opens files truly, and finds and answers at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.searches = self.answers = 0
        monkeypatch.setattr("brainviewer.models.segmentation.detection.find_tumour", self.find)
        monkeypatch.setattr("brainviewer.models.subtype.prediction.classify", self.classify)

    def find(self, study, *_: object, **__: object) -> TumourFinding:  # type: ignore[no-untyped-def]
        self.searches += 1
        return with_parts(marker_finding(study), study)

    def classify(self, study, *_: object, **__: object):  # type: ignore[no-untyped-def]
        self.answers += 1
        return a_result(study)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> _Reader:
    return _Reader(monkeypatch)


@pytest.fixture
def desks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: _Reader
) -> Iterator["_Desks"]:
    desks = _Desks(tmp_path, monkeypatch)
    yield desks
    desks.close()


class _Desks:
    """Programs one after the other, on one computer or on several."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._monkeypatch = folder, monkeypatch
        self._open: list[Desk] = []

    def start(self, computer: str = "here") -> Desk:
        """Another start of the program, after the one before has ended."""
        self.close()
        self._monkeypatch.setenv("BRAINVIEWER_HOME", str(self.folder / computer))
        desk = Desk(Settings(classify_on_opening=True))
        desk.session.saved.pause_seconds = 0.0
        self._open.append(desk)
        return desk

    def close(self) -> None:
        while self._open:
            desk = self._open.pop()
            desk.close()
            assert not desk.crashes


def opened(desk: Desk, path: Path) -> None:
    desk.session.documents.open([path])
    desk.until(lambda: desk.state.study is not None)
    desk.until(
        lambda: (
            desk.state.finding_status is Status.DONE
            and desk.state.classification_status is not Status.RUNNING
            and not desk.state.progress
        )
    )
    at_rest(desk)


def at_rest(desk: Desk) -> None:
    desk.until(lambda: not desk.session.jobs.running(MEASURE))
    for key in (KEEP_CORRECTION, SAVE, "keep annotations"):
        desk.session.jobs.finish(key)


def ruler(desk: Desk, length: float = 10.0) -> Annotation:
    assert desk.state.study is not None
    x, y, z = marker_position(desk.state.study.grid)
    made = Annotation(
        Kind.RULER, Plane.AXIAL, ((x, y, z), (x + length, y, z)), Modality.FLAIR, "longest"
    )
    desk.session.annotations.add(made)
    return made


def dab(desk: Desk, by: float) -> None:
    """A stroke of the brush beside the marker."""
    correction, study = desk.session.correction, desk.state.study
    assert study is not None
    place = marker_position(study.grid) + (by, 0.0, 0.0)
    value = desk.state.editing.value

    def paint(labels: np.ndarray) -> object:
        return ball_stroke(labels, study.grid, [place, place], 8.0, Paint(value))

    correction.apply("brush", paint, "nothing")  # type: ignore[arg-type]
    desk.until(lambda: not desk.session.jobs.running(MEASURE))


def worked_on(desk: Desk, study: Path) -> None:
    """A study that was read: windows, place, ruler, corrected segmentation."""
    opened(desk, study)
    view = desk.session.view
    view.set_window(Modality.T1CE, Window(123.0, 45.0, inverted=True))
    view.set_layout(Layout.THREE_PLANES)
    view.set_active(Modality.T1CE)
    view.set_overlay(diameters=True)
    view.set_cursor(marker_position(desk.state.study.grid) + (3, 2, 1))  # type: ignore[union-attr]
    ruler(desk)
    dab(desk, 9.0)
    dab(desk, -9.0)
    desk.session.correction.undo()
    at_rest(desk)


def saved(desk: Desk, path: Path) -> Path:
    desk.session.saved.save_as(path)
    at_rest(desk)
    assert path.is_file(), desk.sentences()
    return path


def test_all_comes_back_at_once(desks: _Desks, reader: _Reader, tmp_path: Path) -> None:
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
