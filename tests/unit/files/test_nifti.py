"""NIfTI files as they should be, as they often are, and as they must be refused."""

import gzip
import io
from itertools import permutations, product
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from brainviewer.core.errors import Cancelled, FileError
from brainviewer.files.nifti.reader import read_nifti

AFFINE = np.array([[-2.0, 0, 0, 30], [0, -1, 0, 40], [0, 0, 3, -20], [0, 0, 0, 1]])
VALUES = np.arange(4 * 5 * 6).reshape(4, 5, 6)


def image(values=VALUES, dtype=np.int16, affine=AFFINE, kind=nib.Nifti1Image):
    made = kind(np.asarray(values).astype(dtype), affine, dtype=np.dtype(dtype))
    made.header.set_xyzt_units("mm")
    return made


def packed(content: bytes) -> bytes:
    return gzip.compress(content, 1)


def damaged(made: nib.Nifti1Image, at: int, number: np.generic) -> bytes:
    """The bytes of a file in which the header's field at byte ``at`` was overwritten."""
    content = bytearray(made.to_bytes())
    content[at : at + number.nbytes] = number.tobytes()
    return bytes(content)


@pytest.fixture
def write(tmp_path):
    def write(content: bytes, name="scan.nii") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


# -- as they should be ----------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["u1", "i1", "i2", "u2", "i4", "u4", "f4"])
def test_numbers_stay_as_they_are_stored(write, dtype):
    read = read_nifti(write(image(dtype=dtype).to_bytes()))
    assert read.data.dtype == np.dtype(dtype)
    assert read.dtype == np.dtype(dtype).name
    np.testing.assert_array_equal(read.data, VALUES)
    assert read.data.flags.f_contiguous
    assert read.notices == ()


@pytest.mark.parametrize("kind", [nib.Nifti1Image, nib.Nifti2Image])
@pytest.mark.parametrize("name", ["scan.nii", "scan.nii.gz", "Scän 1 (ä).NII.GZ"])
def test_both_versions_packed_or_not(write, kind, name):
    content = image(kind=kind).to_bytes()
    read = read_nifti(write(packed(content) if name.lower().endswith("gz") else content, name))
    np.testing.assert_array_equal(read.data, VALUES)
    np.testing.assert_allclose(read.grid.affine, AFFINE)
    assert read.grid.orientation == "LPS"


def test_packing_is_seen_in_the_file_and_not_in_its_name(write):
    content = image().to_bytes()
    for path in (write(packed(content), "a.nii"), write(content, "b.nii.gz")):
        np.testing.assert_array_equal(read_nifti(path).data, VALUES)


def test_a_file_packed_in_several_parts(write):
    content = image().to_bytes()
    path = write(packed(content[:400]) + packed(content[400:]), "scan.nii.gz")
    np.testing.assert_array_equal(read_nifti(path).data, VALUES)


def test_big_endian(write):
    header = nib.Nifti1Header(endianness=">")
    header.set_data_dtype(">i2")
    made = nib.Nifti1Image(VALUES.astype(">i2"), AFFINE, header)
    assert made.to_bytes()[:4] == b"\0\0\x01\x5c"
    read = read_nifti(write(made.to_bytes()))
    np.testing.assert_array_equal(read.data, VALUES)
    assert read.data.dtype == np.dtype("i2")
    assert read.data.dtype.isnative


def test_scaling_is_applied_only_if_it_does_something(write):
    made = image()
    made.header.set_slope_inter(0.5, -3)
    scaled = damaged(image(), 112, np.array([0.5, -3], "<f4"))
    read = read_nifti(write(scaled))
    assert read.data.dtype == np.float32
    assert read.dtype == "int16"
    np.testing.assert_allclose(read.data, VALUES * 0.5 - 3)
    for slope, intercept in ((1, 0), (0, 7), (np.nan, np.nan)):
        neutral = damaged(image(), 112, np.array([slope, intercept], "<f4"))
        assert read_nifti(write(neutral)).data.dtype == np.int16


def test_64_bits_become_32(write):
    assert read_nifti(write(image(dtype="f8").to_bytes())).data.dtype == np.float32
    assert read_nifti(write(image(dtype="i8").to_bytes())).data.dtype == np.int32
    wide = image(VALUES * 2**40, "i8")
    assert read_nifti(write(wide.to_bytes())).data.dtype == np.float32


def test_an_extension_before_the_voxels(write):
    made = image()
    made.header.extensions.append(nib.nifti1.Nifti1Extension("comment", b"x" * 900))
    np.testing.assert_array_equal(read_nifti(write(packed(made.to_bytes()))).data, VALUES)


@pytest.mark.parametrize("axes", tuple(permutations(range(3))))
def test_every_order_and_direction_of_axes(write, axes):
    for signs in product((1, -1), repeat=3):
        affine = np.eye(4)
        affine[:3, :3] = 0
        for n in range(3):
            affine[axes[n], n] = signs[n] * (n + 1)
        read = read_nifti(write(image(affine=affine).to_bytes()))
        assert read.grid.orientation == "".join(nib.aff2axcodes(affine))
        assert read.grid.spacing == (1, 2, 3)
        np.testing.assert_array_equal(read.data, VALUES)


