"""Where a header places its voxels, beside what nibabel, the format's reference in Python, says."""

from itertools import permutations, product

import nibabel as nib
import numpy as np
import pytest

from brainviewer.core.errors import FileError
from brainviewer.files.nifti.header import Header, parse_header

SHAPE = (4, 5, 6)
SIZES = np.array([1.0, 2.0, 3.0])
TURN = nib.eulerangles.euler2mat(0.2, -0.1, 0.07)
UNITS = {"mm": 1.0, "meter": 1e-3, "micron": 1e3}
"""What one millimetre is in each."""
AXES = list(product(permutations(range(3)), product((1, -1), repeat=3)))
QUATERNION, QFAC, PIXDIM = 256, 76, 80


def turned(order, signs, oblique=True) -> np.ndarray:
    affine = np.eye(4)
    affine[:3, :3] = (TURN if oblique else np.eye(3)) @ (np.eye(3)[:, order] * signs) * SIZES
    affine[:3, 3] = 5, -7, 9
    return affine


def content(affine, forms="q", unit="mm", scale=1.0) -> bytearray:
    """The first bytes of a file with the forms ``s`` and ``q`` as asked, else voxel sizes alone."""
    header = nib.Nifti1Header()
    header.set_data_shape(SHAPE)
    header.set_data_dtype(np.int16)
    header.set_zooms(SIZES * scale)
    placed = np.array(affine)
    placed[:3] *= scale
    if "q" in forms:
        header.set_qform(placed, 1)
    if "s" in forms:
        header.set_sform(placed, 1)
    header["xyzt_units"] = unit if isinstance(unit, int) else nib.nifti1.unit_codes[unit]
    header["magic"] = b"n+1"
    return bytearray(header.binaryblock + bytes(4))


def changed(start: bytearray, at: int, *numbers: float) -> bytearray:
    values = np.array(numbers, "<f4")
    start[at : at + values.nbytes] = values.tobytes()
    return start


def read(start: bytearray) -> Header:
    return parse_header(bytes(start), "scan.nii")


def by_nibabel(start: bytearray) -> np.ndarray:
    return nib.Nifti1Header(bytes(start[:348])).get_best_affine()


@pytest.mark.parametrize("forms", ["s", "q", "sq"])
@pytest.mark.parametrize("axes", AXES)
def test_every_order_and_direction_in_every_form(axes, forms):
    for oblique in (False, True):
        start = content(turned(*axes, oblique), forms)
        header = read(start)
        np.testing.assert_allclose(header.grid.affine, by_nibabel(start), atol=1e-5)
        assert header.grid.oriented
        assert header.notices == ()


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("forms", ["s", "q", "sq", ""])
def test_every_unit_is_brought_to_millimetres(unit, forms):
    affine = turned((1, 0, 2), (-1, 1, 1))
    header = read(content(affine, forms, unit, UNITS[unit]))
    expected = affine if forms else np.diag([*SIZES, 1.0])
    np.testing.assert_allclose(header.grid.affine, expected, atol=1e-4)
    assert not any("unit" in notice for notice in header.notices)


@pytest.mark.parametrize("code", [0, 4, 7])
def test_an_unknown_unit_is_said(code):
    header = read(content(turned((0, 1, 2), (1, 1, 1)), unit=code))
    assert header.grid.spacing == pytest.approx(SIZES)
    (notice,) = header.notices
    assert "unit of length" in notice
    assert "millimetres" in notice


@pytest.mark.parametrize("unit", ["sec", "msec"])
def test_a_unit_of_time_changes_nothing(unit):
    both = nib.nifti1.unit_codes["mm"] | nib.nifti1.unit_codes[unit]
    header = read(content(turned((0, 1, 2), (1, 1, 1)), unit=both))
    assert header.grid.spacing == pytest.approx(SIZES)
    assert header.notices == ()


def test_metres_that_cannot_be_are_refused():
    with pytest.raises(FileError, match=r"1000 × 2000 × 3000 mm") as caught:
        read(content(np.diag([*SIZES, 1.0]), "sq", "meter"))
    assert "unit" in caught.value.advice


@pytest.mark.parametrize("length", [1 + 3e-7, 1 + 1e-5, 1.001, 1.01])
@pytest.mark.parametrize("axis", [(0, 0, 1), (1, 0, 0), (0.6, 0, 0.8)])
def test_a_quaternion_a_little_too_long_is_a_rotation(axis, length):
    """As nifti1_io.c does; nibabel itself refuses it."""
    good = content(np.diag([*SIZES, 1.0]))
    exact = read(changed(good, QUATERNION, *axis)).grid
    header = read(changed(good, QUATERNION, *np.multiply(axis, length)))
    assert header.grid.oriented
    assert header.notices == ()
    np.testing.assert_allclose(header.grid.affine, exact.affine, atol=1e-5)


