"""A mask on disk lies where it lay in the study, or nothing is written."""

import errno
import os

import nibabel as nib
import numpy as np
import pytest

from brainviewer.core.errors import FileError
from brainviewer.core.geometry import Grid
from brainviewer.files.nifti.writer import write_mask

AFFINE = np.array([[0, -1.5, 0, 4], [2.0, 0, 0, -7], [0, 0, 3.0, 11], [0, 0, 0, 1]])
GRID = Grid((8, 10, 6), AFFINE)


def block():
    mask = np.zeros(GRID.shape, bool)
    mask[2:5, 3:7, 1:4] = True
    return mask


@pytest.mark.parametrize("name", ["mask.nii.gz", "Größe des Tumors.nii"])
def test_same_voxels_and_place(tmp_path, name):
    write_mask(tmp_path / name, block(), GRID)
    image = nib.load(tmp_path / name)
    assert image.get_data_dtype() == np.uint8
    np.testing.assert_array_equal(np.asarray(image.dataobj), block())
    np.testing.assert_allclose(image.get_sform(), AFFINE, atol=1e-5)
    np.testing.assert_allclose(image.get_qform(), AFFINE, atol=1e-5)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_onto_another_grid(tmp_path):
    other = Grid(
        (10, 8, 6), AFFINE @ np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, -1, 5], [0, 0, 0, 1.0]])
    )
    write_mask(tmp_path / "m.nii.gz", block(), GRID, other)
    found = np.asarray(nib.load(tmp_path / "m.nii.gz").dataobj)
    np.testing.assert_array_equal(found, block().transpose(1, 0, 2)[:, :, ::-1])


def test_without_orientation_none_is_claimed(tmp_path):
    grid = Grid(GRID.shape, np.diag([2.0, 1.5, 3.0, 1.0]), oriented=False)
    write_mask(tmp_path / "m.nii.gz", block(), grid)
    header = nib.load(tmp_path / "m.nii.gz").header
    assert (int(header["sform_code"]), int(header["qform_code"])) == (0, 0)
    assert header.get_zooms() == (2.0, 1.5, 3.0)


def test_other_ending_is_refused(tmp_path):
    with pytest.raises(FileError, match=r"\.nii\.gz"):
        write_mask(tmp_path / "mask.png", block(), GRID)
    assert not list(tmp_path.iterdir())


def test_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "mask.nii.gz"
    path.write_bytes(b"old")

    def full(number):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileError, match="full"):
        write_mask(path, block(), GRID)
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_missing_folder(tmp_path):
    with pytest.raises(FileError, match="does not exist"):
        write_mask(tmp_path / "nowhere" / "mask.nii.gz", block(), GRID)


def test_a_study_that_lost_its_sides_keeps_the_voxels_of_its_file(tmp_path):
    without = Grid(GRID.shape, np.diag([*GRID.spacing, 1.0]), oriented=False)
    write_mask(tmp_path / "m.nii.gz", block(), without, GRID)
    image = nib.load(tmp_path / "m.nii.gz")
    np.testing.assert_array_equal(np.asarray(image.dataobj), block())
    np.testing.assert_allclose(image.affine, AFFINE, atol=1e-5)
