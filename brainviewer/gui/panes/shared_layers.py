"""What the panes of a window share: the layers of slices, head frames, annotations by slice."""

from brainviewer.app.state import ViewState
from brainviewer.core.annotations import Annotation, annotations_by_slice
from brainviewer.core.slices import Plane, SliceView
from brainviewer.painting.geometry import Frame, SliceGeometry, head_frame, whole_frame
from brainviewer.painting.palette import HEAT
from brainviewer.painting.slice_image import colour_table
from brainviewer.painting.slice_layers import SliceLayers
from brainviewer.painting.slice_scene import Viewport


class SharedLayers:
    """Of the open study; each layer is made once for all panes that show it.

    layers : what is painted.
    annotations : those of the state, but for those that cannot be drawn.
    """

    def __init__(self, state: ViewState) -> None:
        self._state = state
        self.layers = SliceLayers()
        self.annotations = SliceAnnotations(state)
        # The catalogue of colour maps is slow to read: now, not when the first answer is drawn.
        colour_table(HEAT)

    def clear(self) -> None:
        """Forget everything: another study, finding or result is shown."""
        self.layers.clear()

    def frame(self, view: SliceView) -> Frame:
        """The part of a plane's slices that panes fit: the head, the same for all sequences."""
        study = self._state.study
        if study is None or study.is_image2d:
            return whole_frame(view)
        data = study.reference.data
        key = "frame", study.reference, view.plane, view.convention
        return self.layers.keep(key, lambda: head_frame(view, data))

    def viewport(self, geometry: SliceGeometry, index: int) -> Viewport:
        """What a pane shows of slice ``index``; linked panes show the same."""
        key = "viewport", geometry.key, index
        return self.layers.keep(key, lambda: geometry.viewport(index))


class SliceAnnotations:
    """Which annotations lie on which slice, worked out once for all panes that show a plane."""

    def __init__(self, state: ViewState) -> None:
        self._state = state
        self._of: tuple[object, ...] = ()
        self._known: dict[Plane, dict[int, tuple[Annotation, ...]]] = {}

    def on(self, view: SliceView, index: int) -> tuple[Annotation, ...]:
        """The annotations of a slice, in the order in which they were made."""
        state = self._state
        now = (view.grid, state.annotations, state.undrawable)
        if not all(one is other for one, other in zip(now, self._of, strict=False)) or not self._of:
            self._of, self._known = now, {}
        if view.plane not in self._known:
            drawn = [annotation for annotation in now[1] if annotation.id not in now[2]]
            self._known[view.plane] = annotations_by_slice(drawn, view)
        return self._known[view.plane].get(index, ())
