"""Where a lesion lies: in which lobes and structures, and how far from eloquent ones."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Report, silent
from brainviewer.core.findings.location import EloquentDistance, Fitted, Location, RegionPart
from brainviewer.core.findings.measurements import Side
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Affine, Grid, voxel_to_world
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.imaging.location.atlas import Atlas, atlas
from brainviewer.imaging.location.template_fit import fit_template
from brainviewer.imaging.measure.cavity import WORTH_SAYING_ML, cavity_ml
from brainviewer.imaging.measure.normal_appearing_brain import NormalAppearingBrain
from brainviewer.imaging.preprocess.alignment import mask_on
from brainviewer.imaging.preprocess.brain import find_head, is_stripped
from brainviewer.imaging.preprocess.working_grid import Mask, box_of

NO_ORIENTATION = "The study does not say how the patient lay."
NO_BRAIN = "The brain was not recognised in the images."
NO_FIT = "The brain could not be brought over the template."
OPERATED = (
    "The lesion holds {:.0f} mL of fluid, as after an operation: the template has no such place."
)
SIDES_DIFFER = "The middle of the head and that of the template disagree about the lesion's side."
OUTSIDE = "A part of the lesion lies outside the brain of the template."

NEAR_MM = 30.0
"""Eloquent structures that are farther away are not told."""
LEAST_FRACTION = 0.01
_BY = (Modality.T1, Modality.T1CE, Modality.T2, Modality.FLAIR)
_MOST_OUTSIDE = 0.1
_LEAST_VOXELS = 20  # of a structure, in mm³, that the lesion is next to: fewer are chance
_EDT_MM = 2.0
_PAD_MM = NEAR_MM + 5.0


def sequence_for(study: Study, finding: TumourFinding) -> Volume | None:
    """What the head is registered by: T1-weighted if there is one, with the thinnest slices."""
    used = study.together.without(finding.left_out).volumes
    known = [volume for m in _BY if (volume := used.get(m)) is not None and not volume.constant]
    t1 = [one for one in known if one.modality in (Modality.T1, Modality.T1CE)]
    # The first of equals: thinner by less than half a millimetre is no better.
    return min(t1 or known, key=lambda one: round(2 * max(one.file_grid.spacing)) / 2, default=None)


def brain_of(study: Study, finding: TumourFinding) -> Mask | None:
    """The brain (i, j, k) that a finding knows, or what is left of a head without skull."""
    if finding.brain is not None:
        return finding.brain if finding.mask is None else finding.brain | finding.mask
    volume = sequence_for(study, finding)
    if volume is None:
        return None
    ras = volume.grid.to_ras
    image = np.ascontiguousarray(ras.turn(volume.data), dtype=np.float32)
    x, y, z = (volume.grid.spacing[axis] for axis in ras.order)
    head = find_head(image)
    if not is_stripped(image, head, (x, y, z)):
        return None
    brain = np.zeros(study.grid.shape, bool)
    ras.turn(brain)[...] = head
    return brain


def fitted(study: Study, finding: TumourFinding, report: Report = silent) -> Fitted | None:
    """The head of a study brought over the template; None where it cannot be.

    The lesion of the finding takes no part. What is found holds for every later finding of it.
    """
    volume, brain = sequence_for(study, finding), brain_of(study, finding)
    if volume is None or brain is None:
        return None
    sick = np.zeros(study.grid.shape, bool) if finding.mask is None else finding.mask
    if finding.others is not None:
        sick = sick | (finding.others > 0)
    return fit_template(volume, brain, sick, atlas(), report)


def located(study: Study, finding: TumourFinding, report: Report = silent) -> TumourFinding:
    """The finding with its location; as it is where no lesion was found."""
    if not finding.found or finding.mask is None or not finding.mask.any():
        return finding
    return replace(finding, location=locate(study, finding, report=report))


def locate(
    study: Study, finding: TumourFinding, known: Fitted | None = None, report: Report = silent
) -> Location:
    """Where the lesion of a finding lies, or why that is not told.

    known : the head's fit, where it was found before.
    """
    which = atlas()
    of_atlas = Location(atlas=which.id, atlas_version=which.version)
    if not (finding.oriented and study.grid.oriented):
        return replace(of_atlas, left_out=NO_ORIENTATION)
    if brain_of(study, finding) is None:
        return replace(of_atlas, left_out=NO_BRAIN)
    fit = known or fitted(study, finding, report)
    if fit is None:
        return replace(of_atlas, left_out=NO_FIT)
    of_atlas = replace(of_atlas, fit=fit.fit)
    if fit.fit.poor:
        return replace(of_atlas, left_out=fit.fit.poor)
    if fluid := _cavity_ml(study, finding):
        return replace(of_atlas, left_out=OPERATED.format(fluid))
    placed = _placed(of_atlas, study.grid, finding.mask, fit.to_head, which)
    side = None if finding.measurements is None else finding.measurements.side
    there = placed.hemispheres or {}
    if side in (Side.LEFT, Side.RIGHT) and there.get(side.value, 1.0) < 0.5:
        return replace(of_atlas, left_out=SIDES_DIFFER)
    return placed


def _cavity_ml(study: Study, finding: TumourFinding) -> float:
    """Fluid in the lesion where it is worth a word, or the cavity that the study names; else 0."""
    if finding.agreement is not None and finding.agreement.cavity_ml:
        return float(finding.agreement.cavity_ml)
    together = study.together
    if Modality.FLAIR not in together.volumes:
        return 0.0
    around = NormalAppearingBrain.around(study.grid, finding.mask, finding.brain)
    volume = 0.0 if around is None else cavity_ml(together, around)
    return volume if volume >= WORTH_SAYING_ML else 0.0


def _placed(
    told: Location, grid: Grid, mask: Mask | None, to_head: Affine, which: Atlas
) -> Location:
    """A location with what the atlas says of a lesion (i, j, k) on a study's grid."""
    assert mask is not None
    in_mni = voxel_to_world(_inverse(to_head), grid.to_world(np.argwhere(mask)))
    numbers = _labels_at(in_mni, which)
    inside = numbers > 0
    if inside.mean() < 1 - _MOST_OUTSIDE:
        return replace(told, left_out=OUTSIDE)
    right = float((in_mni[:, 0] > 0).mean())
    # Rounded, so that the order of voxels in a file does not show.
    x, y, z = np.round(in_mni.mean(axis=0), 3).tolist()
    return replace(
        told,
        hemispheres={"left": 1 - right, "right": right},
        lobes=_parts(numbers[inside], in_mni[inside], which, lobes=True),
        structures=_parts(numbers[inside], in_mni[inside], which, lobes=False),
        eloquent=_eloquent(grid, mask, to_head, which),
        centre_mm=(x, y, z),
    )


