"""Studies with the skull taken off, as many collections and clinics hand them on."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.study import Study


def without_skull(study: Study, brain: NDArray[np.bool_]) -> Study:
    """The study with everything outside the brain set to zero.

    brain : (i, j, k) bool.
    """
    volumes = {
        modality: replace(volume, data=np.where(brain, volume.data, volume.data.dtype.type(0)))
        for modality, volume in study.volumes.items()
    }
    return replace(study, volumes=volumes)
