"""The window tells no side and no place of a study that does not say how the patient lay."""

import re
from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from brainviewer.app.state import Layout
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panels.tumour import copy_measurements
from brainviewer.painting.text.captions import slice_captions
from tests.gui.conftest import show_study
from tests.phantoms import grid_of, marker_finding, marker_study, measured

pytestmark = pytest.mark.window

PLACE = re.compile(r"\b[xyzSAR] [−-]?\d|\b(left|right)\b(?! cannot)|midline", re.IGNORECASE)


@pytest.mark.parametrize("layout", [Layout.FOUR_SEQUENCES, Layout.THREE_PLANES])
def test_no_text_tells_a_place(window: MainWindow, qtbot: QtBot, layout: Layout) -> None:
    study = marker_study(grid_of(oriented=False))
    finding = replace(measured(marker_finding(study), study), oriented=False)
    window.session.view.set_layout(layout)
    show_study(window.session, study, finding)
    QApplication.processEvents()
    texts = [one.text() for one in window.findChildren(QLabel) if one.isVisible() and one.text()]
    copy_measurements(window.session)
    texts += QGuiApplication.clipboard().text().splitlines()
    assert any("orientation unknown" in text.lower() for text in texts)
    assert any(text.startswith("voxel ") for text in texts)
    told = [text for text in texts if PLACE.search(text.replace("left and right cannot", ""))]
    assert told == []
    for pane in window.grid.shown:
        captions = slice_captions(pane.scene, pane.geometry_mm)
        assert not any((captions.letters.left, captions.letters.top, captions.position))
        assert any("ORIENTATION UNKNOWN" in words for words, _ in captions.warnings)
