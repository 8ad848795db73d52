"""What is there fills the room, what is pressed is shown, what is asked for comes into sight."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox

from brainviewer.app.session import Session
from brainviewer.app.state import Layout
from brainviewer.app.status import Status
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.geometry import Grid, Unit
from brainviewer.core.hanging.hanging import Form
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import SEQUENCES, FileWindow, Modality, Study, Volume
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panels.annotations import AnnotationList
from brainviewer.gui.panels.display import WindowSection
from brainviewer.gui.panels.tumour import TumourSection
from brainviewer.gui.panes.arrangement import pane_rectangles
from brainviewer.gui.panes.pane_grid import PaneGrid
from tests.gui.conftest import show_study
from tests.gui.eyes import button, texts
from tests.gui.hands import drag, key, wheel
from tests.phantoms import marker_finding, marker_position, marker_study

pytestmark = pytest.mark.window

CTRL = Qt.KeyboardModifier.ControlModifier


# -- the grid fits what is there ----------------------------------------------------------------


@pytest.mark.parametrize("size", [(860, 730), (1600, 500), (500, 1200), (601, 403)])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_panes_fill_the_room_and_do_not_overlap(count: int, size: tuple[int, int]) -> None:
    places = pane_rectangles(Form.FITTED, [count], *size)
    assert len(places) == count
    whole = QRect(0, 0, *size)
    assert all(whole.contains(place) for place in places)
    assert not any(a.intersects(b) for a, b in combinations(places, 2))
    covered = sum(place.width() * place.height() for place in places)
    assert covered > size[0] * size[1] - 3 * 2 * max(size)
    # A pane beside another of the same study is never a thin stripe where it need not be.
    assert min(min(p.width(), p.height()) for p in places) >= min(size) / 2 - 2


@pytest.mark.parametrize(
    "there",
    [
        (Modality.T2,),
        (Modality.FLAIR, Modality.T1CE),
        (Modality.T1, Modality.T1CE, Modality.T2),
        SEQUENCES,
    ],
    ids=len,
)
def test_the_grid_shows_the_sequences_that_are_there(
    window: MainWindow, there: tuple[Modality, ...]
) -> None:
    show_study(window.session, marker_study(modalities=there))
    grid = window.grid
    assert [pane.modality for pane in grid.shown] == list(there)
    assert all(pane.isVisible() and not pane.missing for pane in grid.shown)
    covered = sum(pane.width() * pane.height() for pane in grid.shown)
    assert covered > 0.98 * grid.width() * grid.height()
    show_study(window.session, marker_study())
    assert [pane.modality for pane in grid.shown] == list(SEQUENCES)


# -- the pressed button is what is shown --------------------------------------------------------


def _pressed(window: MainWindow) -> list[Layout]:
    layouts = list(Layout)
    names = [f"layout-{layout.name.lower()}" for layout in layouts]
    return [
        layout
        for layout, name in zip(layouts, names, strict=True)
        if window.actions_by_id[name].isChecked()
    ]


def _image() -> Study:
    grid = Grid((30, 20, 1), np.eye(4), oriented=False, as_stored=True, unit=Unit.PIXEL)
    grey = np.arange(600, dtype=np.uint8).reshape(30, 20, 1)
    return Study({Modality.IMAGE: Volume(Modality.IMAGE, grey, grid)}, grid)


def test_the_pressed_layout_is_the_one_that_is_shown(window: MainWindow, study: Study) -> None:
    state = window.session.state
    show_study(window.session, study)
    for layout in Layout:
        window.actions_by_id[f"layout-{layout.name.lower()}"].trigger()
        assert _pressed(window) == [state.shown_hanging.layout] == [layout]
    window.session.view.set_layout(Layout.FOUR_SEQUENCES)
    show_study(window.session, _image())
    assert _pressed(window) == [state.shown_hanging.layout] == [Layout.ONE_LARGE]
    show_study(window.session, study)
    assert _pressed(window) == [state.shown_hanging.layout] == [Layout.FOUR_SEQUENCES]


# -- into sight ---------------------------------------------------------------------------------


def _in_sight(grid: PaneGrid, position, plane: Plane) -> bool:
    """Whether a pane shows the slice through a place, and the place in it."""
    return any(
        pane.plane is plane
        and pane.geometry_mm is not None
        and pane.view is not None
        and pane.index == pane.view.index_of(position)
        and pane.rect().contains(pane.geometry_mm.to_pixels([position])[0].toPoint())
        for pane in grid.shown
    )


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("plane", Plane)
def test_t_brings_the_tumour_into_sight(window: MainWindow, layout: Layout, plane: Plane) -> None:
    study = marker_study()
    show_study(window.session, study, marker_finding(study))
    QApplication.processEvents()
    window.session.view.set_layout(layout)
    window.session.view.set_plane(plane)
    for pane in window.grid.shown:
        # Far into the corner where the tumour is not.
        wheel(pane, QPointF(3, pane.height() - 3.0), 120 * 12, CTRL)
    window.session.view.set_cursor(study.grid.to_world((2, 2, 2)))
    window.actions_by_id["tumour"].trigger()
    assert _in_sight(window.grid, marker_position(study.grid), Plane.AXIAL)


def _annotations(study: Study) -> list[Annotation]:
    made = []
    for plane, modality in zip(Plane, (Modality.T1CE, Modality.T2, Modality.T1), strict=True):
        view = SliceView.of(study.grid, plane)
        ends = view.to_world(5, [(6.0, 7.0), (9.0, 10.0)])
        points = tuple((float(x), float(y), float(z)) for x, y, z in ends)
        made.append(Annotation(Kind.RULER, plane, points, modality))
    return made


@pytest.mark.parametrize("layout", Layout)
def test_a_click_on_an_annotation_brings_it_into_sight(
    window: MainWindow, study: Study, layout: Layout
) -> None:
    session = window.session
    show_study(session, study)
    for annotation in _annotations(study):
        session.annotations.add(annotation)
    session.view.set_layout(layout)
    rows = window.findChild(AnnotationList)
    QApplication.processEvents()
    for row, annotation in enumerate(_annotations(study)):
        session.view.set_overlay(annotations=False)
        for pane in window.grid.shown:
            wheel(pane, QPointF(pane.width() - 3.0, pane.height() - 3.0), 120 * 12, CTRL)
        session.view.set_cursor(study.grid.to_world((30, 40, 25)))
        at = rows.visualRect(rows.model().index(row, 0)).center()
        QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=at)
        middle = session.state.cursor
        assert _in_sight(window.grid, middle, annotation.plane)
        assert any(
            annotation.points == shown.points
            for pane in window.grid.shown
            if pane.modality is annotation.modality
            for shown in pane.annotations()
        )
        assert session.state.overlays.annotations
        window.grid.fit()


# -- a search that was stopped ------------------------------------------------------------------


@pytest.fixture
def stopped(window: MainWindow, study: Study) -> MainWindow:
    """The search was cancelled."""
    show_study(window.session, study)
    window.session.state.show_finding(None, Status.RUNNING)
    section = window.findChild(TumourSection)
    assert button(section, "Cancel").isVisibleTo(section)
    assert not button(section, "Find").isVisibleTo(section)
    window.session.state.show_finding(None, Status.NOT_RUN)
    return window


def test_a_stopped_search_can_be_taken_up_again(stopped: MainWindow) -> None:
    section, asked = stopped.findChild(TumourSection), []
    stopped.session.segmentation.find = lambda *given, **more: asked.append((given, more))
    assert "Not looked for yet." in texts(section)
    find = button(section, "Find")
    assert find.isVisibleTo(section)
    assert find.isEnabled()
    find.click()
    assert stopped.actions_by_id["find"].isEnabled()
    stopped.actions_by_id["find"].trigger()
    assert len(asked) == 2
    assert "Classify looks for it first" in texts(stopped.result)


def test_classify_after_a_stopped_search_looks_first(
    stopped: MainWindow, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Callable[..., object]]] = []
    stopped.session.segmentation.find = lambda *_, **more: asked.append(more)
    for text, slice_index in (
        ("Classify", None),
        ("This slice", stopped.session.state.slice_index(Plane.AXIAL)),
    ):
        pressed = button(stopped.result, text)
        assert pressed.isVisibleTo(stopped.result)
        assert pressed.isEnabled()
        pressed.click()
        (then,) = asked.pop().values()
        classified: list[object] = []
        with monkeypatch.context() as patch:
            patch.setattr(stopped.session.classification, "run", classified.append)
            then(marker_finding(study))
        assert classified == [slice_index]
    assert stopped.actions_by_id["classify"].isEnabled()
    assert stopped.actions_by_id["classify-here"].isEnabled()


# -- the name of a window -----------------------------------------------------------------------


def test_a_window_set_by_hand_is_the_users_own(window: MainWindow, study: Study) -> None:
    session: Session = window.session
    show_study(session, study)
    preset = window.findChild(WindowSection).findChildren(QComboBox)[0]
    assert preset.currentText() == "Automatic"
    pane = window.grid.shown[0]
    drag(pane, QPointF(30, 60), QPointF(80, 90))
    assert preset.currentText() == "Own"
    assert session.state.presets[Modality.FLAIR] == "Own"
    # Of this sequence only.
    session.view.set_active(Modality.T1)
    assert preset.currentText() == "Automatic"
    session.view.set_active(Modality.FLAIR)
    assert preset.currentText() == "Own"
    session.view.apply_preset(Modality.FLAIR, "Oedema")
    assert preset.currentText() == "Oedema"
    assert preset.findText("Own") < 0
    session.view.invert(Modality.FLAIR)
    assert preset.currentText() == "Oedema"
    window.actions_by_id["auto-window"].trigger()
    assert preset.currentText() == "Automatic"


def test_windows_that_the_file_names_are_presets_of_their_sequence(
    window: MainWindow, study: Study
) -> None:
    named = (FileWindow("File: Algo1", 10, 50), FileWindow("As in the file", 90, 20))
    t1 = replace(study.volumes[Modality.T1], file_windows=named)
    show_study(window.session, replace(study, volumes={**study.volumes, Modality.T1: t1}))
    preset = window.findChild(WindowSection).findChildren(QComboBox)[0]
    assert preset.findText("File: Algo1") < 0
    window.session.view.set_active(Modality.T1)
    offered = [preset.itemText(n) for n in range(preset.count())]
    assert offered[:4] == ["Automatic", "File: Algo1", "As in the file", "Full range"]
    assert preset.currentText() == "Automatic"
    for name, expected in (("File: Algo1", (10, 50, False)), ("As in the file", (20, 90, True))):
        preset.textActivated.emit(name)
        shown = window.session.state.windows[Modality.T1]
        assert (shown.low, shown.high, shown.inverted) == expected
        assert preset.currentText() == name


def test_a_drag_that_is_given_up_leaves_the_preset(window: MainWindow, study: Study) -> None:
    from tests.gui.hands import move, press

    show_study(window.session, study)
    preset = window.findChild(WindowSection).findChildren(QComboBox)[0]
    pane = window.grid.shown[0]
    press(pane, QPointF(30, 60))
    move(pane, QPointF(70, 80))
    assert preset.currentText() == "Own"
    key(pane, Qt.Key.Key_Escape)
    assert preset.currentText() == "Automatic"
