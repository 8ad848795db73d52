"""The list of annotations: each described when it comes into sight, however many there are."""

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
)
from PySide6.QtWidgets import QListView

from brainviewer.app.session import Session
from brainviewer.app.state import ViewState
from brainviewer.core.annotations import Annotation, region_statistics
from brainviewer.core.shown_text import shortened, shown_text
from brainviewer.core.slices import SliceView
from brainviewer.painting.wording import measure_text, measured

_ROWS, _ROW_PX = 6, 26
_ROOT = QModelIndex()


class MarkModel(QAbstractListModel):
    """The annotations of the state, one a row."""

    def __init__(self, state: ViewState) -> None:
        super().__init__()
        self._state = state
        self.annotations: tuple[Annotation, ...] = ()

    def follow(self) -> None:
        """Show what is in the state now."""
        self.beginResetModel()
        self.annotations = self._state.annotations
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.annotations)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        shown = index.isValid() and role == Qt.ItemDataRole.DisplayRole
        return describe(self._state, self.annotations[index.row()]) if shown else None


class MarkList(QListView):
    """The annotations of the study with their measures; a click goes there."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._marks = MarkModel(session.state)
        self._marks.setParent(self)
        self.setModel(self._marks)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Marks")
        self.clicked.connect(self._go)
        self.activated.connect(self._go)
        session.state.annotations_changed.connect(self._follow)
        session.state.study_changed.connect(self._fill)
        self._fill()

    def select_at(self, at: QPoint) -> None:
        """Select the mark at a place of the list, if there is one."""
        index = self.indexAt(at)
        if index.isValid():
            self._session.annotations.select(self._marks.annotations[index.row()].id)

    def _follow(self) -> None:
        if self._marks.annotations is self._session.state.annotations:
            self._select()
        else:
            self._fill()

    def _fill(self) -> None:
        self._marks.follow()
        self.setFixedHeight(min(len(self._marks.annotations), _ROWS) * _ROW_PX + 4)
        self._select()

    def _select(self) -> None:
        chosen = self._session.state.selection
        self.selectionModel().clear()
        for row, mark in enumerate(self._marks.annotations):
            if chosen and mark.id == chosen:
                how = QItemSelectionModel.SelectionFlag.ClearAndSelect
                self.selectionModel().select(self._marks.index(row), how)
                self.scrollTo(self._marks.index(row))
                return

    def _go(self, index: QModelIndex) -> None:
        mark = self._marks.annotations[index.row()]
        self._session.view.show_annotation(mark)
        self._session.annotations.select(mark.id)


def describe(state: ViewState, mark: Annotation) -> str:
    """An annotation in a line: kind, slice, measure or text."""
    if state.study is None:
        return str(mark.kind)
    view = SliceView.of(state.study.grid, mark.plane)
    place, index = str(mark.kind).capitalize(), view.index_of(mark.points[0])
    if not state.study.is_picture:
        place = f"{place} · {mark.plane} {index + 1}"
    elif view.count > 1:
        place = f"{place} · frame {index + 1}"
    if measure := measure_text(mark, view.grid.unit):
        return f"{place} · {measure}"
    if mark.kind.traits.region:
        volume = state.study.volumes.get(mark.modality)
        found = region_statistics(mark, view, volume.data) if volume else None
        return f"{place} · mean {measured(found.mean)}" if found else place
    return f"{place} · {shortened(shown_text(mark.text))}" if mark.text else place