def test_qform_alone_and_description(write):
    made = image()
    made.set_sform(None, 0)
    made.set_qform(AFFINE, 1)
    made.header["descrip"] = b"SYNTHETIC head"
    read = read_nifti(write(made.to_bytes()))
    np.testing.assert_allclose(read.grid.affine, AFFINE, atol=1e-5)
    assert read.grid.oriented
    assert read.notices == ()
    assert read.description == "SYNTHETIC head"


def test_progress_and_cancel(write):
    path = write(
        packed(
            image(np.zeros((200, 200, 120))).to_bytes(),
        ),
        "scan.nii.gz",
    )
    seen = []
    read_nifti(path, lambda fraction, text: seen.append(fraction))
    assert len(seen) > 2
    assert seen == sorted(seen)
    assert seen[-1] == 1.0

    def stop(fraction: float, text: str) -> None:
        seen.append(fraction)
        if fraction > 0:
            raise Cancelled

    seen.clear()
    with pytest.raises(Cancelled):
        read_nifti(path, stop)
    assert len(seen) == 2


# -- opened with a notice -------------------------------------------------------------------


def only_notice(read) -> str:
    (notice,) = read.notices
    return notice


@pytest.mark.parametrize("bad", [0.0, np.nan])
def test_invalid_sform_with_valid_qform(write, bad):
    made = image()
    made.set_qform(AFFINE, 1)
    content = damaged(made, 280, np.full(12, bad, "<f4"))
    read = read_nifti(write(content))
    assert "sform is invalid" in only_notice(read)
    np.testing.assert_allclose(read.grid.affine, AFFINE, atol=1e-5)


def test_invalid_qform_with_valid_sform(write):
    made = image()
    made.set_qform(AFFINE, 1)
    read = read_nifti(write(damaged(made, 256, np.full(3, 5, "<f4"))))
    assert "qform is invalid" in only_notice(read)
    np.testing.assert_allclose(read.grid.affine, AFFINE)


def without_forms(sizes=(2, 1, 3)) -> bytes:
    made = image()
    made.set_sform(None, 0)
    made.set_qform(None, 0)
    return damaged(made, 80, np.array(sizes, "<f4"))


def test_neither_form_but_voxel_sizes(write):
    read = read_nifti(write(without_forms()))
    assert "how the patient lay" in only_notice(read)
    assert not read.grid.oriented
    assert read.grid.orientation == "???"
    np.testing.assert_array_equal(read.grid.affine, np.diag([2, 1, 3, 1]))


def test_forms_that_disagree(write):
    made = image()
    shifted = AFFINE.copy()
    shifted[0, 3] += 7
    made.set_qform(shifted, 1)
    read = read_nifti(write(made.to_bytes()))
    assert "disagree by up to 7.0 mm" in only_notice(read)
    assert "sides" not in only_notice(read)
    np.testing.assert_allclose(read.grid.affine, AFFINE)
    made.set_qform(AFFINE @ np.diag([-1, 1, 1, 1]), 1)
    assert "Check the sides" in only_notice(read_nifti(write(made.to_bytes())))


def test_voxels_that_are_not_finite(write):
    values = VALUES.astype(np.float32) - 10
    values[0, 0, :3] = np.nan, np.inf, -np.inf
    read = read_nifti(write(image(values, "f4").to_bytes()))
    assert only_notice(read) == "3 voxels were not a finite number and set to -7."
    np.testing.assert_array_equal(read.data[0, 0, :4], [-7, -7, -7, -7])
    values = VALUES.astype(np.float32) + 10
    values[1, 1, 1] = np.nan
    read = read_nifti(write(image(values, "f8").to_bytes()))
    assert only_notice(read) == "1 voxel was not a finite number and set to 0."
    assert read.data[1, 1, 1] == 0
    assert read.data[1, 1, 2] == values[1, 1, 2]


def test_nothing_but_nan(write):
    read = read_nifti(write(image(np.full((3, 3, 3), np.nan), "f4").to_bytes()))
    assert len(read.notices) == 2
    assert not read.data.any()


def test_constant_volume(write):
    read = read_nifti(write(image(np.full((3, 4, 5), 7)).to_bytes()))
    assert "same value (7)" in only_notice(read)


@pytest.mark.parametrize("name", ["scan.nii", "scan.nii.gz"])
def test_first_of_several_images(write, name):
    content = image(np.stack([VALUES, VALUES + 1000], axis=-1)).to_bytes()
    read = read_nifti(write(packed(content) if name.endswith("gz") else content, name))
    assert "Of 2 images the first" in only_notice(read)
    np.testing.assert_array_equal(read.data, VALUES)


def test_one_frame_in_four_dimensions_is_a_volume(write):
    assert read_nifti(write(image(VALUES[..., None]).to_bytes())).notices == ()


