"""Which slices of a study are typed, and the segmentation of the lesion on them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.counting import listed
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Study
from brainviewer.models.card import ModelCard, ModelInput
from brainviewer.models.subtype.input import head_mask
from brainviewer.models.subtype.lesion_slices import LesionSlices, cut_slices, lesion_slices

Mask = NDArray[np.bool_]


class NotClassified(BrainViewerError):
    """There is nothing to type: an outcome to be told, not a failure."""


@dataclass(frozen=True, eq=False)
class TumourSlices:
    """The slices that are typed, and what is doubtful about them (``notices``).

    index : the tumour slice, from 0.
    """

    index: int
    slices: LesionSlices
    notices: tuple[str, ...]


def tumour_slices(
    study: Study, finding: TumourFinding, card: ModelCard, slice_index: int | None = None
) -> TumourSlices:
    """Cut the slices that are typed, and say what is doubtful of them. Errors as ``classify``."""
    view = SliceView.of(study.grid, Plane.AXIAL)
    index = _slice_to_type(view, finding, card, slice_index)
    wanted = {str(m): v for m, v in study.volumes.items() if str(m) in card.sequences}
    if not wanted:
        raise NotClassified(
            "The study has none of the sequences that this model needs.",
            f"Open a study with {listed(card.sequences)}.",
        )
    if flat := [name for name, volume in wanted.items() if volume.constant]:
        raise NotClassified(
            f"{listed(flat)} {'have' if len(flat) > 1 else 'has'} the same value everywhere, "
            "so the study is not classified.",
            "Open a study with images in it.",
        )
    if all(np.ptp(view.cut(volume.data, index)) == 0 for volume in wanted.values()):
        raise NotClassified(
            f"Slice {index + 1} is empty, so it is not classified.",
            "Choose a slice that shows the tumour.",
        )
    notices: list[str] = []
    lesion = finding.mask if finding.found and finding.mask is not None else None
    nothing = np.zeros(study.grid.shape, bool)
    slices = lesion_slices(
        study,
        nothing if lesion is None else lesion,
        finding.brain,
        index,
        card.input if card.network is not None else ModelInput(1, card.sequences, ()),
        alone=slice_index is not None,
    )
    if not slices.lesion[slices.main].any():
        stand_in, sentence = _stand_in(view, lesion, index, slices)
        slices = replace(slices, lesion=stand_in)
        notices.append(sentence)
    return TumourSlices(index, slices, tuple(notices))


def _slice_to_type(
    view: SliceView, finding: TumourFinding, card: ModelCard, asked: int | None
) -> int:
    if asked is not None:
        if not 0 <= asked < view.count:
            raise BrainViewerError(
                f"There is no slice {asked}: the study has slices 0 to {view.count - 1}.",
                "Choose one of them.",
            )
        return asked
    if not finding.found or finding.index is None:
        raise NotClassified(
            "No lesion was found, so the study was not classified.",
            "Go to a slice that shows a tumour and classify that slice."
            if card.fusion_head.network is not None
            else "Look for it by another method: this model answers from what is found.",
        )
    if finding.plane is Plane.AXIAL or finding.position_mm is None:
        return finding.index
    return view.index_of(finding.position_mm)


def _stand_in(
    view: SliceView, lesion: Mask | None, index: int, slices: LesionSlices
) -> tuple[Mask, str]:
    """A segmentation for a slice that has none, and the sentence that says so."""
    if lesion is None or not lesion.any():
        images = [
            image - min(0.0, float(image.min()))
            for image in (channel[slices.main] for channel in slices.channels.values())
            if np.ptp(image)
        ]
        head = head_mask([np.asarray(image, np.float32) for image in images])
        return (
            np.stack([head] * len(slices.indices)),
            "No lesion was found; the whole head on this slice was classified.",
        )
    others = tuple(axis for axis in range(3) if axis != view.axis)
    with_lesion = np.flatnonzero(lesion.any(axis=others))
    nearest = int(with_lesion[np.argmin(np.abs(with_lesion - index))])
    return cut_slices(lesion, view, [nearest] * len(slices.indices)), (
        f"No lesion was found on slice {index + 1}; the segmentation of slice {nearest + 1} was "
        "used."
    )
