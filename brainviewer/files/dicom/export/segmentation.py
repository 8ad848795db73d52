"""A lesion, or its parts, as DICOM Segmentation on the grid of the images (PS3.3 A.51)."""

from collections.abc import Mapping, Sequence
from copy import deepcopy

import numpy as np
from highdicom.color import CIELabColor
from highdicom.seg import Segmentation, SegmentDescription
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian

from brainviewer.core.headers.dicom_source import ImagingStudy, Patient
from brainviewer.core.segments import LesionPart
from brainviewer.files.dicom.export.algorithm import Algorithm
from brainviewer.files.dicom.export.identity import EQUIPMENT, RESEARCH, set_identity, unnamed
from brainviewer.files.dicom.export.patient import new_uid
from brainviewer.files.dicom.export.segments import CATEGORY, Segment

_DESCRIPTIONS = {
    "AUTOMATIC": "Lesion found by a program, for research",
    "SEMIAUTOMATIC": "Lesion found by a program and edited by a user, for research",
    "MANUAL": "Lesion drawn by a user, for research",
}


def segmentation_object(
    images: Sequence[Dataset],
    frames: NDArray[np.uint8],
    segments: Sequence[Segment],
    algorithm: Algorithm,
    patient: Patient,
    study: ImagingStudy,
    *,
    number: int,
    description: str,
    colours: Mapping[LesionPart | None, str],
    frame_numbers: Sequence[int] = (),
) -> Segmentation:
    """A segmentation object, a bit for each voxel; frames without any are left out.

    images : the images that it lies on, whose frames are those of ``frames``.
    frames : (frames, rows, columns) the number of the segment of each voxel, 0 outside.
    number, description : of its series.
    frame_numbers : which frames of a multi-frame image those of ``frames`` are, if not in order.
    colours : of each part, and of the whole lesion, such as ``#FFB347``.
    """
    described = [
        SegmentDescription(
            segment.number,
            segment.label,
            CATEGORY,
            segment.kind,
            algorithm.kind,
            algorithm.of_segment(),
            tracking_uid=segment.tracking_uid,
            tracking_id=segment.label,
            anatomic_regions=[codes.SCT.Brain],
            display_color=CIELabColor.from_string(colours[segment.part]),
        )
        for segment in segments
    ]
    made = Segmentation(
        unnamed(images),
        np.ascontiguousarray(frames),
        "BINARY",
        described,
        new_uid(),
        number,
        new_uid(),
        1,
        EQUIPMENT["manufacturer"],
        EQUIPMENT["manufacturer_model_name"],
        EQUIPMENT["software_versions"],
        EQUIPMENT["device_serial_number"],
        content_label="LESION",
        content_description=_DESCRIPTIONS[algorithm.kind],
        transfer_syntax_uid=ExplicitVRLittleEndian,
        series_description=description,
        content_qualification=RESEARCH,
    )
    set_identity(made, patient, study)
    _identify_frames(made)
    if frame_numbers:
        _number_sources(made, frame_numbers)
    return made


def _number_sources(made: Dataset, frame_numbers: Sequence[int]) -> None:
    """Refer to frames by their numbers in the source's file, where only some of it was read."""
    sources = {
        id(source): source  # frames of several segments share one
        for group in made.PerFrameFunctionalGroupsSequence
        for derivation in group.get("DerivationImageSequence", ())
        for source in derivation.SourceImageSequence
    }
    for source in sources.values():
        source.ReferencedFrameNumber = frame_numbers[source.ReferencedFrameNumber - 1]


def _identify_frames(made: Dataset) -> None:
    """Name the segment in every frame; many readers look for it nowhere else.

    highdicom says it once for all frames where there is one segment only.
    """
    (shared,) = made.SharedFunctionalGroupsSequence
    if "SegmentIdentificationSequence" not in shared:
        return
    for group in made.PerFrameFunctionalGroupsSequence:
        group.SegmentIdentificationSequence = deepcopy(shared.SegmentIdentificationSequence)
    del shared.SegmentIdentificationSequence
