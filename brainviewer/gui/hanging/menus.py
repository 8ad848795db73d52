"""Menus about the layout whose content depends on the moment: what a pane shows, own layouts."""

from PySide6.QtWidgets import QMenu

from brainviewer.app.hanging.shown import chosen_place
from brainviewer.app.session import Session
from brainviewer.core.hanging.content import PaneKind
from brainviewer.core.slices import Plane
from brainviewer.core.study import SEQUENCES
from brainviewer.gui.outside_text import on_button
from brainviewer.gui.panels.result.prevalence_menu import offer
from brainviewer.gui.widgets import call

_KINDS = {
    PaneKind.SLICE: "Study",
    PaneKind.PRIOR: "Prior study",
    PaneKind.VOLUME: "3D view",
    PaneKind.NOTHING: "Nothing",
}


def fill_content(menu: QMenu, session: Session) -> None:
    """What the chosen pane may show: a sequence, a plane, and of what."""
    state, hangings = session.state, session.hangings
    solid = state.solid_study is not None
    menu.setEnabled(solid)
    if not solid:
        return
    place = chosen_place(state)
    now = hangings.content(place)
    there = state.study.volumes if state.study is not None else {}
    for modality in SEQUENCES:
        on = now.is_slice and now.modality is modality
        said = str(modality) if modality in there else f"{modality} (not in this study)"
        offer(menu, said, on, call(hangings.put_sequence, place, modality))
    follows = now.is_slice and now.modality is None
    offer(menu, "Active sequence", follows, call(hangings.follow_active, place))
    menu.addSeparator()
    for plane in Plane:
        on = now.is_slice and now.plane is plane
        offer(menu, plane.capitalize(), on, call(hangings.put_plane, place, plane))
    follows = now.is_slice and now.plane is None
    offer(menu, "Chosen plane", follows, call(hangings.put_plane, place, None))
    menu.addSeparator()
    for kind, said in _KINDS.items():
        offer(menu, said, now.kind is kind, call(hangings.put_kind, place, kind))


def fill_own_layouts(menu: QMenu, session: Session) -> None:
    """The layouts that were saved."""
    names, now = list(session.hangings.own), session.state.hanging.name
    for name in names:
        offer(menu, on_button(name), name == now, call(session.hangings.choose, name))
    if not names:
        menu.addAction("None yet").setEnabled(False)


def fill_removable(menu: QMenu, session: Session) -> None:
    """The same, each to be forgotten."""
    for name in session.hangings.own:
        forget = menu.addAction(on_button(name))
        forget.triggered.connect(call(session.hangings.remove, name))
    if menu.isEmpty():
        menu.addAction("None yet").setEnabled(False)


CHANGING_LAYOUTS = {
    "pane-content>": ("Show in this pane", fill_content),
    "own-layouts>": ("Own layouts", fill_own_layouts),
    "remove-layout>": ("Remove a layout", fill_removable),
}
"""Submenus whose content depends on the moment: title, and what fills one."""
