"""Brings a prior study of a patient over the current one: rigid, by one sequence of both."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.geometry import Grid
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.imaging.preprocess.alignment import resample, shifted, thinned
from brainviewer.imaging.preprocess.brain import find_head
from brainviewer.imaging.preprocess.registration.head_place import BESIDE_MM, middle_of_head
from brainviewer.imaging.preprocess.registration.registration import head_motion
from brainviewer.imaging.preprocess.working_grid import Field, Mask

_BY = (Modality.T1, Modality.T1CE, Modality.FLAIR, Modality.T2)
"""What is registered by, the best first: anatomy that changes least between examinations."""
_LEAST_CORRELATION = 0.45
"""Of the details of one sequence in both heads (see ``_correlation``). Synthetic follow-ups of two
of the research studies, their lesions grown or shrunk and the heads turned, reach 0.70 to 0.88,
heads of six different patients 0.11 to 0.28: their folds do not fit each other. The plain values
do not tell them apart: 0.87 and 0.74, as every head is bright and dark in the same places."""
_PLAIN_CORRELATION = 0.65
"""Below it the mirror image is held against the prior: a head is nearly its own, which reached 0.51
on a raw head."""
_FINE_MM, _DETAIL_MM, _RIM_MM = 2.0, 4.0, 4.0
_COARSE_MM, _SMOOTHING_MM = 6.0, 6.0
_MOST_TURNED = 2
"""So many right angles are tried; the right one was the first on a raw head."""
_BESIDE = np.array(BESIDE_MM)


@dataclass(frozen=True, eq=False)
class PriorPlace:
    """Where a prior study lies in the world of the current one.

    grid : of the prior, as it would be had the head lain as it does now.
    sequence : what it was registered by.
    rotation_degrees : how far the head was turned.
    correlation : of the details of both heads over each other; 1 for the same.
    """

    grid: Grid
    sequence: Modality
    rotation_degrees: float
    correlation: float


def place_prior(study: Study, prior: Study) -> PriorPlace | None:
    """Register the prior onto the current study; None where the volumes do not tell.

    The scanner's positions are of different days and count for nothing but the orientation: the
    heads are laid over each other by their middles first. Where that does not do, the prior is
    turned by right angles, as the headers of converted files may be. A mirrored head does not fit.
    """
    study, prior = study.together, prior.together
    by = next((m for m in _BY if m in study.volumes and m in prior.volumes), None)
    if by is None or not (study.grid.oriented and prior.grid.oriented):
        return None
    still, moved = study.volumes[by], prior.volumes[by]
    ours, theirs = (middle_of_head(one.data, one.grid) for one in (still, moved))
    if ours is None or theirs is None:
        return None
    upright = shifted(moved.grid, ours - theirs)
    for start in (upright, *_turned(still, replace(moved, grid=upright), ours)):
        motion = head_motion(moved.data, shifted(start, _BESIDE), still.data, still.grid)
        if motion is None:
            continue
        correlation = _correlation(still, moved, motion.grid)
        if correlation >= _PLAIN_CORRELATION or (
            correlation >= _LEAST_CORRELATION
            and correlation > _mirrored(still, moved, motion.grid, ours)
        ):
            turn = (motion.grid.affine @ np.linalg.inv(moved.grid.affine))[:3, :3]
            angle = math.degrees(math.acos(max(-1.0, min(1.0, (float(np.trace(turn)) - 1) / 2))))
            return PriorPlace(motion.grid, by, angle, correlation)
    return None


def _mirrored(still: Volume, moved: Volume, place: Grid, middle: NDArray[np.float64]) -> float:
    """``_correlation`` of a volume that lies in a place, when it is mirrored left to right.

    middle : of the head, (3,) in mm
    """
    mirror = np.diag((-1.0, 1.0, 1.0, 1.0))
    mirror[0, 3] = 2 * middle[0]
    start = shifted(Grid(place.shape, mirror @ place.affine), _BESIDE)
    motion = head_motion(moved.data, start, still.data, still.grid)
    return 0.0 if motion is None else _correlation(still, moved, motion.grid)


def _turned(still: Volume, moved: Volume, middle: NDArray[np.float64]) -> Iterator[Grid]:
    """A volume turned by right angles about a place (3,) in mm, where it looks more like a still
    one than it does as it lies, the best first; none for heads that lie the same way.

    The brightness of heads that lie roughly over each other tells which way is up.
    """
    ours, grid = _blurred(still)
    theirs, its_grid = _blurred(moved)
    inside = find_head(ours)
    found = []
    for turn in _RIGHT_ANGLES:
        motion = np.eye(4)
        motion[:3, :3], motion[:3, 3] = turn, middle - turn @ middle
        there = resample(theirs, Grid(its_grid.shape, motion @ its_grid.affine), grid)
        either = inside | find_head(there)
        if ours[either].std() and there[either].std():
            alike = float(np.corrcoef(ours[either], there[either])[0, 1])
            found.append((alike, turn, Grid(moved.grid.shape, motion @ moved.grid.affine)))
    found.sort(key=lambda one: one[0], reverse=True)
    for turn, grid in [one[1:] for one in found[:_MOST_TURNED]]:
        if np.array_equal(turn, np.eye(3)):
            return
        yield grid


def _right_angles() -> list[NDArray[np.float64]]:
    """The 24 rotations (3, 3) that bring axes onto axes."""
    identity = np.eye(3)
    turns = [
        identity[list(order)] * np.array(signs)[:, None]
        for order in permutations(range(3))
        for signs in product((1.0, -1.0), repeat=3)
    ]
    return [turn for turn in turns if np.linalg.det(turn) > 0]


_RIGHT_ANGLES = _right_angles()


def _blurred(volume: Volume) -> tuple[Field, Grid]:
    thin, grid = thinned(volume.data, volume.grid, _COARSE_MM)
    thin = np.minimum(thin, np.float32(np.percentile(thin, 99.5)))
    return ndimage.gaussian_filter(thin, [_SMOOTHING_MM / mm for mm in grid.spacing]), grid


def brain_alone(study: Study, brain: Mask) -> Study:
    """A study with all but its brain (i, j, k) as dark as air, for ``place_prior``: a head
    with its skull and one without do not fit each other."""
    volumes = {
        m: replace(v, data=np.where(brain, v.data, v.data.min())) for m, v in study.volumes.items()
    }
    return replace(study, volumes=volumes)


def _correlation(still: Volume, moved: Volume, place: Grid) -> float:
    """Of what is left of both heads when their smooth brightness is taken off: folds and fissures.

    The border of the head is left out, which is much the same in all. 0 where nothing varies.
    """
    ours, grid = thinned(still.data, still.grid, _FINE_MM)
    theirs = resample(moved.data.astype(np.float32), place, grid)
    both = find_head(ours) & find_head(theirs)
    sigma = [_DETAIL_MM / mm for mm in grid.spacing]
    weight = np.maximum(ndimage.gaussian_filter(both.astype(np.float32), sigma), np.float32(1e-3))

    def details(values: Field) -> Field:
        smooth = ndimage.gaussian_filter(np.where(both, values, np.float32(0)), sigma) / weight
        return np.asarray(values - smooth, np.float32)

    inside = ndimage.distance_transform_edt(both, sampling=grid.spacing) > _RIM_MM
    one, other = details(ours)[inside], details(theirs)[inside]
    if not inside.any() or one.std() == 0 or other.std() == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
