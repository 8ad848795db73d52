"""How pixels of DICOM are stored: which bits count, how many pixels there are, what was lost."""

import contextlib
import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread, uid
from pydicom.encaps import encapsulate
from pydicom.filewriter import write_file_meta_info

from brainviewer.core.errors import FileError
from brainviewer.files.dicom.elements import read_elements
from brainviewer.files.dicom.pixels.compressed import plugin_for
from brainviewer.files.dicom.pixels.transfer_syntaxes import COMPRESSED, NATIVE
from brainviewer.files.dicom.reader import read_dicom
from brainviewer.files.dicom.series.headers import read_headers
from brainviewer.files.dicom.series.volume import read_stack
from tests.dicom_files import compressed, header, save
from tests.dicom_reading import (
    AFFINE,
    CHANCE,
    candidates,
    changed,
    noise,
    told_of_all,
    volume,
)
from tests.dicom_writer import write_series


@pytest.mark.parametrize("kind", ["uint32", "int32"])
def test_long_numbers_in_a_series(tmp_path: Path, kind: str) -> None:
    data = noise(2**24, kind)
    read = volume(write_series(tmp_path, data, AFFINE))
    assert read.dtype == "float32"
    assert np.array_equal(read.data, data)


@pytest.mark.parametrize(("element", "kind"), [("FloatPixelData", "<f4"),
                                               ("DoubleFloatPixelData", "<f8")])  # fmt: skip
def test_floating_point_series(tmp_path: Path, element: str, kind: str) -> None:
    data = CHANCE.normal(size=(12, 10, 6)).astype(kind)
    paths = write_series(tmp_path, noise(), AFFINE)
    for k, path in enumerate(paths):
        dataset = dcmread(path)
        for keyword in ("PixelData", "BitsStored", "HighBit", "PixelRepresentation"):
            delattr(dataset, keyword)
        dataset.BitsAllocated = 8 * data.itemsize
        save(path, dataset, np.ascontiguousarray(data[:, :, k].T).tobytes(), element=element)
    read = volume(paths)
    assert read.dtype == "float32"
    assert np.array_equal(read.data, data.astype(np.float32))


def test_an_overlay_in_unused_bits_is_taken_off_and_told(tmp_path: Path) -> None:
    data = noise()
    overlay = CHANCE.integers(0, 2, data.shape).astype(np.uint16) << 12
    read = volume(write_series(tmp_path, data | overlay, AFFINE, bits=12))
    assert np.array_equal(read.data, data)
    assert read.notices == (
        "Some of its pixels use more than the 12 bits that count; the others, as of an overlay, "
        "were left out.",
    )
    image = read_dicom(next(tmp_path.iterdir()))
    assert image.notices == read.notices


@pytest.mark.parametrize("extended", [True, False])
@pytest.mark.parametrize("syntax", [uid.ExplicitVRLittleEndian, uid.RLELossless])
def test_signs_in_twelve_of_sixteen_bits(tmp_path: Path, extended: bool, syntax: str) -> None:
    data = noise(2047, "int16", -2048)
    stored = data if extended else (data & 0xFFF)
    paths = write_series(tmp_path, stored.astype("int16"), AFFINE, bits=12, syntax=syntax)
    read = volume(paths)
    assert np.array_equal(read.data, data)
    assert read.notices == ()


@pytest.mark.parametrize(
    ("elements", "said"),
    [
        ({"BitsStored": 20}, "It says that 20 of 16 bits of a pixel count"),
        ({"BitsStored": 0}, "It says that 0 of 16 bits of a pixel count"),
        ({"BitsAllocated": 12, "BitsStored": 12}, "It has 12 bits per pixel"),
        ({"BitsAllocated": None}, "It does not say how its pixels are stored"),
        ({"PixelRepresentation": 7}, "It does not say how its pixels are stored"),
    ],
)
def test_bits_that_cannot_be(tmp_path: Path, elements: dict[str, Any], said: str) -> None:
    paths = write_series(tmp_path, noise(), AFFINE)
    told_of_all([changed(path, **elements) for path in paths], said)


@pytest.mark.parametrize("of_file", [False, True])
def test_one_rescale_for_all_frames_of_a_series(tmp_path: Path, of_file: bool) -> None:
    data = noise()
    (path,) = write_series(tmp_path, data, AFFINE, enhanced=True)
    dataset = dcmread(path)
    (line,) = dataset.PerFrameFunctionalGroupsSequence[0].PixelValueTransformationSequence
    line.RescaleSlope, line.RescaleIntercept = 2, -100
    for group in dataset.PerFrameFunctionalGroupsSequence:
        del group.PixelValueTransformationSequence
    if of_file:
        dataset.RescaleSlope, dataset.RescaleIntercept = 2, -100
    else:
        dataset.SharedFunctionalGroupsSequence[0].PixelValueTransformationSequence = [line]
    dataset.save_as(path)
    assert np.array_equal(volume([path]).data, 2.0 * data - 100)
    assert np.array_equal(np.sort(read_dicom(path).frames, None), np.sort(2.0 * data - 100, None))


