"""A sound study that opens after each hostile input, as files."""

from pathlib import Path

import nibabel
import numpy as np


def image(shape: tuple[int, ...] = (32, 32, 24), size: float = 6.0, kind: str = "i2") -> bytes:
    """A head as NIfTI: an ellipsoid with a bright ball in it."""
    places = np.meshgrid(*(np.linspace(-1, 1, n) for n in shape[:3]), indexing="ij")
    values = np.where(sum(p * p for p in places) < 0.8, 200, 0)
    values[sum((p - 0.3) ** 2 for p in places) < 0.04] = 700
    values = np.broadcast_to(values[(...,) + (None,) * (len(shape) - 3)], shape)
    affine = np.diag((-size, size, size, 1.0))
    affine[:3, 3] = (90, -90, -70)
    made = nibabel.Nifti1Image(values.astype(kind), affine)
    made.header.set_xyzt_units("mm")
    return bytes(made.to_bytes())


def write_study(folder: Path) -> Path:
    """A study of two sequences."""
    folder.mkdir(parents=True)
    for name in ("sound_flair.nii", "sound_t1.nii"):
        (folder / name).write_bytes(image())
    return folder
