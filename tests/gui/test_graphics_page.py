"""The page about graphics, and the 3D pane that follows what was chosen there."""

import os
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from brainviewer.app.graphics.probing import Probing
from brainviewer.app.session import Session
from brainviewer.app.settings.table import Page
from brainviewer.core.graphics.choice import DrawnBy
from brainviewer.core.graphics.probe import Outcome
from brainviewer.core.slices import Plane
from brainviewer.core.study import Study
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.settings.dialog import SettingsDialog
from brainviewer.gui.settings.graphics_page import GraphicsPage
from tests.gui.conftest import PROBED, show_study
from tests.phantoms import marker_finding

pytestmark = pytest.mark.window
CRASHED = replace(
    PROBED,
    outcome=Outcome.CRASHED,
    problem="The graphics driver crashed when it was probed (SIGSEGV).",
)


def page_of(window: MainWindow) -> tuple[SettingsDialog, GraphicsPage]:
    window.actions_by_id["settings"].trigger()
    dialog = window.findChild(SettingsDialog)
    dialog.show_page(Page.GRAPHICS)
    return dialog, dialog.findChild(GraphicsPage)


def choose(dialog: SettingsDialog, value: str) -> None:
    box = dialog.editors["graphics"].widget
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData(value))


def text(page: GraphicsPage, name: str) -> str:
    return page.values[name].text()


def test_it_shows_what_was_found_and_what_is_chosen(window: MainWindow) -> None:
    dialog, page = page_of(window)
    assert text(page, "Vendor") == "Mesa"
    assert text(page, "Renderer") == "llvmpipe (LLVM 15)"
    assert text(page, "OpenGL") == "4.5 Mesa"
    assert text(page, "Largest 3D texture").startswith("2048")
    assert text(page, "Volumes are drawn by") == "the processor"
    choose(dialog, "graphics card")
    assert text(page, "Volumes are drawn by") == "the graphics card"
    assert "chosen by you" in text(page, "Because")
    choose(dialog, "off")
    assert text(page, "Volumes are drawn by") == "nothing"
    assert dialog._reset_page.isEnabled()
    dialog.close()


def test_an_override_of_a_crash_is_told(session: Session, window: MainWindow) -> None:
    session.graphics.use(CRASHED)
    dialog, page = page_of(window)
    assert text(page, "Volumes are drawn by") == "the processor"
    assert text(page, "Surfaces are drawn by") == "the processor"
    assert "The processor draws all of the 3D view." in text(page, "Because")
    assert "Probe again" in text(page, "Because")
    choose(dialog, "graphics card")
    assert text(page, "Because") == (
        "The graphics driver crashed when it was probed (SIGSEGV); the graphics card was chosen "
        "by you."
    )
    dialog.close()


def test_probe_again(threaded: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    found = replace(PROBED, renderer="another")
    monkeypatch.setattr(Probing, "run", lambda _: found)
    dialog, page = page_of(threaded)
    page.again.click()
    qtbot.waitUntil(lambda: text(page, "Renderer") == "another")
    assert page.again.isEnabled()
    dialog.close()


def message(window: MainWindow) -> str:
    return window.volume.image.message


def test_a_driver_that_crashes_leaves_the_3d_view(
    session: Session,
    window: MainWindow,
    study: Study,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def crash() -> None:
        os.abort()

    # First where it is used: importing that later would keep what crashes.
    monkeypatch.setattr("brainviewer.painting.volume.solids.open_window", crash)
    monkeypatch.setattr("brainviewer.painting.volume.scene_window.open_window", crash)
    session.graphics.use(CRASHED)
    show_study(session, study, marker_finding(study))
    image = window.volume.image
    qtbot.waitUntil(lambda: image.pixels_shown is not None)
    assert not message(window) and "without OpenGL" in window.volume.renderer

    def amber() -> int:
        shown = image.pixels_shown.astype(int)
        return int((shown[..., 0] - shown[..., 2] > 80).sum())

    qtbot.waitUntil(lambda: amber() > 50)
    assert image.pixels_shown.max() > 150  # letters
    window.volume.set_view(window.volume.view.shown(opacity=0.0, size=2.5))
    small = amber()
    qtbot.waitUntil(lambda: amber() > 2 * small)
    qtbot.waitUntil(lambda: window.volume.drawing.worker.seen is not None)
    picked: list[object] = []
    window.volume.place_picked.connect(picked.append)
    at = np.argwhere(image.pixels_shown.astype(int)[..., 0] > 150).mean(axis=0)
    qtbot.mouseClick(image, Qt.MouseButton.LeftButton, pos=QPoint(int(at[1]), int(at[0])))
    assert picked


def test_the_pane_follows_the_choice(
    session: Session, window: MainWindow, study: Study, qtbot: QtBot
) -> None:
    show_study(session, study)
    qtbot.waitUntil(lambda: bool(window.volume.renderer))
    assert not window.volume.failure
    window.volume.slices.show(Plane.AXIAL)
    before = window.volume.shown
    session.settings.update(graphics="off")
    qtbot.waitUntil(lambda: "switched off in the settings" in message(window))
    session.settings.update(graphics="automatic")
    qtbot.waitUntil(lambda: bool(window.volume.renderer) and not window.volume.failure)
    qtbot.waitUntil(lambda: window.volume.drawing.worker.delivered.study is study)
    assert not message(window)
    worker = window.volume.drawing.worker
    assert vars(worker.requested) == vars(before)  # of the one that drew before
    session.settings.update(graphics="processor")  # which draws already
    assert window.volume.drawing.worker is worker


def test_a_probe_that_ends_late_starts_the_view(
    threaded: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    graphics = threaded.session.graphics
    graphics.probe = None
    monkeypatch.setattr(Probing, "run", lambda _: PROBED)
    qtbot.waitUntil(lambda: graphics.known is not None)
    assert graphics.known.by is DrawnBy.PROCESSOR
    qtbot.waitUntil(lambda: bool(threaded.volume.renderer))
