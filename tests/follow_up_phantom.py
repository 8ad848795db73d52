"""A head and its tumour twice: smaller before, and then turned by a known angle."""

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.imaging.preprocess.alignment import mask_on, resample
from tests.lesion_phantoms import GRID, USUAL, ball, painted

TURN_DEGREES = 9.0
SHIFT_MM = np.array((7.0, -11.0, 5.0))
CENTRE = (32, 80, 48)
SMALL, LARGE = ball(CENTRE, 9), ball(CENTRE, 12)
VOXEL_ML = GRID.voxel_volume / 1000
_VENTRICLES = ball((42, 62, 42), (4, 14, 7)) | ball((57, 62, 42), (4, 14, 7))
_FLUID = {Modality.FLAIR: -6.0, Modality.T1: -5.0, Modality.T1CE: -5.0, Modality.T2: 7.0}
_CORTEX = {Modality.FLAIR: 1.5, Modality.T1: -2.0, Modality.T1CE: -2.0, Modality.T2: 1.5}


def motion() -> NDArray[np.float64]:
    """How the head lay before, (4, 4) in mm: turned about its middle, and shifted."""
    turn = Rotation.from_rotvec(np.radians(TURN_DEGREES) * np.array((0.36, 0.48, 0.8)))
    moved = np.eye(4)
    moved[:3, :3] = turn.as_matrix()
    moved[:3, 3] = GRID.centre + SHIFT_MM - moved[:3, :3] @ GRID.centre
    return moved


def turned() -> Grid:
    """Where the voxels of the turned head lie in the straight one."""
    return Grid(GRID.shape, motion() @ GRID.affine)


def _head(
    tumour: NDArray[np.bool_],
    name: str,
    folds_of: int = 3,
    ventricles: NDArray[np.bool_] = _VENTRICLES,
) -> Study:
    texture = np.random.default_rng(folds_of).standard_normal(GRID.shape, np.float32)
    folds = ndimage.gaussian_filter(texture, 4) > 0.015
    regions = [(folds & ~tumour & ~ventricles, _CORTEX), (ventricles & ~tumour, _FLUID)]
    study = painted([*regions, (tumour, USUAL)])
    return replace(study, name=name, content_hash=name * 8)


@cache
def current() -> Study:
    """The larger tumour, the head straight."""
    return _head(LARGE, "current")


@cache
def prior() -> Study:
    """The smaller tumour, the head turned."""
    straight = _head(SMALL, "prior")
    there = turned()
    noise = np.random.default_rng(7)
    volumes = {}
    for modality, volume in straight.volumes.items():
        data = resample(volume.data, there, GRID)
        data[data > 20] += 5 * noise.standard_normal(np.count_nonzero(data > 20), np.float32)
        volumes[modality] = Volume(modality, data, GRID)
    return replace(straight, volumes=volumes)


@cache
def stranger() -> Study:
    """A head of the same shape with other folds, ventricles and noise."""
    wide = ball((38, 66, 40), (7, 10, 5)) | ball((61, 66, 40), (7, 10, 5))
    study = _head(SMALL, "stranger", folds_of=4, ventricles=wide)
    volumes = {m: replace(v, data=v.data[::-1]) for m, v in study.volumes.items()}
    return replace(study, volumes=volumes)


def straightened() -> Grid:
    """Where the grid of the turned head lies, had the head lain straight."""
    return Grid(GRID.shape, np.linalg.inv(motion()) @ GRID.affine)


# Two lesions and a gone one before; the first has grown, the second has shrunk, a third is new.
KEPT_SMALL, KEPT_LARGE = ball(CENTRE, 8), ball(CENTRE, 10)
SHRUNK_BEFORE, SHRUNK_NOW = ball((70, 84, 50), 9), ball((70, 84, 50), 6)
GONE, NEW = ball((33, 38, 44), 6), ball((68, 34, 50), 6)


NOW = KEPT_LARGE | SHRUNK_NOW | NEW
BEFORE = KEPT_SMALL | SHRUNK_BEFORE | GONE


def turned_mask(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A mask of the straight head in the turned one."""
    return mask_on(mask, turned(), GRID)
