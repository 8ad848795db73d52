"""What is said of a NIfTI file that is read, but not as a whole or not in every digit."""

import gzip

import nibabel as nib
import numpy as np
import pytest

from brainviewer.core.errors import FileError
from brainviewer.files.nifti.reader import read_header, read_nifti

VALUES = np.arange(20 * 21 * 22).reshape(20, 21, 22)


def content(values, dtype, slope: float = 1.0) -> bytes:
    made = nib.Nifti1Image(np.asarray(values).astype(dtype), np.eye(4), dtype=np.dtype(dtype))
    made.header.set_xyzt_units("mm")
    plain = bytearray(made.to_bytes())
    plain[112:116] = np.float32(slope).tobytes()  # scl_slope
    return bytes(plain)


PACKED = gzip.compress(content(VALUES, "i2"))


@pytest.mark.parametrize(
    ("behind", "said"),
    [
        (b"", ()),
        (bytes(512), ()),
        (gzip.compress(b"", mtime=0), ()),
        (b"j", ("1 byte behind the compressed data was passed over.",)),
        (b"junk at the end", ("15 bytes behind the compressed data were passed over.",)),
        (bytes(10) + b"junk", ("14 bytes behind the compressed data were passed over.",)),
        (b"\xff" * 5000, ("5,000 bytes behind the compressed data were passed over.",)),
    ],
)
def test_what_stands_behind_the_compressed_data(tmp_path, behind, said):
    path = tmp_path / "t1.nii.gz"
    path.write_bytes(PACKED + behind)
    read = read_nifti(path)
    assert read.notices == said
    np.testing.assert_array_equal(read.data, VALUES)
    assert read_header(path).grid.spacing == (1, 1, 1)


@pytest.mark.parametrize(
    "damaged",
    [
        PACKED[:-1],
        PACKED[:-8],
        PACKED[:-200],
        PACKED + PACKED[:60],
        PACKED[:-8] + b"abcd" + PACKED[-4:],
        PACKED[:-8] + b"abcd" + PACKED[-4:] + b"junk",
    ],
)
def test_what_is_cut_off_or_damaged_stays_refused(tmp_path, damaged):
    path = tmp_path / "t1.nii.gz"
    path.write_bytes(damaged)
    with pytest.raises(FileError, match=r"incomplete|damaged"):
        read_nifti(path)


def test_junk_is_not_looked_for_behind_very_much(tmp_path, monkeypatch):
    monkeypatch.setattr("brainviewer.files.nifti.reader._MOST_SEARCHED", 1000)
    path = tmp_path / "t1.nii.gz"
    path.write_bytes(PACKED + b"junk")
    with pytest.raises(FileError, match=r"incomplete|damaged"):
        read_nifti(path)


def test_numbers_that_are_too_large_are_not_called_no_numbers(tmp_path):
    values = VALUES.astype("f8")
    values[0, 0, :2] = 1e300, -1e200
    values[1, 0, 0] = np.nan
    path = tmp_path / "t1.nii"
    path.write_bytes(content(values, "f8"))
    read = read_nifti(path)
    assert read.notices == (
        "1 voxel was not a finite number and set to 0.",
        "2 voxels were too large for a number of 32 bits and set to 0.",
    )
    assert read.data[0, 0, 0] == 0


def test_scaling_beyond_32_bits(tmp_path):
    path = tmp_path / "t1.nii"
    path.write_bytes(content(VALUES, "i2", slope=1e36))
    (notice,) = read_nifti(path).notices
    assert "too large for a number of 32 bits" in notice


@pytest.mark.parametrize(
    ("factor", "said"), [(1, ()), (2**32 + 1, ("The values are kept to seven digits.",))]
)
def test_long_integers_that_lose_digits_are_said(tmp_path, factor, said):
    path = tmp_path / "t1.nii"
    path.write_bytes(content(VALUES * factor, "i8"))
    assert read_nifti(path).notices == said


@pytest.mark.parametrize("intent", ["displacement vector", "vector", "symmetric matrix"])
def test_a_deformation_field_is_no_sequence(tmp_path, intent):
    made = nib.Nifti1Image(np.zeros((8, 8, 8, 1, 3), "f4"), np.eye(4))
    made.header.set_intent(intent, (3,) if "matrix" in intent else ())
    made.to_filename(tmp_path / "t1.nii")
    with pytest.raises(FileError, match="several numbers for each voxel"):
        read_nifti(tmp_path / "t1.nii")
    made.header.set_intent("none")
    made.to_filename(tmp_path / "t1.nii")
    notices = read_nifti(tmp_path / "t1.nii").notices
    assert any("first one is shown" in notice for notice in notices)
