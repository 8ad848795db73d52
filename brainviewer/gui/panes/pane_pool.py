"""The panes of a window: each made when it is first needed, and kept for the next layout."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from brainviewer.core.hanging.content import PaneKind
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.gui.prior.panes import PriorSide

Make = Callable[[type[SlicePane], QWidget], SlicePane]


class PanePool:
    """The panes of one widget, by place and kind.

    make : makes a pane of a class in a widget, and listens to it.
    """

    def __init__(self, make: Make, holder: QWidget) -> None:
        self._make, self._holder = make, holder
        self.slices: tuple[SlicePane, ...] = ()
        self._priors: dict[int, SlicePane] = {}

    def at(self, place: int, kind: PaneKind) -> SlicePane:
        """The pane of a place, counted from 0, that shows what is of a kind."""
        if kind is PaneKind.PRIOR:
            if place not in self._priors:
                self._priors[place] = self._make(PriorSide, self._holder)
            return self._priors[place]
        self.make_slices(place + 1)
        pane = self.slices[place]
        pane.empty = kind is not PaneKind.SLICE
        return pane

    def make_slices(self, count: int) -> None:
        """As many panes of the study as are needed; those that there are stay."""
        more = [self._make(SlicePane, self._holder) for _ in range(count - len(self.slices))]
        if more:
            self.slices = (*self.slices, *more)

    @property
    def all(self) -> tuple[SlicePane, ...]:
        """Every pane, shown or not."""
        return (*self.slices, *self._priors.values())
