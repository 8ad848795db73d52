"""What hypothesis draws for tests of properties, and how many examples it tries.

Usually few, always the same ones; ``--hypothesis-profile=long`` draws many new ones.
"""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from brainviewer.core.geometry import Grid
from tests.phantoms import AXIS_CASES

settings.register_profile("short", derandomize=True, max_examples=30, deadline=None, database=None)
settings.register_profile("long", max_examples=3000, deadline=None)


def reals(low: float, high: float) -> st.SearchStrategy[float]:
    """Finite numbers in a range, without those that are almost 0."""
    return st.floats(low, high, allow_nan=False, allow_subnormal=False)


@st.composite
def rotations(draw: st.DrawFn, most_degrees: float = 180.0) -> np.ndarray:
    """(3, 3) rotations by up to so many degrees, about any axis (Rodrigues)."""
    axis = np.array(draw(st.tuples(*[reals(-1, 1)] * 3)))
    if np.linalg.norm(axis) < 1e-3:
        axis = np.array([0.0, 0.0, 1.0])
    x, y, z = axis / np.linalg.norm(axis)
    angle = np.radians(draw(reals(-most_degrees, most_degrees)))
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


@st.composite
def grids(draw: st.DrawFn, most_voxels: int = 12, most_degrees: float = 40.0) -> Grid:
    """Grids of any of the 48 orders and directions of axes, tilted, with voxels of any size."""
    axes, signs = draw(st.sampled_from(AXIS_CASES))
    sizes = draw(st.tuples(*[reals(0.2, 8)] * 3))
    affine = np.eye(4)
    affine[:3, :3] = 0
    for n, (axis, sign) in enumerate(zip(axes, signs, strict=True)):
        affine[axis, n] = sign * sizes[n]
    affine[:3, :3] = draw(rotations(most_degrees)) @ affine[:3, :3]
    affine[:3, 3] = draw(st.tuples(*[reals(-300, 300)] * 3))
    i, j, k = draw(st.tuples(*[st.integers(2, most_voxels)] * 3))
    return Grid((i, j, k), affine)


@st.composite
def points_in(draw: st.DrawFn, grid: Grid, count: int) -> np.ndarray:
    """(count, 3) world positions inside of a grid."""
    fractions = draw(arrays.arrays(np.float64, (count, 3), elements=reals(0, 1)))
    return grid.to_world(fractions * (np.array(grid.shape) - 1))


def labels_on(shape: tuple[int, int, int]) -> st.SearchStrategy[np.ndarray]:
    """(i, j, k) uint8 labels of the parts of a lesion."""
    return arrays.arrays(np.uint8, shape, elements=st.sampled_from((0, 1, 2, 4, 8)))
