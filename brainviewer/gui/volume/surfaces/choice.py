"""Which surfaces are drawn in the 3D view, chosen from their list."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QToolButton, QWidget

from brainviewer.app.facts import Fact
from brainviewer.app.jobs import Jobs
from brainviewer.app.prior.prior import Prior
from brainviewer.app.state import ViewState
from brainviewer.core.errors import Report
from brainviewer.core.study import Study
from brainviewer.gui.volume.surfaces.listing import (
    Distances,
    SurfaceList,
    distances_of,
    heading_of,
    prior_lesion,
    remark_of,
)
from brainviewer.gui.volume.surfaces.popup import SurfacePopup, SurfaceRow
from brainviewer.painting.volume.shown_surfaces import (
    USUAL,
    ShownSurfaces,
    SurfaceKey,
    colour_of,
    is_visible,
    opacity_of,
    parts_told,
)

_DISTANCES = "distances"


class SurfaceChoice:
    """Keeps what was chosen of the surfaces of the open study.

    button : opens the list over itself; it is opened over ``image`` where that is hidden.
    request : takes ``surfaces=`` when that changes. jobs : where distances are measured.
    """

    def __init__(
        self,
        button: QToolButton,
        image: QWidget,
        state: ViewState,
        prior: Prior | None,
        jobs: Jobs | None,
        request: Callable[..., None],
    ) -> None:
        self._state, self._prior, self._jobs, self._request = state, prior, jobs, request
        self.shown: ShownSurfaces = USUAL
        self._list = SurfaceList(state, prior)
        self._study: Study | None = None
        self._measured: tuple[object, object, dict[SurfaceKey, Distances]] | None = None
        self._wants_distances = False
        self._button, self._image = button, image
        self.popup = SurfacePopup(image)
        button.clicked.connect(self.open)
        self.popup.visible_wanted.connect(lambda key, on: self._change(key, visible=on))
        self.popup.opacity_wanted.connect(lambda key, part: self._change(key, opacity=part))
        self.popup.reset_wanted.connect(self.reset)
        self.popup.distances_wanted.connect(self._measure)
        self.popup.closed.connect(self._closed)

    def of(self, study: Study | None) -> ShownSurfaces:
        """What to draw of a study; what was chosen for another one does not belong to it."""
        if study is not self._study and not self._state.view_kept:
            self.shown = USUAL
        self._study = study
        return self.shown

    def reset(self) -> None:
        """Draw what is usual."""
        self._set(USUAL)
        self._fill()

    def open(self) -> None:
        """Show the list."""
        self._fill()
        self.popup.open_over(self._button if self._button.isVisible() else self._image)

    def refresh(self) -> None:
        """Bring the list, if it is open, to what there is now."""
        if self.popup.isVisible():
            self._fill()

    def _parts(self) -> bool:
        state = self._state
        parts = Fact.PARTS not in state.facts or state.overlays.parts
        return parts_told(state.finding, parts)

    def _fill(self) -> None:
        entries, parts, rows = self._list.entries(), self._parts(), []
        before = None
        for one in entries:
            begins = one.key.source is not before
            before = one.key.source
            heading = heading_of(one.key.source, self._state.finding) if begins else ""
            rows.append(
                SurfaceRow(
                    one,
                    colour_of(one.key),
                    is_visible(one.key, self.shown, parts),
                    opacity_of(one.key, self.shown, parts),
                    heading,
                )
            )
        self.popup.offer(rows, remark_of(self._state, entries), self._distances())

    def _change(self, key: SurfaceKey, **fields: Any) -> None:
        self._set(self.shown.changed(key, **fields))

    def _set(self, shown: ShownSurfaces) -> None:
        if shown != self.shown:
            self.shown = shown
            self._request(surfaces=shown)

    def _closed(self) -> None:
        self._wants_distances = False

    # Distances

    def _distances(self) -> dict[SurfaceKey, Distances] | None:
        """What was measured, if it was asked for and still holds."""
        if self._measured is None or not self._wants_distances:
            return None
        study, finding, found = self._measured
        current = study is self._state.solid_study and finding is self._state.finding
        return found if current else None

    def _measure(self) -> None:
        self._wants_distances = True
        if self._distances() is not None or self._jobs is None:
            self._fill()
            return
        study, finding = self._state.solid_study, self._state.finding
        if study is None:
            return
        prior = prior_lesion(self._prior)
        self.popup.distances.setEnabled(False)

        def work(report: Report) -> dict[SurfaceKey, Distances]:
            report(0.0, "Measuring distances")
            return distances_of(study, finding, prior)

        def done(found: dict[SurfaceKey, Distances]) -> None:
            self._measured = study, finding, found
            self.refresh()

        self._jobs.start(_DISTANCES, work, done, lambda _: self.refresh())
