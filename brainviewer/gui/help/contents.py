"""The contents of the user guide: a chapter a branch, and of these what a search has found."""

from collections.abc import Iterator, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem

from brainviewer.gui.help.guide_text import Chapter
from brainviewer.gui.widgets import told

_PLACE = Qt.ItemDataRole.UserRole


class Contents(QTreeWidget):
    """Chapters and their sections; each item holds its place, such as ``user-guide.md#see``."""

    chosen = Signal(str)
    """The place of the item that is the current one now."""

    def __init__(self, chapters: Sequence[Chapter]) -> None:
        super().__init__()
        told(self, name="Contents")
        self.setObjectName("contents")
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(16)
        self.setTabKeyNavigation(False)
        for chapter in chapters:
            first, *below = chapter.sections
            top = QTreeWidgetItem(self, [first.title])
            top.setData(0, _PLACE, first.place)
            for section in below:
                QTreeWidgetItem(top, [section.title]).setData(0, _PLACE, section.place)
        for item in self.items():
            item.setToolTip(0, item.text(0))
        self.currentItemChanged.connect(self._choose)

    def items(self) -> Iterator[QTreeWidgetItem]:
        """Every item, a chapter before its sections."""
        for n in range(self.topLevelItemCount()):
            if (top := self.topLevelItem(n)) is not None:
                yield top
                yield from _below(top)

    def show_place(self, place: str) -> None:
        """Make the item of a place the current one, with its chapter unfolded."""
        for item in self.items():
            if item.data(0, _PLACE) == place:
                self.setCurrentItem(item)
                (item.parent() or item).setExpanded(True)

    def keep_found(self, words: Sequence[str], there: Mapping[str, bool]) -> str | None:
        """Show only what has the words, or everything without any.

        there : whether a section has them all, by its place.

        Returns the place to read first: the first whose title has them, or the first of all; None
        if there is none.
        """
        first = None
        for item in self.items():
            place = item.data(0, _PLACE)
            below = [one.data(0, _PLACE) for one in _below(item)]
            item.setHidden(not any(there[one] for one in (place, *below)))
            item.setExpanded(bool(words) and any(there[one] for one in below))
            in_title = there[place] and all(word in item.text(0).casefold() for word in words)
            if first is None or (in_title and not first[0]):
                first = (in_title, place) if there[place] else first
        return first[1] if first is not None else None

    def _choose(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(0, _PLACE))


def _below(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    children = (item.child(n) for n in range(item.childCount()))
    return [child for child in children if child is not None]