RIGHT_HANDED, LEFT_HANDED = turned((2, 0, 1), (1, 1, 1)), turned((2, 0, 1), (1, -1, 1))


@pytest.mark.parametrize(
    ("affine", "qfac"),
    [(RIGHT_HANDED, size) for size in (0.0, 0.25, 3.0, 7e4, np.nan)]
    + [(LEFT_HANDED, -size) for size in (0.25, 3.0, 7e4)],
)
def test_only_the_sign_of_qfac_counts(affine, qfac):
    header = read(changed(content(affine), QFAC, qfac))
    np.testing.assert_allclose(header.grid.affine, affine, atol=1e-5)
    assert header.grid.oriented
    assert header.notices == ()


def test_signs_of_voxel_sizes_have_no_meaning_beside_a_qform():
    affine = turned((1, 2, 0), (1, 1, -1))
    start = content(affine)
    expected = read(start).grid.affine
    header = read(changed(start, PIXDIM, -1, 2, -3))
    np.testing.assert_allclose(header.grid.affine, expected, atol=1e-5)
    assert header.notices == ()


@pytest.mark.parametrize("quaternion", [(np.nan, 0, 0), (0, np.inf, 0), (5, 5, 5)])
def test_what_is_no_rotation_is_called_invalid(quaternion):
    start = changed(content(turned((0, 1, 2), (-1, -1, 1)), "q"), QUATERNION, *quaternion)
    header = read(start)
    assert not header.grid.oriented
    (notice,) = header.notices
    assert "qform" in notice
    assert "invalid" in notice
    assert "no sides" in notice


def test_what_is_absent_is_called_absent():
    header = read(content(np.diag([*SIZES, 1.0]), ""))
    assert not header.grid.oriented
    (notice,) = header.notices
    assert "is not said" in notice
    assert "invalid" not in notice


def test_two_invalid_forms_are_both_named():
    start = content(turned((0, 1, 2), (-1, -1, 1)), "sq")
    start = changed(changed(start, QUATERNION, np.nan, 0, 0), 280, *[0.0] * 12)
    (notice,) = read(start).notices
    assert "sform and qform" in notice


def test_the_sform_comes_before_the_qform():
    start = content(np.diag([*SIZES, 1.0]), "sq")
    other = nib.Nifti1Header(bytes(start[:348]))
    other.set_qform(turned((1, 0, 2), (1, 1, 1), oblique=False), 1)
    header = read(bytearray(other.binaryblock + bytes(4)))
    np.testing.assert_allclose(header.grid.affine, np.diag([*SIZES, 1.0]))
    assert any("disagree" in notice for notice in header.notices)


@pytest.mark.parametrize("axis", [(0, 0, 1), (0, 1, 0), (1, 0, 0), (0, 0, 0)])
def test_half_turns_are_exact(axis):
    """The last bit of a voxel size decides what is found where two places look alike."""
    for length in (1.0, 1 + 3e-7):
        start = content(np.diag([*SIZES, 1.0]))
        header = read(changed(start, QUATERNION, *np.multiply(axis, length)))
        assert header.grid.spacing == tuple(SIZES)
        assert np.count_nonzero(header.grid.affine[:3, :3]) == 3


def test_slanted_voxels_are_told():
    slant = np.eye(4)
    slant[0, 1] = 0.2
    straight = turned((2, 0, 1), (1, -1, 1))
    (said,) = read(content(straight @ slant, "s")).notices[-1:]
    assert said.startswith("By its sform its voxels are slanted by ")
    assert not any("slanted" in n for n in read(content(straight, "s")).notices)


@pytest.mark.parametrize("unit", UNITS)
def test_sizes_beside_those_of_the_sform_are_told(unit):
    affine = turned((0, 1, 2), (-1, -1, 1), oblique=False)
    start = content(affine, "s", unit, UNITS[unit])
    assert not any("pixdim" in notice for notice in read(start).notices)
    header = read(changed(start, PIXDIM, *(SIZES * (1, 1, 1.5) * UNITS[unit])))
    assert header.notices[-1] == (
        "By its sform its voxels are 1 × 2 × 3 mm large, which is used; by pixdim they are "
        "1 × 2 × 4.5 mm: measure with care."
    )
    np.testing.assert_allclose(header.grid.spacing, SIZES)
