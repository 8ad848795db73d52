"""The tools that correct the segmentation, as a hand or a menu asks for them."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from brainviewer.app.audit_trail.recording import audited
from brainviewer.app.correction.correction import SegmentationCorrection
from brainviewer.app.jobs import Jobs
from brainviewer.app.notices import Notices
from brainviewer.app.state import ViewState
from brainviewer.app.view import View
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.correction.steps import Labels
from brainviewer.core.findings.lesion_probability import LesionProbability
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality

if TYPE_CHECKING:
    from brainviewer.imaging.correction.label_edit import Paint

SAVE = "save segmentation"
LEAST_ISLAND_ML = 0.1
"""A ball 6 mm wide."""


class CorrectionTools:
    """Each does nothing, or says why, where nothing can be edited."""

    def __init__(
        self,
        state: ViewState,
        jobs: Jobs,
        notices: Notices,
        view: View,
        correction: SegmentationCorrection,
    ) -> None:
        self._state, self._jobs, self._notices = state, jobs, notices
        self._view, self._correction = view, correction

    # -- by hand ----------------------------------------------------------------------------

    def begin_stroke(self, at_mm: ArrayLike, modality: Modality, *, erase: bool) -> "Paint | None":
        """Begin a stroke of the brush at a place (3,); None where nothing can be edited.

        modality : the sequence that is drawn on.
        """
        if self._correction.begin() is None:
            return None
        self._show()
        return self._paint(at_mm, modality, erase=erase)

    def stroke(self, view: SliceView, index: int, ends_mm: ArrayLike, paint: "Paint") -> None:
        """Go on in a straight line from one place to the other, (2, 3) in a slice."""
        from brainviewer.imaging.correction.brush import ball_stroke, disc_stroke

        editing = self._state.editing
        if editing.labels is None:
            return
        width = editing.diameter_mm
        if editing.ball:
            edit = ball_stroke(editing.labels, view.grid, ends_mm, width, paint)
        else:
            edit = disc_stroke(editing.labels, view, index, ends_mm, width, paint)
        self._correction.go_on(edit)

    def end_stroke(self, *, erase: bool) -> None:
        """The button went up."""
        self._correction.end("erase" if erase else "brush")

    def lasso(
        self, view: SliceView, index: int, points_mm: ArrayLike, modality: Modality, *, erase: bool
    ) -> None:
        """Paint, or erase, what a line encloses in a slice. points_mm : (n, 3)."""
        from brainviewer.imaging.correction.lasso import lasso

        paint = self._paint(np.asarray(points_mm)[0], modality, erase=erase, alike=False)
        self._show()
        self._correction.apply(
            "lasso",
            lambda labels: lasso(labels, view, index, points_mm, paint),
            "The lasso encloses nothing that it could change.",
        )

    def cut(self, view: SliceView, index: int, ends_mm: ArrayLike, *, through: bool) -> None:
        """Remove what a line cuts off: in its slice, or ``through`` all slices."""
        from brainviewer.imaging.correction.cut import cut_by_plane, cut_in_slice

        self._show()
        self._correction.apply(
            "cut",
            lambda labels: (
                cut_by_plane(labels, view, ends_mm)
                if through
                else cut_in_slice(labels, view, index, ends_mm)
            ),
            "The line cuts nothing off: draw it across the whole lesion.",
        )

    def grow(self, at_mm: ArrayLike, modality: Modality, *, erase: bool) -> None:
        """Paint what hangs together with a place (3,) and is as bright there.

        What the network took for lesion there, surely or faintly, belongs to it.
        """
        from brainviewer.imaging.correction.clean_up import remove_piece
        from brainviewer.imaging.correction.growing import grow

        study, finding = self._state.study, self._state.finding
        if study is None:
            return
        place, data = np.asarray(at_mm, np.float64), study.volumes[modality].data
        told = None if finding is None else finding.probability
        if told is None and finding is not None and finding.others is not None:
            told = LesionProbability.of_mask(finding.others > 0)
        paint = self._paint(place, modality, erase=False, alike=False)
        self._show()
        if erase:
            voxel = study.grid.nearest_voxel(place)
            none = "There is no lesion to remove where you clicked."
            self._correction.apply("remove piece", lambda there: remove_piece(there, voxel), none)
            return
        self._correction.apply(
            "grow region",
            lambda there: grow(there, study.grid, place, data, paint, probability=told),
            "Nothing around this place is as bright as it is there.",
        )

    def _paint(
        self, at_mm: ArrayLike, modality: Modality, *, erase: bool, alike: bool = True
    ) -> "Paint":
        from brainviewer.imaging.correction.growing import seed_at
        from brainviewer.imaging.correction.label_edit import Paint

        editing, study = self._state.editing, self._state.study
        assert study is not None
        value = 0 if erase else editing.value
        if not (alike and editing.similar):
            return Paint(value, editing.over)
        data = study.volumes[modality].data
        seed = seed_at(data, study.grid, np.asarray(at_mm, np.float64))
        return Paint(value, editing.over, data, seed.value, seed.tolerance)

    def _show(self) -> None:
        """What is drawn must be seen, also after all overlays were hidden."""
        shown = self._state.overlays
        if not (shown.lesion and shown.parts):
            self._view.set_overlay(lesion=True, parts=True)

    # -- at once ----------------------------------------------------------------------------

    def fill_holes(self) -> None:
        """Fill what the lesion encloses."""
        from brainviewer.imaging.correction.clean_up import fill_holes
        from brainviewer.imaging.correction.label_edit import Paint

        self._correction.apply(
            "fill holes",
            lambda labels: fill_holes(labels, Paint(self._state.editing.value)),
            "The lesion has no holes.",
        )

    def remove_islands(self) -> None:
        """Remove small pieces apart from the lesion."""
        from brainviewer.imaging.correction.clean_up import remove_islands

        grid = self._grid
        self._correction.apply(
            "remove islands",
            lambda labels: remove_islands(labels, grid, LEAST_ISLAND_ML),
            f"No piece of the lesion is smaller than {LEAST_ISLAND_ML:g} mL.",
        )

    def smooth(self) -> None:
        """Smooth the border of the lesion and of its parts."""
        from brainviewer.imaging.correction.clean_up import smooth

        grid = self._grid
        self._correction.apply(
            "smooth", lambda labels: smooth(labels, grid), "The lesion is as smooth as it gets."
        )

    def interpolate(self, plane: Plane | None = None) -> None:
        """Fill the empty slices between those that were drawn; of the shown plane by default."""
        from brainviewer.imaging.correction.interpolation import interpolate

        view = self._state.view(plane or self._state.shown_plane)
        self._correction.apply(
            "interpolate",
            lambda labels: interpolate(labels, view),
            f"No empty {view.plane} slice lies between slices that are drawn.",
        )

    # -- saved ------------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        """Write the segmentation as NIfTI on the grid of the first file, in the background.

        Parts have the values of ``LesionPart``; a lesion without parts is 1.
        """
        labels, study = self._as_it_stands(), self._state.study
        if study is None or labels is None:
            return

        def write() -> None:
            from brainviewer.files.nifti.writer import write_labels

            facts = {"kind": "segmentation", "format": "nii"}
            with audited(Action.EXPORTED, study, facts=facts):
                write_labels(path, labels, study.grid, study.reference.file_grid)

        self._jobs.save(SAVE, write, self._notices.fail)

    def _as_it_stands(self) -> Labels | None:
        """A copy of what is seen, which the finding follows a little later; None without any."""
        from brainviewer.imaging.correction.corrected_finding import labels_of, told_apart

        study, finding, labels = self._state.study, self._state.finding, self._state.editing.labels
        if labels is None and finding is not None and finding.mask is not None:
            labels = labels_of(finding)
        if study is None or labels is None:
            return None
        return labels.copy() if told_apart(study, labels) else (labels > 0).astype(np.uint8)

    @property
    def _grid(self) -> Grid:
        assert self._state.study is not None
        return self._state.study.grid
