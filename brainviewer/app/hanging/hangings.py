"""What the user makes of the layout: contents of panes, grids, own layouts, links, windows."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from brainviewer.app.hanging.choosing import choose_pane, hang
from brainviewer.app.hanging.shown import chosen_place, modalities_of
from brainviewer.app.notices import Notices
from brainviewer.app.settings.settings import MOST_LAYOUTS, Settings
from brainviewer.app.state import ViewState
from brainviewer.core.hanging.content import PaneContent, PaneKind
from brainviewer.core.hanging.fill import resized
from brainviewer.core.hanging.hanging import BUILT_IN, Form, Hanging
from brainviewer.core.hanging.record import hanging_of, hanging_record
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.core.view.view_choice import Layout

LONGEST_NAME = 40
TOO_MANY = "There are {} layouts of your own already. Remove one first."
NOT_THERE = "There is no layout called “{}” any more. Choose another in Settings, Display."
_KINDS = {1: "layout_single", 2: "layout_fewer", 3: "layout_fewer", 4: "layout_four"}
"""The setting with the layout of a study, by how many sequences it has."""


class Hangings:
    """Changes the layout; every method does nothing without a study unless it says so."""

    def __init__(self, state: ViewState, settings: Settings, notices: Notices) -> None:
        self._state, self._settings, self._notices = state, settings, notices
        self._before_volume: PaneContent | None = None
        self._at_part: Hanging | None = None
        self._before_large = BUILT_IN[Layout.FOUR_SEQUENCES]
        state.study_changed.connect(self._hang_by_kind)

    # -- panes ------------------------------------------------------------------------------

    def content(self, place: int) -> PaneContent:
        """What is in a pane, from 0, as the layout has it."""
        return self._everywhere[place]

    def put(self, place: int, content: PaneContent) -> None:
        """Show something in a pane. There is one 3D view: it leaves the pane that it was in."""
        if self._state.solid_study is None or not 0 <= place < len(self._everywhere):
            return
        modalities, before = modalities_of(self._state), self._everywhere[place]
        hanging = self._state.hanging
        if content.kind is PaneKind.VOLUME and before.kind is not PaneKind.VOLUME:
            for other in self.volume_places:
                hanging = hanging.with_content(modalities, other, before)
        hanging = hanging.with_content(modalities, place, content)
        self._state.hanging = replace(hanging, chosen=place)
        self._state.layout_changed.emit()
        choose_pane(self._state, place)

    def put_sequence(self, place: int, modality: Modality) -> None:
        """Show a sequence in a pane: in the plane that it shows, and of the prior if it did."""
        if self._state.solid_study is None or not 0 <= place < len(self._everywhere):
            return
        before = self._everywhere[place]
        if before.follows and before.is_slice and len(self._everywhere) == 1:
            self._make_active(modality)
        elif before.is_slice:
            self.put(place, replace(before, modality=modality))
        else:
            self.put(place, PaneContent(PaneKind.SLICE, modality, self._state.plane))

    def follow_active(self, place: int) -> None:
        """Show the active sequence in a pane, whichever that is at the time."""
        before = self._everywhere[place]
        if before.is_slice:
            self.put(place, replace(before, modality=None))
        else:
            self.put(place, PaneContent(plane=self._state.plane))

    def put_plane(self, place: int, plane: Plane | None) -> None:
        """Show another plane in a pane; None for the one that is chosen at the time."""
        before = self._everywhere[place]
        if before.is_slice:
            self.put(place, replace(before, plane=plane))
        else:
            self.put(place, PaneContent(PaneKind.SLICE, self._state.active, plane))

    def put_kind(self, place: int, kind: PaneKind) -> None:
        """Show the study, its prior, the 3D view, or nothing in a pane."""
        before = self._everywhere[place]
        if kind in (PaneKind.SLICE, PaneKind.PRIOR):
            now = before if before.is_slice else PaneContent(modality=self._state.active)
            self.put(place, replace(now, kind=kind))
        else:
            self.put(place, PaneContent(kind))

    def enlarge(self, place: int) -> None:
        """A pane of the window alone, or the layout from before again."""
        now = self._state.hanging
        if now.layout is Layout.ONE_LARGE:
            wanted = self._before_large
        else:
            choose_pane(self._state, place)
            self._before_large = now
            wanted = Hanging((PaneContent(self._everywhere[place].kind),), Form.GRID)
        self._set(replace(wanted, windows=now.windows, linked=now.linked))

    @property
    def volume_places(self) -> tuple[int, ...]:
        """The panes that the 3D view is in: one at most, but for a layout from elsewhere."""
        return tuple(n for n, one in enumerate(self._everywhere) if one.kind is PaneKind.VOLUME)

    def toggle_volume(self) -> None:
        """The 3D view in the chosen pane, or back beside the slices."""
        if self._state.solid_study is None:
            return
        if there := self.volume_places:
            back = self._before_volume or PaneContent(PaneKind.SLICE, self._state.active, None)
            self._before_volume = None
            self.put(there[0], back)
        else:
            place = chosen_place(self._state)
            self._before_volume = self._everywhere[place]
            self.put(place, PaneContent(PaneKind.VOLUME))

    def tear_off(self) -> None:
        """Move the chosen pane to a window of its own; one that has a window comes back."""
        state = self._state
        if state.solid_study is None:
            return
        place, inside = chosen_place(state), len(state.hanging.contents(modalities_of(state)))
        if place >= inside:
            self.bring_back(place - inside)
            return
        windows = (*state.hanging.windows, self._everywhere[place])
        self._set(replace(state.hanging, windows=windows))

    def bring_back(self, number: int) -> None:
        """Close a window of a pane, from 0; the pane stands among the others again."""
        windows = list(self._state.hanging.windows)
        if 0 <= number < len(windows):
            del windows[number]
            self._set(replace(self._state.hanging, windows=tuple(windows)))

    def link(self, **changes: bool) -> None:
        """Change some fields of ``Linked``; needs no study."""
        hanging = self._state.hanging
        self._state.hanging = replace(hanging, linked=replace(hanging.linked, **changes))
        self._state.layout_changed.emit()

    # -- layouts ----------------------------------------------------------------------------

    def make_grid(self, rows: int, columns: int) -> None:
        """Rows of equal panes; see ``resized``. Needs no study."""
        self._set(resized(self._state.hanging, rows, columns, modalities_of(self._state)))

    @property
    def own(self) -> Mapping[str, Hanging]:
        """The layouts that the user has saved, by name; those that are damaged are left out."""
        found = {}
        for entry in self._settings.layouts:
            if (hanging := _read(entry)) is not None:
                found[hanging.name] = hanging
        return found

    def choose(self, name: str) -> None:
        """Take a layout of the user's own."""
        if (hanging := self.own.get(name)) is not None:
            self._set(hanging)
        else:
            self._notices.tell(NOT_THERE.format(name), "caution")

    def choose_next(self) -> None:
        """The own layout after this one, in turn; nothing without one."""
        names = list(self.own)
        if names:
            now = self._state.hanging.name
            here = names.index(now) if now in names else -1
            self.choose(names[(here + 1) % len(names)])

    def save(self, name: str) -> bool:
        """Keep the layout by a name; one of the same name is replaced. Whether there was room."""
        name = " ".join(name.split())[:LONGEST_NAME]
        if not name:
            return False
        others = [entry for entry in self._settings.layouts if entry[:1] != (name,)]
        if len(others) >= MOST_LAYOUTS:
            self._notices.tell(TOO_MANY.format(MOST_LAYOUTS), "caution")
            return False
        self._state.hanging = replace(self._state.hanging, name=name)
        record = json.dumps(hanging_record(self._state.hanging))
        self._settings.update(layouts=tuple(sorted((*others, (name, record)))))
        self._state.layout_changed.emit()
        return True

    def remove(self, name: str) -> None:
        """Forget a layout of the user's own; what is shown stays."""
        left = tuple(entry for entry in self._settings.layouts if entry[:1] != (name,))
        defaults = {
            key: ""
            for key in dict.fromkeys(_KINDS.values())
            if getattr(self._settings, key) == name
        }
        self._settings.update(layouts=left, **defaults)

    # -- inside -----------------------------------------------------------------------------

    @property
    def _everywhere(self) -> tuple[PaneContent, ...]:
        return self._state.shown_hanging.everywhere(modalities_of(self._state))

    def _set(self, hanging: Hanging) -> None:
        hang(self._state, hanging)

    def _make_active(self, modality: Modality) -> None:
        state = self._state
        there = state.study is not None and modality in state.study.volumes
        if there and modality is not state.active:
            state.active = modality
            state.active_changed.emit()

    def _hang_by_kind(self) -> None:
        """The layout that a study of this kind opens with; without one it stays as it was."""
        state = self._state
        study, at_part = state.solid_study, self._at_part
        self._at_part = None if state.arriving is None else state.hanging
        # How many sequences there are is known once all have arrived; what the user has hung
        # meanwhile stays.
        kept = state.view_kept and state.hanging is not at_part
        if study is None or state.arriving is not None or kept:
            return
        wanted = getattr(self._settings, _KINDS.get(len(study.volumes), "layout_four"))
        if not wanted:
            return
        hanging = named_layout(wanted, self.own)
        if hanging is None:
            self._notices.tell(NOT_THERE.format(wanted), "caution")
            return
        # Whoever listens to the change of the study reads the layout after this.
        now = state.hanging
        if wanted in list(Layout):
            hanging = replace(hanging, windows=now.windows, linked=now.linked)
        state.hanging, state.active, state.plane = hanging.entered(
            modalities_of(state), state.active, state.plane
        )


def named_layout(name: str, own: Mapping[str, Hanging]) -> Hanging | None:
    """A built-in layout or one of the user's own; None if there is none of that name."""
    if name in list(Layout):
        return BUILT_IN[Layout(name)]
    return own.get(name)


def _read(entry: tuple[Any, ...]) -> Hanging | None:
    try:
        name, record = entry
        return replace(hanging_of(json.loads(record)), name=name)
    except (ValueError, RecursionError):
        return None
