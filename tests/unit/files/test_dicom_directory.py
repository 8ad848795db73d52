"""The list of a CD names files; what is missing is told, and nothing outside is opened."""

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmwrite, uid
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset

from brainviewer.app.opening.study import open_study
from brainviewer.files.dicom.elements import NotDicom, read_directory
from brainviewer.files.dicom.listed_files import missing_notices
from brainviewer.files.dicom.places import possible_files
from tests.dicom_writer import TIMES, write_series
from tests.phantoms import marker_study

pytestmark = pytest.mark.usefixtures("home")
NO_TURN = np.eye(4)
DATA = np.arange(24 * 20 * 4, dtype=np.int16).reshape(24, 20, 4)


def cd(folder: Path, data: np.ndarray = DATA, affine: np.ndarray = NO_TURN) -> Path:
    """A CD with a list of its images."""
    written = write_series(folder / "DICOM", data, affine, elements=TIMES["T1"])
    write_directory(folder, [("DICOM", path.name) for path in written])
    return folder


def write_directory(folder: Path, names: list[tuple[str, ...]], undefined: bool = False) -> None:
    dataset = Dataset()
    dataset.FileSetID = "CD"
    patient, *images = Dataset(), *(Dataset() for _ in names)
    patient.DirectoryRecordType, patient.PatientID = "PATIENT", "P-1"
    for record, name in zip(images, names, strict=True):
        record.DirectoryRecordType = "IMAGE"
        record.ReferencedFileID = list(name)
        record.IconImageSequence = [Dataset()]
        record.is_undefined_length_sequence_item = undefined
    dataset.DirectoryRecordSequence = [patient, *images]
    dataset["DirectoryRecordSequence"].is_undefined_length = undefined
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = uid.MediaStorageDirectoryStorage
    meta.MediaStorageSOPInstanceUID = uid.generate_uid(None)
    meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    dcmwrite(
        folder / "DICOMDIR",
        FileDataset("", dataset, file_meta=meta, preamble=bytes(128)),
        enforce_file_format=True,
    )


def notices(folder: Path) -> list[str]:
    """What is told of a CD, and of the same as an archive and as an archive in one."""
    said = missing_notices(possible_files([folder]))
    packed = shutil.make_archive(str(folder.parent / "packed"), "zip", folder)
    with zipfile.ZipFile(folder.parent / "twice.zip", "w") as twice:
        twice.write(packed, "all/CD.ZIP")
    for archive in (packed, twice.filename):
        assert missing_notices(possible_files([Path(str(archive))])) == said
    return said


def images(folder: Path) -> list[Path]:
    return sorted((folder / "DICOM").iterdir())


def test_a_whole_cd_misses_nothing(tmp_path: Path) -> None:
    folder = cd(tmp_path / "cd")
    assert len(read_directory(folder / "DICOMDIR")) == 4
    assert notices(folder) == []
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rename(path.with_name(path.name.lower()))
    assert notices(folder) == []


def test_what_is_missing_is_counted(tmp_path: Path) -> None:
    folder = cd(tmp_path / "cd")
    images(folder)[0].unlink()
    assert notices(folder) == [
        "Of 4 files that the list of the CD (DICOMDIR) names, 1 is not here: copy the whole CD."
    ]


def test_it_is_told_when_a_cd_is_opened(tmp_path: Path) -> None:
    one = marker_study().reference
    folder = cd(tmp_path / "cd", one.data, one.grid.affine)
    images(folder)[-1].unlink()
    for place in (folder, folder / "DICOMDIR"):
        assert any(
            "1 is not here: copy the whole CD" in said for said in open_study([place]).notices
        )


@pytest.mark.parametrize("outside", ["..\\source", "C:\\other", "..\\..\\etc"])
def test_nothing_outside_of_the_cd_is_opened(tmp_path: Path, outside: str) -> None:
    folder = cd(tmp_path / "cd")
    inside = "X" * len(outside)
    write_directory(folder, [(inside, "IM1")] * 4)
    content = (folder / "DICOMDIR").read_bytes()
    (folder / "DICOMDIR").write_bytes(content.replace(inside.encode(), outside.encode()))
    assert read_directory(folder / "DICOMDIR")[0] == (*outside.split("\\"), "IM1")
    found = possible_files([folder / "DICOMDIR"]).files
    assert all(path.is_relative_to(folder) and ".." not in path.parts for path in found)
    assert "4 are not here" in notices(folder)[0]


def test_lengths_may_be_undefined(tmp_path: Path) -> None:
    write_directory(tmp_path, [("A", "B"), ("C",)], undefined=True)
    assert read_directory(tmp_path / "DICOMDIR") == [("A", "B"), ("C",)]


def test_a_damaged_list_is_said_and_never_followed(tmp_path: Path) -> None:
    folder = cd(tmp_path / "cd")
    content = (folder / "DICOMDIR").read_bytes()
    for changed in (content[:300], content[:-30], bytes(200), content[:132] + bytes(400)):
        (folder / "DICOMDIR").write_bytes(changed)
        with pytest.raises(NotDicom):
            read_directory(folder / "DICOMDIR")
        assert notices(folder) == [
            "The list of the CD (DICOMDIR) is damaged: images may be missing."
        ]
