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


class AnnotationModel(QAbstractListModel):
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


class AnnotationList(QListView):
    """The annotations of the study with their measures; a click goes there."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._annotations = AnnotationModel(session.state)
        self._annotations.setParent(self)
        self.setModel(self._annotations)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Annotations")
        self.clicked.connect(self._go)
        self.activated.connect(self._go)
        session.state.annotations_changed.connect(self._follow)
        session.state.study_changed.connect(self._fill)
        self._fill()

    def select_at(self, at: QPoint) -> None:
        """Select the annotation at a place of the list, if there is one."""
        index = self.indexAt(at)
        if index.isValid():
            self._session.annotations.select(self._annotations.annotations[index.row()].id)

    def _follow(self) -> None:
        if self._annotations.annotations is self._session.state.annotations:
            self._select()
        else:
            self._fill()

    def _fill(self) -> None:
        self._annotations.follow()
        self.setFixedHeight(min(len(self._annotations.annotations), _ROWS) * _ROW_PX + 4)
        self._select()

    def _select(self) -> None:
        chosen = self._session.state.selection
        self.selectionModel().clear()
        for row, annotation in enumerate(self._annotations.annotations):
            if chosen and annotation.id == chosen:
                how = QItemSelectionModel.SelectionFlag.ClearAndSelect
                self.selectionModel().select(self._annotations.index(row), how)
                self.scrollTo(self._annotations.index(row))
                return

    def _go(self, index: QModelIndex) -> None:
        annotation = self._annotations.annotations[index.row()]
        self._session.view.show_annotation(annotation)
        self._session.annotations.select(annotation.id)


def describe(state: ViewState, annotation: Annotation) -> str:
    """An annotation in a line: kind, slice, measure or text."""
    if state.study is None:
        return str(annotation.kind)
    view = SliceView.of(state.study.grid, annotation.plane)
    place, index = str(annotation.kind).capitalize(), view.index_of(annotation.points[0])
    if not state.study.is_image2d:
        place = f"{place} · {annotation.plane} {index + 1}"
    elif view.count > 1:
        place = f"{place} · frame {index + 1}"
    if measure := measure_text(annotation, view.grid.unit):
        return f"{place} · {measure}"
    if annotation.kind.traits.region:
        volume = state.study.volumes.get(annotation.modality)
        found = region_statistics(annotation, view, volume.data) if volume else None
        return f"{place} · mean {measured(found.mean)}" if found else place
    return f"{place} · {shortened(shown_text(annotation.text))}" if annotation.text else place
