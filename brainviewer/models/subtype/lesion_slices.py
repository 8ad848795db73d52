"""From a study to the slices of its lesion that a model looks at. NumPy and OpenCV only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Study
from brainviewer.models.card import ModelInput
from brainviewer.models.subtype.input import Mask, Prepared, Slices, prepare, slices_to_see

_SQUARE_WITHIN = 0.01


@dataclass(frozen=True, eq=False)
class LesionSlices:
    """Axial slices from bottom to top, as ``pipeline.prepare`` wants them.

    indices : where they lie in the study, from 0.
    main : which of them is the tumour slice.
    channels : (k, rows, columns) by sequence name, in the number type of the file
    lesion, brain : (k, rows, columns) bool; brain is None if it is not known.
    """

    indices: tuple[int, ...]
    main: int
    channels: Mapping[str, NDArray[Any]]
    lesion: Mask
    brain: Mask | None

    def prepare(self, model_input: ModelInput) -> Prepared:
        """The network's input; raises ModelError as ``pipeline.prepare`` does."""
        return prepare(self.channels, self.lesion, model_input, self.brain, self.main)


def lesion_slices(
    study: Study,
    lesion: Mask,
    brain: Mask | None,
    index: int,
    model_input: ModelInput,
    *,
    alone: bool = False,
) -> LesionSlices:
    """The slices of a study that a model looks at.

    lesion, brain : (i, j, k) bool on the study's grid
    index : the tumour slice along the axial axis, from 0.
    alone : only that slice, however many the model would look at.
    """
    view = SliceView.of(study.grid, Plane.AXIAL)
    others = tuple(axis for axis in range(3) if axis != view.axis)
    chosen = (index,) if alone else slices_to_see(lesion.sum(axis=others), index, model_input)
    if not view.ascending:
        chosen = chosen[::-1]
    wanted = {str(m): v for m, v in study.volumes.items() if m in model_input.channels}
    return LesionSlices(
        chosen,
        chosen.index(index),
        {name: cut_slices(volume.data, view, chosen) for name, volume in wanted.items()},
        cut_slices(lesion, view, chosen),
        None if brain is None else cut_slices(brain, view, chosen),
    )


def cut_slices(data: NDArray[Any], view: SliceView, indices: Sequence[int]) -> NDArray[Any]:
    """(i, j, k) -> (slices, rows, columns) as on screen, with square pixels of the shorter side."""
    slices: Slices = np.stack([view.cut(data, index) for index in indices])
    height, width = view.pixel_spacing
    if abs(height / width - 1) <= _SQUARE_WITHIN:
        return slices
    short = min(height, width)
    rows, columns = (
        max(1, round(n * s / short)) for n, s in zip(view.shape, (height, width), strict=True)
    )
    stretched = [
        cv2.resize(one.astype(np.float32), (columns, rows), interpolation=cv2.INTER_LINEAR)
        for one in slices
    ]
    return np.stack([one > 0.5 for one in stretched] if data.dtype == bool else stretched)
