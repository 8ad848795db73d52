"""Fluid inside a lesion: a cyst, or the cavity that an operation left."""

import numpy as np

from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.measure.normal_appearing_brain import NormalAppearingBrain

# Fluid that FLAIR suppresses lies 3 to 5 spreads below normal-appearing brain, and is dark on T1.
_DARK_FLAIR, _DARK_T1 = -2.5, -1.5
# Narrower than this is a sulcus.
_SULCUS_MM = 3.0
# Four of 98 patients with low-grade glioma have more, all of them with a cyst or cavity that the
# eye sees; the next one has half as much.
WORTH_SAYING_ML = 2.0


def cavity_notice(study: Study, normal_brain: NormalAppearingBrain) -> tuple[str, ...]:
    """A sentence about the fluid that the lesion holds, if there is much of it in one place."""
    volume = cavity_ml(study, normal_brain)
    if volume < WORTH_SAYING_ML:
        return ()
    return (
        f"The lesion holds {volume:.0f} mL of fluid, as in a cyst or after an operation: its "
        "volume and diameters include that.",
    )


def cavity_ml(study: Study, normal_brain: NormalAppearingBrain) -> float:
    """Volume of the largest connected part of the lesion that is fluid; 0 without a FLAIR."""
    flair, t1 = (study.volumes.get(m) for m in (Modality.FLAIR, Modality.T1))
    if flair is None or flair.constant:
        return 0.0
    fluid = (normal_brain.normalised(flair.data)[0] < _DARK_FLAIR) & normal_brain.lesion
    if t1 is not None and not t1.constant:
        fluid &= normal_brain.normalised(t1.data)[0] < _DARK_T1
    if not fluid.any():
        return 0.0
    sizes = [2 * int(_SULCUS_MM / 2 / size) + 1 for size in normal_brain.spacing]
    wide = ndimage.grey_opening(fluid.view(np.uint8), sizes, mode="constant")
    labels, count = ndimage.label(wide)
    largest = int(np.bincount(labels.ravel())[1:].max()) if count else 0
    return largest * normal_brain.grid.voxel_volume / 1000
