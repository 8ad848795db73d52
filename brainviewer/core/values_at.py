"""The values of a study at one place."""

from numpy.typing import ArrayLike

from brainviewer.core.study import Modality, Study


def values_at(study: Study, position_mm: ArrayLike) -> dict[Modality, float]:
    """Stored values of every sequence in the voxel at a world position (3,) in mm, RAS+.

    Empty outside the grid.
    """
    if not study.grid.contains(position_mm):
        return {}
    voxel = study.grid.nearest_voxel(position_mm)
    return {m: float(study.volumes[m].data[voxel]) for m in study.modalities}
