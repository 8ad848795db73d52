"""How the open study is looked at: cursor, layout, overlays and windows."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from brainviewer.app.hanging.choosing import choose_pane, hang, show_chosen
from brainviewer.app.hanging.shown import chosen_place, modalities_of, shown_contents
from brainviewer.app.reformation.sought import straighten, tilt_to
from brainviewer.app.state import Layout, Tool, ViewState
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.limits import place_to_go_to
from brainviewer.core.findings.measurements import Diameters
from brainviewer.core.hanging.hanging import BUILT_IN, Hanging
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality
from brainviewer.core.view.overlays import Overlays
from brainviewer.core.voi.own_presets import OwnPreset, offered, offered_window
from brainviewer.core.voi.voi_window import AUTOMATIC, OWN, Window, presets

_COVERING = (
    "lesion", "parts", "diameters", "segmentation", "difference", "heatmap", "annotations",
    "crosshair", "cross_reference",
)  # fmt: skip
"""What hides a part of the image, by the names in ``Overlays``."""
_COMPARED = ("parts", "segmentation")


class View:
    """Changes the view; every method does nothing without an open study unless it says so.

    own : the window presets of the user.
    moved : whether the user has gone to another place since the study was opened.
    """

    def __init__(self, state: ViewState, own: Callable[[], Sequence[OwnPreset]] = tuple) -> None:
        self._state, self._own = state, own
        self.moved = False
        self._before_bare = Overlays()
        self._beside_difference: dict[str, bool] = {}

    # -- where ------------------------------------------------------------------------------

    def set_cursor(self, position_mm: Sequence[float]) -> None:
        """Move the linked cursor to a world position in mm, kept inside the grid that the active
        sequence is seen on."""
        if self._state.study is None:
            return
        grid = self._state.seen(self._state.active).study.grid
        voxel = np.clip(grid.to_voxel(position_mm), 0, np.array(grid.shape) - 1)
        self.moved = True
        self.place_cursor(grid.to_world(voxel))

    def step(self, plane: Plane, by: int, seen: SliceView | None = None) -> None:
        """Go ``by`` slices towards Superior, Anterior or Right (negative: the other way).

        seen : whose slices count; those of the common grid without.
        """
        if self._state.study is None:
            return
        view = seen or self._state.view(plane)
        here = view.index_of(self._state.cursor)
        self.go_to_slice(plane, here + (by if view.ascending else -by), view)

    def go_to_slice(self, plane: Plane, index: int, seen: SliceView | None = None) -> None:
        """Show slice ``index`` (from 0, held inside the study) of a plane; see ``step``."""
        if self._state.study is None:
            return
        view = seen or self._state.view(plane)
        index = min(max(index, 0), view.count - 1)
        if index != view.index_of(self._state.cursor):
            self.moved = True
            self.place_cursor(view.move(self._state.cursor, index))

    def go_to_tumour(self) -> None:
        """Show the tumour slice with the lesion in sight; nothing without a lesion."""
        finding = self._state.finding
        if self._state.study is not None and finding is not None and finding.position_mm:
            self._show_plane(finding.plane)
            self.place_cursor(np.array(finding.position_mm))
            self._state.place_sought.emit(self._state.cursor)

    def go_to_largest(self, plane: Plane) -> None:
        """Show the slice with the largest lesion area of a plane, with the cursor on the lesion.

        If no pane shows that plane, the panes change to it. Without a lesion, nothing happens.
        """
        finding = self._state.finding
        if self._state.study is None or finding is None or plane not in finding.slices:
            return
        view, index = self._state.view(plane), finding.slices[plane]
        place = view.move(np.array(finding.position_mm or self._state.cursor), index)
        if finding.mask is not None:
            inside = np.argwhere(view.cut(finding.mask, index))
            if len(inside):
                place = view.to_world(index, inside.mean(axis=0))[0]
        self.show_place(place.tolist(), plane)

    def show_place(self, position_mm: Sequence[float], plane: Plane) -> None:
        """Move the cursor to a place of a slice; panes that show no such plane change to it.

        It is a slice of the study: planes are straightened where this one is tilted.
        """
        if self._state.study is None:
            return
        straighten(self._state, plane)
        self._seek(position_mm, plane)

    def show_annotation(self, annotation: Annotation) -> None:
        """Bring an annotation into sight on the sequence and the plane it was drawn on."""
        if self._state.study is None:
            return
        if not self._state.overlays.annotations:
            self.set_overlay(annotations=True)
        self.set_active(annotation.modality)
        if annotation.tilt is None:
            straighten(self._state, annotation.plane)
        else:
            if self._state.original_grids.shown(self._state.study):
                self.toggle_original_grids()  # nothing is tilted there
            tilt_to(self._state, annotation)
        place = place_to_go_to(annotation, self._state.study.grid)
        self._seek(place.tolist(), annotation.plane)

    def _seek(self, position_mm: Sequence[float], plane: Plane) -> None:
        self._show_plane(plane)
        self.set_cursor(position_mm)
        self._state.place_sought.emit(self._state.cursor)

    def _show_plane(self, plane: Plane) -> None:
        """Let a pane show a plane; an image has one only."""
        shown = (one.plane for one in shown_contents(self._state))
        if plane not in shown and self._state.solid_study is not None:
            self.set_plane(plane)

    def go_to_diameters(self, diameters: Diameters) -> None:
        """Show the slice that diameters were measured on, with the diameters drawn."""
        middle = np.mean(diameters.longest_ends, axis=0).tolist()
        if not self._state.overlays.diameters:
            self.set_overlay(diameters=True)
        self.show_place(middle, Plane.AXIAL)

    def place_cursor(self, position_mm: Sequence[float] | np.ndarray) -> None:
        """Put the cursor where the user did not ask for it."""
        self._state.cursor = np.asarray(position_mm, dtype=np.float64)
        self._state.cursor_changed.emit()

    # -- how --------------------------------------------------------------------------------

    def set_layout(self, layout: Layout) -> None:
        """Arrange the panes in a built-in way; needs no study."""
        now = self._state.hanging
        self.set_hanging(replace(BUILT_IN[layout], windows=now.windows, linked=now.linked))

    def set_hanging(self, hanging: Hanging) -> None:
        """Arrange the panes; needs no study. What is active becomes what a pane shows."""
        hang(self._state, hanging)

    def choose_pane(self, place: int) -> None:
        """Let the keys act on a pane, from 0; what it shows is active then."""
        choose_pane(self._state, place)

    def set_plane(self, plane: Plane) -> None:
        """The plane of the layouts that show one; needs no study.

        Where no pane shows the active sequence in that plane, the chosen pane does from now on.
        """
        place = chosen_place(self._state)
        self._state.plane = plane
        show_chosen(self._state, place)
        self._state.layout_changed.emit()

    def set_convention(self, convention: Convention) -> None:
        """Radiological or neurological display; needs no study."""
        self._state.convention = convention
        self._state.layout_changed.emit()

    def toggle_original_grids(self) -> None:
        """Show every sequence on the grid of its file, or all on the common one, at one place.

        Annotations are drawn on the common grid: see ``ViewState.draws_elsewhere``.
        """
        self._state.original_grids.switch(self._state.study, self._state.cursor)
        self._state.layout_changed.emit()
        self._state.facts_changed.emit()

    def set_active(self, modality: Modality) -> None:
        """Choose the sequence that window, colour map and the 3D view act on.

        Where no pane shows it, the chosen pane does from now on.
        """
        state = self._state
        if state.study is None or modality not in state.study.volumes or modality is state.active:
            return
        place, plane = chosen_place(state), state.plane
        if state.solid_study is not None:
            state.plane = state.hanging.plane_of(modalities_of(state), modality, plane)
        state.active = modality
        moved = show_chosen(state, place) or state.plane is not plane
        state.active_changed.emit()
        if moved:
            state.layout_changed.emit()

    def set_tool(self, tool: Tool) -> None:
        """What the left mouse button does; needs no study."""
        self._state.tool = tool
        self._state.tool_changed.emit()
        self._state.facts_changed.emit()

    def set_overlays(self, overlays: Overlays) -> None:
        """What is drawn over the slices; needs no study."""
        self._state.overlays = overlays
        self._state.overlays_changed.emit()

    def set_overlay(self, **changes: Any) -> None:
        """Change some fields of ``Overlays``.

        The difference from the study's own segmentation takes the place of both while it is shown.
        """
        shown = self._state.overlays
        if changes.get("difference", shown.difference) != shown.difference:
            if not shown.difference:
                self._beside_difference = {name: getattr(shown, name) for name in _COMPARED}
            hidden = dict.fromkeys(_COMPARED, False)
            changes = {**(self._beside_difference if shown.difference else hidden), **changes}
        self.set_overlays(replace(shown, **changes))

    def set_fusion(self, **changes: Any) -> None:
        """Change some fields of ``Fusion``: how a second sequence is seen in each pane."""
        self.set_overlay(fusion=replace(self._state.overlays.fusion, **changes))

    def toggle_overlays(self) -> None:
        """Hide all that is drawn over the slices but their corner texts, or bring it back."""
        shown = self._state.overlays
        alone = replace(shown.fusion, mode=None)
        bare = replace(shown, **dict.fromkeys(_COVERING, False), fusion=alone)
        if shown != bare:
            self._before_bare = shown
            self.set_overlays(bare)
        else:
            self.set_overlays(self._before_bare)

    # -- windows ----------------------------------------------------------------------------

    def set_window(self, modality: Modality, window: Window, preset: str = OWN) -> None:
        """Show a sequence through a window; ``preset`` is the name of the one that it is."""
        if modality in self._state.windows:
            self._state.windows = {**self._state.windows, modality: window}
            self._state.presets = {**self._state.presets, modality: preset}
            self._state.display_changed.emit()

    def auto_window(self, modality: Modality) -> None:
        """Show a sequence through the window it was opened with."""
        self.apply_preset(modality, AUTOMATIC)

    def apply_preset(self, modality: Modality, name: str) -> None:
        """Show a sequence through a preset of ``presets``."""
        if self._state.study is not None and modality in self._state.study.volumes:
            volume = self._state.study.volumes[modality]
            self.set_window(modality, offered_window(volume, self._own(), name), name)

    def apply_numbered_preset(self, modality: Modality, number: int) -> None:
        """The preset of a sequence at a place from 1, as the menu has them; nothing beyond."""
        names = self.presets(modality)
        if number <= len(names):
            self.apply_preset(modality, names[number - 1])

    def presets(self, modality: Modality) -> tuple[str, ...]:
        """Names of the presets of a sequence; without a study those that every one has."""
        study = self._state.study
        if study is None or modality not in study.volumes:
            return tuple(presets(modality))
        return tuple(offered(study.volumes[modality], self._own()))

    def follow_own_presets(self) -> None:
        """Call each window what it is now that the presets of the user are others."""
        study, named = self._state.study, dict(self._state.presets)
        for modality, name in named.items() if study is not None else ():
            names, window = self.presets(modality), self._state.windows[modality]
            if name != OWN and name not in names and study is not None:
                volume, own = study.volumes[modality], self._own()
                renamed = (n for n in names if offered_window(volume, own, n) == window)
                named[modality] = next(renamed, OWN)
        self._state.presets = named
        self._state.display_changed.emit()

    def invert(self, modality: Modality) -> None:
        """Let black and white change places."""
        if window := self._state.windows.get(modality):
            turned = replace(window, inverted=not window.inverted)
            self.set_window(modality, turned, self._state.presets.get(modality, OWN))

    def set_colour_map(self, modality: Modality, name: str) -> None:
        """Show a sequence in a named colour map; ``grey`` is the default."""
        self._state.colour_maps = {**self._state.colour_maps, modality: name}
        self._state.display_changed.emit()
