"""Folders of DICOM: DICOMDIRs that leave them, series that contradict themselves, many files."""

import io
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import pydicom
from pydicom.dataset import Dataset

from tests.hostile.case import Case, Ends, folder_of
from tests.hostile.fuzz.dicom_seeds import segmentation_object, series
from tests.hostile.kinds.archives import volume
from tests.hostile.kinds.dicom import _written
from tests.hostile.sound import image

_COMMANDS = (("info", "{file}"), ("export", "{file}", "-o", "{out}/a.png", "--slice", "1"))
Files = Iterable[tuple[str, bytes]]


def _changed(content: bytes, **said: Any) -> bytes:
    pydicom.config.settings.writing_validation_mode = pydicom.config.IGNORE
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    dataset = pydicom.dcmread(io.BytesIO(content))
    for keyword, value in said.items():
        setattr(dataset, keyword, value)
    if "SOPInstanceUID" in said:
        dataset.file_meta.MediaStorageSOPInstanceUID = said["SOPInstanceUID"]
    return _written(dataset)


def _each(*said: dict[str, Any]) -> Files:
    """The slices of a series; the first ones say something else, or all where all say one thing."""
    alike = said[0] == said[-1]
    for n, content in enumerate(volume()):
        one = said[n] if n < len(said) else said[0] if alike else {}
        yield f"IM{n:02}", _changed(content, **one)


def _directory(*names: list[str], circle: bool = False) -> Files:
    directory = Dataset()
    directory.FileSetID, directory.DirectoryRecordSequence = "A", []
    directory.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity = 400 if circle else 0
    for name in names:
        record = Dataset()
        record.DirectoryRecordType, record.ReferencedFileID = "IMAGE", name
        record.OffsetOfTheNextDirectoryRecord = 400 if circle else 0
        record.OffsetOfReferencedLowerLevelDirectoryEntity = 400 if circle else 0
        record.RecordInUseFlag = 65535
        directory.DirectoryRecordSequence.append(record)
    base = pydicom.dcmread(io.BytesIO(volume()[0]))
    base.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.1.3.10"
    for keyword in ("PixelData", "Rows", "Columns", "SOPClassUID"):
        delattr(base, keyword)
    base.update(directory)
    yield "DICOMDIR", _written(base)
    for n, content in enumerate(volume()):
        yield f"IM{n}", content


def _many(count: int, **how: bool) -> Files:
    content = volume()[0]
    uid = pydicom.dcmread(io.BytesIO(content)).SeriesInstanceUID.encode()
    for n in range(count):
        own = str(n).zfill(len(uid)).encode()[-len(uid) :] if how.get("series") else uid
        yield f"IM{n:05}", content.replace(uid, b"1." + own[2:]) if how.get("series") else content


_ONE_VOLUME = (
    # What is unlike the other slices is left out, and said; the rest is a volume.
    "bits", "turned", "modalities",
    # These tell no slice from the others.
    "signs", "frames of reference", "one UID", "long names",
)  # fmt: skip


def _made() -> Iterator[tuple[str, Ends, Files | Callable[[], Files]]]:
    for names in (["..", "..", "etc", "passwd"], ["/etc/passwd"], ["/dev/zero"], ["IM0"] * 9_000,
                  ["C:\\WINDOWS"], ["", ""], ["\0"], ["IM\n0"], ["N" * 5_000]):  # fmt: skip
        yield f"DICOMDIR {str(names)[:28]!a}", "opens", partial(_directory, names)
    yield "DICOMDIR in a circle", "opens", partial(_directory, ["IM0"], ["IM1"], circle=True)
    yield "DICOMDIR of 20k", "opens", partial(_directory, *[["IM0"]] * 20_000)
    yield "DICOMDIR of noise", "refused", [("DICOMDIR", bytes(range(256)) * 99)]
    for name, said in (
        ("sizes", [{}, {"Rows": 2}, {"Columns": 3}]),
        ("bits", [{}, {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}, {}]),
        ("signs", [{}, {"PixelRepresentation": 0}, {}]),
        ("patients", [{"PatientID": "a"}, {"PatientID": "b"}, {"PatientID": "c"}]),
        ("frames of reference", [{}, {"FrameOfReferenceUID": "1.9"}, {}]),
        ("one place", [{"ImagePositionPatient": ["0", "0", "0"]}] * 3),
        ("one UID", [{"SOPInstanceUID": "1.2.3"}] * 3),
        ("gap", [{"ImagePositionPatient": ["0", "0", z]} for z in ("0", "1", "900")]),
        ("far", [{"ImagePositionPatient": ["0", "0", z]} for z in ("-1e308", "0", "1e308")]),
        ("turned", [{}, {"ImageOrientationPatient": ["0", "1", "0", "0", "0", "1"]}, {}]),
        ("spacing", [{}, {"PixelSpacing": ["1", "2"]}, {"PixelSpacing": ["0", "0"]}]),
        ("rescaled", [{}, {"RescaleSlope": "1e300"}, {"RescaleSlope": "-1e300"}]),
        ("modalities", [{"Modality": "CT"}, {"Modality": "SEG"}, {"Modality": ""}]),
        ("syntaxes", [{}, {"NumberOfFrames": "9"}, {"PhotometricInterpretation": "RGB"}]),
        ("long names", [{"SeriesDescription": "\x1b[2J\u202e" + "x" * 60}] * 3),
    ):  # fmt: skip
        ends: Ends = "opens" if name in _ONE_VOLUME else "refused"
        yield f"series: {name}", ends, partial(_each, *said)
    yield "2,000 copies", "refused", partial(_many, 2_000)
    yield "1,500 series", "refused", partial(_many, 1_500, series=True)
    for kind in ("BINARY", "LABELMAP", "FRACTIONAL"):
        mask = segmentation_object(kind)
        yield f"{kind} alone", "refused", [("a.dcm", mask)]
        for n, said in enumerate((
            {"Rows": 65535}, {"NumberOfFrames": "100000"}, {"SegmentSequence": []},
            {"PerFrameFunctionalGroupsSequence": []}, {"BitsAllocated": 16},
        )):  # fmt: skip
            files = [("a_flair.nii", image()), ("a.dcm", _changed(mask, **said))]
            yield f"{kind} lies {n} beside a head", "opens", files
    yield "enhanced, cut", "refused", [("a", series(enhanced=True, side=16, slices=12)[0][:-700])]
    lies = _changed(
        series(enhanced=True, side=16, slices=12)[0], PerFrameFunctionalGroupsSequence=[]
    )
    yield "enhanced without groups", "refused", [("a", lies)]


def cases() -> Iterator[Case]:
    """All of the kind."""
    for n, (name, ends, files) in enumerate(_made()):
        yield Case("dicom_files", name, folder_of(files), _COMMANDS[n % 2], ends)
