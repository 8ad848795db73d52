"""What if a part of the study were not there? What is hidden in it, and what became of the answer.

Immutable, as ``OcclusionTest`` is. The study, its finding and its answer are not touched.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from brainviewer.app.original_grids import Seen
from brainviewer.app.prediction.left_out import Rows
from brainviewer.app.prediction.occlusion_edit import Comparison, Mask
from brainviewer.app.prediction.occlusion_steps import Steps
from brainviewer.app.prediction.study_what_if import HiddenPart, hide, what_if_hidden
from brainviewer.app.status import Status
from brainviewer.core.errors import Report
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.slices import SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.models.engine.engine import Engine

_BRUSH_MM, _SMALLEST_MM, _LARGEST_MM = 12, 2, 60


@dataclass(frozen=True)
class Basis:
    """What a test starts from: all that the answer ``before`` rests on, the same if all is.

    age_years : that was entered, whether or not the model took it.
    slice_index : axial slice that was asked for; None for that of the tumour.
    """

    study: Study
    finding: TumourFinding
    before: Classification
    age_years: float | None = None
    slice_index: int | None = None


@dataclass(frozen=True, eq=False)
class StudyOcclusion:
    """A study of which a part is hidden, sequences are left out in turn, or the age is another.

    edits : what is hidden, (i, j, k) bool on the study's grid, step by step.
    brush : diameter in mm.
    through_lesion : a stroke hides as deep as the lesion is, else one slice.
    part : what panes show instead of the study; None until it is made, and with nothing hidden.
        While another one is made it is still that of ``part_of``.
    after, comparison, status, message : the answer for it, see ``OcclusionTest``.
    rows : the answers without each sequence, and of other ages.
    """

    basis: Basis
    edits: Steps
    brush: int = _BRUSH_MM
    through_lesion: bool = True
    part: HiddenPart | None = None
    part_of: Steps | None = None
    after: Classification | None = None
    comparison: Comparison | None = None
    status: Status = Status.NOT_RUN
    message: str = ""
    rows: Rows = field(default_factory=Rows)

    @classmethod
    def of(cls, basis: Basis) -> "StudyOcclusion":
        """Nothing is hidden yet."""
        return cls(basis, Steps.begin(basis.study.grid.shape))

    unit = "mm"
    """Of the brush."""
    frame = None
    """A study has none."""
    smallest_brush, largest_brush = _SMALLEST_MM, _LARGEST_MM

    @property
    def original(self) -> Study:
        """The study with nothing hidden."""
        return self.basis.study

    @property
    def before(self) -> Classification:
        """Its answer."""
        return self.basis.before

    @property
    def shown_study(self) -> Study | None:
        """What panes show instead of the study; None where nothing is hidden yet."""
        return None if self.part is None else self.part.study

    @property
    def shown_finding(self) -> TumourFinding | None:
        """What is left of the finding; None where nothing is hidden yet."""
        return None if self.part is None else self.part.finding

    def seen(self, seen: Seen, modality: Modality) -> Seen:
        """What panes show of a sequence of the study: with what is hidden.

        On the grid of a file, or where it does not lie over the others, nothing is hidden.
        """
        part, study = self.part, self.original
        if part is None or seen.original or seen.study is not study:
            return seen
        if modality not in study.together.volumes:
            return seen
        return Seen(part.study, part.finding)

    def drawn(self, view: SliceView, index: int, covered: Mask) -> Mask:
        """The region after a stroke on a slice, carried through as many slices as is chosen.

        covered : (rows, columns) bool as on the screen: all that is hidden on the slice then.
        """
        region = self.edits.region.copy()
        before = np.array(view.cut(region, index))
        deep = [slice(None)] * 3
        deep[view.axis] = self._depth(view.axis, index)
        there = view.restore(covered), view.restore(before)
        after, was = (np.expand_dims(flat, view.axis) for flat in there)
        inside = region[tuple(deep)]  # a view: writing to it changes the region
        inside |= after & ~was
        inside &= ~(was & ~after)
        return region

    def _depth(self, axis: int, index: int) -> slice:
        mask = self.basis.finding.mask
        if not self.through_lesion or mask is None or not mask.any():
            return slice(index, index + 1)
        others = tuple(n for n in range(3) if n != axis)
        places = np.flatnonzero(mask.any(axis=others))
        return slice(min(int(places[0]), index), max(int(places[-1]), index) + 1)

    def with_edits(self, edits: Steps) -> "StudyOcclusion":
        """With other steps."""
        return replace(self, edits=edits, part=self.part if edits.edited else None)

    def compared_with(self, before: Classification) -> "StudyOcclusion":
        """With another answer for the study itself."""
        return self.resting_on(replace(self.basis, before=before))

    def with_brush(self, diameter: int) -> "StudyOcclusion":
        """With another brush, in mm, held inside its bounds."""
        return replace(self, brush=min(max(diameter, _SMALLEST_MM), _LARGEST_MM))

    def with_part(self, part: HiddenPart) -> "StudyOcclusion":
        """With what panes show."""
        return replace(self, part=part, part_of=self.edits)

    def settled(self) -> "StudyOcclusion":
        """With nothing shown as hidden that is not: no other part is on its way any more."""
        return self if self.made else replace(self, part=None, part_of=None)

    @property
    def made(self) -> bool:
        """Whether panes show what is hidden."""
        return self.part is not None and self.part_of is self.edits

    def waiting(self, why: str) -> "StudyOcclusion":
        """With no answers until that for the study itself is there again."""
        rows = replace(self.rows, rows=(), status=Status.NOT_RUN, message="")
        return replace(
            self, after=None, comparison=None, status=Status.STALE, message=why, rows=rows
        )

    def resting_on(self, basis: Basis) -> "StudyOcclusion":
        """With the same hidden, and another answer to be compared with."""
        same = basis.finding is self.basis.finding and basis.study is self.basis.study
        part = self.part if same else None
        rows = replace(self.rows, rows=(), status=Status.NOT_RUN, message="")
        return replace(self, basis=basis, part=part, rows=rows)

    def make(self, report: Report) -> HiddenPart:
        """See ``hide``."""
        return hide(
            self.basis.study, self.basis.finding, self.edits.region, self.edits.fill, report
        )

    def ask(
        self, made: HiddenPart, engine: Engine, report: Report
    ) -> tuple[Classification | None, Comparison]:
        """See ``what_if_hidden``."""
        basis = self.basis
        return what_if_hidden(
            made, basis.before, engine, basis.age_years, basis.slice_index, report
        )
