"""In which order annotations are listed, in the window and in tables."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from brainviewer.app.state import ViewState
from brainviewer.core.annotation.annotations import Annotation, region_area
from brainviewer.core.slices import SliceView


class Order(StrEnum):
    """What annotations are sorted by; those that are alike stay as they were made."""

    MADE = "as made"
    PLACE = "plane and slice"
    KIND = "kind"
    NAME = "name"
    SIZE = "size, largest first"


class Listing:
    """The order that the user chose, and the annotations in it."""

    def __init__(self, state: ViewState) -> None:
        self._state = state
        self.order = Order.MADE

    def sort_by(self, order: Order) -> None:
        """List them in another order."""
        self.order = order
        self._state.annotations_changed.emit()

    def annotations(self) -> tuple[Annotation, ...]:
        """The annotations of the open study as they are listed."""
        made = self._state.annotations
        if self.order is Order.MADE or self._state.study is None:
            return made
        return tuple(sorted(made, key=self._key()))

    def _key(self) -> Callable[[Annotation], Any]:
        views = {a.plane: self._state.view(a.plane) for a in self._state.annotations}
        keys: dict[Order, Callable[[Annotation], Any]] = {
            Order.PLACE: lambda a: (a.plane.value, views[a.plane].index_of(a.points[0])),
            Order.KIND: lambda a: a.kind.value.casefold(),
            Order.NAME: lambda a: (not a.text, a.text.casefold()),
            Order.SIZE: lambda a: _size(a, views[a.plane]),
        }
        return keys[self.order]


def _size(annotation: Annotation, view: SliceView) -> tuple[bool, str, float]:
    """Lengths beside lengths, areas beside areas; what has no size comes last."""
    area = region_area(annotation, view)
    size = area if area else annotation.measure
    unit = "area" if area else next((m.unit for m in annotation.kind.traits.measures), "")
    return size is None, unit, -(size or 0.0)
