"""Writing a mask as NIfTI on the grid of the file that it was found in."""

import gzip
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from brainviewer.core.errors import FileError
from brainviewer.core.geometry import Grid
from brainviewer.files.writing import write_whole


def write_mask(path: Path, mask: NDArray[np.bool_], grid: Grid, onto: Grid | None = None) -> None:
    """Write a mask as uint8, 1 inside, whole or not at all.

    mask : (i, j, k) bool on ``grid``.
    onto : the grid of the file to go with, if that is another one.
    path : ``.nii.gz`` or ``.nii``; an existing file stays as it was if writing fails.

    Raises FileError for another ending, a full disk, a missing folder or permission.
    """
    if not path.name.lower().endswith((".nii", ".nii.gz")):
        raise FileError(
            f"'{path.name}' does not end in .nii.gz or .nii.", "Choose a name that does."
        )
    if onto is not None:
        mask, grid = on_grid(mask, grid, onto), onto
    image = nibabel.Nifti1Image(mask.astype(np.uint8), grid.affine)
    for set_form in (image.set_sform, image.set_qform):
        set_form(grid.affine if grid.oriented else None, code=int(grid.oriented))
    image.header.set_xyzt_units("mm")
    content: bytes = image.to_bytes()
    if path.name.lower().endswith(".gz"):
        # No time in the header: the same mask gives the same bytes.
        content = gzip.compress(content, 6, mtime=0)
    write_whole(path, content)


def on_grid(mask: NDArray[Any], source: Grid, target: Grid) -> NDArray[np.bool_]:
    """A mask of one grid on another, by the nearest voxel."""
    # A study without sides, because one file has none, keeps the voxels of its other files.
    same_voxels = source.oriented != target.oriented and source.shape == target.shape
    if source.matches(target) or same_voxels:
        return mask.astype(bool)
    matrix = np.linalg.inv(source.affine) @ target.affine
    moved = ndimage.affine_transform(
        mask.astype(np.uint8),
        matrix[:3, :3],
        matrix[:3, 3],
        output_shape=target.shape,
        order=0,
        mode="constant",
    )
    return np.asarray(moved > 0)
