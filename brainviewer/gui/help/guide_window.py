"""The user guide in a window: contents and search at the left, a chapter at the right."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QDesktopServices,
    QKeySequence,
    QResizeEvent,
    QShortcut,
    QTextBlock,
    QTextCursor,
)
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QTextBrowser,
    QToolButton,
    QWidget,
)

from brainviewer.app.settings.settings import Settings
from brainviewer.assets import guide
from brainviewer.core.counting import counted
from brainviewer.gui import theme
from brainviewer.gui.dialogs.page import blocks, space_out
from brainviewer.gui.help.contents import Contents
from brainviewer.gui.help.guide_text import Chapter, chapter_at, link_place, read_chapters
from brainviewer.gui.help.page_text import fit_images, hits, marks
from brainviewer.gui.help.places import FIRST
from brainviewer.gui.layouts import column, row
from brainviewer.gui.widgets import call, label, say, timer, told
from brainviewer.gui.window_size import open_with

Tables = Callable[[], Mapping[str, str]]
"""Makes the tables of the guide as they are now, by name."""
_CONTENTS_PX = 250
_FIT_MS = 60
_OWN_KEYS = "You have changed keys: the text names the usual ones, the chapter “Keys” yours."


@dataclass(frozen=True)
class _Visit:
    """Where the reader was. scroll : of the page, in pixels; None for the heading."""

    place: str
    scroll: int | None = None


class GuideWindow(QDialog):
    """Esc closes it. Every word that is typed must stand in a section, in any order.

    tables : makes what takes the place of tables in the text, anew when the settings change.

    Raises FileError if no guide came with the application, or OSError if it cannot be read.
    """

    def __init__(self, tables: Tables, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tables, self._settings = tables, settings
        self._chapters = read_chapters(tables())
        self._chapter, self._place = self._chapters[0], ""
        self._visits: list[_Visit] = []
        self._at = -1
        self._fit = timer(self, _FIT_MS, self._fit_images)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("User guide")
        open_with(self, 1040, 780)
        self._build()
        theme.themes.changed.connect(self._write_again)
        settings.changed.connect(follow := self._follow_settings)
        self.destroyed.connect(call(settings.changed.disconnect, follow))
        self.go_to(FIRST)
        self.search.setFocus()

    def _build(self) -> None:
        self.search = told(
            QLineEdit(placeholderText="Search the guide", clearButtonEnabled=True),
            name="Search the guide",
        )
        self.search.textChanged.connect(self._find)
        self.search.returnPressed.connect(self.next_hit)
        self.contents = Contents(self._chapters)
        self.contents.chosen.connect(self._choose)
        self.found = label(role="small", wrap=True)
        self.text = told(QTextBrowser(), name="Text of the guide")
        self.text.document().setDocumentMargin(20)
        self.text.setOpenLinks(False)
        self.text.setSearchPaths([str(guide().parent)])
        self.text.anchorClicked.connect(self.follow)
        self.back = self._arrow("‹", "Back", "Alt+Left", -1)
        self.forward = self._arrow("›", "Forward", "Alt+Right", 1)
        self._keys = label(role="small")
        left = QWidget()
        left.setFixedWidth(theme.px(_CONTENTS_PX))
        left.setLayout(
            column(self.search, self.found, (self.contents, 1), spacing=6, margins=(12, 12, 0, 12))
        )
        bar = row(self.back, self.forward, 8, self._keys, None, spacing=4, margins=(8, 8, 16, 0))
        self.setLayout(row(left, (column(bar, (self.text, 1), spacing=0), 1), spacing=8))
        QShortcut(QKeySequence.StandardKey.Find, self, self._to_search)
        QShortcut(QKeySequence(Qt.Key.Key_F3), self, self.next_hit)
        say(self.found, "")

    def _arrow(self, text: str, name: str, key: str, by: int) -> QToolButton:
        made = told(QToolButton(), tip=f"{name}  ({key})", name=name)
        made.setText(text)
        made.setShortcut(QKeySequence(key))
        made.clicked.connect(call(self._step, by))
        return made

    # -- where the reader is ----------------------------------------------------------------

    def go_to(self, place: str) -> bool:
        """Show a place, such as ``user-guide.md#see``; whether there is one."""
        chapter = chapter_at(self._chapters, place)
        if chapter is None:
            return False
        if place not in [section.place for section in chapter.sections]:
            place = chapter.sections[0].place
        self._leave()
        self._visits[self._at + 1 :] = [_Visit(place)]
        self._at += 1
        self._show(chapter, place, None)
        return True

    def follow(self, link: QUrl) -> None:
        """A link in the text; addresses in the web open in the browser of the system."""
        if link.scheme() in ("http", "https"):
            QDesktopServices.openUrl(link)
            return
        if not self.go_to(link_place(link.toString(), self._place)):
            say(self.found, f"{link.path() or link.fragment()} is not part of this guide.")

    def _step(self, by: int) -> None:
        if 0 <= self._at + by < len(self._visits):
            self._leave()
            self._at += by
            visit = self._visits[self._at]
            if (chapter := chapter_at(self._chapters, visit.place)) is not None:
                self._show(chapter, visit.place, visit.scroll)

    def _leave(self) -> None:
        """Remember how far was read where the reader is now."""
        if 0 <= self._at < len(self._visits):
            scroll = self.text.verticalScrollBar().value()
            self._visits[self._at] = _Visit(self._visits[self._at].place, scroll)

    def _choose(self, place: str) -> None:
        if place != self._place:
            self.go_to(place)

    def _show(self, chapter: Chapter, place: str, scroll: int | None) -> None:
        written = chapter is self._chapter and bool(self._place)
        self._chapter, self._place = chapter, place
        if not written:
            self._write()
        self.contents.show_place(place)
        self.back.setEnabled(self._at > 0)
        self.forward.setEnabled(self._at + 1 < len(self._visits))
        if scroll is not None:
            self.text.verticalScrollBar().setValue(scroll)
        else:
            self._scroll_to(self._block(chapter.number(place)), 12)

    def _block(self, section: int) -> QTextBlock:
        """The heading of a section of the chapter, in the text."""
        heads = [one for one in blocks(self.text.document()) if one.blockFormat().headingLevel()]
        return heads[section] if 0 < section < len(heads) else self.text.document().firstBlock()

    def _scroll_to(self, block: QTextBlock, above: int) -> None:
        layout = self.text.document().documentLayout()
        top = layout.blockBoundingRect(block).top() if block.position() else 0
        self.text.verticalScrollBar().setValue(max(0, round(top) - above))

    # -- what is shown ----------------------------------------------------------------------

    def _write(self) -> None:
        self.text.setMarkdown(self._chapter.markdown)
        space_out(self.text.document())
        self._fit_images()
        say(self._keys, _OWN_KEYS if self._settings.keys else "")
        self._mark_hits()

    def _fit_images(self) -> None:
        margins = 2 * self.text.document().documentMargin()
        room = max(200, round(self.text.viewport().width() - margins))
        fit_images(self.text.document(), room, self.devicePixelRatioF())

    def _write_again(self) -> None:
        scroll = self.text.verticalScrollBar().value()
        self._write()
        self.text.verticalScrollBar().setValue(scroll)

    def _follow_settings(self, changed: Collection[str]) -> None:
        """Other keys or another mouse scheme: their tables say so at once."""
        if {"keys", "mouse_scheme"} & set(changed):
            self._chapters = read_chapters(self._tables())
            self._chapter = chapter_at(self._chapters, self._place) or self._chapters[0]
            self._write_again()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit.start()

    # -- searching --------------------------------------------------------------------------

    @property
    def words(self) -> list[str]:
        """What is searched for, in small letters."""
        return self.search.text().casefold().split()

    def _find(self) -> None:
        words = self.words
        there = {
            section.place: section.has(words)
            for chapter in self._chapters
            for section in chapter.sections
        }
        first = self.contents.keep_found(words, there)
        many = sum(there.values())
        found = f"Found in {counted(many, 'section')}; Enter goes on."
        say(self.found, (found if many else "Not in the guide.") if words else "")
        if words and first is not None and not there.get(self._place):
            self.go_to(first)
        self._mark_hits()
        if words:
            self._to_hit(self._block(self._chapter.number(self._place)).position())

    def next_hit(self) -> None:
        """The next place of a word: in this chapter, or in the next one that has them all."""
        cursor = self.text.textCursor()
        if not self.words or self._to_hit(cursor.selectionEnd()):
            return
        here = self._chapters.index(self._chapter)
        having = [n for n, one in enumerate(self._chapters) if one.has(self.words)]
        later = [self._chapters[n] for n in having if n > here]
        shown = [self._chapters[n] for n in having]
        for chapter in (later or shown)[:1]:
            self.go_to(next(s.place for s in chapter.sections if s.has(self.words)))
            self._to_hit(self._block(self._chapter.number(self._place)).position())

    def _to_hit(self, start: int) -> bool:
        """Select the next word from a position on; whether there is one in the chapter."""
        later = [hit for hit in self._hits() if hit.selectionStart() >= start]
        if later:
            self.text.setTextCursor(later[0])
            self._scroll_to(later[0].block(), self.text.viewport().height() // 3)
        return bool(later)

    def _hits(self) -> list[QTextCursor]:
        """Where the words stand in the chapter, from its beginning."""
        return hits(self.text.document(), self.words)

    def _mark_hits(self) -> None:
        self.text.setExtraSelections(marks(self._hits()))

    def _to_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()
