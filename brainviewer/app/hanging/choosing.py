"""Which pane the keys act on, and what it shows: changes of the layout that the view makes."""

from dataclasses import replace

from brainviewer.app.hanging.shown import chosen_place, modalities_of
from brainviewer.app.state import ViewState
from brainviewer.core.hanging.hanging import Hanging


def hang(state: ViewState, hanging: Hanging) -> None:
    """Arrange the panes; needs no study.

    The active sequence and the plane become those of a pane where none shows them.
    """
    before = state.active
    state.hanging = hanging
    if state.solid_study is not None:
        state.hanging, state.active, state.plane = hanging.entered(
            modalities_of(state), before, state.plane
        )
    state.layout_changed.emit()
    if state.active is not before:
        state.active_changed.emit()


def choose_pane(state: ViewState, place: int) -> None:
    """Let the keys act on a pane, from 0; what it shows is active then."""
    if state.solid_study is None:
        return
    content = state.hanging.everywhere(modalities_of(state))[place]
    seen = content.resolved(state.active, state.plane)
    before = state.active, state.plane, chosen_place(state)
    state.hanging = replace(state.hanging, chosen=place)
    if content.is_slice and seen.modality in state.solid_study.volumes:
        state.active, state.plane = seen.modality, seen.plane
    if state.active is not before[0]:
        state.active_changed.emit()
    if (state.plane, place) != before[1:]:
        state.layout_changed.emit()


def show_chosen(state: ViewState, place: int) -> bool:
    """Let a pane show the active sequence and the plane: pane ``place`` if none does.

    Returns whether a pane was given something else.
    """
    before = state.hanging
    if state.solid_study is not None:
        modalities = modalities_of(state)
        state.hanging = before.showing(modalities, state.active, state.plane, place)
    return (state.hanging.panes, state.hanging.windows) != (before.panes, before.windows)
