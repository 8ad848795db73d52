"""Motion that was added to real scans is found again; uneven brightness is none."""

from functools import cache

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from brainviewer.core.geometry import Grid
from brainviewer.files.nifti.reader import read_nifti
from brainviewer.files.stored_volume import StoredVolume
from brainviewer.imaging.preprocess.registration.registration import LEAST_MM, head_motion
from tests.e2e.test_open_studies import STUDIES, pytestmark

__all__ = ["pytestmark"]

MOTIONS = {
    "2 to 3 mm and 2 degrees": ((2, 1, -3), (2, -1, 2)),
    "5 mm and 5 degrees": ((0, 5, 0), (5, 0, 0)),
}


@cache
def scan(name: str) -> StoredVolume:
    return read_nifti(STUDIES / "BraTS2021_01476" / f"BraTS2021_01476_{name}.nii.gz")


def ramp(image: StoredVolume, axis: int) -> np.ndarray:
    shape = [-1 if n == axis else 1 for n in range(3)]
    gain = 1 + 0.2 * np.linspace(-1, 1, image.data.shape[axis]).reshape(shape)
    return np.rint(image.data * gain).astype(np.int16)


@pytest.mark.parametrize("name", ["t1", "t1ce", "t2"])
def test_a_ramp_moves_no_real_scan(name):
    fixed, moving = scan("flair"), scan(name)
    for axis in range(3):
        assert head_motion(ramp(moving, axis), moving.grid, fixed.data, fixed.grid) is None


@pytest.mark.parametrize("name", ["t1", "t2"])
@pytest.mark.parametrize("motion", MOTIONS)
def test_added_motion_is_taken_back(name, motion):
    fixed, moving = scan("flair"), scan(name)
    shift, degrees = MOTIONS[motion]
    centre = fixed.grid.centre
    moved = np.eye(4)
    moved[:3, :3] = Rotation.from_euler("xyz", degrees, degrees=True).as_matrix()
    moved[:3, 3] = centre + shift - moved[:3, :3] @ centre
    elsewhere = Grid(moving.grid.shape, moved @ moving.grid.affine)
    found = head_motion(ramp(moving, 1), elsewhere, fixed.data, fixed.grid)
    assert found is not None
    head = np.argwhere(fixed.data[::8, ::8, ::8] > 0) * 8
    apart = found.grid.to_world(head) - moving.grid.to_world(head)
    assert np.sqrt((apart**2).sum(axis=1).mean()) < LEAST_MM
