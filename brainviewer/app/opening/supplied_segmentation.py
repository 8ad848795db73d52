"""Which segmentation is shown: the one that was named, a NIfTI file, or of DICOM the newest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from brainviewer.app.opening.one_grid import Plan, labels_notices, place_labels
from brainviewer.app.opening.sources import SegmentationSource, SeriesSource, Source, Sources
from brainviewer.core.counting import counted
from brainviewer.core.errors import BrainViewerError, FileError, Report
from brainviewer.core.geometry import Grid
from brainviewer.core.study import LabelMap, Modality
from brainviewer.files.dicom.series.frames import Tags
from brainviewer.files.dicom.series.identity import identities_of
from brainviewer.files.nifti.header import Header
from brainviewer.files.nifti.volume_limits import Sized, check_study

_OF_THESE = "Use one that was made of these images."


@dataclass(frozen=True, eq=False)
class Supplied:
    """Segmentations that fit, of which the first is shown that can be read.

    named : the user said so, and wants no study without it.
    of_series : the images say in which frame of reference they lie, which NIfTI files do not.
    notices : sentences about those that do not fit.
    """

    sources: tuple[Source, ...] = ()
    named: bool = False
    of_series: bool = False
    notices: tuple[str, ...] = ()

    @classmethod
    def of(cls, sources: Sources, plan: Plan, headers: Mapping[Modality, Sized]) -> "Supplied":
        """Those that fit the images; headers : of the sequences that are shown.

        Raises BrainViewerError if one was named that does not fit.
        """
        named, said = sources.segmentation_named, "The segmentation was left out."
        found: list[Source] = [sources.segmentation] if sources.segmentation else []
        shown = sources.sequences[plan.reference]
        of_series = isinstance(shown, SeriesSource)
        if not found and of_series:
            by_day = sorted(sources.segmentations, key=lambda one: one.file.made, reverse=True)
            found, said = list(by_day), "A segmentation was left out."
        grids = [header.grid for header in headers.values() if header.grid.oriented]
        sized = {str(modality): header for modality, header in headers.items()}
        fitting, notices = [], []
        for one in found:
            try:
                checked = _fitting(one, shown, plan.reference, grids)
                header = checked.header()
                _refuse_several(header, one.name)
                check_study({**sized, "the segmentation": header}, plan.grid)
            except BrainViewerError as error:
                if named:
                    raise
                notices.append(f"{said} {_why(one, error)}")
            else:
                fitting.append(checked)
        return cls(tuple(fitting), named, of_series, tuple(notices))

    def read(self, plan: Plan, report: Report) -> tuple[LabelMap | None, list[str]]:
        """The first that can be read on the grid of the study, and sentences about it.

        Raises what says that one that was named cannot be read, and Cancelled when ``report`` does.
        """
        notices: list[str] = []
        for number, one in enumerate(self.sources):
            try:
                stored = one.read(report)
                labels = place_labels(plan, stored, one.name)
                said = labels_notices(plan, stored)
            except BrainViewerError as error:
                if self.named:
                    raise
                notices.append(f"The segmentation was left out. {_why(one, error)}")
            else:
                return labels, [*notices, *said, *self._doubt(one), *self._others(number)]
        return None, notices

    def _doubt(self, one: Source) -> list[str]:
        """A sentence where nothing but positions says that one of DICOM is of the images."""
        if self.of_series or not isinstance(one, SegmentationSource) or one.lies_on_images:
            return []
        name = one.name
        return [f"Nothing says that {name} was made of these images: check where it lies."]

    def _others(self, shown: int) -> list[str]:
        """A sentence where there are several, of which that with the number ``shown`` is shown."""
        count, name = len(self.sources), self.sources[shown].name
        if count < 2:
            return []
        older = counted(count - shown - 1, "older one is", "older ones are")
        rest = f"; {older} not." if shown < count - 1 else "."
        if shown == 0:
            return [f"Of {count} segmentations the newest is shown, {name}{rest}"]
        return [f"Of {count} segmentations {name} is shown, the newest that can be{rest}"]


def _why(one: Source, error: BrainViewerError) -> str:
    """A sentence; one about a series begins with the word."""
    of_file = not isinstance(one, SegmentationSource)
    return error.message if of_file else error.message[0].upper() + error.message[1:]


def _refuse_several(header: Sized, name: str) -> None:
    """Raises FileError if there are several volumes, as of probabilities, in place of labels."""
    if isinstance(header, Header) and header.frames > 1:
        raise FileError(
            f"{name} holds {header.frames} images, not one of labels.",
            "Save the labels as one image of whole numbers.",
        )


def _fitting(one: Source, shown: Source, reference: Modality, grids: Sequence[Grid]) -> Source:
    """The source with the grids that it may lie on.

    shown : the sequence that the others are brought onto; grids : of all that are shown.
    Raises FileError if it is a DICOM segmentation of something else.
    """
    if not isinstance(one, SegmentationSource):
        return one
    unlike = isinstance(shown, SeriesSource) and _unlike(one, shown.candidate.tags, reference)
    if unlike:
        raise FileError(unlike, _OF_THESE)
    return replace(one, grids=(*one.grids, *grids))


def _unlike(one: SegmentationSource, shown: Tags, reference: Modality) -> str:
    """Why a segmentation is not of the images, a sentence; empty if it is."""
    tags, name = one.file.tags, one.name
    ours, theirs = identities_of((shown, tags))
    if unlike := ours.differs(theirs):
        return f"{name} is of another patient than {reference}, as their {unlike} say."
    frame = tags.text("FrameOfReferenceUID")
    if not frame or not shown.text("FrameOfReferenceUID"):
        return f"Nothing says whether {one.name} has the frame of reference of {reference}."
    if frame != shown.text("FrameOfReferenceUID"):
        return f"{name} has another frame of reference than {reference}."
    return ""
