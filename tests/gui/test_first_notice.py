"""The notice of the first start: once for each reader and edition, and never in the way after."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from brainviewer.app.settings import first_notice
from brainviewer.app.settings.settings import Settings
from brainviewer.assets import resources
from brainviewer.gui.help.first_notice import FirstNotice
from brainviewer.gui.help.guide_window import GuideWindow
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.help.tour import Tour
from brainviewer.gui.main_window import MainWindow
from brainviewer.models.registry import model
from tests.gui.conftest import show_study
from tests.phantoms import marker_study

pytestmark = pytest.mark.window


@pytest.fixture
def notice(window: MainWindow) -> FirstNotice:
    window.parts.pages.greet(window.parts.keys)
    (shown,) = window.findChildren(FirstNotice)
    return shown


def test_it_is_shown_whole_and_said_to_who_hears(notice: FirstNotice) -> None:
    QApplication.processEvents()
    assert notice.isVisible() and notice.understood.isDefault()
    assert "not a medical device" in notice.accessibleDescription()
    for one in notice.findChildren(QLabel):
        assert one.height() >= one.heightForWidth(one.width()), one.text()
        assert notice.rect().contains(one.geometry())


def test_enter_accepts_and_nothing_is_in_the_way(
    notice: FirstNotice, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[list[Path]] = []
    monkeypatch.setattr(window.session.documents, "open", opened.append)
    assert not window.findChildren(Tour)
    QTest.keyClick(notice, Qt.Key.Key_Return)
    assert window.session.settings.notice_accepted == first_notice.EDITION
    assert window.findChildren(Tour)
    assert QApplication.activeModalWidget() is None
    _drop(window, resources() / "demo")
    assert opened == [[resources() / "demo"]]


def _drop(window: MainWindow, path: Path) -> None:
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(path))])
    held = (Qt.DropAction.CopyAction, content, Qt.MouseButton.LeftButton)
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(400, 300), *held, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(400, 300), *held, none))
    QTest.qWait(1)


def test_a_study_opens_behind_it(notice: FirstNotice, window: MainWindow) -> None:
    show_study(window.session, marker_study())
    assert window.session.state.study is not None and notice.isVisible()


@pytest.mark.parametrize("how", ["escape", "button"])
def test_quit_closes_the_window_and_asks_again(
    notice: FirstNotice, window: MainWindow, how: str
) -> None:
    if how == "escape":
        QTest.keyClick(notice, Qt.Key.Key_Escape)
    else:
        notice.quit.click()
    assert not window.isVisible()
    assert first_notice.is_wanted(window.session.settings)


def test_its_question_mark_leads_to_the_guide(notice: FirstNotice) -> None:
    notice.findChild(HelpButton).click()
    guide = notice.findChild(GuideWindow)
    assert guide is not None and guide.isVisible()
    guide.close()


def test_who_has_seen_the_tour_gets_the_notice_alone(window: MainWindow) -> None:
    window.session.settings.update(hints_seen=True)
    window.parts.pages.greet(window.parts.keys)
    window.findChild(FirstNotice).understood.click()
    assert not window.findChildren(Tour)
    window.parts.pages.greet(window.parts.keys)
    assert not [one for one in window.findChildren(FirstNotice) if one.isVisible()]


def test_a_newer_edition_is_shown_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(tmp_path / "settings.json")
    first_notice.accept(settings)
    assert not first_notice.is_wanted(Settings.load(settings.path))
    monkeypatch.setattr(first_notice, "EDITION", first_notice.EDITION + 1)
    assert first_notice.is_wanted(Settings.load(settings.path))


def test_it_says_no_more_than_was_measured() -> None:
    """*Two of three patients*: what the card of the model that answers by default says."""
    text = " ".join(point for _, points in first_notice.SECTIONS for point in points)
    assert "two of three patients" in text
    for figures in model().metrics.values():
        for figure in figures:
            if figure.name == "accuracy":
                assert 0.6 <= figure.value <= 0.7, "change the words of the notice"
