"""The page about graphics, and the 3D pane that follows what was chosen there."""

from dataclasses import replace

import pytest
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
    assert text(page, "Volumes are drawn by") == "nothing"
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


def test_a_driver_that_crashes_leaves_the_slices(
    session: Session, window: MainWindow, study: Study, qtbot: QtBot
) -> None:
    session.graphics.use(CRASHED)
    show_study(session, study)
    qtbot.waitUntil(lambda: "crashed" in message(window))
    assert message(window).startswith("No 3D view.")
    window.grid.panes[0].grab()
    before = tuple(session.state.cursor)
    session.view.step(Plane.AXIAL, 3)
    assert tuple(session.state.cursor) != before


def test_the_pane_follows_the_choice(
    session: Session, window: MainWindow, study: Study, qtbot: QtBot
) -> None:
    show_study(session, study)
    qtbot.waitUntil(lambda: bool(window.volume.renderer))
    assert not window.volume.failure
    session.settings.update(graphics="off")
    qtbot.waitUntil(lambda: "switched off in the settings" in message(window))
    session.settings.update(graphics="automatic")
    qtbot.waitUntil(lambda: bool(window.volume.renderer) and not window.volume.failure)
    qtbot.waitUntil(lambda: window.volume.drawing.worker.delivered.study is study)
    assert not message(window)
    worker = window.volume.drawing.worker
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
