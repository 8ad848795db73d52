"""Where the tumour is: its mask and the axial slice with the largest area of it."""

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from brainviewer.analysis import lesion, threshold_rule
from brainviewer.analysis.head import prepare
from brainviewer.analysis.lesion import Lesion
from brainviewer.analysis.measuring import measured
from brainviewer.analysis.midsagittal import MidSagittalPlane
from brainviewer.analysis.slice_area import areas, axial_axis, largest_slice, middle_of
from brainviewer.analysis.working_grid import Mask, WorkingGrid
from brainviewer.core.errors import BrainViewerError, Report, silent
from brainviewer.core.findings import Candidate, TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study

METHODS = ("lesion", "threshold")
NOTHING = "No lesion found."
# A lesion with less evidence (see Lesion) is taken for the uneven brightness of a healthy head.
# Heads mirrored onto themselves reach 0.9 with skull and next to nothing without.
_LEAST_STRIPPED, _LEAST_WITH_SKULL = 0.4, 1.0
# Evidence at which the confidence is one half; most wrong slices of the development set have less.
_HALF_SURE = 2.0
# How far to trust the sequence that leads the search.
_TRUST = {Modality.FLAIR: 1.0, Modality.T2: 0.6, Modality.T1CE: 0.5}


def find_tumour(
    study: Study, method: str = "lesion", *, threshold: float = 450.0, report: Report = silent
) -> TumourFinding:
    """Find the tumour slice; nothing found is a result, not an error.

    method : ``lesion``, or ``threshold`` for the rule of the first systems of this kind.
    threshold : for the rule, in the units of the file.
    report : called between the steps; may raise ``Cancelled``.

    The study's own segmentation is never looked at.
    Raises BrainViewerError for an unknown method.
    """
    began = time.perf_counter()
    if method not in METHODS:
        raise BrainViewerError(
            f"There is no method '{method}'.", f"Choose one of: {', '.join(METHODS)}."
        )
    report(0.0, "Looking for the tumour")
    if method == "threshold":
        finding = measured(study, threshold_rule.find(study, threshold))
    else:
        finding = _find_lesion(study, report)
    report(1.0, "Tumour slice found" if finding.found else NOTHING)
    return replace(finding, seconds=time.perf_counter() - began)


def _find_lesion(study: Study, report: Report) -> TumourFinding:
    leading = next(
        (m for m in _TRUST if m in study.volumes and not study.volumes[m].constant), None
    )
    if leading is None:
        return _nothing(study, "Finding the tumour needs a FLAIR, a T2 or a T1ce with an image.")
    head = prepare(study, leading, report)
    if head is None:
        return _nothing(study, "No brain was recognised in the images.")
    report(0.6, "Comparing the two sides")
    spacing = head.working.spacing
    lesions = lesion.search(
        head.images, leading, head.inside, head.plane, spacing, not head.stripped
    )
    report(0.8, "Outlining the lesion")
    least = _LEAST_STRIPPED if head.stripped else _LEAST_WITH_SKULL
    if not lesions or lesions[0].evidence < least:
        return _nothing(study)
    notices: tuple[str, ...] = ()
    if leading is not Modality.FLAIR:
        why = "FLAIR is empty" if Modality.FLAIR in study.volumes else "There is no FLAIR"
        notices = (f"{why}: the tumour was looked for in {leading} and may be missed.",)
    confidence = _confidence(lesions) * _TRUST[leading]
    found = _finding(study, head.working, lesions, confidence, notices)
    report(0.9, "Measuring the lesion")
    found = replace(found, brain=head.working.refine(head.inside))
    return measured(study, found, MidSagittalPlane.in_world(head.plane, head.working))


def _confidence(lesions: list[Lesion]) -> float:
    """0..1: how much evidence there is, and how far it outweighs the next lesion's."""
    amount = lesions[0].evidence
    strength = amount / (amount + _HALF_SURE)
    rival = lesions[1].evidence if len(lesions) > 1 else 0.0
    return float(strength * (1 - 0.6 * rival / amount))


def _finding(
    study: Study,
    working: WorkingGrid,
    lesions: list[Lesion],
    confidence: float,
    notices: tuple[str, ...],
) -> TumourFinding:
    grid = study.grid
    axis = axial_axis(grid)
    parts = [_outline(grid, working, one) for one in lesions]
    chosen = parts[: len(lesion.together(lesions))]
    mask = np.logical_or.reduce([part.mask for part in chosen])
    weighed = np.sum([part.weighed for part in chosen], axis=0)
    index = largest_slice(weighed, grid.spacing[axis])
    total = sum(one.evidence for one in lesions)
    candidates = []
    for one, part in zip(lesions, parts, strict=True):
        at = largest_slice(part.weighed, grid.spacing[axis])
        position = middle_of(grid, part.mask, axis, at)
        candidates.append(Candidate(at, position, one.volume_ml, one.evidence / total))
    return TumourFinding(
        "lesion",
        True,
        index=index,
        position_mm=middle_of(grid, mask, axis, index),
        confidence=confidence,
        candidates=tuple(candidates),
        area_mm2=areas(grid, mask, axis),
        mask=mask,
        notices=notices,
    )


@dataclass(frozen=True, eq=False)
class _Outline:
    """A lesion on the study's grid.

    mask : (i, j, k) bool.
    weighed : (slices,) area in mm² in which a doubtful rim counts less than the core.
    """

    mask: Mask
    weighed: NDArray[np.float32]


def _outline(grid: Grid, working: WorkingGrid, one: Lesion) -> _Outline:
    mask = working.refine(one.mask)
    axis = axial_axis(grid)
    share = one.certainty.sum(axis=(0, 1)) / np.maximum(one.mask.sum(axis=(0, 1)), 1)
    weights = working.spread(share.astype(np.float32), 2)
    return _Outline(mask, areas(grid, mask, axis) * weights)


def _nothing(study: Study, *notices: str) -> TumourFinding:
    slices = study.grid.shape[axial_axis(study.grid)]
    return TumourFinding(
        "lesion",
        False,
        area_mm2=np.zeros(slices, np.float32),
        mask=np.zeros(study.grid.shape, bool),
        notices=(NOTHING, *notices),
    )
