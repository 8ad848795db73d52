"""Preprocessed head volumes with expert segmentations, cached in a folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.imaging.preprocess.head_volume import HeadVolume, prepare
from brainviewer.models.segmentation.input import PIXEL_MM, Canvas
from brainviewer.models.segmentation.slice_input import REGIONS
from brainviewer.training.json_files import write_arrays
from brainviewer.training.labelled_data.collection import Case, LabelledStudy

# Larger than the images that the network learns from, so that these can be turned and moved.
_FRAME = (112, 128)
_FAR, _LOW, _HIGH = -9.0, -6.0, 12.0
MIRRORED = "mirrored "
FIELDS = (*SEQUENCES, *(MIRRORED + m for m in SEQUENCES),
          "depth", "mirrored depth", "side", *REGIONS)  # fmt: skip
_OUTSIDE = {"depth": _FAR, "mirrored depth": _FAR, "side": 0.0} | dict.fromkeys(REGIONS, 0.0)


@dataclass(frozen=True, eq=False)
class TrainingVolume:
    """One patient's slices on a canvas.

    fields : (S, len(FIELDS), R, A) float32. Sequences are normalised and reach beyond the brain;
        ``depth`` is the distance to the brain's edge in mm, positive inside; ``side`` the distance
        from the mid-sagittal plane; regions 0..1.
    slice_mm : distance of the slices.
    present : which of ``SEQUENCES`` there are.
    regions : how many of ``REGIONS`` the expert has marked, from the first on.
    healthy_side : 1 right or -1 left if that side holds none of the lesion, else 0.
    """

    fields: NDArray[np.float32]
    slice_mm: float
    present: tuple[bool, ...]
    regions: int
    healthy_side: int

    @cached_property
    def holding(self) -> NDArray[np.int64]:
        """Slices that hold some of the lesion."""
        amount = self.fields[:, FIELDS.index("whole")].sum(axis=(1, 2), dtype=np.float32)
        return np.flatnonzero(amount > 2)

    @cached_property
    def brain(self) -> NDArray[np.int64]:
        """Slices that hold some of the brain."""
        return np.flatnonzero((self.fields[:, FIELDS.index("depth")] > 0).any(axis=(1, 2)))


def training_volumes(cases: Sequence[Case], folder: Path, report: Report) -> list[TrainingVolume]:
    """The heads of all cases, read from ``folder`` or prepared and written there."""
    heads = []
    for number, case in enumerate(cases):
        path = folder / f"{case.case_id}.npz"
        if not path.exists():
            report(number / len(cases), "preparing the heads")
            write_volume(training_volume(case), path)
        heads.append(read_volume(path))
    return heads


def training_volume(case: Case) -> TrainingVolume:
    """Prepare one case; raises FileError if no brain or no segmentation is there."""
    labelled = case.load()
    head = prepare(labelled.study, Modality.FLAIR)
    if head is None or labelled.lesion is None:
        raise FileError(
            f"The case {case.case_id} has no brain or no segmentation.", "Leave it out."
        )
    spacing = head.working.spacing
    canvas = Canvas.around(head.inside, spacing, _FRAME)
    side = side_mm(head)
    volumes = {"depth": _depth(head), "side": side} | regions_of(labelled, head)
    for modality in SEQUENCES:
        image = head.images.get(modality, np.zeros(head.inside.shape, np.float32))
        volumes[modality] = np.clip(image, _LOW, _HIGH)
    for name in ("depth", *SEQUENCES):
        outside = _OUTSIDE.get(name, _LOW)
        volumes[MIRRORED + name] = head.plane.mirror(volumes[name], spacing, outside)
    lesion = volumes["whole"]
    right, left = (float((lesion * (sign * side > 0)).sum()) for sign in (1, -1))
    healthy = -1 if left < 0.01 * right else 1 if right < 0.01 * left else 0
    fields = [
        canvas.draw(volumes.get(name, np.zeros_like(lesion)), spacing, _OUTSIDE.get(name, _LOW))
        for name in FIELDS
    ]
    present = tuple(modality in head.images for modality in SEQUENCES)
    regions = len(REGIONS) if labelled.labels is not None else 1
    return TrainingVolume(np.stack(fields, axis=1), spacing[2], present, regions, healthy)


def regions_of(labelled: LabelledStudy, head: HeadVolume) -> dict[str, NDArray[np.float32]]:
    """How much of each voxel (R, A, S) of the working arrays belongs to each marked region."""
    assert labelled.lesion is not None
    masks = [labelled.lesion]
    if labelled.labels is not None:
        masks += [(labelled.labels == 1) | (labelled.labels == 4), labelled.labels == 4]
    return {name: head.working.thin(one) for name, one in zip(REGIONS, masks, strict=False)}


def write_volume(head: TrainingVolume, path: Path) -> None:
    """Write a head, whole or not at all."""
    numbers = {name: getattr(head, name) for name in ("slice_mm", "regions", "healthy_side")}
    write_arrays(
        path,
        compress=False,
        fields=head.fields.astype(np.float16),
        present=np.array(head.present),
        **numbers,
    )


def read_volume(path: Path) -> TrainingVolume:
    """Read what ``write_volume`` wrote."""
    with np.load(path, allow_pickle=False) as file:
        return TrainingVolume(
            file["fields"].astype(np.float32),
            float(file["slice_mm"]),
            tuple(bool(one) for one in file["present"]),
            int(file["regions"]),
            int(file["healthy_side"]),
        )


def _depth(head: HeadVolume) -> NDArray[np.float32]:
    """Distance to the brain's edge within each axial slice, in mm, at most 9."""
    spacing = head.working.spacing
    padded = np.pad(head.inside, ((1, 1), (1, 1), (0, 0)))
    depth = np.full(padded.shape, _FAR, np.float32)
    for index in range(padded.shape[2]):
        plane = padded[:, :, index]
        if plane.any():
            inner = ndimage.distance_transform_edt(plane, sampling=spacing[:2])
            outer = ndimage.distance_transform_edt(~plane, sampling=spacing[:2])
            depth[:, :, index] = np.where(plane, inner - PIXEL_MM / 2, PIXEL_MM / 2 - outer)
    return np.asarray(np.clip(depth, _FAR, -_FAR)[1:-1, 1:-1])


def side_mm(head: HeadVolume) -> NDArray[np.float32]:
    """(R, A, S) distance from the mid-sagittal plane in mm, positive to the patient's right."""
    sizes = zip(head.inside.shape, head.working.spacing, strict=True)
    r, a, s = np.meshgrid(*(np.arange(n) * mm for n, mm in sizes), indexing="ij", sparse=True)
    normal, offset = head.plane.normal, head.plane.offset
    return np.asarray((r - offset) * normal[0] + a * normal[1] + s * normal[2], np.float32)
