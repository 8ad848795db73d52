"""Programs one after the other, which save and open sessions of small studies on disk."""

from pathlib import Path

import numpy as np
import pytest

from brainviewer.app.correction.keeping import KEEP as KEEP_CORRECTION
from brainviewer.app.correction.measuring import MEASURE
from brainviewer.app.saved_session.sessions import SAVE
from brainviewer.app.settings.settings import Settings
from brainviewer.app.status import Status
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.imaging.correction.brush import ball_stroke
from brainviewer.imaging.correction.label_edit import Paint
from tests.phantoms import marker_finding, marker_position, with_parts
from tests.unit.app.desk import Desk, a_result


class Reader:
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


class Desks:
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


def grid(desk: Desk) -> Grid:
    assert desk.state.study is not None
    return desk.state.study.grid


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
    place = marker_position(study.grid) + np.array((by, 0.0, 0.0))
    value = desk.state.editing.value

    def paint(labels: np.ndarray) -> object:
        return ball_stroke(labels, study.grid, [place, place], 8.0, Paint(value))

    correction.apply("brush", paint, "nothing")  # type: ignore[arg-type]
    desk.until(lambda: not desk.session.jobs.running(MEASURE))


def saved(desk: Desk, path: Path) -> Path:
    desk.session.saved.save_as(path)
    at_rest(desk)
    assert path.is_file(), desk.sentences()
    return path
