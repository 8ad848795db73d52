"""How the panes are arranged and what each of them shows, as one value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from brainviewer.core.hanging.content import PaneContent, PaneKind
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.core.view.view_choice import Layout

MOST_ROWS = MOST_COLUMNS = 3


class Form(StrEnum):
    """How the room is shared among the panes."""

    FITTED = "fitted"
    """As large as the room allows: side by side, one below the other, two by two."""
    ONE_AND_TWO = "one and two"
    """A large one, and two beside it."""
    GRID = "grid"
    """Rows of equal panes."""


@dataclass(frozen=True)
class Linked:
    """What panes do together.

    scroll : they show the place of one cursor; otherwise each keeps its slice.
    zoom : those of a plane zoom and pan together.
    window : the windows of all sequences are moved together, each in its own range of values.
    """

    scroll: bool = True
    zoom: bool = True
    window: bool = False


@dataclass(frozen=True)
class Hanging:
    """How the panes are arranged and what each of them shows.

    Panes are counted from 0, row by row; those in windows of their own come after them.

    panes : empty for one pane a sequence of the study.
    columns : how many stand in a row of a ``GRID``.
    windows : what is shown in windows of its own; the panes that show just that are left out.
    chosen : the pane that keys act on.
    name : what the user called it, or "".
    """

    panes: tuple[PaneContent, ...] = ()
    form: Form = Form.FITTED
    columns: int = 1
    windows: tuple[PaneContent, ...] = ()
    linked: Linked = field(default_factory=Linked)
    chosen: int = 0
    name: str = ""

    @property
    def layout(self) -> Layout | None:
        """Which of the built-in layouts it is; None for another."""
        if self.form is Form.GRID and len(self.panes) == 1 and self.panes[0].follows:
            return Layout.ONE_LARGE if self.panes[0].is_slice else None
        plain = Hanging(self.panes, self.form, self.columns)
        return next((layout for layout, built_in in BUILT_IN.items() if built_in == plain), None)

    def whole(self, modalities: Sequence[Modality]) -> tuple[PaneContent, ...]:
        """All panes, for a study of these sequences, as if none had a window of its own."""
        return self.panes or tuple(PaneContent(modality=modality) for modality in modalities)

    def rows(self, modalities: Sequence[Modality]) -> tuple[tuple[PaneContent, ...], ...]:
        """The panes of the window row by row; one row where it is no ``GRID``.

        A pane that has a window of its own is left out, unless none would be left.
        """
        whole = self.whole(modalities)
        width = self.columns if self.form is Form.GRID else len(whole)
        rows = [whole[at : at + width] for at in range(0, len(whole), max(width, 1))]
        left = [tuple(one for one in row if one not in self.windows) for row in rows]
        return tuple(row for row in left if row) or tuple(rows)

    def contents(self, modalities: Sequence[Modality]) -> tuple[PaneContent, ...]:
        """The panes of the window, without those that have windows of their own."""
        return tuple(one for row in self.rows(modalities) for one in row)

    def everywhere(self, modalities: Sequence[Modality]) -> tuple[PaneContent, ...]:
        """The panes of the window, and after them those of other windows."""
        return self.contents(modalities) + self.windows

    def place_of(self, modalities: Sequence[Modality], active: Modality, plane: Plane) -> int:
        """The pane that keys act on, while these are the active sequence and the plane.

        It is the chosen one, or else the first that shows them. One that shows no slice, or a
        sequence that is missing, can be chosen whatever is active.
        """
        there = self.everywhere(modalities)
        chosen = min(self.chosen, len(there) - 1)
        now = there[chosen]
        lacking = now.modality is not None and now.modality not in modalities
        if now.matches(active, plane) or not now.is_slice or lacking:
            return chosen
        return next((n for n, one in enumerate(there) if one.shows(active, plane)), chosen)

    def plane_of(self, modalities: Sequence[Modality], modality: Modality, plane: Plane) -> Plane:
        """The plane to see a sequence in: ``plane``, unless it is shown in others only."""
        there = [one for one in self.everywhere(modalities) if one.kind is PaneKind.SLICE]
        if any(one.shows(modality, plane) for one in there):
            return plane
        planes = (one.plane for one in there if one.modality in (None, modality) and one.plane)
        return next(planes, plane)

    def showing(
        self, modalities: Sequence[Modality], active: Modality, plane: Plane, place: int
    ) -> "Hanging":
        """With a pane that shows a sequence in a plane.

        It is pane ``place``, if that does, or else the first that does; where none does, pane
        ``place`` is given them.
        """
        there = self.everywhere(modalities)
        place = min(place, len(there) - 1)
        old = there[place]
        if old.matches(active, plane):
            return replace(self, chosen=place)
        for n, one in enumerate(there):
            if one.shows(active, plane):
                return replace(self, chosen=n)
        if old.is_slice:
            taken = PaneContent(old.kind, old.modality and active, old.plane and plane)
        else:
            taken = PaneContent(PaneKind.SLICE, active, plane)
        return replace(self.with_content(modalities, place, taken), chosen=place)

    def entered(
        self, modalities: Sequence[Modality], active: Modality, plane: Plane
    ) -> tuple["Hanging", Modality, Plane]:
        """With a chosen pane, and the active sequence and the plane while it is chosen.

        These stay as they are where a pane shows them.
        """
        there = self.everywhere(modalities)
        place = self.place_of(modalities, active, plane)
        if not there[place].matches(active, plane):
            slices = [
                n
                for n, one in enumerate(there)
                if one.kind is PaneKind.SLICE and (one.modality or active) in modalities
            ]
            same = [n for n in slices if there[n].modality in (None, active)]
            place = next(iter(same or slices), place)
            if there[place].kind is PaneKind.SLICE:
                seen = there[place].resolved(active, plane)
                active, plane = seen.modality, seen.plane
        return replace(self, chosen=place), active, plane

    def with_content(
        self, modalities: Sequence[Modality], place: int, content: PaneContent
    ) -> "Hanging":
        """With something else in a pane; it is not what was saved by its name any more."""
        inside = self.contents(modalities)
        if place >= len(inside):
            windows = list(self.windows)
            windows[place - len(inside)] = content
            return replace(self, windows=tuple(windows))
        whole = list(self.whole(modalities))
        # Equal panes are told apart by how many of them come before.
        before = inside[:place].count(inside[place])
        at = [n for n, one in enumerate(whole) if one == inside[place]][before]
        whole[at] = content
        return replace(self, panes=tuple(whole), name="")


BUILT_IN: Mapping[Layout, Hanging] = MappingProxyType(
    {
        Layout.FOUR_SEQUENCES: Hanging(),
        Layout.THREE_PLANES: Hanging(
            tuple(PaneContent(plane=plane) for plane in Plane), Form.ONE_AND_TWO
        ),
        Layout.ONE_LARGE: Hanging((PaneContent(),), Form.GRID),
    }
)
