"""A file that starts as DICOM is DICOM to every reader, with a preamble or without one."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from pydicom import uid

from brainviewer.core.errors import FileError
from brainviewer.files.dicom.archive import unpacked
from brainviewer.files.dicom.places import may_hold_series, possible_files
from brainviewer.files.dicom.reader import read_dicom
from brainviewer.files.dicom.series.headers import read_headers
from brainviewer.files.file_kind import DICOM_BYTES, kind_of, starts_as_dicom
from brainviewer.files.image2d.folder import is_dicom
from brainviewer.files.nifti.reader import read_nifti
from tests.dicom_writer import write_series

pytestmark = pytest.mark.usefixtures("home")
DATA = np.arange(24 * 20 * 4, dtype=np.int16).reshape(24, 20, 4)
PREAMBLE, META_LENGTH = 132, 12
WAYS = ("preamble", "group 2", "group 2 without its length", "explicit", "implicit", "deflated")


def one(folder: Path, way: str) -> Path:
    """An image of which everything before the start that is meant is cut off."""
    kinds = {"implicit": uid.ImplicitVRLittleEndian, "deflated": uid.DeflatedExplicitVRLittleEndian}
    path = write_series(folder, DATA, np.eye(4), syntax=kinds.get(way, uid.ExplicitVRLittleEndian))[
        1
    ]
    content = path.read_bytes()
    behind_length = PREAMBLE + META_LENGTH
    data_set = behind_length + int.from_bytes(content[behind_length - 4 : behind_length], "little")
    start = {
        "preamble": 0,
        "group 2 without its length": behind_length,
        "explicit": data_set,
        "implicit": data_set,
    }.get(way, PREAMBLE)
    path.write_bytes(content[start:])
    return path


@pytest.mark.parametrize("way", WAYS)
def test_every_reader_takes_it(tmp_path: Path, way: str) -> None:
    path = one(tmp_path / "a", way)
    start = path.read_bytes()[:DICOM_BYTES]
    kind = kind_of(start)
    assert starts_as_dicom(start)
    assert kind is not None
    assert "DICOM" in kind.name
    assert is_dicom(path)
    assert may_hold_series([path])
    assert np.array_equal(read_dicom(path).frames[0], DATA[:, :, 1].T)
    (frame,) = read_headers([path]).frames
    assert frame.tags.text("Modality") == "MR"
    with pytest.raises(FileError, match="is a DICOM file, not a NIfTI image"):
        read_nifti(path.rename(tmp_path / "a.nii"))


@pytest.mark.parametrize("way", WAYS)
def test_an_archive_holds_what_its_folder_does(tmp_path: Path, way: str) -> None:
    path = one(tmp_path / "a", way)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(path, "IM1")
        archive.writestr("README", bytes(400))
    (unpacked_one,) = unpacked(tmp_path / "a.zip").folder.iterdir()
    assert unpacked_one.read_bytes() == path.read_bytes()
    assert len(read_headers(possible_files([tmp_path / "a.zip"]).files).frames) == 1


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"\x08\0",
        bytes(132),
        bytes(128) + b"DIC",
        b"\2\0\0\0" + bytes(136),
        b"\x08\0\0\0\0\0\0\0",  # numbers of 32 bits
        b"\x08\0\x05\0\0\0\x10\0",
        b"\x08\0\x60\0\2\0\0\0",
        b"\x08\0no DICOM",
        (8).to_bytes(2, "big") + b"\0\5CS\0\4",
    ],
)
def test_what_starts_otherwise_is_none(start: bytes) -> None:
    assert not starts_as_dicom(start)
