"""Images of heads for a network to learn from another what is to be seen on them.

They are slices of the ``lgg`` collection in all three planes, for images are of any plane; none
of its patients is measured with, and nobody's class is asked for.
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.training.image_classification.data.tumour_samples import LGG, Sample
from brainviewer.training.labelled_data.cases import read_cases

# Slices of each sequence of a patient, along right-left, back-front and down-up.
_SLICES = (5, 5, 12)
_BACKGROUND = 20  # grey values up to this
_LEAST_HEAD = 0.3  # of the largest on any slice of the plane
_SEED = 2026


def unlabelled_samples(lgg: Path) -> list[Sample]:
    """Evenly chosen slices of every patient and sequence; raises FileError if one is unreadable.

    The lesion is known on each; the label is empty.
    """
    random = np.random.default_rng(_SEED)
    samples = []
    for case in read_cases(lgg):
        labelled = case.load()
        lesion = labelled.lesion
        for modality, volume in labelled.study.volumes.items():
            spacing = volume.grid.spacing
            for axis, count in enumerate(_SLICES):
                head = (volume.data > _BACKGROUND).sum(
                    axis=tuple(other for other in range(3) if other != axis)
                )
                places = np.flatnonzero(head > _LEAST_HEAD * head.max())
                for k in random.permutation(places)[:count].tolist():
                    outline = np.zeros_like(volume.data, bool) if lesion is None else lesion
                    picture, ill = (
                        _upright(np.take(data, k, axis).astype(np.float32), axis, spacing)
                        for data in (volume.data, outline)
                    )
                    name = f"{case.case_id}/{'xyz'[axis]}{k}/{modality}"
                    samples.append(Sample(name, LGG, case.case_id, "", 0, picture, ill > 0.5))
    return samples


def _upright(
    cut: NDArray[np.float32], axis: int, spacing: tuple[float, float, float]
) -> NDArray[np.float32]:
    """A slice as (rows, columns) with square pixels; the head up in all but axial ones."""
    across, along = (spacing[other] for other in range(3) if other != axis)
    picture = cut.T if axis == 2 else cut.T[::-1]
    rows, columns = picture.shape
    least = min(across, along)
    size = (round(columns * across / least), round(rows * along / least))
    return np.asarray(cv2.resize(np.ascontiguousarray(picture), size), np.float32)
