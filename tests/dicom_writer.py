"""Studies written as DICOM series, classic and enhanced, with the habits of three makers.

``write_series`` takes a volume as NIfTI holds it (voxels and RAS+ affine) and writes what a scanner
would: LPS positions, slices under shuffled names, private elements, times and names of the
sequence. ``write_study`` writes all four sequences of a study.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset

from brainviewer.core.study import Modality, Study
from tests.dicom_files import compressed, native, save

ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"
_TO_LPS = np.diag((-1.0, -1.0, 1.0, 1.0))

TIMES: dict[str, dict[str, Any]] = {
    "FLAIR": {
        "ScanningSequence": ["SE", "IR"], "RepetitionTime": 9000, "EchoTime": 120,
        "InversionTime": 2500,
    },
    "T1": {"ScanningSequence": "SE", "RepetitionTime": 600, "EchoTime": 10},
    "T1ce": {
        "ScanningSequence": "SE", "RepetitionTime": 600, "EchoTime": 10,
        "ContrastBolusAgent": "Gadovist",
    },
    "T2": {"ScanningSequence": "SE", "RepetitionTime": 5000, "EchoTime": 100},
    "MPRAGE": {
        "ScanningSequence": ["GR", "IR"], "SequenceVariant": ["SP", "MP"], "RepetitionTime": 2000,
        "EchoTime": 2.5, "InversionTime": 900, "MRAcquisitionType": "3D",
    },
    "SPACE FLAIR": {
        "ScanningSequence": ["SE", "IR"], "RepetitionTime": 6000, "EchoTime": 394,
        "InversionTime": 2200, "MRAcquisitionType": "3D",
    },
    "SWI": {"ScanningSequence": "GR", "RepetitionTime": 28, "EchoTime": 20},
}  # fmt: skip
"""Times of sequences, as elements of classic files."""

DESCRIPTIONS = {
    "siemens": {"FLAIR": "t2_tirm_tra_dark-fluid", "T1": "t1_se_tra", "T1ce": "t1_se_tra KM",
                "T2": "t2_tse_tra"},
    "ge": {"FLAIR": "Ax T2 FLAIR", "T1": "Ax T1 FSE", "T1ce": "Ax T1 FSE +C", "T2": "Ax T2 FRFSE"},
    "philips": {"FLAIR": "FLAIR_longTR", "T1": "T1W_SE", "T1ce": "T1W_SE post Gd", "T2": "T2W_TSE"},
}  # fmt: skip


@dataclass(frozen=True)
class Examination:
    """Patient and study, the same for all series."""

    patient_id: str = "P-4711"
    name: str = "Doe^Jane"
    birth_date: str = "19700301"
    date: str = "20240614"
    description: str = "Brain tumour"
    study_uid: str = field(default_factory=lambda: uid.generate_uid(None))


def write_study(
    folder: Path,
    study: Study,
    *,
    vendor: str = "siemens",
    examination: Examination | None = None,
    said: bool = True,
    **how: Any,
) -> dict[Modality, list[Path]]:
    """Write the sequences of a study; said : by description, not by times alone."""
    examination = examination or Examination()
    written = {}
    for number, (modality, volume) in enumerate(study.volumes.items(), 3):
        elements = {**TIMES[modality], **how.get("elements", {})}
        if said:
            elements["SeriesDescription"] = DESCRIPTIONS[vendor][modality]
        written[modality] = write_series(
            folder,
            volume.data,
            volume.grid.affine,
            vendor=vendor,
            examination=examination,
            number=number,
            **{**how, "elements": elements},
        )
    return written


def write_series(
    folder: Path,
    data: NDArray[Any],
    affine: NDArray[Any],
    *,
    vendor: str = "siemens",
    examination: Examination | None = None,
    number: int = 3,
    elements: Mapping[str, Any] | None = None,
    of_slice: Sequence[Mapping[str, Any]] = (),
    rescale: Sequence[tuple[float, float]] = (),
    enhanced: bool = False,
    syntax: str = uid.ExplicitVRLittleEndian,
    bits: int = 0,
    series_uid: str = "",
) -> list[Path]:
    """Write (i, j, k) integers as one series; k are its slices.

    elements : of all files; of_slice : of each slice
    rescale : slope and intercept of each slice; the data are the stored values
    bits : stored of 16

    Returns the files in the order of the slices.
    """
    folder.mkdir(parents=True, exist_ok=True)
    examination = examination or Examination()
    slices = [np.ascontiguousarray(data[:, :, k].T) for k in range(data.shape[2])]
    base = _base(slices[0], examination, vendor, number, bits)
    base.SeriesInstanceUID = series_uid or uid.generate_uid(None)
    for keyword, value in (elements or {}).items():
        setattr(base, keyword, value)
    lps = _TO_LPS @ affine
    places = [_place(lps, k) for k in range(len(slices))]
    if enhanced:
        return [_enhanced(folder, base, slices, places, rescale, of_slice, syntax)]
    names = random.Random(number).sample(range(100_000), len(slices))
    paths = []
    for k, values in enumerate(slices):
        dataset = Dataset()
        dataset.update(base)
        dataset.SOPInstanceUID = uid.generate_uid(None)
        dataset.InstanceNumber = len(slices) - k  # counts from above
        for keyword, value in {**places[k], **(of_slice[k] if of_slice else {})}.items():
            setattr(dataset, keyword, value)
        if rescale:
            dataset.RescaleSlope, dataset.RescaleIntercept = rescale[k]
        path = folder / f"IM{names[k]:06d}"
        _save(path, dataset, values[None], syntax, uid.MRImageStorage)
        paths.append(path)
    return paths


def _base(
    values: NDArray[Any], examination: Examination, vendor: str, number: int, bits: int
) -> Dataset:
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.Modality = "MR"
    dataset.StudyInstanceUID = examination.study_uid
    dataset.StudyDate, dataset.StudyTime = examination.date, "101500"
    dataset.StudyDescription = examination.description
    dataset.PatientName, dataset.PatientID = examination.name, examination.patient_id
    dataset.PatientBirthDate = examination.birth_date
    dataset.SeriesNumber = number
    dataset.MRAcquisitionType = "2D"
    dataset.FrameOfReferenceUID = "1.2.3.4"
    dataset.Rows, dataset.Columns = values.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = 8 * values.dtype.itemsize
    dataset.BitsStored = bits or dataset.BitsAllocated
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(values.dtype.kind == "i")
    _VENDORS[vendor](dataset)
    return dataset


def _siemens(dataset: Dataset) -> None:
    dataset.Manufacturer, dataset.ManufacturerModelName = "SIEMENS", "Prisma"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "M", "ND", "NORM"]
    dataset.add_new((0x0029, 0x0010), "LO", "SIEMENS CSA HEADER")
    dataset.add_new((0x0029, 0x1010), "OB", b"SV10" + bytes(40_000))
    dataset.add_new((0x0051, 0x100B), "LO", "258p*256")


def _ge(dataset: Dataset) -> None:
    dataset.Manufacturer, dataset.ManufacturerModelName = "GE MEDICAL SYSTEMS", "DISCOVERY MR750"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
    dataset.add_new((0x0043, 0x0010), "LO", "GEMS_PARM_01")
    dataset.add_new((0x0043, 0x1039), "IS", [0, 0, 0, 0])
    reference = Dataset()
    reference.ReferencedSOPInstanceUID = "1.2.3"
    dataset.ReferencedImageSequence = [reference, reference]


def _philips(dataset: Dataset) -> None:
    dataset.Manufacturer, dataset.ManufacturerModelName = "Philips Medical Systems", "Ingenia"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "M_SE", "M", "SE"]
    dataset.add_new((0x2005, 0x0010), "LO", "Philips MR Imaging DD 001")
    dataset.add_new((0x2005, 0x100E), "FL", 1.0)
    inner = Dataset()
    inner.add_new((0x2005, 0x0011), "LO", "Philips MR Imaging DD 002")
    dataset.add_new((0x2005, 0x140F), "SQ", [inner])


_VENDORS = {"siemens": _siemens, "ge": _ge, "philips": _philips}


def _place(lps: NDArray[Any], k: int) -> dict[str, Any]:
    size = np.linalg.norm(lps[:3, :3], axis=0)
    turn = (lps[:3, :2] / size[:2]).T.ravel()
    position = lps[:3, 3] + k * lps[:3, 2]
    return {
        "ImagePositionPatient": _decimals(position),
        "ImageOrientationPatient": _decimals(turn),
        "PixelSpacing": _decimals((size[1], size[0])),
        "SliceThickness": _decimals(size[2:])[0],
    }


def _decimals(values: Any) -> list[str]:
    """As decimal strings of at most 16 characters (PS3.5, 6.2)."""
    return [f"{float(value):.10g}"[:16] for value in values]


def _enhanced(
    folder: Path,
    base: Dataset,
    slices: Sequence[NDArray[Any]],
    places: Sequence[Mapping[str, Any]],
    rescale: Sequence[tuple[float, float]],
    of_slice: Sequence[Mapping[str, Any]],
    syntax: str,
) -> Path:
    dataset = Dataset()
    dataset.update(base)
    dataset.SOPInstanceUID, dataset.InstanceNumber = uid.generate_uid(None), 1
    dataset.NumberOfFrames = len(slices)
    order = random.Random(7).sample(range(len(slices)), len(slices))  # frames lie in any order
    times = {keyword: dataset.get(keyword) for keyword in ("EchoTime", "InversionTime")}
    repetition, agent = dataset.get("RepetitionTime"), dataset.get("ContrastBolusAgent")
    scanning = [*np.atleast_1d(dataset.get("ScanningSequence") or [])]
    for keyword in ("EchoTime", "InversionTime", "RepetitionTime", "ScanningSequence",
                    "SequenceVariant", "ContrastBolusAgent"):  # fmt: skip
        if keyword in dataset:
            delattr(dataset, keyword)
    if scanning:
        dataset.EchoPulseSequence = "GRADIENT" if "GR" in scanning else "SPIN"
    if agent:
        dataset.ContrastBolusAgentSequence = [Dataset()]
    shared = Dataset()
    if repetition:
        shared.MRTimingAndRelatedParametersSequence = [_item(RepetitionTime=repetition)]
    shared.MRModifierSequence = [_item(InversionRecovery="YES" if "IR" in scanning else "NO")]
    if times["InversionTime"]:
        shared.MRModifierSequence[0].InversionTimes = [float(times["InversionTime"])]
    measures = {k: places[0][k] for k in ("PixelSpacing", "SliceThickness")}
    shared.PixelMeasuresSequence = [_item(**measures)]
    dataset.SharedFunctionalGroupsSequence = [shared]
    dataset.DimensionIndexSequence = [
        _item(DimensionIndexPointer=tag, FunctionalGroupPointer=0x00209111)
        for tag in (0x00209056, 0x00209057)  # stack, position in it
    ]
    groups = []
    for k in order:
        group = Dataset()
        group.PlanePositionSequence = [
            _item(ImagePositionPatient=places[k]["ImagePositionPatient"])
        ]
        group.PlaneOrientationSequence = [
            _item(ImageOrientationPatient=places[k]["ImageOrientationPatient"])
        ]
        said = {**(of_slice[k] if of_slice else {})}
        place = {"InStackPositionNumber": k + 1, "DimensionIndexValues": [1, k + 1]}
        group.FrameContentSequence = [_item(**{"StackID": "1", **place, **said})]
        if times["EchoTime"]:
            group.MREchoSequence = [_item(EffectiveEchoTime=float(times["EchoTime"]))]
        slope, intercept = rescale[k] if rescale else (1, 0)
        group.PixelValueTransformationSequence = [
            _item(RescaleSlope=slope, RescaleIntercept=intercept, RescaleType="US")
        ]
        groups.append(group)
    dataset.PerFrameFunctionalGroupsSequence = groups
    path = folder / f"IM{dataset.SeriesNumber:06d}.dcm"
    return _save(path, dataset, np.stack([slices[k] for k in order]), syntax, ENHANCED_MR)


def _item(**elements: Any) -> Dataset:
    item = Dataset()
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    return item


def _save(path: Path, dataset: Dataset, values: NDArray[Any], syntax: str, kind: str) -> Path:
    dataset.SOPClassUID = kind
    if uid.UID(syntax).is_encapsulated:
        return save(path, dataset, compressed(values, syntax, dataset.BitsStored), syntax)
    return save(path, dataset, native(values, syntax), syntax)
