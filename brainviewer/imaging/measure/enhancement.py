"""The part of a lesion that takes up contrast agent, from T1ce and T1.

Both sequences are normalised in normal-appearing brain, away from the lesion, so that their
difference has no unit and is about 0 wherever nothing was taken up; its spread there tells how
large a difference means something. What is bright before contrast as well (blood, fat, calcium)
cancels.
"""

from dataclasses import dataclass

import numpy as np

from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.measure.normal_appearing_brain import NormalAppearingBrain
from brainviewer.imaging.preprocess.working_grid import Field, Mask
from brainviewer.imaging.robust_spread import robust_spread

WITHOUT_T1 = (
    "There is no T1: what is very bright on T1ce was taken for enhancing, which blood and fat may "
    "be as well."
)
# Least spread of the difference: images that are made up may have no noise of their own.
_LEAST_SPREAD = 0.3
# In units of the spread of the difference: what enhances for certain, and how far that reaches.
# Checked by eye on patients with skull and beside the contours of synthetic heads.
_CERTAIN, _REACH = 4.5, 3.0
# On T1ce itself, in units of its spread in normal-appearing brain, where white matter is about 1:
# what stays darker than that is fluid or necrosis that differs by its own noise.
_BRIGHT = 1.0
# T1ce alone, in the same units; chosen to agree with both together on patients with skull.
_ALONE_CERTAIN, _ALONE_REACH = 3.5, 2.5
# A part is a speck below the first volume. Below the second it is a vessel or the brain's lining
# if it runs along the border of a lesion that it is a small fraction of.
_SPECK_ML, _VESSEL_ML = 0.05, 0.5
_VESSEL_FRACTION = 0.1
_BORDER_MM = 3.0


@dataclass(frozen=True, eq=False)
class Enhancement:
    """mask : (i, j, k) bool, inside the lesion. notices : what the reader must know about it."""

    mask: Mask
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Uptake:
    """T1ce and T1 in the box around a lesion, (R, A, S), in units of normal-appearing brain.

    uptake : their difference, in units of its own spread there; None without T1.
    """

    bright: Field
    before: Field | None
    uptake: Field | None


def uptake_of(study: Study, normal_brain: NormalAppearingBrain) -> Uptake | None:
    """How much contrast agent was taken up around a lesion; None without T1ce."""
    post, pre = (study.volumes.get(m) for m in (Modality.T1CE, Modality.T1))
    if post is None or post.constant:
        return None
    bright, bright_in_brain = normal_brain.normalised(post.data)
    if pre is None or pre.constant:
        return Uptake(bright, None, None)
    before, before_in_brain = normal_brain.normalised(pre.data)
    usual = bright_in_brain - before_in_brain
    middle = np.median(usual)
    spread = max(robust_spread(usual, middle), _LEAST_SPREAD)
    return Uptake(bright, before, (bright - before - middle) / spread)


def find_enhancement(study: Study, normal_brain: NormalAppearingBrain) -> Enhancement | None:
    """The enhancing part of the lesion that ``normal_brain`` lies around; None without T1ce.

    Without T1, T1ce alone is used, with a notice.
    """
    found = uptake_of(study, normal_brain)
    if found is None:
        return None
    if found.uptake is None:
        certain = found.bright > _ALONE_CERTAIN
        reach = found.bright > _ALONE_REACH
    else:
        certain = (found.uptake > _CERTAIN) & (found.bright > _BRIGHT)
        reach = (found.uptake > _REACH) & (found.bright > _BRIGHT)
    inside = normal_brain.lesion
    mask = normal_brain.restore(cleaned(certain & inside, reach & inside, normal_brain))
    return Enhancement(mask, (WITHOUT_T1,) if found.uptake is None and mask.any() else ())


def cleaned(certain: Mask, reach: Mask, normal_brain: NormalAppearingBrain) -> Mask:
    """What is connected with a certain part, without specks and vessels."""
    labels, count = ndimage.label(certain | reach, np.ones((3, 3, 3)))
    if count == 0:
        return np.zeros(certain.shape, bool)
    voxel_ml = normal_brain.grid.voxel_volume / 1000
    lesion = normal_brain.lesion
    millilitres = np.bincount(labels.ravel()) * voxel_ml
    keep = (np.bincount(labels[certain], minlength=count + 1) > 0) & (millilitres >= _SPECK_ML)
    keep[0] = False
    large = min(_VESSEL_ML, _VESSEL_FRACTION * float(np.count_nonzero(lesion)) * voxel_ml)
    small = keep & (millilitres < large)
    if small.any():
        sizes = [2 * max(1, round(_BORDER_MM / s)) + 1 for s in normal_brain.spacing]
        deep = ndimage.minimum_filter(lesion.view(np.uint8), sizes, mode="constant") > 0
        deep_ml = np.bincount(labels[deep], minlength=count + 1) * voxel_ml
        keep &= ~small | (deep_ml >= millilitres / 2)
    return np.asarray(keep[labels])
