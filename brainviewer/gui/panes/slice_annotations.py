"""Which annotations lie on which slice, worked out once for all panes that show a plane."""

from collections import defaultdict

import numpy as np

from brainviewer.app.state import ViewState
from brainviewer.core.annotations import Annotation
from brainviewer.core.slices import Plane, SliceView

_BySlice = dict[int, tuple[Annotation, ...]]


class SliceMarks:
    """The annotations of the state by plane and slice, but for those that cannot be drawn."""

    def __init__(self, state: ViewState) -> None:
        self._state = state
        self._of: tuple[object, ...] = ()
        self._known: dict[Plane, _BySlice] = {}

    def on(self, view: SliceView, index: int) -> tuple[Annotation, ...]:
        """The annotations of a slice, in the order in which they were made."""
        state = self._state
        now = (view.grid, state.annotations, state.undrawable)
        if not all(one is other for one, other in zip(now, self._of, strict=False)) or not self._of:
            self._of, self._known = now, {}
        if view.plane not in self._known:
            drawn = [mark for mark in now[1] if mark.id not in now[2]]
            self._known[view.plane] = by_slice(drawn, view)
        return self._known[view.plane].get(index, ())


def by_slice(annotations: list[Annotation], view: SliceView) -> _BySlice:
    """The annotations of a plane by the slice that they lie on; see ``Annotation.on_slice``."""
    of_plane = [mark for mark in annotations if mark.plane is view.plane]
    if not of_plane:
        return {}
    voxels = view.grid.to_voxel([mark.points[0] for mark in of_plane])[:, view.axis]
    slices = np.clip(np.rint(voxels), 0, view.count - 1).astype(int).tolist()
    found: dict[int, list[Annotation]] = defaultdict(list)
    for mark, index in zip(of_plane, slices, strict=True):
        found[index].append(mark)
    return {index: tuple(marks) for index, marks in found.items()}
