"""Studies of a soak: real ones, and copies of these with fewer voxels.

A copy has every step of a reading, files, names and geometry of its original, in a tenth of the
time: only about every fourth voxel along each axis.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import nibabel
import numpy as np

_FEWER_MM = 4.0
"""About how far apart the voxels of a copy lie, in mm."""


def studies_in(folder: Path) -> tuple[Path, ...]:
    """The study folders in a folder: those with NIfTI files in them, in the order of their names.

    Raises SystemExit if there is none.
    """
    found = tuple(sorted({file.parent for file in folder.rglob("*.nii.gz")}))
    if not found:
        raise SystemExit(f"There is no study in {folder}.")
    return found


def small_copies(studies: Sequence[Path], into: Path) -> tuple[Path, ...]:
    """Copies of studies with fewer voxels, each in a folder of its name."""
    made = []
    for study in studies:
        copy = into / study.name
        copy.mkdir(parents=True)
        for file in sorted(study.glob("*.nii.gz")):
            _write_smaller(file, copy / file.name)
        made.append(copy)
    return tuple(made)


def _write_smaller(source: Path, target: Path) -> None:
    image = nibabel.load(source)
    steps = [max(1, round(_FEWER_MM / size)) for size in image.header.get_zooms()[:3]]
    taken = tuple(slice(None, None, step) for step in steps)
    stored = np.asanyarray(image.dataobj)
    affine = image.affine @ np.diag([*steps, 1])
    smaller = nibabel.Nifti1Image(np.ascontiguousarray(stored[taken]), affine)
    smaller.set_data_dtype(stored.dtype)
    smaller.header.set_xyzt_units("mm", "sec")
    nibabel.save(smaller, os.fspath(target))