def test_a_highest_bit_that_cannot_be(tmp_path: Path) -> None:
    data = noise()
    paths = write_series(tmp_path, data, AFFINE, bits=12)
    for path in paths:
        changed(path, HighBit=20)
    said = "Its highest bit is said to be 20, which cannot be; 11 was taken."
    read = volume(paths)
    assert np.array_equal(read.data, data)
    assert read.notices == (said,)
    assert read_dicom(paths[0]).notices == (said,)


@pytest.mark.parametrize("enhanced", [False, True], ids=["classic", "enhanced"])
def test_more_bytes_than_pixels(tmp_path: Path, enhanced: bool) -> None:
    data = noise()
    paths = write_series(tmp_path, data, AFFINE, enhanced=enhanced, rescale=[(1, 0)] * 6)
    dataset = dcmread(paths[0])
    dataset.PixelData += bytes(240)
    dataset.save_as(paths[0])
    read = volume(paths)
    assert np.array_equal(np.sort(read.data, None), np.sort(data, None))
    count = "6 of its slices are" if enhanced else "1 of its slices is"
    assert read.notices[0].startswith(f"{count} followed by more bytes than pixels fill")
    assert "more bytes than its pixels fill" in read_dicom(paths[0]).notices[0]


@pytest.mark.parametrize("named", [1, 2, 3])
@pytest.mark.parametrize("syntax", [uid.RLELossless, uid.JPEGLosslessSV1, uid.JPEG2000Lossless])
@pytest.mark.parametrize("fragments", [1, 2])
def test_more_compressed_frames_than_the_header_names(
    tmp_path: Path, named: int, syntax: str, fragments: int
) -> None:
    values = noise()[..., :3].transpose(2, 1, 0).copy()
    path = save(tmp_path / "a.dcm", header(values, bits=12), compressed(values, syntax, 12), syntax)
    items = encapsulate(compressed(values, syntax, 12), fragments_per_frame=fragments)
    changed(path, NumberOfFrames=named, PixelData=items)
    image = read_dicom(path)
    assert np.array_equal(image.frames, values[:named])
    said = f"It holds 3 frames, of which the header names {named} only."
    assert image.notices == ((said,) if named < 3 else ())


@pytest.mark.parametrize("claimed", [uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian])
def test_a_data_set_that_is_not_encoded_as_it_says(tmp_path: Path, claimed: uid.UID) -> None:
    data = noise()
    other = uid.ExplicitVRLittleEndian if claimed.is_implicit_VR else uid.ImplicitVRLittleEndian
    paths = write_series(tmp_path, data, AFFINE, syntax=other)
    for path in paths:
        content, meta = path.read_bytes(), dcmread(path).file_meta
        meta.TransferSyntaxUID = claimed
        written = io.BytesIO()
        write_file_meta_info(written, meta)
        begin = 144 + int.from_bytes(content[140:144], "little")
        path.write_bytes(content[:132] + written.getvalue() + content[begin:])
    assert read_elements(paths[0]).syntax == claimed
    assert np.array_equal(volume(paths).data, data)
    assert np.array_equal(read_dicom(paths[2]).frames[0].T, data[:, :, 2])


