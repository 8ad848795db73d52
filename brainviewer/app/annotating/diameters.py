"""Brings diameters that were drawn by hand to the longest ones of what was found."""

from typing import TYPE_CHECKING

from brainviewer.app.annotations import Annotations
from brainviewer.app.jobs import Jobs
from brainviewer.app.notices import Notices
from brainviewer.app.state import ViewState
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.slices import SliceView

if TYPE_CHECKING:
    from brainviewer.imaging.measure.rano import Target

SNAP = "snap diameters"
_TILTED = (
    "Diameters on a tilted plane are not snapped: draw them on a plane of the study (Ctrl+Shift+X)."
)
_NOTHING = {
    "lesion": "No lesion was found on the slice of these diameters.",
    "enhancing": "Nothing that enhances was found on the slice of these diameters.",
}


class HandDiameters:
    """Acts on the selected annotation, where it is a pair of diameters."""

    def __init__(
        self, state: ViewState, jobs: Jobs, notices: Notices, annotations: Annotations
    ) -> None:
        self._state, self._jobs, self._notices = state, jobs, notices
        self._annotations = annotations

    def snap(self, target: "Target") -> None:
        """Bring them to the longest diameters of a part of the tumour, on their slice.

        Nothing happens without selected diameters or a finding.
        """
        from brainviewer.imaging.measure.lesion_parts import enhancing_of
        from brainviewer.imaging.measure.rano import Target
        from brainviewer.imaging.measure.snapped_diameters import snapped

        study, finding = self._state.study, self._state.finding
        chosen = self._state.selected
        if chosen is None or chosen.kind is not Kind.BIDIRECTIONAL:
            return
        if study is None or finding is None:
            return
        mask = finding.mask if target is Target.LESION else enhancing_of(finding)
        if mask is None:
            return
        if chosen.tilt is not None:
            self._notices.tell(_TILTED, "caution", of_study=True)
            return
        view = SliceView.of(study.grid, chosen.plane)

        def done(after: Annotation | None) -> None:
            if chosen not in self._state.annotations:
                return  # changed meanwhile, or of another study
            if after is None:
                self._notices.tell(_NOTHING[target.value], "caution", of_study=True)
            else:
                self._annotations.change(chosen, after, "Snap diameters")

        self._jobs.start(SNAP, lambda _: snapped(chosen, view, mask), done, self._notices.fail)