# -- refused --------------------------------------------------------------------------------

RGB = np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])
SHORT = np.array(VALUES.shape, "<i2")
GOOD = image().to_bytes()
LONG = packed(image(np.random.default_rng(0).integers(0, 99, (30, 30, 30))).to_bytes())
REFUSED = {
    "empty": (b"", "is empty"),
    "text": (b"this is no image" * 50, "not a NIfTI"),
    "short": (GOOD[:200], "not a NIfTI"),
    "dicom": (bytes(128) + b"DICM" + bytes(900), "DICOM"),
    "other gzip": (packed(b"hello" * 200), "not a NIfTI"),
    "gzip start only": (b"\x1f\x8b", "too early"),
    "cut gz": (LONG[:-3000], "too early"),
    "cut gz trailer": (LONG[:-5], "too early"),
    "gz header only": (LONG[:40], "too early"),
    "changed gz": (LONG[:900] + bytes(300) + LONG[1200:], "decompressed|too early"),
    "cut": (GOOD[:-10], "fewer"),
    "promises more": (damaged(image(), 42, SHORT + 1), "fewer"),
    "promises more, packed": (packed(damaged(image(), 42, SHORT + 1)), "fewer"),
    "promises far more": (damaged(image(), 42, np.full(3, 32767, "<i2")), "fewer"),
    "promises far more, packed": (
        packed(damaged(image(), 42, np.full(3, 32767, "<i2"))),
        "fewer",
    ),
    "promises less": (damaged(image(), 42, SHORT - 1), "holds more"),
    "promises less, packed": (packed(damaged(image(), 42, SHORT - 1)), "holds more"),
    "other number type": (damaged(image(), 70, np.int16(2)), "holds more"),
    "negative size": (damaged(image(), 42, np.int16(-4)), "impossible number"),
    "no dimensions": (damaged(image(), 40, np.int16(0)), "impossible number"),
    "no offset": (damaged(image(), 108, np.float32(np.nan)), "where the voxels begin"),
    "far offset": (damaged(image(), 108, np.float32(1e12)), "fewer"),
    "2D": (image(VALUES[0]).to_bytes(), "single slice"),
    "one slice": (image(VALUES[..., :1]).to_bytes(), "single slice"),
    "colours": (nib.Nifti1Image(np.zeros((3, 4, 5), RGB), AFFINE).to_bytes(), "RGB"),
    "complex": (image(dtype=np.complex64).to_bytes(), "complex"),
    "strange type": (damaged(image(), 70, np.int16(1536)), "number type"),
    "no geometry": (without_forms((0, 0, 0)), "where its voxels are"),
    "impossible sizes": (without_forms((1, np.inf, 1)), "where its voxels are"),
    "negative sizes": (without_forms((1, -1, 1)), "where its voxels are"),
    "half of a pair": (damaged(image(), 344, np.array(b"ni1\0")), "pair of .hdr and .img"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_a_sentence_with_advice(write, case):
    content, sentence = REFUSED[case]
    path = write(content, "my scan.nii.gz")
    with pytest.raises(FileError, match=sentence) as caught:
        read_nifti(path)
    message, advice = caught.value.message, caught.value.advice
    assert "my scan.nii.gz" in message
    assert str(path.parent) not in str(caught.value)
    assert message.endswith(".")
    assert advice.endswith(".")


def test_no_memory_is_taken_for_voxels_that_are_not_there(write, monkeypatch):
    asked = []
    monkeypatch.setattr(np, "empty", lambda *a, **k: asked.append(a) or np.zeros(1, np.uint8))
    for packing in (bytes, packed):
        path = write(packing(damaged(image(), 42, np.full(3, 32767, "<i2"))))
        with pytest.raises(FileError, match="fewer"):
            read_nifti(path)
    assert asked == []


def test_missing_file(tmp_path):
    with pytest.raises(FileError, match="There is no file gone"):
        read_nifti(tmp_path / "gone.nii")


@pytest.mark.parametrize("name", ["scan.hdr", "scan.img", "scan.IMG.gz"])
def test_pairs(write, name):
    with pytest.raises(FileError, match="pair"):
        read_nifti(write(b"any", name))


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PermissionError(13, "no"), "no permission"),
        (OSError(5, "input/output error"), "cannot be read"),
        (MemoryError(), "more memory"),
    ],
)
def test_what_the_system_refuses(write, monkeypatch, error, sentence):
    path = write(GOOD)

    def refuse(*_: object, **__: object) -> io.BytesIO:
        raise error

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileError, match=sentence):
        read_nifti(path)


@pytest.mark.parametrize("end", [b"", b"\0" + bytes(1000)])
def test_a_name_without_end_in_a_packed_file_is_damage(tmp_path, end):
    path = tmp_path / "a.nii.gz"
    path.write_bytes(b"\x1f\x8b\x08\x08" + b"n" * (1 << 20) + end)
    with pytest.raises(FileError, match="cannot be decompressed"):
        read_nifti(path)
