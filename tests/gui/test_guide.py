"""The guide in the window: its chapters and links, the search, and the question marks."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QVBoxLayout
from pytestqt.qtbot import QtBot

from brainviewer.assets import guide
from brainviewer.core.study import Study
from brainviewer.gui.dialogs.page import blocks
from brainviewer.gui.help.guide_text import chapter_at, chapters_of, link_place, read_chapters
from brainviewer.gui.help.guide_window import GuideWindow
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.help.places import FIRST, PLACES
from brainviewer.gui.main_window import MainWindow
from tests.gui.conftest import show_study

TEXT = """# A guide

Before all chapters.

## See, and *more*

Wheel and [links](#keys).

```
## no heading
```

### Single images

Here.

## Keys

<!-- keys -->

| old |

<!-- end of keys -->

### Single images

There.
"""


@pytest.fixture
def page(window: MainWindow) -> Iterator[GuideWindow]:
    window.actions_by_id["guide"].trigger()
    found = window.findChild(GuideWindow)
    yield found
    found.close()


def test_chapters_have_the_places_that_github_gives_them() -> None:
    chapters = chapters_of(TEXT, "a.md")
    assert [[s.place for s in c.sections] for c in chapters] == [
        ["a.md#a-guide"],
        ["a.md#see-and-more", "a.md#single-images"],
        ["a.md#keys", "a.md#single-images-1"],
    ]
    assert "## no heading" in chapters[1].markdown
    assert "<!--" not in chapters[2].markdown
    assert chapter_at(chapters, "a.md") is chapters[0]
    assert chapter_at(chapters, "a.md#single-images-1") is chapters[2]
    assert chapter_at(chapters, "a.md#nothing") is None
    assert link_place("#keys", "a.md#see") == "a.md#keys"
    assert link_place("b.md", "a.md#see") == "b.md"
    assert chapters[1].sections[0].has(["wheel", "links"])
    assert not chapters[1].sections[0].has(["wheel", "here"])


def test_question_marks_and_links_of_the_guide_lead_to_places_in_it() -> None:
    chapters = read_chapters({})
    places = [section.place for chapter in chapters for section in chapter.sections]
    assert len(places) == len(set(places))
    assert set(PLACES.values()) <= set(places)
    assert chapter_at(chapters, FIRST) is chapters[0]
    text = guide().read_text("utf-8")
    anchors = [part.split(")")[0] for part in text.split("](#")[1:]]
    assert anchors
    for anchor in anchors:
        assert chapter_at(chapters, f"user-guide.md#{anchor}") is not None, anchor


@pytest.mark.window
def test_links_lead_on_and_the_reader_comes_back(page: GuideWindow) -> None:
    page.go_to(PLACES["correction"])
    page.text.verticalScrollBar().setValue(40)
    page.follow(QUrl("#results-as-dicom"))
    assert "SEG.dcm" in page.text.toPlainText()
    current = page.contents.currentItem()
    assert (current.text(0), current.parent().text(0)) == ("Results as DICOM", "Export")
    page.back.click()
    assert page.contents.currentItem().text(0) == "Correct the segmentation"
    assert page.text.verticalScrollBar().value() == min(40, page.text.verticalScrollBar().maximum())
    page.forward.click()
    assert page.contents.currentItem().text(0) == "Results as DICOM"
    page.follow(QUrl("image-results.md"))
    assert "result.json" in page.text.toPlainText()
    page.follow(QUrl("../elsewhere.md"))
    assert "not part of this guide" in page.found.text()


@pytest.mark.window
def test_the_search_finds_sections_and_goes_from_word_to_word(page: GuideWindow) -> None:
    def shown() -> list[str]:
        return [item.text(0) for item in page.contents.items() if not item.isHidden()]

    everything = shown()
    QTest.keyClicks(page.search, "LASSO cut")
    assert "Correct the segmentation" in shown()
    assert len(shown()) < len(everything)
    assert page.contents.currentItem().text(0) == "Correct the segmentation"
    marked = [one.cursor.selectedText().casefold() for one in page.text.extraSelections()]
    assert {"lasso", "cut"} <= set(marked)
    first = page.text.textCursor().position()
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    assert page.text.textCursor().position() > first
    assert page.text.textCursor().selectedText().casefold() in ("lasso", "cut")
    QTest.keyClicks(page.search, " nowhere-to-be-found")
    assert shown() == []
    assert page.found.text() == "Not in the guide."
    page.search.clear()
    assert shown() == everything
    assert not page.text.extraSelections()


@pytest.mark.window
def test_images_in_lists_leave_room_for_the_indent(page: GuideWindow) -> None:
    assert page.go_to("user-guide.md#a-reading-from-start-to-end")
    QApplication.processEvents()
    assert page.text.document().toPlainText().count("\ufffc") > 3  # each is an image
    assert page.text.horizontalScrollBar().maximum() == 0


@pytest.mark.window
def test_images_of_the_guide_are_as_wide_as_the_page_at_most(page: GuideWindow) -> None:
    page.go_to(PLACES["annotations"])
    names = []
    for block in blocks(page.text.document()):
        pieces = block.begin()
        while not pieces.atEnd():
            shape = pieces.fragment().charFormat()
            if shape.isImageFormat():
                names.append(shape.toImageFormat().name())
                assert 0 < shape.toImageFormat().width() < page.text.width()
            pieces += 1
    assert names == ["images/annotate.png"]
    kind = QTextDocument.ResourceType.ImageResource.value
    assert page.text.document().resource(kind, QUrl(names[0])).width() > 400


@pytest.mark.window
def test_the_guide_follows_changed_keys_at_once(window: MainWindow, page: GuideWindow) -> None:
    page.go_to(PLACES["keys"])
    assert "Ctrl+Alt+L" not in page.text.toPlainText()
    assert page._keys.isHidden()
    window.parts.keys.change("tumour", ["Ctrl+Alt+L"])
    assert "Ctrl+Alt+L" in page.text.toPlainText()
    assert not page._keys.isHidden()


@pytest.mark.window
def test_a_question_mark_opens_its_page(window: MainWindow, study: Study, qtbot: QtBot) -> None:
    show_study(window.session, study)
    asked = window.findChildren(HelpButton)
    assert len({one.place for one in asked}) >= 6
    for one in asked:
        assert one.accessibleName()
        one.click()
        (page,) = window.findChildren(GuideWindow)
        assert page.contents.currentItem().data(0, Qt.ItemDataRole.UserRole) == one.place
    page.close()


@pytest.mark.window
def test_over_a_modal_dialog_the_guide_belongs_to_that(window: MainWindow) -> None:
    dialog = QDialog(window)
    dialog.setModal(True)
    QVBoxLayout(dialog).addWidget(mark := HelpButton("export"))
    dialog.open()
    mark.click()
    page = dialog.findChild(GuideWindow)
    assert page.parent() is dialog
    page.close()
    dialog.close()
    QApplication.processEvents()
