"""Writing a mask as NIfTI on the grid of the file that it was found in."""

import gzip
from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray

from brainviewer import __version__
from brainviewer.core.errors import FileError
from brainviewer.core.geometry import Grid
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.research_use import RESEARCH_ONLY
from brainviewer.files.writing import write_whole

_LONGEST = 79
"""Characters of the header's description."""


def write_mask(path: Path, mask: NDArray[np.bool_], grid: Grid, onto: Grid | None = None) -> None:
    """Write a mask as uint8, 1 inside; see ``write_labels``."""
    write_labels(path, mask.astype(np.uint8), grid, onto)


def write_labels(
    path: Path, labels: NDArray[np.uint8], grid: Grid, onto: Grid | None = None
) -> None:
    """Write a mask, or the parts of a lesion by their values, whole or not at all.

    labels : (i, j, k) uint8 on ``grid``, 0 outside.
    onto : the grid of the file to go with, if that is another one.
    path : ``.nii.gz`` or ``.nii``; an existing file stays as it was if writing fails.

    Raises FileError for another ending, a full disk, a missing folder or permission.
    """
    if not path.name.lower().endswith((".nii", ".nii.gz")):
        raise FileError(
            f"'{path.name}' does not end in .nii.gz or .nii.", "Choose a name that does."
        )
    content = nifti_of_labels(labels, grid, onto)
    if path.name.lower().endswith(".gz"):
        content = compressed(content)
    write_whole(path, content)


def nifti_of_labels(labels: NDArray[np.uint8], grid: Grid, onto: Grid | None = None) -> bytes:
    """The content of a NIfTI file; see ``write_labels``."""
    if onto is not None:
        labels, grid = labels_on_grid(labels, grid, onto), onto
    image = nibabel.Nifti1Image(labels, grid.affine)
    for set_form in (image.set_sform, image.set_qform):
        set_form(grid.affine if grid.oriented else None, code=int(grid.oriented))
    image.header.set_xyzt_units("mm")
    image.header["descrip"] = f"BrainViewer {__version__}. {RESEARCH_ONLY}"[:_LONGEST]
    return bytes(image.to_bytes())


def compressed(content: bytes) -> bytes:
    """The content of a ``.gz`` file; no time stands in it: the same mask gives the same bytes."""
    return gzip.compress(content, 6, mtime=0)


def labels_on_grid(labels: NDArray[np.uint8], source: Grid, target: Grid) -> NDArray[np.uint8]:
    """Labels of one grid on another, by the nearest voxel."""
    # A study without sides, because one file has none, keeps the voxels of its other files.
    same_voxels = source.oriented != target.oriented and source.shape == target.shape
    if source.matches(target) or same_voxels:
        return labels
    matrix = np.linalg.inv(source.affine) @ target.affine
    moved = ndimage.affine_transform(
        labels,
        matrix[:3, :3],
        matrix[:3, 3],
        output_shape=target.shape,
        order=0,
        mode="constant",
    )
    return np.asarray(moved, np.uint8)
