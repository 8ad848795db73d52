"""What of a lesion enhances, voxel by voxel at the resolution of the study.

The network sees pixels of 2 mm and knows what a rim is; T1ce and T1 show where it ends, but also
blood and vessels. A logistic function weighs both (stacking; Wolpert 1992).
"""

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.measure.enhancement import cleaned, uptake_of
from brainviewer.imaging.measure.normal_appearing_brain import NormalAppearingBrain
from brainviewer.imaging.preprocess.working_grid import Field, Mask, WorkingGrid
from brainviewer.models.segmentation.logistic import LogisticFunction

_NEAR_MM = 1.0
_LEAST = 0.01


def enhancing_features(
    study: Study, normal_brain: NormalAppearingBrain, regions: Field, working: WorkingGrid
) -> NDArray[np.float32] | None:
    """ENHANCING_FEATURES of every voxel of the lesion that ``normal_brain`` lies around, (n,
    features) float32.

    regions : probabilities (3, R, A, S) of the whole, its core and what enhances.

    None without T1ce, T1 or FLAIR.
    """
    flair, found = study.volumes.get(Modality.FLAIR), uptake_of(study, normal_brain)
    if flair is None or flair.constant or found is None:
        return None
    if found.before is None or found.uptake is None:
        return None
    sigma = [_NEAR_MM / size for size in normal_brain.spacing]
    turn, inside = study.grid.to_ras.turn, normal_brain.lesion
    lesion = normal_brain.restore(inside)

    def near(image: Field) -> Field:
        return np.asarray(ndimage.gaussian_filter(image, sigma), np.float32)

    def logit(probability: Field) -> Field:
        around = turn(probability)[normal_brain.box].clip(_LEAST, 1 - _LEAST)
        return np.asarray(np.log(around / (1 - around)), np.float32)

    core, enhancing = working.fine((np.maximum(regions[1], regions[2]), regions[2]), lesion)
    columns = (
        found.uptake,
        near(found.uptake),
        near(found.bright),
        found.before,
        normal_brain.normalised(flair.data)[0],
        logit(core),
        logit(enhancing),
    )
    return np.stack([column[inside] for column in columns], axis=1)


def enhancing_of(
    study: Study,
    normal_brain: NormalAppearingBrain,
    regions: Field,
    working: WorkingGrid,
    function: LogisticFunction,
) -> Mask | None:
    """(i, j, k), what enhances of a lesion, without specks and vessels; see
    ``enhancing_features``."""
    known = enhancing_features(study, normal_brain, regions, working)
    if known is None:
        return None
    return normal_brain.restore(enhancing_in_box(known, normal_brain, function))


def enhancing_in_box(
    known: NDArray[np.float32], normal_brain: NormalAppearingBrain, function: LogisticFunction
) -> Mask:
    """The same (R, A, S) in the box around the lesion; known : of ``enhancing_features``."""
    likely = np.zeros(normal_brain.lesion.shape, bool)
    likely[normal_brain.lesion] = function(known) > 0.5
    return cleaned(likely, likely, normal_brain)
