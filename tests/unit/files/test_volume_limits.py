"""What is too large is refused by its header, before memory is taken."""

import gzip
import math
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from brainviewer.core.errors import FileError
from brainviewer.files.nifti import reader as nifti
from brainviewer.files.nifti import volume_limits
from brainviewer.files.nifti.header import parse_header
from brainviewer.files.nifti.reader import read_nifti
from brainviewer.files.nifti.volume_limits import MOST_BYTES, check_study, check_volume

START = 352
AXIAL = (2.0, 2.0, 2.0)


def start_of(shape, spacing=AXIAL, dtype="i2") -> bytes:
    header = nib.Nifti1Header()
    header.set_data_dtype(np.dtype(dtype))
    header.set_data_shape(shape)
    header.set_zooms((*spacing, 1.0)[: len(shape)])
    header.set_sform(np.diag([*spacing, 1.0]), 1)
    header.set_xyzt_units("mm")
    header["magic"] = b"n+1"
    header["vox_offset"] = START
    return header.binaryblock + bytes(4)


def header_of(*args):
    return parse_header(start_of(*args), "scan.nii")


@pytest.fixture
def sparse(tmp_path: Path):
    """A file of the promised length that takes no room on the disk."""

    def make(shape, spacing=AXIAL, dtype="i2") -> Path:
        path = tmp_path / "scan.nii"
        with path.open("wb") as file:
            file.write(start_of(shape, spacing, dtype))
            file.truncate(START + math.prod(shape) * np.dtype(dtype).itemsize)
        return path

    return make


@pytest.fixture(autouse=True)
def no_memory(monkeypatch):
    """No array for voxels is made."""

    def refuse(*_: object) -> None:
        raise AssertionError("memory was taken")

    monkeypatch.setattr(nifti, "_read_values", refuse)


@pytest.mark.parametrize(
    ("shape", "spacing", "dtype", "words"),
    [
        ((48, 48, 32), (100, 100, 100), "i2", "4.8 × 4.8 × 3.2 m"),
        ((16, 16, 4), (1, 1, 600), "i2", "m, which is no head"),
        ((1200, 1200, 1200), (0.2, 0.2, 0.2), "f4", "1200×1200×1200 voxels"),
        ((600, 600, 600), (0.4, 0.4, 0.4), "f8", "too large"),
        ((2, 2, 30000), (1, 1, 0.05), "i2", "2×2×30000 voxels"),
    ],
)
def test_too_large_in_voxels_or_in_millimetres(sparse, shape, spacing, dtype, words):
    with pytest.raises(FileError, match=words) as caught:
        read_nifti(sparse(shape, spacing, dtype))
    assert "scan.nii" in caught.value.message


@pytest.mark.parametrize("shape", [(32, 32, 32), (1200, 1200, 1200)])
def test_a_file_that_unpacks_to_more_than_it_says(tmp_path, monkeypatch, shape):
    """It is unpacked no further than to what would be opened."""
    monkeypatch.setattr(nifti, "MOST_UNPACKED", 1 << 24)
    path = tmp_path / "scan.nii.gz"
    path.write_bytes(gzip.compress(start_of(shape, (0.2, 0.2, 0.2)) + bytes(1 << 25), 1))
    read = []
    unpack = nifti._unpack

    def counted(file):
        stream = unpack(file)
        original = stream.read
        stream.read = lambda size=-1: read.append(len(got := original(size))) or got
        return stream

    monkeypatch.setattr(nifti, "_unpack", counted)
    with pytest.raises(FileError, match=r"holds more|too large"):
        read_nifti(path)
    assert sum(read) < (1 << 24) + 2 * (1 << 22)


def test_a_file_of_many_images_is_not_unpacked_for_the_first(tmp_path, monkeypatch):
    monkeypatch.setattr(volume_limits, "MOST_UNPACKED", 1 << 20)
    path = tmp_path / "scan.nii.gz"
    shape = (32, 32, 32, 40)
    path.write_bytes(gzip.compress(start_of(shape) + bytes(2 * math.prod(shape)), 1))
    with pytest.raises(FileError, match="its 40 images take"):
        read_nifti(path)


@pytest.mark.parametrize(
    ("shape", "spacing", "dtype"),
    [
        ((512, 512, 512), (0.5, 0.5, 0.5), "i2"),
        ((448, 512, 512), (0.5, 0.5, 0.5), "f4"),
        ((1024, 1024, 64), (0.25, 0.25, 3.0), "i2"),
        ((240, 240, 155), (1, 1, 1), "f8"),
        ((2, 64, 64), (6.0, 4.0, 4.0), "i2"),
    ],
)
def test_what_scanners_make_is_not_refused(shape, spacing, dtype):
    check_volume(header_of(shape, spacing, dtype), "scan.nii")


def test_all_sequences_together():
    usual = header_of((240, 240, 155), (1, 1, 1), "f8")
    names = ("FLAIR", "T1", "T1ce", "T2")
    check_study(dict.fromkeys(names, usual), usual.grid)
    large = header_of((512, 512, 400), (0.5, 0.5, 0.5), "f4")
    with pytest.raises(FileError, match="together are too large: FLAIR 512×512×400"):
        check_study(dict.fromkeys(names, large), large.grid)


def test_small_sequences_that_come_onto_a_large_grid():
    large, small = header_of((448, 448, 448), (0.5, 0.5, 0.5), "u1"), header_of((64, 64, 32))
    check_study({"FLAIR": large}, large.grid)
    few = {"FLAIR": large, "T1": small}
    check_study(few, large.grid)
    with pytest.raises(FileError, match="together"):
        check_study({**few, "T1ce": small, "T2": small}, large.grid)
    assert math.prod(large.grid.shape) * 4 < MOST_BYTES