def _inverse(affine: Affine) -> Affine:
    return np.asarray(np.linalg.inv(affine), np.float64)


def _labels_at(points: NDArray[np.float64], which: Atlas) -> NDArray[np.uint8]:
    """Labels (n,) of the atlas at points (n, 3) in MNI mm; 0 outside of it."""
    index = np.rint(which.grid.to_voxel(points)).astype(np.intp)
    inside = ((index >= 0) & (index < which.grid.shape)).all(axis=1)
    labels = np.zeros(len(points), np.uint8)
    labels[inside] = which.labels[tuple(index[inside].T)]
    return labels


def _parts(
    numbers: NDArray[np.uint8], points: NDArray[np.float64], which: Atlas, *, lobes: bool
) -> tuple[RegionPart, ...]:
    """Fractions of a lesion in each lobe, or in each structure, the largest first.

    numbers : (n,) labels of its voxels. points : (n, 3) where these are, in MNI mm.
    """
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for number, count in enumerate(np.bincount(numbers)):
        if count:
            region = which.regions[number % which.surroundings]
            name = region.lobe if lobes else region.name
            counts[name, region.side] += int(count)
    parts = (
        RegionPart(name, side, count / len(numbers))
        for (name, side), count in counts.items()
        if count / len(numbers) >= LEAST_FRACTION
    )
    return tuple(sorted(parts, key=lambda one: (-one.fraction, one.sided)))


def _eloquent(
    grid: Grid, mask: Mask, to_head: Affine, which: Atlas
) -> tuple[EloquentDistance, ...]:
    """Distances from the border of a lesion (i, j, k) to eloquent structures, the nearest first.

    In mm of the patient's head: the structures are brought there, not the lesion to the template.
    """
    away, there = _away(grid, mask)
    told = []
    for (name, side), points in which.eloquent.items():
        index = np.rint(there.to_voxel(voxel_to_world(to_head, points))).astype(np.intp)
        inside = ((index >= 0) & (index < there.shape)).all(axis=1)
        distances = away[tuple(index[inside].T)]
        if len(distances) <= _LEAST_VOXELS:
            continue
        nearest = float(np.partition(distances, _LEAST_VOXELS)[_LEAST_VOXELS])
        if nearest <= NEAR_MM:
            told.append(EloquentDistance(name, side, nearest))
    return tuple(sorted(told, key=lambda one: (one.distance_mm, one.sided)))


def _away(grid: Grid, mask: Mask) -> tuple[NDArray[np.float32], Grid]:
    """Distance in mm from a lesion (i, j, k), and the grid of that, with axes along R, A and S."""
    box = box_of(mask)
    corners = np.array(
        [[(p.start, p.stop - 1)[(c >> n) & 1] for n, p in enumerate(box)] for c in range(8)]
    )
    world = grid.to_world(corners)
    first = np.floor(world.min(axis=0) / _EDT_MM) * _EDT_MM - _PAD_MM
    counts = np.ceil((world.max(axis=0) + _PAD_MM - first) / _EDT_MM).astype(int) + 1
    affine = np.diag([_EDT_MM, _EDT_MM, _EDT_MM, 1.0])
    affine[:3, 3] = first
    there = Grid((int(counts[0]), int(counts[1]), int(counts[2])), affine)
    lesion = np.zeros(there.shape, bool)
    # Both ways, so that neither coarse nor fine voxels of the study leave holes.
    lesion[tuple(np.rint(there.to_voxel(grid.to_world(np.argwhere(mask)))).astype(int).T)] = True
    part = grid.part([p.start for p in box], [p.stop - p.start for p in box])
    lesion |= mask_on(mask[box], part, there)
    away = ndimage.distance_transform_edt(~lesion, sampling=there.spacing)
    return np.asarray(away, np.float32), there
