"""A study made ready for the search: working arrays, brain, brightness, mid-sagittal plane."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from brainviewer.core.errors import Report, silent
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.preprocess import brain
from brainviewer.imaging.preprocess.intensity import flatten_bias, normalise
from brainviewer.imaging.preprocess.midsagittal import MidPlane, find_midplane
from brainviewer.imaging.preprocess.working_grid import Field, Mask, Spacing, WorkingGrid, box_of
from brainviewer.imaging.rules import lesion_search as lesion

Extract = Callable[[Study, Report], Mask | None]
"""Cuts out the brain of a head with skull: (i, j, k) bool, or None where it cannot."""

_SMALLEST_BRAIN_ML = 100.0
_LONGEST_BRAIN_MM = 350.0


@dataclass(frozen=True, eq=False)
class HeadVolume:
    """A study on its working grid.

    images : (R, A, S) float32 by sequence, in spreads from the brain's median.
    inside : (R, A, S) bool, the brain.
    stripped : the skull had been removed.
    extracted : the brain was cut out by what was given for it.
    """

    working: WorkingGrid
    images: dict[Modality, Field]
    inside: Mask
    plane: MidPlane
    stripped: bool
    extracted: bool = False

    def without(self, sequences: Collection[Modality]) -> "HeadVolume":
        """The same head without these sequences."""
        kept = {m: image for m, image in self.images.items() if m not in sequences}
        return replace(self, images=kept)


def prepare(
    study: Study, leading: Modality, report: Report = silent, extract: Extract | None = None
) -> HeadVolume | None:
    """The head of a study, or None if no brain is recognised in its sequence ``leading``.

    extract : asked for the brain where the skull was not removed; without it, or an answer of it,
        the brain is what ``brain.find_brain`` takes for it.
    """
    head = _prepare(study, leading, report, extract, swapped=False)
    if head is not None and not study.grid.oriented:
        # Which axis runs from side to side is not known: the head is most alike across it.
        turned = _prepare(study, leading, report, None, swapped=True)
        if turned is not None and turned.plane.cost < head.plane.cost:
            head = turned
    return head


def _prepare(
    study: Study, leading: Modality, report: Report, extract: Extract | None, swapped: bool
) -> HeadVolume | None:
    data = study.volumes[leading].data
    working = WorkingGrid.around(study.grid, data, swapped)
    images = {
        m: working.thin(volume.data) for m, volume in study.volumes.items() if not volume.constant
    }
    spacing = working.spacing
    report(0.2, "Finding the brain")
    whole = brain.find_head(images[leading])
    stripped = brain.is_stripped(images[leading], whole, spacing)
    if brain.millilitres(whole, spacing) < _SMALLEST_BRAIN_ML:
        return None
    cut_out = None if stripped or extract is None else extract(study, report)
    extracted = cut_out is not None
    if cut_out is not None and not stripped:
        inside = working.thin(cut_out) > 0.5
        # Too large for a brain by its voxel size only.
        stripped = brain.is_all_brain(inside, whole)
        extracted = not stripped
    if stripped:
        inside = whole
    elif cut_out is None:
        inside = brain.find_brain(images[leading], whole, spacing)
    if not _is_brain(inside, spacing):
        return None
    report(0.4, "Normalising the brightness")
    first = normalise(images[leading], inside)
    if not first.any():
        return None
    plane = find_midplane(first, inside, spacing)
    # A large lesion would bend the bias field, so it is kept out of its estimate.
    normal_brain = inside & ~lesion.suspicious(first, inside, plane, spacing)

    def flat(image: Field) -> Field:
        return normalise(flatten_bias(image, normal_brain, spacing), inside)

    # Two at a time: NumPy works without Python's lock, and each takes memory.
    with ThreadPoolExecutor(2) as pool:
        images = dict(zip(images, pool.map(flat, images.values()), strict=True))
    return HeadVolume(working, images, inside, plane, stripped, extracted)


def _is_brain(inside: Mask, spacing: Spacing) -> bool:
    """Whether a mask has the size of a brain, or of a good part of one.

    What is far larger is no head, and would take memory without bounds.
    """
    if brain.millilitres(inside, spacing) < _SMALLEST_BRAIN_ML:
        return False
    box = box_of(inside)
    return all(
        (part.stop - part.start) * mm <= _LONGEST_BRAIN_MM
        for part, mm in zip(box, spacing, strict=True)
    )
