"""Annotations that cannot be drawn, annotations that cannot be, and very many annotations."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPixmap
from pytestqt.qtbot import QtBot

from brainviewer.app.annotations import KEEP
from brainviewer.app.session import Session
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.files.annotation_file import save_annotations
from brainviewer.files.journal.annotations import AnnotationJournal
from brainviewer.files.user_folders import journal_folder
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panels import annotations as annotation_list
from brainviewer.gui.panels.annotations import AnnotationList
from brainviewer.gui.panes.pane_grid import PaneGrid
from brainviewer.painting import annotations as painted_annotations
from brainviewer.painting.annotation_shapes import SHAPES
from brainviewer.painting.devices import painting
from tests.gui.conftest import show_study
from tests.journal_entries import entries

MANY = 20_000


def annotation_at(study: Study, fraction: float, kind: Kind = Kind.RULER) -> Annotation:
    """An annotation across the middle of the slice at a fraction of the height of the study."""
    shape = np.array(study.grid.shape, dtype=float)
    start = study.grid.to_world((shape - 1) * (0.3, 0.3, fraction))
    end = study.grid.to_world((shape - 1) * (0.6, 0.5, fraction))
    (ax, ay, az), (bx, by, bz) = start.tolist(), end.tolist()
    return Annotation(kind, Plane.AXIAL, ((ax, ay, az), (bx, by, bz)), Modality.FLAIR)


def journal_of(study: Study, entries: list[object]) -> Path:
    """As older versions kept them."""
    path = journal_folder() / f"{study.content_hash}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    save_annotations(path, (), study, entries)
    return path


def test_an_annotation_that_cannot_be_painted_leaves_the_others(
    qtbot: QtBot, shown: Session, grid: PaneGrid, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    shown.state.noticed.connect(lambda notice: said.append(notice.text))
    bad, good = annotation_at(study, 0.5, Kind.ARROW), annotation_at(study, 0.5)
    shown.annotations.add(good)
    shown.annotations.add(bad)
    shown.view.set_cursor(good.points[0])
    pane = next(p for p in grid.panes if p.modality is Modality.FLAIR)
    assert pane.annotations() == (good, bad)
    pane.grab()
    assert set(pane.label_boxes) == {good.id}  # an arrow without words has none

    def broken(points: list[QPointF]) -> object:
        raise ZeroDivisionError("Doe^Jane")

    monkeypatch.setattr(SHAPES[Kind.ARROW], "path", broken)
    pane.grab()
    qtbot.waitUntil(lambda: bool(said))
    assert set(pane.label_boxes) == {good.id}
    assert "cannot be drawn" in said[0]
    assert shown.state.annotations == (good, bad)
    assert pane.annotations() == (good,)
    grid.grab()
    assert len(said) == 1


def test_a_painter_is_ended_whatever_happens(qtbot: QtBot) -> None:
    image = QPixmap(4, 4)
    with pytest.raises(ZeroDivisionError), painting(image):
        raise ZeroDivisionError
    assert not image.paintingActive()
    painter = QPainter()
    assert painter.begin(image)
    painter.end()


@pytest.mark.window
@pytest.mark.parametrize("far", [1e308, -1e308, 1e300, 1e9, 5000.0])
def test_an_annotation_at_the_end_of_the_world_leaves_the_window_alive(
    window: MainWindow, session: Session, study: Study, far: float
) -> None:
    said: list[str] = []
    session.state.noticed.connect(lambda notice: said.append(notice.text))
    good = annotation_at(study, 0.5)
    bad = {**good.to_json(), "id": "far", "points_mm": [[0, 0, 0], [far, -far, far]]}
    path = journal_of(study, [bad, good.to_json()])
    show_study(session, study)
    assert session.state.annotations == (good,)
    assert said[0].startswith("One annotation was left out: it lies outside the images.")
    session.view.set_cursor(good.points[0])
    window.grab()
    session.annotations.delete_all()
    session.jobs.finish(KEEP)
    assert not path.exists()  # taken over
    kept = {one["id"] for one in entries("annotation")} - {good.id}
    assert kept == {"far"}
    assert AnnotationJournal(study).restore().annotations == ()


@pytest.mark.window
def test_twenty_thousand_annotations_are_looked_at_when_they_come_into_sight(
    window: MainWindow, session: Session, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = (Kind.RULER, Kind.ELLIPSE, Kind.ARROW)
    entries = [
        {**annotation_at(study, (n % 97) / 96, kinds[n % 3]).to_json(), "id": f"m{n}"}
        for n in range(MANY)
    ]
    journal_of(study, list(entries))
    described: list[Annotation] = []
    describe = annotation_list.describe

    def counted(state: object, annotation: Annotation) -> str:
        described.append(annotation)
        return describe(state, annotation)

    monkeypatch.setattr(annotation_list, "describe", counted)
    monkeypatch.setattr(Annotation, "on_slice", lambda *_: pytest.fail("one by one"))
    show_study(session, study)
    window.grab()
    assert len(session.state.annotations) == MANY
    assert 0 < len(described) < 200
    rows = window.findChild(AnnotationList)
    assert rows.model().rowCount() == MANY
    for index in range(0, study.grid.shape[2], 5):
        session.view.go_to_slice(Plane.AXIAL, index)
        window.grab()
    assert len(described) < 400
    rows.clicked.emit(rows.model().index(MANY - 1))
    assert session.state.selection == f"m{MANY - 1}"
    window.grab()
    session.annotations.delete_selection()
    assert len(session.state.annotations) == MANY - 1


def test_annotations_crowded_on_one_slice_are_painted(
    shown: Session, grid: PaneGrid, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []
    best = painted_annotations.best_place

    def counted(places: object, outer: object, taken: tuple[object, ...]) -> object:
        tried.append(len(taken))
        return best(places, outer, taken)

    monkeypatch.setattr(painted_annotations, "best_place", counted)
    entries = [{**annotation_at(study, 0.5).to_json(), "id": f"m{n}"} for n in range(2000)]
    journal_of(study, list(entries))
    show_study(shown, study)
    shown.view.set_cursor(annotation_at(study, 0.5).points[0])
    pane = next(p for p in grid.panes if p.modality is Modality.FLAIR)
    pane.grab()
    assert len(pane.annotations()) == 2000
    assert max(tried) < 50
    assert 0 < len(pane.label_boxes) <= 300
    # The one that is meant is always labelled.
    shown.annotations.select("m1999")
    pane.grab()
    assert "m1999" in pane.label_boxes
