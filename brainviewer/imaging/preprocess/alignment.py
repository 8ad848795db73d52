"""One grid for sequences that lie on different ones.

The sequences of one examination share the scanner's world, so that positions in it are enough to
bring them together, unless the head moved (see ``registration``).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import GeometryError
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality

_SLAB = 4
"""Slices that are resampled at once."""


def reference_of(grids: Mapping[Modality, Grid]) -> Modality:
    """The sequence that gives a study its grid: the FLAIR, else the first one at hand.

    Where that one does not say how the patient lay and others do, it is the first of those that it
    fits, else the first of them.
    """
    order = [m for m in Modality if m in grids]
    known = [m for m in order if grids[m].oriented]
    if not known:
        return order[0]
    return next((m for m in known if fits(grids[order[0]], grids[m])), known[0])


def common_grid(grids: Mapping[Modality, Grid]) -> Grid:
    """The grid that a study is shown on: that of ``reference_of``.

    If a sequence does not say how the patient lay, no sides may be told in the whole study.
    """
    reference = grids[reference_of(grids)]
    if all(grid.oriented for grid in grids.values()):
        return reference
    return Grid(reference.shape, reference.affine, oriented=False)


def fits(grid: Grid, onto: Grid) -> bool:
    """Whether two grids have as many voxels of the same size, wherever they lie."""
    return grid.shape == onto.shape and np.allclose(grid.spacing, onto.spacing, rtol=0.01)


def coincide(grid: Grid, onto: Grid) -> bool:
    """Whether data on ``grid`` can be taken for data on ``onto`` as they are.

    Where one of them has no orientation, ``fits`` must do.

    Raises GeometryError if it does not, because there is then no way to bring them together.
    """
    if grid.oriented and onto.oriented:
        return grid.matches(onto)
    if fits(grid, onto):
        return True
    raise GeometryError(
        "The sequences have different grids, and not every file says how the patient lay.",
        "Export them again with their orientation, or open them one by one.",
    )


def shifted(grid: Grid, by_mm: NDArray[np.float64]) -> Grid:
    """A grid that lies elsewhere, by (3,) mm to the Right, Anterior and Superior."""
    affine = grid.affine.copy()
    affine[:3, 3] += by_mm
    return Grid(grid.shape, affine)


def thinned(
    data: NDArray[np.generic], grid: Grid, apart_mm: float = 4.0
) -> tuple[NDArray[np.float32], Grid]:
    """Every so many voxels of a volume, some mm apart; 4 mm are enough for a head."""
    i, j, k = (max(1, round(apart_mm / mm)) for mm in grid.spacing)
    return np.asarray(data[::i, ::j, ::k], np.float32), grid.every((i, j, k))


def mask_on(mask: NDArray[np.bool_], grid: Grid, onto: Grid) -> NDArray[np.bool_]:
    """A mask (i, j, k) on another grid.

    Between voxels, not by the nearest one, so that a border does not move towards either side.
    """
    return np.asarray(resample(mask.astype(np.float32), grid, onto) >= 0.5)


def resample(data: NDArray[Any], grid: Grid, onto: Grid, *, labels: bool = False) -> NDArray[Any]:
    """The values of a volume (i, j, k) at the voxels of another grid, by world position.

    Linear between voxels, the nearest one for labels; what lies outside the volume gets its
    smallest value. Keeps the number type. Returns an array of shape ``onto.shape`` in Fortran
    order.
    """
    import SimpleITK as sitk  # noqa: N813 - the customary name

    image = sitk.GetImageFromArray(np.ascontiguousarray(data.T))
    # Both in voxel indices: a plain affine also serves sheared grids, which ITK images cannot have.
    to_voxels = np.linalg.inv(grid.affine) @ onto.affine
    transform = sitk.AffineTransform(3)
    transform.SetMatrix(to_voxels[:3, :3].ravel().tolist())
    transform.SetTranslation(to_voxels[:3, 3].tolist())
    wide = data.dtype.kind in "iu" and data.dtype.itemsize > 2
    between = sitk.sitkFloat64 if wide else sitk.sitkFloat32
    whole = data.dtype.kind in "iu"
    outside = float(data.min())
    columns, rows, slices = (int(n) for n in onto.shape)
    kept = np.empty(onto.shape, data.dtype, order="F")
    # In slabs, so that no second copy of all is made.
    for first in range(0, slices, _SLAB):
        moved = sitk.Resample(
            image,
            [columns, rows, min(_SLAB, slices - first)],
            transform,
            sitk.sitkNearestNeighbor if labels else sitk.sitkLinear,
            (0.0, 0.0, float(first)),
            (1.0, 1.0, 1.0),
            (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
            outside,
            image.GetPixelID() if labels else between,
        )
        for k, plane in enumerate(sitk.GetArrayViewFromImage(moved), first):
            kept[:, :, k] = np.rint(plane.T) if whole else plane.T  # ITK would cut off the fraction
    return kept
