"""Noisy made-up brains with a lesion of known shape and brightness."""

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.study import SEQUENCES, Modality, Study, Volume

SHAPE = (100, 120, 80)
GRID = Grid(SHAPE, np.diag([1.5, 1.5, 1.5, 1.0]))
# What a lesion usually has, in spreads.
USUAL = {Modality.FLAIR: 4.0, Modality.T1: -1.5, Modality.T1CE: -1.5, Modality.T2: 5.0}


def ball(centre: tuple[float, float, float], radii: float | tuple[float, float, float]) -> NDArray:
    x, y, z = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    a, b, c = np.broadcast_to(radii, 3)
    return ((x - centre[0]) / a) ** 2 + ((y - centre[1]) / b) ** 2 + ((z - centre[2]) / c) ** 2 <= 1


BRAIN = ball((49.5, 59.5, 39.5), (42, 52, 34))
# The patient's left, front, upper quarter.
LESION = ball((32, 80, 48), 12)


def painted(
    regions: list[tuple[NDArray, dict[Modality, float]]], left_out: tuple[Modality, ...] = ()
) -> Study:
    """A noisy brain of 100 with a spread of 10; values of regions add up, in spreads."""
    random = np.random.default_rng(1)
    volumes = {}
    for modality in SEQUENCES:
        image = 100 + 10 * random.standard_normal(SHAPE, np.float32)
        for where, values in regions:
            image[where] += 10 * values.get(modality, 0.0)
        image[~BRAIN] = 0
        if modality not in left_out:
            volumes[modality] = Volume(modality, image, GRID)
    return Study(volumes, GRID)


def finding(
    mask: NDArray = LESION,
    brain: NDArray | None = BRAIN,
    enhancing: NDArray | None = None,
    parts: NDArray | None = None,
) -> TumourFinding:
    return TumourFinding("lesion", True, mask=mask, brain=brain, enhancing=enhancing, parts=parts)


def turned(study: Study, found: TumourFinding) -> tuple[Study, TumourFinding]:
    """The same head in another unit of brightness, order and direction of axes."""
    order = (2, 0, 1)
    affine = GRID.affine[:, [*order, 3]].copy()
    affine[:3, 0] *= -1
    grid = Grid((SHAPE[2], SHAPE[0], SHAPE[1]), affine)

    def turn(data: NDArray | None) -> NDArray | None:
        return None if data is None else data.transpose(order)[::-1]

    volumes = {m: Volume(m, 3 * turn(v.data) + 40, grid) for m, v in study.volumes.items()}
    again = finding(*map(turn, (found.mask, found.brain, found.enhancing, found.parts)))
    return Study(volumes, grid), again


def finer(study: Study, found: TumourFinding) -> tuple[Study, TumourFinding]:
    """The same head with every voxel divided in two along each axis."""
    affine = GRID.affine.copy()
    affine[:3, :3] /= 2
    grid = Grid((2 * SHAPE[0], 2 * SHAPE[1], 2 * SHAPE[2]), affine)

    def divide(data: NDArray | None) -> NDArray | None:
        return None if data is None else data.repeat(2, 0).repeat(2, 1).repeat(2, 2)

    volumes = {m: Volume(m, divide(v.data), grid) for m, v in study.volumes.items()}
    again = finding(*map(divide, (found.mask, found.brain, found.enhancing, found.parts)))
    return Study(volumes, grid), again
