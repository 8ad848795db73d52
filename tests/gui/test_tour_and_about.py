"""The tour of the first start, and what About says."""

import importlib.metadata
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from brainviewer import __version__
from brainviewer.core.study import Study
from brainviewer.gui.dialogs.page import Page
from brainviewer.gui.help.about import AboutPage
from brainviewer.gui.help.tour import STEPS, Tour
from brainviewer.gui.help.versions import SHIPPED, licence_text, parts
from brainviewer.gui.main_window import MainWindow
from tests.gui.conftest import show_study

pytestmark = pytest.mark.window


def said(tour: Tour) -> str:
    return "\n".join(one.text() for one in tour.findChildren(QLabel) if not one.isHidden())


@pytest.fixture
def tour(window: MainWindow, study: Study) -> Tour:
    show_study(window.session, study)
    window.parts.pages.show_tour(window.parts.keys)
    return window.findChild(Tour)


def test_the_tour_goes_through_five_steps_and_is_seen_once(window: MainWindow, tour: Tour) -> None:
    assert len(STEPS) == 5
    window.parts.pages.show_tour(window.parts.keys)
    assert len(window.findChildren(Tour)) == 1
    for number, step in enumerate(STEPS, start=1):
        assert tour.isVisible()
        assert window.rect().contains(tour.geometry())
        assert step.title.upper() in said(tour)
        assert f"{number} of 5" in said(tour)
        QApplication.processEvents()
        for one in tour.findChildren(QLabel):
            assert one.height() >= one.heightForWidth(one.width()), one.text()
        tour.next.click()
    assert window.session.settings.hints_seen
    QApplication.sendPostedEvents(None, 52)  # deferred deletion
    assert window.findChild(Tour) is None


def test_the_tour_can_be_skipped_and_gone_back_in(window: MainWindow, tour: Tour) -> None:
    tour.next.click()
    tour.back.click()
    assert tour.step == 0
    assert tour.back.isHidden()
    window.resize(1300, 800)
    QApplication.processEvents()
    assert window.rect().contains(tour.geometry())
    QTest.keyClick(tour, Qt.Key.Key_Escape)
    assert window.session.settings.hints_seen
    assert tour.isHidden()


def test_the_tour_names_the_keys_and_hands_that_the_user_has(
    window: MainWindow, tour: Tour
) -> None:
    assert "window and level" in said(tour)
    window.session.settings.update(mouse_scheme="ITK-SNAP")
    assert "the cursor until" in said(tour)
    tour.next.click()
    tour.next.click()
    assert "\nT\n" in said(tour)
    window.parts.keys.change("tumour", ["Ctrl+Alt+L"])
    assert "\nCtrl+Alt+L\n" in said(tour)
    assert "\nT\n" not in said(tour)
    window.parts.keys.change("tumour", [])
    assert "back to the tumour slice" not in said(tour)
    tour.skip.click()


def test_about_names_versions_engine_device_and_renderer(window: MainWindow) -> None:
    window.actions_by_id["about"].trigger()
    page = window.findChild(AboutPage)
    text = page.text.toPlainText()
    for name in ("Engine", "Device", "3D renderer", "Qt", "Python", __version__, "numpy", "vtk"):
        assert name in text
    window.session.state.engine_text = "Engine ready · CPU"
    window.session.state.engine_changed.emit()
    assert "Engine ready · CPU" in page.text.toPlainText()
    page._copy()
    copied = QApplication.clipboard().text()
    assert f"BrainViewer: {__version__}" in copied
    assert str(Path.home()) not in copied
    page._show_licence(QUrl(SHIPPED[0].name))
    licence = next(one for one in page.findChildren(Page) if one is not page)
    assert "Bitstream Vera" in licence.text.toPlainText()
    page.close()


def test_every_package_that_is_needed_says_its_licence() -> None:
    found = parts()
    needed = importlib.metadata.requires("brainviewer") or []
    assert len(found) == sum("extra ==" not in line for line in needed)
    assert all(part.version for part in found)
    assert [part.name for part in found if not part.licence] == []
    assert not any("GPL" in part.licence and "LGPL" not in part.licence for part in found)
    assert "Permission" in licence_text("qtawesome")
    for one in SHIPPED:
        assert not one.file or licence_text(one.name)
