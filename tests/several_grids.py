"""A study whose sequences were scanned on grids of their own, as its files hold it and opened."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from brainviewer.app.opening.study import open_study
from brainviewer.core.geometry import Grid
from brainviewer.core.study import LabelMap, Modality, Study
from tests.dicom_writer import DESCRIPTIONS, TIMES, Examination, write_series
from tests.phantoms import grid_of, marker_study


def own_grids() -> dict[Modality, Grid]:
    """Thick axial FLAIR, finer tilted T1, sagittal T2: other counts, sizes and directions."""
    base = grid_of()
    thick = Grid((base.shape[0], base.shape[1], base.shape[2] // 2), base.affine.copy())
    thick.affine[:3, 2] *= 2
    tilted, sagittal = grid_of(tilt_degrees=(8, -5, 3)), grid_of((1, 2, 0), (-1, -1, 1))
    grids = {Modality.FLAIR: thick, Modality.T1: tilted, Modality.T2: sagittal}
    return {modality: about(grid) for modality, grid in grids.items()}


def about(grid: Grid, centre: tuple[float, float, float] = (4.0, -3.0, 9.0)) -> Grid:
    """The grid about another place, so that phantoms on several grids are one head."""
    affine = grid.affine.copy()
    affine[:3, 3] += np.array(centre) - grid.centre
    return Grid(grid.shape, affine)


@dataclass(frozen=True, eq=False)
class SeveralGrids:
    """stored : values (i, j, k) and grid of each sequence, as written; study : opened."""

    stored: dict[Modality, tuple[np.ndarray, Grid]]
    study: Study


def several_grids(folder: Path) -> SeveralGrids:
    """Written as DICOM series and opened, with a segmentation on the common grid."""
    stored, examination = {}, Examination()
    for number, (modality, grid) in enumerate(own_grids().items(), 3):
        data = marker_study(grid, (modality,)).volumes[modality].data
        # No two voxels alike, so that one that is not the file's is seen.
        noise = np.random.default_rng(number).integers(0, 90, data.shape)
        stored[modality] = (data + noise).astype(np.int16), grid
        said = {**TIMES[modality], "SeriesDescription": DESCRIPTIONS["siemens"][modality]}
        how = {"examination": examination, "number": number, "elements": said}
        write_series(folder, stored[modality][0], grid.affine, **how)
    study = open_study([folder])
    marked = marker_study(study.grid, (Modality.FLAIR,)).segmentation
    assert marked is not None
    object.__setattr__(study, "segmentation", LabelMap(marked.data, study.grid))
    return SeveralGrids(stored, study)
