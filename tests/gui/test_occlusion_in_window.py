"""An image with its answer in the window, painted over with the mouse."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from brainviewer.app.exporting.exports import ExportRequest
from brainviewer.app.session import Session
from brainviewer.app.state import Tool
from brainviewer.app.status import Status
from brainviewer.core.slices import Plane
from brainviewer.gui import image_colours
from brainviewer.gui.dialogs.page import Page
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panels.result.occlusion import ChangeTable, WhatIfPanel
from brainviewer.gui.panels.result.prevalence_menu import fill_prevalences
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.painting import palette
from brainviewer.painting.devices import pixels_of
from brainviewer.painting.figure import FigureSpec, draw_figure
from brainviewer.painting.text.captions import slice_captions
from tests.gui.eyes import texts
from tests.gui.hands import drag, key, move, press, release, wheel
from tests.toy_images import install_toy, mr_head, write_frames

pytestmark = pytest.mark.window
LESION = (64, 58)  # row and column of its middle


@pytest.fixture
def window(
    window: MainWindow, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> MainWindow:
    """An image strip of a head with a lesion, which is classified, and one without."""
    for name, lesion in (("1", True), ("2", False)):
        Image.fromarray(mr_head(lesion)).save(tmp_path / f"{name}.png")
    install_toy(session, tmp_path / "toy", monkeypatch)
    session.settings.classify_on_opening = True
    session.documents.open([tmp_path])
    return window


@pytest.fixture
def occluding(window: MainWindow) -> MainWindow:
    """The brush is in hand, wide enough for the lesion."""
    window.actions_by_id["what-if"].trigger()
    window.session.occlusion.set_brush(36)
    return window


def place(window: MainWindow, row: float, column: float) -> QPointF:
    return window.grid.panes[0].geometry_mm.transform.map(QPointF(column, row))


def test_the_prediction_stands_beside_the_image(window: MainWindow) -> None:
    said = texts(window.result)
    assert "Glioma\n" in said
    assert "Any tumour" in said
    assert "from this image alone" in said
    assert "age" not in said.split("model card")[0].lower().replace("image", "")
    assert "Only gliomas" not in said
    assert window.result.minimumSizeHint().width() <= 400  # nothing makes it wider than it is
    assert not window.findChild(WhatIfPanel).isVisible()


def test_the_wheel_brings_the_prediction_of_another_frame(
    window: MainWindow, tmp_path: Path
) -> None:
    window.session.documents.open([write_frames(tmp_path / "film.dcm", (False, True, False))])
    assert "from frame 2 of 3 alone" in texts(window.result)
    wheel(window.grid.panes[0], QPointF(200, 200), -120)
    said = texts(window.result)
    assert "No tumour\n" in said
    assert f"from frame {window.session.state.slice_index() + 1} of 3 alone" in said
    window.session.settings.classify_on_opening = False
    window.session.view.go_to_slice(Plane.AXIAL, 1)  # answered before
    assert "from frame 2 of 3 alone" in texts(window.result)
    window.session.classification._frames.clear()
    window.session.view.go_to_slice(Plane.AXIAL, 0)
    said = texts(window.result)
    assert "Classify says what this frame shows." in said
    assert "from frame" not in said
    assert not window.actions_by_id["what-if"].isEnabled()


def test_what_is_this_opens_a_page(window: MainWindow) -> None:
    window.result.class_wanted.emit("glioma")
    (page,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, Page) and w.isVisible()]
    assert "glial cells" in page.text.toPlainText()
    page.close()


def test_the_menu_offers_what_the_model_of_images_knows(window: MainWindow) -> None:
    window.session.settings.prevalence = "training"
    menu = QMenu()
    fill_prevalences(menu, window.session)
    assert len(menu.actions()) == 2
    assert [action.isChecked() for action in menu.actions()] == [True, False]
    menu.actions()[1].trigger()
    assert window.session.state.classification.prevalence == "clinic"


def test_a_stroke_changes_the_image_and_the_prediction(occluding: MainWindow) -> None:
    state, pane = occluding.session.state, occluding.grid.panes[0]
    original = state.study
    panel = occluding.findChild(WhatIfPanel)
    press(pane, place(occluding, *LESION))
    move(pane, place(occluding, LESION[0] + 1, LESION[1] + 1))
    assert state.study is original  # only marked so far
    release(pane, place(occluding, LESION[0] + 1, LESION[1] + 1))
    assert state.occlusion.edits.region[LESION]
    assert state.study.edited
    assert state.occlusion.comparison.sentence.startswith("Glioma")
    said = texts(panel)
    assert "EDITED IMAGE" in said
    assert "No tumour" in said
    rows = texts(panel.findChild(ChangeTable)).splitlines()
    assert {"glioma", "none", "before", "after", "change"} <= set(rows)
    assert any(row.startswith("−") for row in rows)
    assert any(row.startswith("+") for row in rows)
    assert ("EDITED IMAGE", palette.CAUTION) in slice_captions(
        pane.scene, pane.geometry_mm
    ).warnings
    assert pane.grab().toImage().pixelColor(1, pane.height() // 2) == image_colours.CAUTION
    occluding.actions_by_id["what-if"].trigger()
    assert state.study is original
    assert pane.grab().toImage().pixelColor(1, pane.height() // 2) != image_colours.CAUTION
    assert not panel.isVisible()
    assert "Glioma" in texts(occluding.result)


def test_the_outline_of_what_is_edited_is_in_what_is_exported(occluding: MainWindow) -> None:
    state, pane = occluding.session.state, occluding.grid.panes[0]
    drag(pane, place(occluding, *LESION), place(occluding, LESION[0] + 1, LESION[1] + 1))
    figure = occluding.export_image._figure(ExportRequest(result=False), np.zeros((9, 9, 3)))
    (exported,) = figure.panes
    assert exported.painted_over is state.occlusion.edits.region
    assert pane.scene.painted_over is state.occlusion.edits.region
    dashed = painted(replace(figure, footer=False))
    plain = painted(replace(figure, footer=False, panes=(replace(exported, painted_over=None),)))
    assert (np.abs(dashed - plain).max(axis=2) > 60).sum() > 50
    assert np.abs(painted_pane(pane) - dashed).max(axis=2).mean() < 1
    press(pane, place(occluding, 20, 20))
    assert pane.scene.painted_over is None, "a new stroke shows what it covers"
    key(pane, Qt.Key.Key_Escape)
    assert pane.scene.painted_over is state.occlusion.edits.region


def painted(figure: FigureSpec) -> np.ndarray:
    return draw_figure(figure).astype(int)


def painted_pane(pane: SlicePane) -> np.ndarray:
    return pixels_of(pane.grab().toImage()).astype(int)


def test_shift_takes_away_and_undo_brings_back(occluding: MainWindow) -> None:
    state, pane = occluding.session.state, occluding.grid.panes[0]
    drag(pane, place(occluding, 64, 58), place(occluding, 64, 90))
    whole = state.occlusion.edits.region.sum()
    drag(
        pane,
        place(occluding, 64, 90),
        place(occluding, 64, 95),
        modifiers=Qt.KeyboardModifier.ShiftModifier,
    )
    assert 0 < state.occlusion.edits.region.sum() < whole
    for _ in range(2):
        occluding.actions_by_id["undo"].trigger()
    assert not state.study.edited
    occluding.actions_by_id["redo"].trigger()
    assert state.occlusion.edits.region.sum() == whole
    occluding.actions_by_id["reset-occlusion"].trigger()
    assert not state.study.edited
    assert state.annotations == ()


def test_escape_lets_go_of_a_stroke(occluding: MainWindow) -> None:
    state, pane = occluding.session.state, occluding.grid.panes[0]
    press(pane, place(occluding, *LESION))
    key(pane, Qt.Key.Key_Escape)
    release(pane, place(occluding, *LESION))
    assert not state.occlusion.edits.edited
    assert state.occlusion.status is Status.NOT_RUN


def test_the_wheel_sets_the_brush_and_annotations_are_left_alone(occluding: MainWindow) -> None:
    state, pane = occluding.session.state, occluding.grid.panes[0]
    before = state.occlusion.brush
    wheel(pane, QPointF(200, 200), -120)
    assert state.occlusion.brush < before
    assert state.series_index == 0
    assert not occluding.actions_by_id["tool-ruler"].isEnabled()
    QTest.keyClick(pane, Qt.Key.Key_Right)
    assert (state.series_index, state.occlusion, state.tool) == (1, None, Tool.WINDOW)
    assert occluding.actions_by_id["tool-ruler"].isEnabled()


def test_an_image_without_a_prediction_cannot_be_tried(window: MainWindow) -> None:
    session = window.session
    assert window.actions_by_id["what-if"].isEnabled()
    session.state.show_classification(None, Status.NOT_RUN)
    assert not window.actions_by_id["what-if"].isEnabled()
    session.occlusion.start()
    assert session.state.occlusion is None
    assert not session.state.study.edited


def test_a_stroke_on_a_turned_image_covers_what_lies_under_it(occluding: MainWindow) -> None:
    session, pane = occluding.session, occluding.grid.panes[0]
    drag(pane, place(occluding, *LESION), place(occluding, LESION[0], LESION[1] + 12))
    upright = session.state.occlusion.edits.region
    session.undo()
    for _ in range(2):
        session.reformations.rotate()
        session.reformations.flip()
        lesion = pane.state.study.grid.to_world(
            [(LESION[1], LESION[0], 0), (LESION[1] + 12, LESION[0], 0)]
        )
        drag(pane, *pane.geometry_mm.to_pixels(lesion))
        region = session.state.occlusion.edits.region
        assert (region != upright).sum() < 0.05 * upright.sum()
        pane.grab()
        session.undo()
    session.reformations.rotate()
    drag(pane, *pane.geometry_mm.to_pixels(lesion))
    assert (session.state.occlusion.edits.region != upright).sum() < 0.05 * upright.sum()
