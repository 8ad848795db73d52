"""Small DICOM files of many kinds, the same ones at every start."""

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from pydicom import uid
from pydicom.dataset import Dataset

from brainviewer.files.dicom.series.segmentation import LABEL_MAP, SEGMENTATION
from tests.dicom_files import compressed, header, native, save
from tests.dicom_writer import Examination, write_series

_SYNTAXES = (uid.ExplicitVRLittleEndian, uid.ImplicitVRLittleEndian, uid.ExplicitVRBigEndian,
             uid.DeflatedExplicitVRLittleEndian)  # fmt: skip
_COMPRESSED = (uid.RLELossless, uid.JPEGLosslessSV1, uid.JPEGLSLossless, uid.JPEG2000Lossless)


@contextmanager
def _steady_uids() -> Iterator[None]:
    """Let UIDs be counted instead of drawn."""
    drawn, numbers = uid.generate_uid, itertools.count(1)
    uid.generate_uid = lambda *_, **__: uid.UID(f"1.2.3.{next(numbers)}")  # type: ignore[assignment]
    try:
        yield
    finally:
        uid.generate_uid = drawn


def series(
    syntax: str = uid.ExplicitVRLittleEndian,
    enhanced: bool = False,
    side: int = 4,
    slices: int = 3,
) -> list[bytes]:
    """The files of a FLAIR series. side : pixels, of which 8 show something; slices : likewise."""
    shape = (side, side, slices)
    values = (np.arange(np.prod(shape)) % 50).reshape(shape).astype(np.int16)
    affine = np.diag((160.0 / side, 160.0 / side, 150.0 / slices, 1.0))
    with tempfile.TemporaryDirectory() as place, _steady_uids():
        files = write_series(
            Path(place), values, affine, vendor="philips", syntax=syntax, enhanced=enhanced,
            examination=Examination(study_uid="1.2.9"), series_uid="1.2.8",
            elements={
                "SeriesDescription": "FLAIR", "EchoTime": 120, "RepetitionTime": 9000,
                "InversionTime": 2500,
            },
        )  # fmt: skip
        return [file.read_bytes() for file in files]


def single_files(side: int = 4) -> list[bytes]:
    """One file of each way to store pixels. side : of some of them."""
    contents = [series(syntax, side=side)[0] for syntax in _SYNTAXES]
    contents += series(enhanced=True, side=side)
    grey = (np.arange(64).reshape(1, 8, 8) * 30).astype(np.uint16)
    colour = np.arange(192, dtype=np.uint8).reshape(1, 8, 8, 3)
    with tempfile.TemporaryDirectory() as place, _steady_uids():
        path = Path(place, "a.dcm")
        for syntax in _COMPRESSED:
            save(path, header(grey), compressed(grey, syntax, 16), syntax)
            contents.append(path.read_bytes())
        for photometric in ("RGB", "YBR_FULL"):
            save(path, header(colour, photometric), native(colour, _SYNTAXES[0]), _SYNTAXES[0])
            contents.append(path.read_bytes())
        windows = header(
            grey, WindowCenter=100, WindowWidth=50, RescaleSlope=2, RescaleIntercept=-9
        )
        save(path, windows, native(grey, _SYNTAXES[0]), _SYNTAXES[0])
        contents.append(path.read_bytes())
    return contents


def _item(**elements: Any) -> Dataset:
    made = Dataset()
    for keyword, value in elements.items():
        setattr(made, keyword, value)
    return made


def segmentation_object(kind: str) -> bytes:
    """A segmentation of two frames: ``BINARY``, ``LABELMAP``, or ``FRACTIONAL`` of 0 and 255."""
    marked = np.zeros((2, 4, 4), np.uint8)
    marked[:, 1:3, 1:3] = 255 if kind == "FRACTIONAL" else 1
    dataset = header(marked, bits=1 if kind == "BINARY" else 8)
    dataset.Modality, dataset.SegmentationType = "SEG", kind
    dataset.SOPClassUID = LABEL_MAP if kind == "LABELMAP" else SEGMENTATION
    dataset.SeriesInstanceUID, dataset.StudyInstanceUID = "1.2.7", "1.2.9"
    if kind == "BINARY":
        dataset.BitsAllocated = 1
        dataset.HighBit = 0
    if kind == "FRACTIONAL":
        dataset.MaximumFractionalValue = 255
    kinds = _item(CodeValue="108369006", CodingSchemeDesignator="SCT", CodeMeaning="Neoplasm")
    dataset.SegmentSequence = [
        _item(SegmentNumber=1, SegmentLabel="Lesion", SegmentedPropertyTypeCodeSequence=[kinds])
    ]
    measures = _item(PixelSpacing=[40, 40], SliceThickness=50, SpacingBetweenSlices=50)
    turn = _item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    dataset.SharedFunctionalGroupsSequence = [
        _item(PixelMeasuresSequence=[measures], PlaneOrientationSequence=[turn])
    ]
    dataset.PerFrameFunctionalGroupsSequence = [
        _item(
            PlanePositionSequence=[_item(ImagePositionPatient=[0, 0, 50 * k])],
            SegmentIdentificationSequence=[_item(ReferencedSegmentNumber=1)],
        )
        for k in range(2)
    ]
    pixels = marked.tobytes()
    if kind == "BINARY":
        pixels = np.packbits(marked.ravel(), bitorder="little").tobytes()
    with tempfile.TemporaryDirectory() as place, _steady_uids():
        dataset.SOPInstanceUID = "1.2.6"
        return save(Path(place, "a.dcm"), dataset, pixels).read_bytes()
