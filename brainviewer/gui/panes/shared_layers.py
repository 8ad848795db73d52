"""What the panes of a window share: the layers of slices, head frames, annotations by slice."""

from collections.abc import Callable
from dataclasses import replace

from brainviewer.app.state import ViewState
from brainviewer.core.annotation.annotations import Annotation, annotations_by_slice
from brainviewer.core.hanging.cross_reference import CrossLine
from brainviewer.core.reformation.oblique import ObliqueView
from brainviewer.core.reformation.turn import DisplayTurn
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.gui.panes.camera import Camera, PaneGeometry
from brainviewer.painting.geometry import Frame, SliceGeometry, head_frame, whole_frame
from brainviewer.painting.palette import HEAT
from brainviewer.painting.slice_image import colour_table
from brainviewer.painting.slice_layers import SliceLayers
from brainviewer.painting.slice_scene import Viewport

_MOST_KNOWN = 12
"""Planes, tilted or not, whose annotations are kept by slice."""


class SharedLayers:
    """Of the open study; each layer is made once for all panes that show it.

    layers : what is painted.
    base_shown : in this moment panes show the second sequence: they blink.
    annotations : those of the state, but for those that cannot be drawn.
    cross_lines : where other panes cut slice ``index`` of a view.
    """

    def __init__(self, state: ViewState) -> None:
        self._state = state
        self.layers = SliceLayers()
        self._of: Study | None = None
        self.base_shown = False
        self.annotations = SliceAnnotations(state)
        self.cross_lines: Callable[[SliceView, int], tuple[CrossLine, ...]] = lambda *_: ()
        # The catalogue of colour maps is slow to read: now, not when the first answer is drawn.
        colour_table(HEAT)

    def clear(self) -> None:
        """Forget everything: another study is shown."""
        self.layers.clear()
        self._of = self._state.shown_study

    def forget_overlays(self) -> None:
        """Forget what rests on a finding or result, and keep the slices of the same study.

        A study of which a part is hidden is another one.
        """
        if self._state.shown_study is self._of:
            self.layers.forget_overlays()
        else:
            self.layers.clear()
        self._of = self._state.shown_study

    def blinked(self, study: Study, modality: Modality) -> Modality:
        """What a pane of a sequence shows in this moment."""
        together = not self._state.original_grids.shown(study)
        pair = self._state.overlays.fusion.pair(study, modality)
        return pair[1] if self.base_shown and together and pair is not None else modality

    def frame(self, view: SliceView) -> Frame:
        """The part of a plane's slices that panes fit: the head, the same for all sequences."""
        study = self._state.study
        if study is None or study.is_image2d:
            return whole_frame(view)
        data = study.reference.data
        common = SliceView.of(study.grid, view.plane, view.convention, view.turn)
        key = "frame", study.reference, *common.key
        frame = self.layers.keep(key, lambda: head_frame(common, data))
        if view.grid is study.grid:
            return frame
        if isinstance(view, ObliqueView):
            turned = view.obliquity
            return frame.on(view, common, turned.pivot, turned.anchor(view.plane))
        return frame.on(view, common, self._state.original_grids.anchor(study))

    def geometry(self, view: SliceView, size: tuple[int, int], camera: Camera) -> PaneGeometry:
        """A view in a pane of a size, seen by a camera that all panes share."""
        return PaneGeometry.seen(view, size, self.frame(view), camera.moved(self._offset(view)))

    def linked(self, view: SliceView | None, camera: Camera) -> Camera:
        """The camera of one pane as all panes share it: in slice mm of the common grid."""
        x, y = (0.0, 0.0) if view is None else self._offset(view)
        return camera.moved((-x, -y))

    def turned(self, camera: Camera, plane: Plane, before: DisplayTurn) -> Camera:
        """A shared camera that looks at the same place of a plane whose display was turned."""
        state, study = self._state, self._state.study
        if study is None or camera.centre is None:
            return camera
        now = state.reformation.turn(plane)
        was, view = (SliceView.of(study.grid, plane, state.convention, t) for t in (before, now))
        x, y = camera.centre
        place = was.to_world(0, [(y / was.pixel_spacing[0], x / was.pixel_spacing[1])])
        down, across = (view.to_screen(place)[0] * view.pixel_spacing).tolist()
        return replace(camera, centre=(across, down))

    def _offset(self, view: SliceView) -> tuple[float, float]:
        """From slice mm of the common grid to those of a view, both in the plane (x, y)."""
        study = self._state.study
        if study is None or view.grid is study.grid:
            return 0.0, 0.0
        common = SliceView.of(study.grid, view.plane, view.convention, view.turn)
        (x, y), (here_x, here_y) = self.frame(common).middle, self.frame(view).middle
        return here_x - x, here_y - y

    def viewport(self, geometry: SliceGeometry, index: int) -> Viewport:
        """What a pane shows of slice ``index``; linked panes show the same."""
        key = "viewport", geometry.key, index
        return self.layers.keep(key, lambda: geometry.viewport(index))


class SliceAnnotations:
    """Which annotations lie on which slice, worked out once for all panes that show a plane."""

    def __init__(self, state: ViewState) -> None:
        self._state = state
        self._of: tuple[object, ...] = ()
        self._known: dict[object, dict[int, tuple[Annotation, ...]]] = {}

    def on(self, view: SliceView, index: int) -> tuple[Annotation, ...]:
        """The annotations of a slice, in the order in which they were made."""
        state = self._state
        now = (view.data_grid, state.annotations, state.undrawable)
        if not all(one is other for one, other in zip(now, self._of, strict=False)) or not self._of:
            self._of, self._known = now, {}
        key = view.plane, view.obliquity if isinstance(view, ObliqueView) else None
        if key not in self._known:
            if len(self._known) > _MOST_KNOWN:  # planes are being turned
                self._known.clear()
            drawn = [annotation for annotation in now[1] if annotation.id not in now[2]]
            self._known[key] = annotations_by_slice(drawn, view)
        return self._known[key].get(index, ())
