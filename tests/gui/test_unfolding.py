"""Sections that are folded open by themselves when what they hold is turned on elsewhere."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication

from brainviewer.core.study import Study
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panels.folding import Section
from tests.gui.conftest import show_study

pytestmark = pytest.mark.window


@pytest.fixture
def shown(window: MainWindow, study: Study) -> MainWindow:
    show_study(window.session, study)
    window.grid.shown[0].setFocus()
    QApplication.processEvents()
    return window


def section(window: MainWindow, name: str) -> Section:
    (one,) = (s for s in window.findChildren(Section) if s.head.accessibleName() == name)
    return one


def places(window: MainWindow) -> list[QRect]:
    QApplication.processEvents()
    return [pane.geometry() for pane in window.grid.shown]


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("Fusion", "fusion-blend"),
        ("Fusion", "fusion-swipe"),
        ("Planes and slab", "slab"),
        ("Planes and slab", "cine"),
    ],
)
def test_the_section_of_what_was_turned_on_is_opened(
    shown: MainWindow, name: str, action: str
) -> None:
    """The images stay where they are, keys go where they went, and it is not for good."""
    opened = section(shown, name)
    other = section(shown, {"Fusion": "Planes and slab", "Planes and slab": "Fusion"}[name])
    assert not opened.head.isChecked()
    before, focus = places(shown), shown.focusWidget()
    folded = shown.session.settings.folded
    shown.actions_by_id[action].trigger()
    assert places(shown) == before
    assert opened.head.isChecked() and opened._content.isVisible()
    assert not other.head.isChecked()
    assert shown.focusWidget() is focus is not None
    assert shown.session.settings.folded == folded
    opened.head.click()  # who folds it now wants it folded
    shown.session.view.toggle_overlays()
    shown.session.view.toggle_overlays()
    shown.actions_by_id[action].trigger()
    shown.actions_by_id[action].trigger()
    assert not opened.head.isChecked()
    opened.head.click()
    assert opened._content.isVisible()
