"""Which slices of a series are alike, so that they may make one volume: size, direction, contrast.

A series may hold several: echoes, inversions, flip angles, times of repetition, images before and
after contrast agent, and some in which small values are bright (see ``stacks``, which joins them
with those that they complete). Slices in different frames of reference do not share a space (PS3.3,
C.7.4.1), and are parted as well.
"""

from collections.abc import Iterable

from brainviewer.files.dicom.series.frames import Frame, Numbers

_TOLERANCE = 1e-3
"""Difference of two direction cosines, or of two pixel sizes in mm, that is none."""
_SAID = (
    "Rows", "Columns", "ImageType", "FrameOfReferenceUID", "StackID", "SamplesPerPixel",
    "BitsAllocated", "PhotometricInterpretation", "ContrastBolusAgent", "ScanningSequence",
    "SequenceVariant",
)  # fmt: skip
_MEASURED = ("EchoTime", "InversionTime", "RepetitionTime", "FlipAngle", "DiffusionBValue")
_MEASURED_ALIKE = 0.02
"""Of a time or an angle: what scanners note of slices that were acquired in one way."""
_TOLD = (*_SAID, *_MEASURED, "ImageOrientationPatient", "PixelSpacing")


def groups_of_alike(frames: Iterable[Frame]) -> list[list[Frame]]:
    """The slices of one series, parted; in the order in which the first of each came."""
    same: dict[tuple[str, ...], list[Frame]] = {}
    for frame in frames:  # of thousands, nearly all say the same in the same letters
        same.setdefault(tuple(map(frame.tags.text, _TOLD)), []).append(frame)
    groups: list[list[Frame]] = []
    for some in same.values():
        alike = next((group for group in groups if not differences(group[0], some[0])), None)
        if alike is None:
            groups.append(some)
        else:
            alike += some
    return groups


def differences(one: Frame, other: Frame) -> tuple[str, ...]:
    """The elements in which two slices of a series are not alike, by their keywords."""
    said = [word for word in _SAID if one.tags.words(word) != other.tags.words(word)]
    said += [word for word in _MEASURED if not _same_measure(one, other, word)]
    if not _near(one.orientation, other.orientation):
        said.append("ImageOrientationPatient")
    if not _near(one.pixel_spacing, other.pixel_spacing):
        said.append("PixelSpacing")
    return tuple(said)


def _near(one: Numbers, other: Numbers) -> bool:
    return len(one) == len(other) and all(
        abs(a - b) < _TOLERANCE for a, b in zip(one, other, strict=True)
    )


def _same_measure(one: Frame, other: Frame, keyword: str) -> bool:
    if one.tags.text(keyword) == other.tags.text(keyword):
        return True
    a, b = one.tags.number(keyword), other.tags.number(keyword)
    if a is None or b is None:
        return a is b
    return abs(a - b) <= _MEASURED_ALIKE * max(abs(a), abs(b))
