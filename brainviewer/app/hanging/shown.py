"""What each pane shows now: the layout with the study, the active sequence and the plane."""

from brainviewer.app.state import ViewState
from brainviewer.core.hanging.content import PaneContent, ShownContent
from brainviewer.core.study import SEQUENCES, Modality


def modalities_of(state: ViewState) -> tuple[Modality, ...]:
    """The sequences that a layout is filled in with; without a study, those that there may be."""
    return SEQUENCES if state.study is None else tuple(state.study.modalities)


def shown_contents(state: ViewState) -> tuple[ShownContent, ...]:
    """What the panes of the window show, row by row, with sequence and plane of each."""
    return _filled_in(state, state.shown_hanging.contents(modalities_of(state)))


def window_contents(state: ViewState) -> tuple[ShownContent, ...]:
    """The same of the panes in windows of their own."""
    return _filled_in(state, state.shown_hanging.windows)


def chosen_place(state: ViewState) -> int:
    """The pane that keys act on, from 0; those in windows of their own come last."""
    return state.shown_hanging.place_of(modalities_of(state), state.active, state.shown_plane)


def _filled_in(state: ViewState, contents: tuple[PaneContent, ...]) -> tuple[ShownContent, ...]:
    active, plane = state.active, state.shown_plane
    return tuple(content.resolved(active, plane) for content in contents)
