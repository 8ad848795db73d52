"""Every window, dialog and part of the panels has a question mark that leads into the guide."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

import brainviewer.gui
from brainviewer.app.settings.table import Page
from brainviewer.core.study import Study
from brainviewer.gui.help.guide_window import GuideWindow
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.help.places import PLACES
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panels.folding import Section
from brainviewer.gui.settings.dialog import SettingsDialog
from tests.gui.conftest import show_study
from tests.phantoms import marker_finding

WITHOUT = {
    "Page": "a text; the pages that are about something have one by their topic",
    "AboutPage": "tells of the program itself",
    "GuideWindow": "is the guide",
    "ClosingDialog": "says what is waited for, and goes by itself",
}
"""Dialogs without a question mark, and why."""
PARTS = {"PriorWindow": "ChangePanel", "Entrance": "Card", "OwnPasswordDialog": "Card"}
"""Dialogs that hold a part which has one."""


def classes() -> Iterator[ast.ClassDef]:
    """Every class of the window."""
    for path in sorted(Path(brainviewer.gui.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield node


def is_dialog(node: ast.ClassDef) -> bool:
    bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
    return bool(bases & {"QDialog", "Page"})


def marked(node: ast.ClassDef) -> bool:
    """Whether a class makes a question mark, or names the topic of that of its page."""
    calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
    made = any(isinstance(c.func, ast.Name) and c.func.id == "HelpButton" for c in calls)
    return made or any(word.arg == "topic" for call in calls for word in call.keywords)


def test_every_dialog_has_one_or_a_reason() -> None:
    found = {node.name: node for node in classes()}
    dialogs = {name for name, node in found.items() if is_dialog(node)}
    marks = {name for name, node in found.items() if marked(node)}
    without = {name for name in dialogs if not {name, PARTS.get(name)} & marks}
    assert len(dialogs) > 18
    # The base of the pages makes the mark that a topic asks for.
    assert without | {"Page"} == WITHOUT.keys()


@pytest.fixture
def shown(window: MainWindow, study: Study) -> MainWindow:
    show_study(window.session, study, marker_finding(study))
    QApplication.processEvents()
    return window


def marks(of: QWidget) -> list[HelpButton]:
    return [one for one in of.findChildren(HelpButton) if one.isVisibleTo(of)]


@pytest.mark.window
def test_every_section_has_one(shown: MainWindow) -> None:
    sections = shown.findChildren(Section)
    assert len(sections) >= 6
    for section in sections:
        assert len(marks(section)) >= 1, section.head.accessibleName()


@pytest.mark.window
@pytest.mark.parametrize(
    ("action", "topic"),
    [
        ("report", "report"),
        ("headers", "headers"),
        ("shortcuts", "keys"),
        ("card", "classification"),
        ("own-presets", "windows"),
        ("study-list", "study list"),
        ("pacs", "PACS"),
    ],
)
def test_the_windows_that_actions_open(shown: MainWindow, action: str, topic: str) -> None:
    before = set(QApplication.topLevelWidgets())
    shown.actions_by_id[action].trigger()
    QApplication.processEvents()
    (opened,) = (
        one
        for one in set(QApplication.topLevelWidgets()) - before
        if isinstance(one, QDialog) and one.isVisible()
    )
    (mark,) = marks(opened)
    assert mark.place == PLACES[topic]
    mark.click()
    (page,) = shown.findChildren(GuideWindow)
    assert page.isVisible()
    page.close()
    opened.close()
    QApplication.processEvents()


@pytest.mark.window
def test_that_of_the_settings_follows_the_page(shown: MainWindow) -> None:
    dialog = SettingsDialog(shown.session, shown.parts.keys, (), shown)
    (mark,) = dialog.findChildren(HelpButton)
    places = []
    for page in Page:
        dialog.show_page(page)
        places.append(mark.place)
        assert mark.accessibleName().startswith("Help: ")
    assert places[list(Page).index(Page.KEYS)] == PLACES["keys"]
    assert places[list(Page).index(Page.PACS)] == PLACES["PACS"]
    assert places[list(Page).index(Page.DISPLAY)] == PLACES["settings"]
    assert len(set(places)) >= 6
    dialog.close()


@pytest.mark.window
def test_the_menu_of_layouts_leads_to_its_chapter(shown: MainWindow) -> None:
    shown.actions_by_id["guide-hanging"].trigger()
    (page,) = shown.findChildren(GuideWindow)
    assert page.isVisible()
    page.close()
