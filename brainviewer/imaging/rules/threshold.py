"""The rule of the first systems of this kind: FLAIR above a fixed value, slice with the most.

Kept for comparison. Scanners have no common unit of intensity, so 450 marks the whole brain in
one study and a few voxels in the next.
"""

import numpy as np

from brainviewer.core.findings.tumour import Candidate, TumourFinding
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.measure.slice_area import areas, axial_axis, middle_of


def find(study: Study, threshold: float) -> TumourFinding:
    """The axial slice in which the FLAIR values above ``threshold`` have the largest sum."""
    axis = axial_axis(study.grid)
    if Modality.FLAIR not in study.volumes:
        return _nothing(study, "No lesion found: the threshold rule needs a FLAIR.")
    data = study.volumes[Modality.FLAIR].data
    mask = np.asarray(data > threshold)
    if not mask.any():
        return _nothing(study, f"No lesion found: no FLAIR value is above {threshold:g}.")
    others = tuple(n for n in range(3) if n != axis)
    sums = np.where(mask, data, 0).sum(axis=others, dtype=np.float64)
    index = int(sums.argmax())
    position = middle_of(study.grid, mask, axis, index)
    volume = float(mask.sum()) * study.grid.voxel_volume / 1000
    # The rule has no way to tell how sure it is; half of its slices are wrong.
    return TumourFinding(
        "threshold",
        True,
        index=index,
        position_mm=position,
        confidence=0.5 * float(np.clip(1 - volume / 500, 0, 1)),
        candidates=(Candidate(index, position, volume, 1.0),),
        area_mm2=areas(study.grid, mask, axis),
        mask=mask,
    )


def _nothing(study: Study, notice: str) -> TumourFinding:
    slices = study.grid.shape[axial_axis(study.grid)]
    empty = np.zeros(study.grid.shape, bool)
    return TumourFinding(
        "threshold", False, area_mm2=np.zeros(slices, np.float32), mask=empty, notices=(notice,)
    )
