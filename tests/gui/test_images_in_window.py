"""A single image in the window: one pane, an image strip, its own colours and units."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from brainviewer.app.exporting.exports import ExportRequest, panes_of, request_figure
from brainviewer.app.report.provenance import provenance_record
from brainviewer.app.session import Session
from brainviewer.app.state import Layout, Tool
from brainviewer.core.slices import Convention, Plane
from brainviewer.core.study import Modality, Study
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panes.image_strip import ImageStrip
from brainviewer.painting.figure import draw_figure
from brainviewer.painting.text.captions import slice_captions
from tests.gui.conftest import show_study
from tests.gui.hands import drag, key, wheel

pytestmark = pytest.mark.window


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A grey image, bright at the upper left; a red one; a text that is called an image."""
    grey = np.full((60, 80), 20, np.uint8)
    grey[:20, :20] = 250
    Image.fromarray(grey).save(tmp_path / "1.png")
    red = np.zeros((60, 80, 3), np.uint8)
    red[..., 0] = 210
    Image.fromarray(red).save(tmp_path / "2.tif", resolution_unit=3, resolution=20)
    (tmp_path / "3.jpg").write_text("hello")
    return tmp_path


@pytest.fixture
def window(window: MainWindow, session: Session, folder: Path) -> MainWindow:
    session.documents.open([folder])
    return window


def pixel(window: MainWindow, x: float, y: float) -> tuple[int, int, int]:
    """Colour of a pane at fractions of its width and height."""
    pane = window.grid.panes[0]
    colour = pane.grab().toImage().pixelColor(round(x * pane.width()), round(y * pane.height()))
    return colour.red(), colour.green(), colour.blue()


def test_an_image_has_one_pane_and_no_third_dimension(window: MainWindow) -> None:
    window.session.view.set_layout(Layout.THREE_PLANES)
    assert len(window.grid.shown) == 1
    assert window.grid.shown[0].modality is Modality.IMAGE
    assert panes_of(window.session.state) == ((Modality.IMAGE, Plane.AXIAL),)
    assert window.volume.isHidden()
    assert window.findChild(ImageStrip).isVisible()
    assert not window.actions_by_id["layout-three_planes"].isEnabled()
    assert not window.actions_by_id["find"].isEnabled()
    assert window.actions_by_id["classify"].isEnabled()


def test_the_window_is_itself_again_with_a_study(window: MainWindow, study: Study) -> None:
    show_study(window.session, study)
    window.session.state.image_series = ()
    assert len(window.grid.shown) == 4
    assert not window.volume.isHidden()
    assert window.findChild(ImageStrip).isHidden()
    assert window.actions_by_id["find"].isEnabled()


@pytest.mark.parametrize("convention", Convention)
def test_it_is_never_turned_round(window: MainWindow, convention: Convention) -> None:
    window.session.view.set_convention(convention)
    window.session.view.set_plane(Plane.CORONAL)
    # The image is fitted to the width of the pane.
    assert pixel(window, 0.15, 0.3)[0] > 200
    assert pixel(window, 0.85, 0.3)[0] < 60


def test_colours_are_shown_windowed_and_mapped(window: MainWindow) -> None:
    session = window.session
    session.documents.show_image(1)
    red, green, blue = pixel(window, 0.4, 0.4)
    assert (red, green, blue) == (210, 0, 0)
    session.view.invert(Modality.IMAGE)
    assert pixel(window, 0.4, 0.4) == (45, 255, 255)
    session.view.invert(Modality.IMAGE)
    session.view.set_colour_map(Modality.IMAGE, "bone")
    red, green, blue = pixel(window, 0.4, 0.4)
    assert abs(red - green) < 40  # a map takes the image's own colours away
    assert blue > 40


def test_arrows_and_the_wheel_go_through_the_series(window: MainWindow) -> None:
    pane, state = window.grid.panes[0], window.session.state
    key(pane, Qt.Key.Key_Right)
    assert state.series_index == 1
    key(pane, Qt.Key.Key_Left)
    assert state.series_index == 0
    wheel(pane, QPointF(100, 100), -120)
    assert state.series_index == 1
    wheel(pane, QPointF(100, 100), 120)
    key(pane, Qt.Key.Key_End)
    assert state.series_index == 0  # the last cannot be read, and the open one stays
    assert state.series_unreadable == {2}
    assert state.study.name == "1.png"


def test_the_strip_has_thumbnails_and_follows(qtbot: QtBot, window: MainWindow) -> None:
    strip = window.findChild(ImageStrip)
    decoration = Qt.ItemDataRole.DecorationRole
    qtbot.waitUntil(lambda: strip.item(1).data(decoration) is not None)
    middle = strip.item(1).data(decoration).toImage().pixelColor(20, 20)
    assert (middle.red(), middle.green()) == (210, 0)
    strip.setCurrentRow(1)
    assert window.session.state.study.name == "2.tif"
    window.session.documents.step_image(-1)
    assert strip.currentRow() == 0


def test_lengths_are_in_pixels_until_the_file_knows_better(window: MainWindow) -> None:
    session, pane = window.session, window.grid.panes[0]
    for index, unit in ((0, "px"), (1, "mm")):
        session.documents.show_image(index)
        session.view.set_tool(Tool.RULER)
        middle = pane.rect().center().toPointF()
        drag(pane, middle, middle + QPointF(90, 0))
        annotation = session.state.annotations[0]
        columns = 90 / pane.geometry_mm.pixels_per_mm
        assert annotation.length == pytest.approx(columns)
        figure = request_figure(session.state, ExportRequest())
        assert provenance_record(figure, 2)["panes"][0]["annotations"][0][f"length_{unit}"] > 0
        assert draw_figure(figure).shape[1] > 100
        captions = slice_captions(pane.scene, pane.geometry_mm)
        said = [text for text, _ in captions.warnings]
        assert ("SIZE NOT KNOWN: LENGTHS IN PIXELS" in said) is (unit == "px")
        assert captions.unit == unit
