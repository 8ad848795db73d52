"""One sequence of a study on the grid of its file: its own slices, where they lie in the head."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.study import LabelMap, Modality, Study
from brainviewer.imaging.preprocess.alignment import resample
from brainviewer.imaging.preprocess.working_grid import box_of


def on_original_grid(study: Study, modality: Modality) -> Study:
    """The study with this sequence alone, voxel for voxel as in its file.

    The motion of the head between the scans moves the grid, never the values. The study's own
    segmentation is brought there by the nearest voxel.
    Raises LookupError where the sequence was not resampled: the study has it so already.
    """
    volume = study.volumes[modality]
    if volume.scan is None:
        raise LookupError(f"{modality} was not resampled")
    grid = replace(volume.scan.grid, oriented=study.grid.oriented)
    own = replace(volume, data=volume.scan.data, grid=grid, source_grid=None, scan=None)
    labels = study.segmentation
    if labels is not None:
        moved = labels_on(labels.data, study.grid, grid)
        labels = LabelMap(moved, grid, labels.file_name, study.segment_names)
    return replace(study, volumes={modality: own}, grid=grid, segmentation=labels)


def finding_on(finding: TumourFinding, grid: Grid, onto: Grid) -> TumourFinding:
    """The masks of a finding on another grid, by the nearest voxel, to be drawn there.

    What was measured on slices of the first grid (areas, diameters, chosen slices) has no place on
    those of another, and is left out, as is what is not drawn.
    """
    parts = None if finding.parts is None else labels_on(finding.parts, grid, onto)
    mask = None if parts is None else parts > 0  # every voxel of the lesion is of one part
    if mask is None and finding.mask is not None:
        mask = labels_on(finding.mask, grid, onto)
    return replace(
        finding,
        index=None,
        candidates=(),
        area_mm2=np.zeros(0, np.float32),
        slices={},
        mask=mask,
        parts=parts,
        others=None,
        others_enhancing=None,
        probability=None,
        enhancing=None,
        brain=None,
        measurements=None,
    )


def labels_on(labels: NDArray[Any], grid: Grid, onto: Grid) -> NDArray[Any]:
    """Labels (i, j, k), 0 where nothing is, at the voxels of another grid: each the nearest.

    Only the box that holds some is looked at.
    """
    kept = np.zeros(onto.shape, labels.dtype, order="F")
    box = box_of(labels != 0)
    if not box[0].stop:
        return kept
    first = np.array([part.start for part in box])
    # Around it a layer of nothing: beyond its edge the resampling repeats what is least inside.
    held = np.pad(labels[box].astype(np.uint8), 1)
    corners = first + np.array(list(np.ndindex(2, 2, 2))) * np.array(held.shape) - 1.0
    there = onto.to_voxel(grid.to_world(corners))
    low = np.clip(np.floor(there.min(axis=0)).astype(int), 0, onto.shape)
    high = np.clip(np.ceil(there.max(axis=0)).astype(int) + 1, 0, onto.shape)
    if (high <= low).any():
        return kept
    moved = resample(
        held, grid.part(first - 1, held.shape), onto.part(low, high - low), labels=True
    )
    kept[tuple(slice(a, b) for a, b in zip(low, high, strict=True))] = moved.astype(labels.dtype)
    return kept
