"""The layout of the challenges (CPM-RadPath 2019, BraTS): one folder of NIfTI files per case."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import BrainViewerError, FileError
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.files.nifti.reader import check_nifti, read_nifti
from brainviewer.files.stored_volume import StoredVolume
from brainviewer.files.study.folder import Assignment, assign, collect
from brainviewer.imaging.preprocess.alignment import coincide, common_grid, reference_of, resample
from brainviewer.imaging.preprocess.registration.registration import head_motion
from brainviewer.training.labelled_data.collection import LabelledStudy, Mask


def challenge_files(folder: Path) -> Assignment:
    """Which file of a case is which sequence, judged by their names and headers.

    Raises FileError that names the case if a file is no NIfTI image, if two files claim one
    sequence, or if the FLAIR, on which the tumour is found, is missing.
    """
    with _naming(folder):
        found = assign(collect([folder]))
        for file in found.files.values():
            check_nifti(file)
    if Modality.FLAIR not in found.files:
        unclear = f"; {found.unknown[0].name} does not say what it is" if found.unknown else ""
        raise FileError(
            f"The case {folder.name} has no FLAIR{unclear}.",
            f"Name its files like {folder.name}_flair.nii.gz, or take the case out of the table.",
        )
    return found


def load_challenge(folder: Path) -> LabelledStudy:
    """A case as a study on the grid of its FLAIR.

    The segmentation is everything that the segmentation marks, whatever its labels; None if there
    is none.

    Raises FileError that names the case if a file cannot be read, or if the files cannot be
    brought onto one grid.
    """
    found = challenge_files(folder)
    with _naming(folder):
        images = {m: read_nifti(file) for m, file in found.files.items()}
        grids = {m: image.grid for m, image in images.items()}
        grid, fixed = common_grid(grids), images[reference_of(grids)]
        volumes = {
            m: Volume(m, _placed(image, fixed), grid, found.files[m].name, image.dtype)
            for m, image in images.items()
        }
        lesion = None
        if found.segmentation is not None:
            lesion = _mask(read_nifti(found.segmentation), fixed.grid)
    return LabelledStudy(Study(volumes, grid, folder.name), lesion)


def _placed(image: StoredVolume, fixed: StoredVolume) -> NDArray[Any]:
    """The voxels of a sequence on the grid of ``fixed``, as the window brings them there."""
    if coincide(image.grid, fixed.grid):
        return image.data
    motion = head_motion(image.data, image.grid, fixed.data, fixed.grid)
    return resample(image.data, motion.grid if motion else image.grid, fixed.grid)


def _mask(image: StoredVolume, grid: Grid) -> Mask:
    marked = (image.data != 0).astype(np.uint8)
    if not coincide(image.grid, grid):
        marked = resample(marked, image.grid, grid, labels=True)
    return np.asarray(marked, bool)


@contextmanager
def _naming(folder: Path) -> Iterator[None]:
    """Let an error about a file say which case it belongs to."""
    try:
        yield
    except BrainViewerError as error:
        raise FileError(
            f"Case {folder.name}: {error.message}",
            "Put its files right, or take the case out of the table.",
        ) from None
