"""The target lesions of RANO with the sum of their products, and those of the prior beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brainviewer.app.jobs import Jobs
from brainviewer.app.notices import Notices
from brainviewer.app.prior.prior import Prior
from brainviewer.app.signals import Signal
from brainviewer.app.state import ViewState
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.errors import Report
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Study

if TYPE_CHECKING:
    from brainviewer.app.prior.beside import Beside
    from brainviewer.app.prior.comparison import Comparison
    from brainviewer.imaging.measure.follow_up.follow_up import FollowUp
    from brainviewer.imaging.measure.follow_up.matched_lesions import LesionSize

MEASURE = "target lesions"
BY_HAND, BY_SEGMENTATION = "By hand", "From the segmentation"
_OF = {"enhancing": "enhancing part", "lesion": "whole lesion"}
_NO_DIAMETERS = "{} has no diameters in the {}: there is no sum."
_NOT_AXIAL = "{} is not measured on an axial slice, as RANO asks for."


@dataclass(frozen=True)
class Size:
    """A lesion in one study; all 0 where it is not there.

    longest_mm, perpendicular_mm : of its largest part; product_mm2 : of all its parts, added up.
    small : below what RANO measures. parts : how many there are that can be measured.
    there : there is something of it, though it may be too small for diameters.
    """

    longest_mm: float
    perpendicular_mm: float
    product_mm2: float
    small: bool = False
    parts: int = 1
    there: bool = True


@dataclass(frozen=True)
class Target:
    """A lesion in the study and in the prior; None where it was not measured.

    counted : its product is in the sums.
    """

    name: str
    current: Size | None
    prior: Size | None
    counted: bool


@dataclass(frozen=True)
class TargetTable:
    """Lesions that were measured in one way. with_prior : a prior is beside the study.

    current_mm2, prior_mm2 : the sums of the products; None where one of them is not known.
    remarks : sentences to be told with it.
    """

    title: str
    targets: tuple[Target, ...]
    with_prior: bool
    current_mm2: float | None
    prior_mm2: float | None
    remarks: tuple[str, ...] = ()


class TargetLesions:
    """Makes the tables of the open study, in the background.

    tables : as they were made last.
    """

    changed = Signal()

    def __init__(self, state: ViewState, jobs: Jobs, notices: Notices, prior: Prior) -> None:
        self.crashed = state.crashed
        self._state, self._jobs, self._notices, self._prior = state, jobs, notices, prior
        self.tables: tuple[TargetTable, ...] = ()

    def measure(self) -> None:
        """Make them anew; none without a study of volumes."""
        study, finding, beside = self._state.solid_study, self._state.finding, self._prior.beside
        annotations = self._state.annotations
        if study is None:
            self._show(())
            return

        def work(_: Report) -> tuple[TargetTable, ...]:
            by_hand = drawn_targets(study, annotations, drawn_on_prior(beside))
            return by_hand, found_targets(study, finding, beside.compared if beside else None)

        self._jobs.start(MEASURE, work, self._show, self._notices.fail, shown=False)

    def _show(self, tables: tuple[TargetTable, ...]) -> None:
        self.tables = tables
        self.changed.emit()


def drawn_on_prior(beside: "Beside | None") -> tuple[Study, tuple[Annotation, ...]] | None:
    """The prior that is shown, with the annotations that were kept for it."""
    from brainviewer.files.journal.annotations import AnnotationJournal

    if beside is None:
        return None
    prior = beside.compared.prior.study
    return prior, AnnotationJournal(prior).restore().annotations


def drawn_targets(
    study: Study,
    annotations: Sequence[Annotation],
    prior: tuple[Study, Sequence[Annotation]] | None = None,
) -> TargetTable:
    """The diameters that were drawn by hand, but for hidden ones.

    Lesions of both studies are the same where they have the same name. With a prior, the targets
    are the prior's, so that both sums are of the same lesions; else the study's own: those with the
    largest products, as many as RANO adds up, of those that are large enough.
    """
    now, remarks = _drawn(study, annotations)
    before: dict[str, tuple[str, Size]] = {}
    if prior is not None:
        before, more = _drawn(*prior)
        remarks += more
    targets = _largest(before if prior is not None and before else now)
    rows = [
        Target(
            (now.get(key) or before[key])[0],
            now[key][1] if key in now else None,
            before[key][1] if key in before else None,
            key in targets,
        )
        for key in dict.fromkeys([*before, *now])
    ]
    sums = []
    for which, known in (("study", now), ("prior", before)):
        missing = [key for key in targets if key not in known]
        if which == "study" or before:
            remarks += [_NO_DIAMETERS.format((now | before)[key][0], which) for key in missing]
        total = None if missing or not targets else sum(known[k][1].product_mm2 for k in targets)
        sums.append(total)
    return TargetTable(
        BY_HAND, tuple(rows), prior is not None, sums[0], sums[1], tuple(dict.fromkeys(remarks))
    )


def _drawn(
    study: Study, annotations: Sequence[Annotation]
) -> tuple[dict[str, tuple[str, Size]], list[str]]:
    """Name and size of each pair of diameters, by what they are matched by; and remarks."""
    from brainviewer.imaging.measure.rano import least_diameter_mm

    found: dict[str, tuple[str, Size]] = {}
    remarks = []
    shown = [a for a in annotations if a.kind is Kind.BIDIRECTIONAL and not a.style.hidden]
    for place, one in enumerate(shown, 1):
        name = one.text.strip() or f"Diameters {place}"
        key, count = name.casefold(), 1
        while key in found:
            count += 1
            key = f"{name.casefold()} ({count})"
        if count > 1:
            name = f"{name} ({count})"
        view = SliceView.of(study.grid, one.plane)
        least = least_diameter_mm(study.grid.spacing[view.axis])
        longest, perpendicular, product = (value or 0.0 for _, value in one.measures)
        found[key] = name, Size(longest, perpendicular, product, perpendicular < least)
        if one.plane is not Plane.AXIAL or one.tilt is not None:
            remarks.append(_NOT_AXIAL.format(name))
    return found, remarks


def _largest(known: dict[str, tuple[str, Size]]) -> list[str]:
    from brainviewer.imaging.measure.rano import MOST_TARGETS

    measurable = [key for key, (_, size) in known.items() if not size.small]
    return sorted(measurable, key=lambda key: -known[key][1].product_mm2)[:MOST_TARGETS]


def found_targets(
    study: Study, finding: TumourFinding | None, compared: "Comparison | None" = None
) -> TargetTable:
    """The lesions of the segmentation: of the enhancing part where one of it is measurable, else of
    the whole lesion. With a prior they are those of the comparison with it."""
    from brainviewer.imaging.measure.follow_up.follow_up import PlacedFinding, follow_up

    if compared is not None:
        return _table(compared.follow_up, compared.shown + 1)
    if finding is None or not finding.found:
        return TargetTable(BY_SEGMENTATION, (), False, None, None)
    placed = PlacedFinding(finding, study.grid, study.grid, "the study")
    return _table(follow_up([placed], (), None), None)


def _table(found: "FollowUp", prior: int | None) -> TargetTable:
    """prior : the number of the study that stands beside the current one; None without."""
    targets = tuple(
        Target(
            f"Lesion {place}",
            _size(one.sizes[0]),
            None if prior is None else _size(one.sizes[prior]),
            one.target,
        )
        for place, one in enumerate(found.lesions, 1)
    )
    of = found.target.value if found.target is not None else ""
    title = f"{BY_SEGMENTATION}: {_OF[of]}" if of else BY_SEGMENTATION
    before = None if prior is None else found.sizes[prior].sum_mm2
    return TargetTable(
        title, targets, prior is not None, found.sizes[0].sum_mm2, before, found.notices
    )


def _size(size: "LesionSize | None") -> Size | None:
    if size is None:
        return None
    if size.diameters is None:
        return Size(0.0, 0.0, size.product_mm2, parts=size.parts, there=size.volume_ml > 0)
    longest, perpendicular = size.diameters.longest_mm, size.diameters.perpendicular_mm
    return Size(longest, perpendicular, size.product_mm2, not size.measurable, size.parts)
