"""Heads that are the template itself, bent and turned as is known, with lesions at known places."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.imaging.location.atlas import atlas

SHAPE, SIDE_MM = (100, 120, 96), 2.0
SCALES = np.array([0.93, 0.97, 0.9])
TURN_DEGREES = 9.0
MIDDLE = np.array([4.0, -12.0, 10.0])  # mm of the head's world that the template's origin comes to


@dataclass(frozen=True, eq=False)
class TemplateHead:
    """A study with a T1, its brain, and the template position (3, i, j, k) of every voxel."""

    study: Study
    brain: NDArray[np.bool_]
    places: NDArray[np.float64]

    def ball(self, centre: tuple[float, float, float], radius_mm: float) -> NDArray[np.bool_]:
        """A lesion around a place in MNI mm."""
        away = self.places - np.reshape(centre, (3, 1, 1, 1))
        return np.asarray((away**2).sum(axis=0) <= radius_mm**2)

    def finding(self, mask: NDArray[np.bool_], **of: object) -> TumourFinding:
        """A finding of a lesion (i, j, k) in it."""
        known = {"mask": mask, "brain": self.brain, "index": 40, **of}
        return TumourFinding("lesion", True, **known)  # type: ignore[arg-type]


@cache
def template_head(bend_mm: float = 3.0, deep_shift_mm: float = 0.0) -> TemplateHead:
    """A head on a grid that runs to the left, back and up, made by a known affine map.

    bend_mm : amplitude of smooth displacements on top of it. deep_shift_mm : how far the middle of
    the brain is pushed to the right, as by a large lesion, while its outline stays.
    """
    affine = np.diag([-SIDE_MM, -SIDE_MM, SIDE_MM, 1.0])
    affine[:3, 3] = np.array([SHAPE[0], SHAPE[1], -SHAPE[2]]) * SIDE_MM / 2 + MIDDLE
    grid = Grid(SHAPE, affine)
    world = grid.to_world(np.indices(SHAPE).reshape(3, -1).T)
    angle = np.radians(TURN_DEGREES)
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    places = (world - MIDDLE) @ turn / SCALES
    x, y, z = places.T
    bend = np.stack([np.sin(y / 24 + 1), np.cos(z / 22), np.sin(x / 26 + y / 40)], axis=1)
    places = places + bend_mm * bend
    pushed = np.exp(-(((x / 38) ** 2 + ((y + 10) / 45) ** 2 + ((z - 8) / 32) ** 2) ** 2))
    places[:, 0] -= deep_shift_mm * pushed
    which = atlas()
    index = which.template_grid.to_voxel(places).T
    t1 = ndimage.map_coordinates(which.template.astype(np.float32), index, order=1)
    brain = ndimage.map_coordinates((which.template > 0).astype(np.float32), index, order=1) > 0.5
    noise = np.random.default_rng(5).normal(0, 4, t1.shape)
    data = np.where(brain, 40 + 4 * t1 + noise, 0).reshape(SHAPE).astype(np.int16)
    study = Study({Modality.T1: Volume(Modality.T1, data, grid)}, grid, "head", content_hash="1")
    return TemplateHead(study, brain.reshape(SHAPE), places.T.reshape(3, *SHAPE))
