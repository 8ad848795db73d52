"""The list of annotations: each described when it comes into sight, however many there are."""

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QListView

from brainviewer.app.session import Session
from brainviewer.app.state import ViewState
from brainviewer.core.annotation.annotations import (
    Annotation,
    probed_values,
    region_statistics,
)
from brainviewer.core.shown_text import shortened, shown_text
from brainviewer.gui import theme
from brainviewer.gui.outside_text import as_tip
from brainviewer.painting.text.wording import (
    annotation_place,
    measure_text,
    measured,
    probe_lines,
)

_ROWS, _ROW_PX = 6, 24
_SWATCH_PX = 10
_ROOT = QModelIndex()


class AnnotationModel(QAbstractListModel):
    """The annotations of the state, one a row, in the order that the user chose."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._state = session, session.state
        self.annotations: tuple[Annotation, ...] = ()
        self._of: tuple[object, object] = ((), None)

    def follow(self) -> None:
        """Show what is in the state now."""
        now = self._state.annotations, self._session.listing.order
        if now[0] is self._of[0] and now[1] is self._of[1]:
            return
        self._of = now
        self.beginResetModel()
        self.annotations = self._session.listing.annotations()
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.annotations)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if not index.isValid():
            return None
        annotation = self.annotations[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return describe(self._state, annotation)
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, theme.px(_ROW_PX))
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_tip(describe(self._state, annotation))  # a row may be too short for it
        if role == Qt.ItemDataRole.EditRole:
            return annotation.text
        if role == Qt.ItemDataRole.DecorationRole and annotation.style.colour:
            return QColor(annotation.style.colour)
        return None

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def setData(
        self,
        index: QModelIndex | QPersistentModelIndex,
        value: object,
        role: int = Qt.ItemDataRole.EditRole,
    ) -> bool:
        """What was written in a row becomes the name of its annotation."""
        if not index.isValid() or role != Qt.ItemDataRole.EditRole:
            return False
        self._session.annotations.rename(self.annotations[index.row()], str(value))
        return True


class AnnotationList(QListView):
    """The annotations of the study with their measures; a click goes there, F2 renames."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._annotations = AnnotationModel(session)
        self._annotations.setParent(self)
        self.setModel(self._annotations)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(_SWATCH_PX, _SWATCH_PX))
        self.setEditTriggers(QListView.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Annotations")
        self.clicked.connect(self._go)
        self.activated.connect(self._go)
        session.state.annotations_changed.connect(self._fill)
        session.state.study_changed.connect(self._fill)
        self._fill()

    def select_at(self, at: QPoint) -> None:
        """Select the annotation at a place of the list, if there is one."""
        index = self.indexAt(at)
        if index.isValid():
            self._session.annotations.select(self._annotations.annotations[index.row()].id)

    def _fill(self) -> None:
        self._annotations.follow()
        self.setFixedHeight(min(len(self._annotations.annotations), _ROWS) * theme.px(_ROW_PX) + 4)
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
    """An annotation in a line: name or kind, measure or text, slice, what it is not free to do.

    The slice stands behind the measure: it is the first to be cut where there is no room.
    """
    style = annotation.style
    flags = ("hidden", style.hidden), ("locked", style.locked)
    words = [_called(annotation), *_measured(state, annotation), *_place(state, annotation)]
    return " · ".join([*words, *(word for word, on in flags if on)])


def _called(annotation: Annotation) -> str:
    name = _name(annotation)
    written = annotation.kind.traits.written
    return name if name and not written else annotation.kind[0].upper() + annotation.kind[1:]


def _name(annotation: Annotation) -> str:
    return shortened(shown_text(annotation.text))


def _place(state: ViewState, annotation: Annotation) -> list[str]:
    if state.study is None:
        return []
    grid = state.study.grid
    several = not state.study.is_image2d or annotation.view(grid).count > 1
    return [annotation_place(annotation, grid)] if several else []


def _measured(state: ViewState, annotation: Annotation) -> list[str]:
    """What it measures, or the text that is written there."""
    if state.study is None:
        return []
    view, traits = annotation.view(state.study.grid), annotation.kind.traits
    if measure := measure_text(annotation, view.grid.unit):
        return [measure]
    if traits.region:
        volume = state.study.volumes.get(annotation.modality)
        found = region_statistics(annotation, view, volume.data) if volume else None
        return [f"mean {measured(found.mean)}"] if found else []
    if traits.probes:
        return list(probe_lines(probed_values(annotation, state.study)))
    name = _name(annotation)
    return [name] if name and traits.written else []
