"""What an enhanced DICOM file says of one frame: in a group of its own, or in one for all."""

from pydicom.dataset import Dataset


def frame_group(dataset: Dataset, frame: int, keyword: str) -> Dataset | None:
    """The item of a functional group that holds for a frame (from 0); None if there is none.

    keyword : of the group's sequence, such as ``PixelMeasuresSequence``
    """
    try:
        groups = dataset.get("PerFrameFunctionalGroupsSequence")
        if groups and frame < len(groups) and groups[frame].get(keyword):
            return groups[frame][keyword].value[0]
        shared = dataset.get("SharedFunctionalGroupsSequence")
        if shared and shared[0].get(keyword):
            return shared[0][keyword].value[0]
    except (TypeError, AttributeError, LookupError):  # something else stands in their place
        pass
    return None


def frames_described(dataset: Dataset) -> int | None:
    """How many frames have a group of their own; None where nothing is said frame by frame."""
    groups = dataset.get("PerFrameFunctionalGroupsSequence")
    try:
        return len(groups) if groups else None
    except TypeError:  # something else stands in its place
        return None
