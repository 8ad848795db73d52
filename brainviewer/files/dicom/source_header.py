"""What the headers of a DICOM series say beside shape and place."""

from brainviewer.core.headers.source_header import SourceHeader
from brainviewer.files.dicom.pixels.rescale_line import NOT_RESCALED
from brainviewer.files.dicom.series.stacks import Stack

_TEXTS = (
    "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "ReferringPhysicianName",
    "AccessionNumber", "StudyID", "StudyDescription", "SeriesDescription", "ProtocolName",
)  # fmt: skip
"""Elements that name somebody, or that people write into."""


def source_header(stack: Stack) -> SourceHeader:
    """What the headers of a volume say; texts are those of its first slice.

    Rescaling was read before: it is known of every slice of a volume.
    """
    frames, tags = stack.there, stack.first.tags
    rescales = tuple(sorted({frame.rescale for frame in frames}))
    thickness = tags.number("SliceThickness")
    return SourceHeader(
        "DICOM",
        rescales=() if rescales == (NOT_RESCALED,) else rescales,
        inverted=any(frame.inverted for frame in frames),
        thickness_mm=thickness if thickness and thickness > 0 else None,
        texts=tuple((word, said) for word in _TEXTS if (said := tags.text(word).strip())),
    )
