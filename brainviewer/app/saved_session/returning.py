"""A session brought back to the study that was opened for it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.app.hanging.choosing import hang
from brainviewer.app.opening.opened import OpenedSession
from brainviewer.app.state import ViewState
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.counting import listed
from brainviewer.core.saved_session import SavedSession, SavedStudy
from brainviewer.core.shown_text import shortened
from brainviewer.core.study import Study
from brainviewer.core.view.saved_view import SavedView


@dataclass(frozen=True)
class Sameness:
    """How the study that was found is the one that the session was saved with.

    same : its content is. known : a sequence of it is; then the rest has changed.
    same_grid : positions and voxels are the same.
    sentences : what is different.
    """

    same: bool
    known: bool
    same_grid: bool
    sentences: tuple[str, ...] = ()

    @classmethod
    def of(cls, study: Study, saved: SavedStudy) -> "Sameness":
        """Compare a study with the one that was saved."""
        grid = study.grid
        affine = np.array(saved.affine).reshape(4, 4)
        same_grid = grid.shape == saved.shape and np.allclose(grid.affine, affine, atol=1e-3)
        if study.content_hash == saved.sha256:
            return cls(True, True, same_grid)
        there = {str(m): v.sha256 for m, v in study.volumes.items()}
        then = {str(m): one.sha256 for m, one in saved.sequences.items()}
        alike = [m for m in then if m in there and there[m] == then[m] and then[m]]
        changed = [m for m in then if m in there and m not in alike]
        gone, new = [m for m in then if m not in there], [m for m in there if m not in then]
        said = []
        if changed:
            verb = "is another image" if len(changed) == 1 else "are other images"
            said.append(f"{listed(changed)} {verb} than when the session was saved.")
        if gone:
            verb = "is" if len(gone) == 1 else "are"
            said.append(f"{listed(gone)} {verb} missing that the session was saved with.")
        if new:
            verb = "was" if len(new) == 1 else "were"
            said.append(f"{listed(new)} {verb} not there when the session was saved.")
        return cls(False, bool(alike), same_grid, tuple(said))


def show_view(state: ViewState, saved: SavedView | None, study: Study) -> None:
    """Look at a study as it was looked at, as far as it has what was looked at."""
    if saved is None:
        return
    there = study.volumes.keys()
    state.windows = {**state.windows, **{m: w for m, w in saved.windows.items() if m in there}}
    state.presets = {**state.presets, **{m: p for m, p in saved.presets.items() if m in there}}
    state.colour_maps = {
        **state.colour_maps, **{m: c for m, c in saved.colour_maps.items() if m in there}
    }  # fmt: skip
    if saved.active in there:
        state.active = saved.active
    state.overlays = saved.overlays
    if saved.looks.original_grids is not state.original_grids.wanted:
        state.original_grids.switch(study, study.grid.to_world(_inside(study, saved)))
    if not study.is_image2d:
        state.plane, state.reformation = saved.plane, saved.reformation
        hang(state, saved.hanging)
    state.cursor = study.grid.to_world(_inside(study, saved))
    for signal in (
        state.layout_changed,
        state.reformation_changed,
        state.active_changed,
        state.display_changed,
        state.overlays_changed,
        state.cursor_changed,
        state.facts_changed,
    ):
        signal.emit()
    state.looks_sought.emit(saved.looks)


def _inside(study: Study, saved: SavedView) -> NDArray[np.float64]:
    """The cursor in voxels, within the study."""
    last = np.array(study.grid.shape) - 1
    return np.asarray(np.clip(study.grid.to_voxel(saved.cursor), 0, last), dtype=np.float64)


def other_annotations(
    here: tuple[Annotation, ...], session: SavedSession
) -> tuple[Annotation, ...]:
    """The annotations that were kept here and are not in a session, or are others in it."""
    there = {annotation.id: annotation for annotation in session.annotations}
    return tuple(a for a in here if there.get(a.id) != a)


def sentence_of(opened: OpenedSession) -> str:
    """How a session is called in sentences."""
    return f"'{shortened(opened.path.name)}'"
