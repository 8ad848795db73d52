"""Folders of small studies on disk, for what lists and compares them."""

from pathlib import Path

import nibabel as nib
import numpy as np

from brainviewer.core.study import SEQUENCES, Modality
from tests.phantoms import marker_study


def write_study(folder: Path, level: int = 0, modalities: tuple[Modality, ...] = SEQUENCES) -> Path:
    """A folder with the marker study; ``level`` makes its content another one."""
    folder.mkdir(parents=True, exist_ok=True)
    study = marker_study(modalities=modalities)
    for modality, volume in study.volumes.items():
        data = np.where(volume.data > 0, volume.data + level, 0).astype(np.int16)
        image = nib.Nifti1Image(data, study.grid.affine)
        nib.save(image, folder / f"{folder.name}_{modality.lower()}.nii.gz")
    return folder
