"""Brings the sequences of a study onto one grid, by where each says that it lies.

Only a file that does not say it is laid over the others by the order of its voxels.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.counting import listed, of_several
from brainviewer.core.errors import FileError
from brainviewer.core.geometry import Grid
from brainviewer.core.study import LabelMap, Modality, Scan, Volume
from brainviewer.files.nifti.volume_limits import size_notice
from brainviewer.files.stored_volume import StoredVolume
from brainviewer.files.study.folder import LARGEST_TUMOUR_ML
from brainviewer.imaging.preprocess.alignment import (
    coincide,
    common_grid,
    fits,
    reference_of,
    resample,
    shifted,
)

_LEAST_INSIDE = 0.5
"""Of what a segmentation marks, so much must lie within the images, and in the head."""
_MANY_VOXELS = 1 << 25
"""From here on sequences are resampled one after the other, which takes less memory."""


@dataclass(frozen=True, eq=False)
class Plan:
    """How the sequences of a study come together.

    reference : the sequence whose grid the others are brought onto; ``own`` is that grid.
    grid : the same grid as the study has it: without orientation if one sequence has none.
    left_out : sequences that cannot be brought there, and the sentence that says why.
    """

    reference: Modality
    own: Grid
    grid: Grid
    left_out: Mapping[Modality, str]

    @classmethod
    def of(cls, grids: Mapping[Modality, Grid]) -> "Plan":
        """The plan for sequences on these grids, one at least."""
        reference = reference_of(grids)
        own = grids[reference]
        without = {
            m: f"{m} was left out: it does not say how the patient lay, and its voxels "
            f"({_voxels(grid)}) do not fit those of {reference} ({_voxels(own)})."
            for m, grid in grids.items()
            if not grid.oriented and not fits(grid, own)
        }
        kept = {m: grid for m, grid in grids.items() if m not in without}
        return cls(reference, own, common_grid(kept), without)


Placed = tuple[Volume, tuple[str, ...]]
"""A sequence on the grid of the study, and what must be said."""


def place(
    plan: Plan, images: Mapping[Modality, StoredVolume], names: Mapping[Modality, str]
) -> list[Placed]:
    """Bring the sequences that were not left out onto the grid of the study.

    names : of the files.
    """
    workers = 1 if np.prod(plan.grid.shape) > _MANY_VOXELS else 2
    with ThreadPoolExecutor(workers, thread_name_prefix="place") as pool:
        return list(pool.map(partial(_placed, plan, images, names), images))


def placing_notices(
    plan: Plan, images: Mapping[Modality, StoredVolume], placed: Sequence[Placed]
) -> list[str]:
    """Everything that must be said about the files and how they came together."""
    said: dict[str, list[Modality]] = {}
    for modality, image in images.items():
        for notice in filter(None, (size_notice(image.grid), *image.notices)):
            said.setdefault(notice, []).append(modality)
    notices = [
        f"{listed(modalities)}: {of_several(notice) if len(modalities) > 1 else notice}"
        for notice, modalities in said.items()
    ]
    notices += [notice for _, said_of_it in placed for notice in said_of_it]
    by_order = [m for m, i in images.items() if not i.grid.oriented and m is not plan.reference]
    if by_order:
        notices.append(
            f"{listed(by_order)} {'was' if len(by_order) == 1 else 'were'} laid over "
            f"{plan.reference} by the order of the voxels: check that nothing is mirrored."
        )
    return notices + _frame_notice(plan, placed) + _resampling_notice(plan, placed)


def place_labels(plan: Plan, image: StoredVolume, name: str) -> LabelMap:
    """A segmentation on the grid of the study.

    Raises FileError if it holds no labels, GeometryError if it cannot be brought there.
    """
    data = image.data
    if (
        image.replaced
        or data.min() < 0
        or data.max() > 255
        or not (data == data.astype(np.uint8)).all()
    ):
        raise FileError(f"{name} holds values that are no labels.", "Use whole numbers, 0 to 255.")
    volume_ml = np.count_nonzero(data) * image.grid.voxel_volume / 1000
    if volume_ml > LARGEST_TUMOUR_ML:
        raise FileError(
            f"{name} marks {volume_ml:,.0f} mL, more than a tumour; it may be the mask of a brain.",
            "Name the segmentation of the tumour: seg=FILE.",
        )
    labels: NDArray[np.uint8] = data.astype(np.uint8, order="F")
    if not coincide(image.grid, plan.own):
        labels = resample(labels, image.grid, plan.own, labels=True)
        there_ml = np.count_nonzero(labels) * plan.own.voxel_volume / 1000
        if volume_ml and there_ml < _LEAST_INSIDE * volume_ml:
            if there_ml:
                raise FileError(
                    f"Most of what {name} marks lies beyond the images of {plan.reference}.",
                    "Use one of this patient's head.",
                )
            raise FileError(
                f"{name} marks nothing within {plan.reference}.", "Use one of this patient's head."
            )
    return LabelMap(labels, plan.grid, name, image.label_names)


def check_in_head(labels: LabelMap, volumes: Mapping[Modality, Volume]) -> None:
    """Raises FileError if a segmentation marks the air around the head more than the head.

    Air is what has the smallest value of a sequence in every sequence that shows something there:
    of a head without its skull, all that was cut away.
    """
    places = np.nonzero(labels.data)
    air = np.ones(places[0].size, bool)
    telling = [volume.data for volume in volumes.values() if not volume.constant]
    for data in telling:
        air &= data[places] == data.min()
    if telling and np.count_nonzero(air) > (1 - _LEAST_INSIDE) * air.size:
        raise FileError(
            f"Most of what {labels.file_name} marks lies outside of the head.",
            "Use one of this patient's head.",
        )


def labels_notices(plan: Plan, image: StoredVolume) -> list[str]:
    """What must be said about how a segmentation came onto the grid of the study."""
    said = [f"The segmentation: {notice}" for notice in image.notices if image.label_names]
    if image.grid.oriented and plan.own.oriented and not coincide(image.grid, plan.own):
        said.append(
            "The segmentation lies on another grid and was resampled onto that of "
            f"{plan.reference}."
        )
    if image.grid.oriented and plan.own.oriented:
        return said
    return [
        *said,
        f"The segmentation was laid over {plan.reference} by the order of the voxels: check that "
        "it is not mirrored.",
    ]


def _placed(
    plan: Plan,
    images: Mapping[Modality, StoredVolume],
    names: Mapping[Modality, str],
    modality: Modality,
) -> Placed:
    image = images[modality]
    data, own = image.data, image.grid

    placed = Volume(
        modality,
        data,
        plan.grid,
        names[modality],
        image.dtype,
        series=image.series,
        file_windows=image.windows,
        header=image.header,
    )
    if _in_other_frame(image, images[plan.reference]):
        placed = replace(placed, other_frame=True)
        if coincide(own, plan.own):
            scan = Scan(data, own)
            return replace(placed, source_grid=own, scan=scan, by_position=True), ()
    if coincide(own, plan.own):
        return replace(placed, source_grid=own if own.oriented != plan.grid.oriented else None), ()
    moved = resample(data, own, plan.own)
    if placed.other_frame and moved.min() == moved.max():
        # Somewhere else altogether: middle on middle until it is known.
        moved = resample(data, shifted(own, plan.own.centre - own.centre), plan.own)
    said: tuple[str, ...] = ()
    if moved.min() == moved.max() and data.min() != data.max():
        said = (f"{modality} shows another place than the rest of the study.",)
    scan = Scan(data, own)
    return replace(placed, data=moved, source_grid=own, scan=scan, by_position=True), said


def _in_other_frame(image: StoredVolume, reference: StoredVolume) -> bool:
    """Whether their positions cannot be compared."""
    frames = {image.frame_of_reference, reference.frame_of_reference} - {""}
    return len(frames) > 1


def _frame_notice(plan: Plan, placed: Sequence[Placed]) -> list[str]:
    """One sentence about the sequences of which no position says how they lie."""
    others = [volume.modality for volume, _ in placed if volume.other_frame]
    if not others:
        return []
    verb = (
        "has another frame of reference" if len(others) == 1 else "have other frames of reference"
    )
    return [
        f"{listed(others)} {verb} than {plan.reference}: positions do not say how they lie to "
        "each other, so the images are registered."
    ]


def _resampling_notice(plan: Plan, placed: Sequence[Placed]) -> list[str]:
    """One sentence about the sequences that were resampled."""
    moved = [volume.modality for volume, _ in placed if volume.resampled]
    if not moved:
        return []
    verb = "lies on another grid and was" if len(moved) == 1 else "lie on other grids and were"
    return [f"{listed(moved)} {verb} resampled onto that of {plan.reference}."]


def _voxels(grid: Grid) -> str:
    sizes = "×".join(f"{mm:.3g}" for mm in grid.spacing)
    return f"{'×'.join(map(str, grid.shape))} of {sizes} mm"
