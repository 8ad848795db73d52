"""Where slices lie and how large their pixels are, or the sentence that says why nobody knows."""

from collections.abc import Sequence

from brainviewer.core.shown_text import shown_text
from brainviewer.files.dicom.axes import axes_of
from brainviewer.files.dicom.series.frames import Frame

_POSITION, _DIRECTION = "ImagePositionPatient", "ImageOrientationPatient"


def place_problem(frames: Sequence[Frame]) -> str:
    """A sentence on why nobody knows where slices of one direction lie; empty if it is known."""
    first = frames[0]
    said = first.tags.text(_DIRECTION)
    if said and not first.orientation:
        return f"Its slices are said to lie along “{shown_text(said)}”, which are no directions."
    if said and axes_of(first.orientation) is None:
        return "The rows and the columns of its slices are not at right angles."
    unplaced = [frame for frame in frames if not frame.position]
    if said and not unplaced:
        return ""
    written = next((text for frame in unplaced if (text := frame.tags.text(_POSITION))), "")
    if written:
        count = sum(bool(frame.tags.text(_POSITION)) for frame in unplaced)
        some = "Its slices are" if count == len(frames) else f"{count} of its slices are"
        some = "One of its slices is" if count == 1 < len(frames) else some
        return f"{some} said to lie at “{shown_text(written)}”, which is no place."
    if not said or len(unplaced) == len(frames):
        return "It does not say where its slices lie."
    if len(unplaced) == 1:
        return f"One of its {len(frames)} slices does not say where it lies."
    return f"{len(unplaced)} of its {len(frames)} slices do not say where they lie."


def size_problem(frame: Frame) -> str:
    """A sentence on why nobody knows how large the pixels are; empty if it is known."""
    if frame.pixel_spacing:
        return ""
    said = frame.tags.text("PixelSpacing").replace("\\", " × ")
    if not said:
        return "It does not say how large its pixels are."
    return f"Its pixels are said to be {shown_text(said)} mm large, which cannot be."