@pytest.mark.parametrize("syntax", [uid.JPEGLosslessSV1, uid.JPEGExtended12Bit])
def test_compressed_pixels_that_are_cut_off(tmp_path: Path, syntax: str) -> None:
    values = noise()[..., :1].transpose(2, 1, 0).repeat(4, axis=2)
    (whole,) = compressed(values, syntax, 12)
    cut = whole[: len(whole) * 3 // 4] + b"\0" * (len(whole) * 3 // 4 % 2)
    path = save(tmp_path / "cut.dcm", header(values, bits=12), [cut], syntax)
    with pytest.raises(FileError, match="no DICOM image that can be shown, or it is damaged"):
        read_dicom(path)
    path = save(tmp_path / "a.dcm", header(values, bits=12), [whole], syntax)
    assert read_dicom(path).frames.shape == values.shape


def test_fewer_bytes_than_pixels_before_other_elements(tmp_path: Path) -> None:
    path = write_series(tmp_path, noise(), AFFINE)[0]
    dataset = dcmread(path)
    dataset.PixelData = dataset.PixelData[:-20]
    dataset.add_new(0xFFFCFFFC, "OB", bytes(400))  # padding behind the data set
    dataset.save_as(path)
    with pytest.raises(FileError, match="fewer pixels than its header promises"):
        read_dicom(path)
    assert read_headers([path]).incomplete == (path,)


@pytest.mark.parametrize("ratio", ["12", "3\\12.34", "2123", ""])
def test_compression_with_loss_is_told(tmp_path: Path, ratio: str) -> None:
    said: dict[str, Any] = {"LossyImageCompression": "01"}
    if ratio:
        said["LossyImageCompressionRatio"] = ratio.split("\\")
    paths = write_series(tmp_path, noise(), AFFINE, elements=said)
    how = {"12": " (12:1)", "3\\12.34": " (3:1, 12.3:1)", "2123": " (2,123:1)", "": ""}[ratio]
    sentence = f"Its pixels were compressed with loss{how} and are not exactly the original ones."
    assert volume(paths).notices == (sentence,)
    assert read_dicom(paths[0]).notices == (sentence,)


def test_compression_that_may_have_lost_something_is_told(tmp_path: Path) -> None:
    for syntax, name in ((uid.JPEGLSNearLossless, "JPEG-LS"), (uid.JPEG2000, "JPEG 2000")):
        paths = write_series(tmp_path / name, noise(), AFFINE, syntax=syntax)
        said = f"Its pixels may have been compressed with loss ({name}); the header does not say."
        assert volume(paths).notices == (said,)
        for path in paths:
            changed(path, LossyImageCompression="00")
        assert volume(paths).notices == ()


def test_every_way_that_is_read_here_is_known() -> None:
    readable = set()
    for syntax in uid.AllTransferSyntaxes:
        with contextlib.suppress(NotImplementedError):
            plugin_for(syntax)
            readable.add(str(syntax))
    assert readable == {*NATIVE, *COMPRESSED}


def test_an_unknown_way_is_told_before_it_is_read(tmp_path: Path) -> None:
    paths = write_series(tmp_path, noise(), AFFINE, syntax=uid.RLELossless)
    for path in paths:
        dataset = dcmread(path)
        dataset.file_meta.TransferSyntaxUID = uid.UID("1.2.840.10008.1.2.4.94")
        dataset.save_as(path)
    (one,) = candidates(paths)
    assert one.left_out.startswith("it is stored in a way that is not known here (1.2.840")


@pytest.mark.skipif(not shutil.which("dcmconv"), reason="Debian's dcmtk is not installed")
def test_pixels_in_the_order_of_old_scanners_are_told(tmp_path: Path) -> None:
    paths = write_series(tmp_path, noise(), AFFINE)
    swapped = [path.with_suffix(".swapped") for path in paths]
    for path, other in zip(paths, swapped, strict=True):
        subprocess.run(["dcmconv", "+tg", path, other], check=True, capture_output=True)
    (one,) = candidates(swapped)
    assert one.left_out == "it is stored in a way that is not known here (1.2.840.113619.5.2)"


def test_colours_among_slices_are_left_out(tmp_path: Path) -> None:
    data = noise(255, "uint8")
    paths = write_series(tmp_path, data, AFFINE)
    base = dcmread(paths[0])
    for n, photometric in enumerate(("RGB", "PALETTE COLOR")):
        shape = (1, 10, 12, 3) if photometric == "RGB" else (1, 10, 12)
        pixels = CHANCE.integers(0, 255, shape).astype(np.uint8)
        dataset = header(pixels, photometric)
        for keyword in ("SeriesInstanceUID", "StudyInstanceUID", "ImageOrientationPatient",
                        "PixelSpacing", "SeriesNumber"):  # fmt: skip
            setattr(dataset, keyword, base[keyword].value)
        dataset.ImagePositionPatient = [0, 0, 2 * n]
        paths.append(save(tmp_path / photometric, dataset, pixels.tobytes()))
    grey, *coloured = sorted(candidates(paths), key=lambda one: bool(one.left_out))
    assert np.array_equal(read_stack(grey.stack).data, data)
    assert {one.left_out for one in coloured} == {"series in colour"}


def test_slices_of_different_number_types_make_one_volume(tmp_path: Path) -> None:
    data = noise(4095)
    paths = write_series(tmp_path, data, AFFINE, bits=12)
    expected = data.astype(int)
    for k, path in enumerate(paths):
        if k % 2:  # signed, and of 16 bits
            wide = data[:, :, k].astype(int) - 30_000
            expected[:, :, k] = wide
            pixels = np.ascontiguousarray(wide.T).astype("<i2").tobytes()
            changed(path, PixelData=pixels, PixelRepresentation=1, BitsStored=16, HighBit=15)
    read = volume(paths)
    assert read.dtype == "int16"
    assert np.array_equal(read.data, expected)
