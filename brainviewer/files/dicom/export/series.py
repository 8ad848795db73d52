"""The images that results refer to: as a DICOM series of their own, or the headers of theirs.

A volume from other files becomes an Enhanced MR image (PS3.3 A.36.2) that says to be derived: so
nothing need be said of an acquisition that nobody knows.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import (
    EnhancedMRImageStorage,
    LegacyConvertedEnhancedMRImageStorage,
    MRImageStorage,
)

from brainviewer.core.headers.dicom_source import ImagingStudy, Patient, SourceSeries
from brainviewer.core.study import Modality, Volume
from brainviewer.core.voi.voi_window import opening_window
from brainviewer.files.dicom.export.frames import FrameStack, decimal, decimals
from brainviewer.files.dicom.export.identity import coded, set_equipment, set_identity, set_series
from brainviewer.files.dicom.export.patient import new_uid
from brainviewer.files.dicom.export.values import is_uid

_CONTRASTS = {
    Modality.FLAIR: "FLUID_ATTENUATED",
    Modality.T1: "T1",
    Modality.T1CE: "T1",
    Modality.T2: "T2",
}
_MR_IMAGES = (MRImageStorage, EnhancedMRImageStorage, LegacyConvertedEnhancedMRImageStorage)
_STACK_ID, _IN_STACK = 0x00209056, 0x00209057
_FRAME_CONTENT = 0x00209111


def derived_series(
    volume: Volume,
    stack: FrameStack,
    patient: Patient,
    study: ImagingStudy,
    space_uid: str,
    *,
    number: int,
    marked: str = "",
) -> Dataset:
    """A volume as one Enhanced MR image, with its voxels.

    stack : of the volume's grid. space_uid : Frame of Reference UID.
    marked : what the description begins with, e.g. that the data are synthetic.
    """
    image = Dataset()
    image.SOPClassUID, image.SOPInstanceUID = EnhancedMRImageStorage, new_uid()
    set_identity(image, patient, study)
    set_equipment(image)
    set_series(image, "MR", number, f"{marked}{volume.modality}, converted")
    image.FrameOfReferenceUID, image.PositionReferenceIndicator = space_uid, ""
    image.PatientPosition = ""
    contrast = _CONTRASTS.get(volume.modality, "UNKNOWN")
    image.update(_kind(contrast, "ImageType"))
    image.ImageComments = f"{marked}Converted by BrainViewer" + (
        "; resampled onto the grid of another sequence." if volume.resampled else "."
    )
    image.BurnedInAnnotation, image.LossyImageCompression = "NO", "00"
    image.PresentationLUTShape = "IDENTITY"
    image.AcquisitionContextSequence = []
    # Validators want it of derived images as well; it is no statement on the scan.
    image.ApplicableSafetyStandardAgency = "IEC"
    stored, slope, intercept = _stored(stack.cut(volume.data))
    _set_pixels(image, stored)
    window = opening_window(volume)
    image.SharedFunctionalGroupsSequence = [
        _shared(stack, contrast, slope, intercept, (window.level, window.width))
    ]
    _set_frames(image, stack)
    return image


def can_be_referred_to(series: SourceSeries) -> bool:
    """Whether results can name the images of a series: each a file, or all frames of one file.

    Their UIDs, and those of series and study, must be such.
    """
    files = {frame.instance_uid for frame in series.frames}
    named = (series.study.uid, series.uid, series.frame_of_reference_uid, *files)
    if not files or series.sop_class_uid not in _MR_IMAGES or not all(map(is_uid, named)):
        return False
    if all(frame.number is None for frame in series.frames):
        return len(files) == len(series.frames)
    enhanced = series.sop_class_uid != MRImageStorage
    return enhanced and len(files) == 1 and all(frame.number is not None for frame in series.frames)


def source_headers(series: SourceSeries, stack: FrameStack) -> list[Dataset]:
    """The headers of the images that a volume was read from, as far as results repeat them.

    Either one for each frame of the stack, or one multi-frame header that numbers them from 1.
    Enhanced images of one frame are said to be classic ones, since the library takes enhanced ones
    for multi-frame images; ``name_class`` puts that right in what is made of them.
    """
    files = list(dict.fromkeys(frame.instance_uid for frame in series.frames))
    of_frames = [_header(series, stack, uid) for uid in files]
    if any(frame.number is not None for frame in series.frames):
        (image,) = of_frames[:1]
        image.SharedFunctionalGroupsSequence = [_place_shared(stack)]
        _set_frames(image, stack)
        return [image]
    for image, place in zip(of_frames, stack.positions, strict=True):
        image.SOPClassUID = MRImageStorage
        image.ImagePositionPatient = decimals(place)
        image.ImageOrientationPatient = decimals(stack.orientation)
        image.PixelSpacing = decimals(stack.pixel_spacing)
        image.SliceThickness = decimal(series.slice_thickness or stack.spacing_between)
    return of_frames


def name_class(made: Dataset, series: SourceSeries) -> None:
    """Refer to the images of a series by their SOP class."""
    images = {frame.instance_uid for frame in series.frames}

    def name(item: Dataset, element: DataElement) -> None:
        if element.keyword == "ReferencedSOPInstanceUID" and element.value in images:
            item.ReferencedSOPClassUID = series.sop_class_uid

    made.walk(name)


def _header(series: SourceSeries, stack: FrameStack, uid: str) -> Dataset:
    image = Dataset()
    image.SOPClassUID, image.SOPInstanceUID = series.sop_class_uid, uid
    set_identity(image, series.patient, series.study)
    del image.ContentQualification  # of the results, not of their source
    image.Modality, image.SeriesInstanceUID = "MR", series.uid
    image.FrameOfReferenceUID = series.frame_of_reference_uid
    image.Columns, image.Rows, _ = stack.grid.shape
    return image


def _kind(contrast: str, keyword: str) -> Dataset:
    """The MR Image Description macro (PS3.3 C.8.13.3.1)."""
    kind = Dataset()
    setattr(kind, keyword, ["DERIVED", "PRIMARY", "VOLUME", "NONE"])
    kind.PixelPresentation = "MONOCHROME"
    kind.VolumetricProperties = "VOLUME"
    kind.VolumeBasedCalculationTechnique = "NONE"
    kind.ComplexImageComponent = "MAGNITUDE"
    kind.AcquisitionContrast = contrast
    return kind


def _stored(frames: NDArray[Any]) -> tuple[NDArray[Any], float, float]:
    """Values in 16 bits, and the slope and intercept that bring them back."""
    low, high = float(frames.min()), float(frames.max())
    if frames.dtype.kind in "iub":
        for kind in (np.int16, np.uint16):
            if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
                return frames.astype(kind), 1.0, 0.0
    slope = float(decimal((high - low) / 65535)) or 1.0
    intercept = float(decimal(low))
    scaled = np.rint((frames.astype(np.float64) - intercept) / slope)
    return np.clip(scaled, 0, 65535).astype(np.uint16), slope, intercept


def _set_pixels(image: Dataset, stored: NDArray[Any]) -> None:
    image.NumberOfFrames, image.Rows, image.Columns = stored.shape
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.BitsAllocated = image.BitsStored = 16
    image.HighBit, image.PixelRepresentation = 15, int(stored.dtype.kind == "i")
    image.PixelData = stored.astype(stored.dtype.newbyteorder("<")).tobytes()
    image["PixelData"].VR = "OW"


def _place_shared(stack: FrameStack) -> Dataset:
    shared, measures, orientation = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing = decimals(stack.pixel_spacing)
    measures.SliceThickness = measures.SpacingBetweenSlices = decimal(stack.spacing_between)
    orientation.ImageOrientationPatient = decimals(stack.orientation)
    shared.PixelMeasuresSequence = [measures]
    shared.PlaneOrientationSequence = [orientation]
    return shared


def _shared(
    stack: FrameStack,
    contrast: str,
    slope: float,
    intercept: float,
    window: tuple[float, float],
) -> Dataset:
    """What holds for all frames. window : level and width."""
    shared, anatomy, rescaling, grey = _place_shared(stack), Dataset(), Dataset(), Dataset()
    anatomy.FrameLaterality = "U"
    anatomy.AnatomicRegionSequence = [coded(codes.SCT.Brain)]
    rescaling.RescaleSlope, rescaling.RescaleIntercept = decimal(slope), decimal(intercept)
    rescaling.RescaleType = "US"
    grey.WindowCenter, grey.WindowWidth = decimals(window)
    grey.VOILUTFunction = "LINEAR_EXACT"
    shared.FrameAnatomySequence = [anatomy]
    shared.PixelValueTransformationSequence = [rescaling]
    shared.FrameVOILUTSequence = [grey]
    shared.MRImageFrameTypeSequence = [_kind(contrast, "FrameType")]
    return shared


def _set_frames(image: Dataset, stack: FrameStack) -> None:
    """What is said of each frame, and by which numbers frames are ordered."""
    image.NumberOfFrames = len(stack.positions)
    organization = Dataset()
    organization.DimensionOrganizationUID = new_uid()
    image.DimensionOrganizationSequence = [organization]
    pointers = []
    for pointer in (_STACK_ID, _IN_STACK):
        index = Dataset()
        index.DimensionOrganizationUID = organization.DimensionOrganizationUID
        index.DimensionIndexPointer, index.FunctionalGroupPointer = pointer, _FRAME_CONTENT
        pointers.append(index)
    image.DimensionIndexSequence = pointers
    image.PerFrameFunctionalGroupsSequence = [
        _frame(number, position) for number, position in enumerate(stack.positions, 1)
    ]


def _frame(number: int, position: tuple[float, float, float]) -> Dataset:
    group, content, place = Dataset(), Dataset(), Dataset()
    content.StackID, content.InStackPositionNumber = "1", number
    content.DimensionIndexValues = [1, number]
    place.ImagePositionPatient = decimals(position)
    group.FrameContentSequence = [content]
    group.PlanePositionSequence = [place]
    return group
