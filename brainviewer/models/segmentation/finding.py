"""A finding out of the lesions of a head: mask on the study's grid, slice, candidates, notices."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.tumour import Candidate, OtherLesion, TumourFinding
from brainviewer.core.segments import LesionPart
from brainviewer.core.study import Study
from brainviewer.imaging.measure.lesion import is_cut_off
from brainviewer.imaging.measure.normal_appearing_brain import NormalAppearingBrain
from brainviewer.imaging.measure.slice_area import areas, axial_axis, largest_slice, middle_of
from brainviewer.imaging.preprocess.brain import fill_holes
from brainviewer.imaging.preprocess.working_grid import Field, Mask, WorkingGrid
from brainviewer.imaging.rules.lesion_search import Lesion, together
from brainviewer.models.segmentation.enhancing import enhancing_of
from brainviewer.models.segmentation.lesions import THRESHOLD
from brainviewer.models.segmentation.logistic import LogisticFunction

NOTHING = "No lesion found."
CUT_OFF = "The lesion reaches the edge of the images: a part of it may not be shown."
# A further lesion is worth a notice from this volume on, in mL, and from this fraction of the
# evidence of the first: the search without a model brings along specks of uneven brightness.
_SIZEABLE_ML = 1.0
_SIZEABLE_FRACTION = 0.05


def finding_of(
    study: Study,
    working: WorkingGrid,
    lesions: list[Lesion],
    method: str,
    confidence: float,
    notices: tuple[str, ...],
    probability: Field | None = None,
    *,
    unseen: Collection[int] = (),
) -> TumourFinding:
    """The strongest lesion, with others that have a good part of its evidence, as a finding.

    lesions : at least one, the one with the most evidence first.
    probability : (R, A, S), 0..1, of any lesion, where a network told it.
    unseen : axial slices that are empty in the files; none of them is chosen while another shows
        the lesion.
    """
    grid = study.grid
    axis = axial_axis(grid)
    masks = [working.refine(one.soft) for one in lesions]
    count = len(together(lesions))
    mask = np.logical_or.reduce(masks[:count])
    area = areas(grid, mask, axis)
    seen = area.copy()
    seen[list(unseen)] = 0
    index = largest_slice(seen if seen.any() else area, grid.spacing[axis])
    total = sum(one.evidence for one in lesions)
    candidates = []
    for one, own in zip(lesions, masks, strict=True):
        at = largest_slice(areas(grid, own, axis), grid.spacing[axis])
        position = middle_of(grid, own, axis, at)
        candidates.append(Candidate(at, position, one.volume_ml, one.evidence / total))
    return TumourFinding(
        method,
        True,
        index=index,
        position_mm=middle_of(grid, mask, axis, index),
        confidence=confidence,
        candidates=tuple(candidates),
        area_mm2=area,
        mask=mask,
        others=_others(working, mask, lesions, masks[count:], probability),
        notices=(*notices, *_remarks(study, mask, lesions)),
    )


def _others(
    working: WorkingGrid,
    mask: Mask,
    lesions: list[Lesion],
    apart: list[Mask],
    probability: Field | None,
) -> NDArray[np.uint8] | None:
    """What lies apart from a mask (i, j, k), see ``TumourFinding``.

    apart : the masks of the last ones of ``lesions``, which are not in the mask.
    """
    others = np.zeros(mask.shape, np.uint8)
    for one, own in zip(lesions[len(lesions) - len(apart) :], apart, strict=True):
        kind = OtherLesion.SIZEABLE if _sizeable(one, lesions) else OtherLesion.FAINT
        others[own & ~mask & (others == 0)] = kind
    if probability is not None:
        rest = probability > THRESHOLD
        for one in lesions:
            rest &= ~one.mask
        if rest.any():
            fine = working.refine(np.where(rest, probability, np.float32(0)))
            others[fine & ~mask & (others == 0)] = OtherLesion.FAINT
    return others if others.any() else None


def _sizeable(one: Lesion, lesions: list[Lesion]) -> bool:
    """Whether a further lesion is worth a word."""
    least = _SIZEABLE_FRACTION * lesions[0].evidence
    return one.volume_ml >= _SIZEABLE_ML and one.evidence >= least


def parts_of(
    study: Study,
    finding: TumourFinding,
    regions: Field,
    working: WorkingGrid,
    function: LogisticFunction | None,
    normal_brain: NormalAppearingBrain | None,
) -> NDArray[np.uint8] | None:
    """The ``LesionPart`` of every voxel (i, j, k) of a lesion, 0 elsewhere; None without one.

    regions : probabilities (3, R, A, S) of the whole, its core with what enhances, and what
        enhances.
    function : see ``enhancing``; without it, a sequence that it needs, or normal-appearing brain
        around the lesion, the region is taken.
    """
    mask = finding.mask
    if mask is None or not mask.any():
        return None
    enhancing = None
    if function is not None and normal_brain is not None:
        enhancing = enhancing_of(study, normal_brain, regions, working, function)
    if enhancing is None:
        enhancing = working.refine(regions[2]) & mask
    core = core_of(regions, working) & mask
    parts = np.where(mask, np.uint8(LesionPart.OEDEMA), np.uint8(0))
    parts[core] = LesionPart.NECROSIS
    parts[enhancing] = LesionPart.ENHANCING
    return parts


def core_of(regions: Field, working: WorkingGrid) -> Mask:
    """The core with what enhances (i, j, k), and what it encloses; regions : see ``parts_of``.

    A large dead core is dark on T1 and bright on FLAIR, as oedema is, but oedema lies around a
    core: experts mark next to none inside one.
    """
    core = np.maximum(regions[1], regions[2])
    inside = core > THRESHOLD
    return working.refine(np.where(fill_holes(inside) & ~inside, np.float32(1), core))


def _remarks(study: Study, mask: Mask, lesions: list[Lesion]) -> list[str]:
    """What a reader should know about a mask (i, j, k) and the lesions behind it."""
    remarks = []
    if is_cut_off(study, mask):
        remarks.append(CUT_OFF)
    others = [one.volume_ml for one in lesions[1:] if _sizeable(one, lesions)]
    if others:
        count = "A second lesion" if len(others) == 1 else f"{len(others)} more lesions"
        where = "lies" if len(others) == 1 else "lie"
        remarks.append(f"{count} of {sum(others):.0f} mL {where} apart from the first.")
    return remarks


def nothing(study: Study, method: str, *notices: str) -> TumourFinding:
    """The finding that there is nothing, with what else is to be said."""
    slices = study.grid.shape[axial_axis(study.grid)]
    return TumourFinding(
        method,
        False,
        area_mm2=np.zeros(slices, np.float32),
        mask=np.zeros(study.grid.shape, bool),
        notices=(NOTHING, *notices),
    )
