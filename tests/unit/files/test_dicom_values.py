"""Values of DICOM are those that the header means, or a sentence says why they are not."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread, uid
from pydicom.dataset import Dataset

from brainviewer.core.errors import FileError
from brainviewer.files.dicom.reader import read_dicom
from brainviewer.files.dicom.series.headers import read_headers
from brainviewer.files.dicom.series.volume import read_stack
from tests.dicom_reading import (
    AFFINE,
    candidates,
    changed,
    noise,
    overwritten,
    told_of_all,
    volume,
)
from tests.dicom_writer import write_series


@pytest.mark.parametrize("enhanced", [False, True], ids=["classic", "enhanced"])
@pytest.mark.parametrize("written", ["abc", "nan", "inf", "0", "", "1,5"])
def test_a_slope_that_is_no_factor_is_told(tmp_path: Path, written: str, enhanced: bool) -> None:
    lines = [(1.0, 0.0), (1.2345678, 0.0)] * 3
    paths = write_series(tmp_path, noise(), AFFINE, rescale=lines, enhanced=enhanced)
    for path in paths if enhanced else paths[1::2]:
        overwritten(path, b"1.2345678", written.encode())
    said = f"rescale slope is {f'“{written}”' if written else 'empty'}, so that its true values"
    told_of_all(paths if enhanced else paths[1:], said)


def test_an_intercept_that_is_no_number_is_told(tmp_path: Path) -> None:
    paths = write_series(tmp_path, noise(), AFFINE, rescale=[(1.0, 17.171717)] * 6)
    told_of_all([overwritten(path, b"17.171717", b"-") for path in paths], "intercept is “-”")


def test_slices_that_do_not_say_how_they_are_rescaled(tmp_path: Path) -> None:
    paths = write_series(tmp_path, noise(), AFFINE, rescale=[(2.0, 0.0)] * 6)
    for path in paths[::2]:
        dataset = dcmread(path)
        del dataset.RescaleSlope, dataset.RescaleIntercept
        dataset.save_as(path)
    (one,) = candidates(paths)
    assert one.left_out == "some of its slices only say how their values are rescaled"
    for path in paths[1::2]:
        changed(path, RescaleSlope=1)
    assert volume(paths).notices == ()  # all are values as they are stored


@pytest.mark.parametrize("keyword", ["RescaleSlope", "RescaleIntercept"])
@pytest.mark.parametrize("enhanced", [False, True], ids=["classic", "enhanced"])
def test_half_a_rescaling_of_some_slices_is_told(
    tmp_path: Path, keyword: str, enhanced: bool
) -> None:
    paths = write_series(tmp_path, noise(), AFFINE, rescale=[(2.0, -10.0)] * 6, enhanced=enhanced)
    for path in paths[:1]:
        dataset = dcmread(path)
        groups = dataset.get("PerFrameFunctionalGroupsSequence")
        del (groups[0].PixelValueTransformationSequence[0] if groups else dataset)[keyword]
        dataset.save_as(path)
    (one,) = candidates(paths)
    assert one.left_out == "some of its slices only say how their values are rescaled"
    if enhanced:
        with pytest.raises(FileError, match="says of some frames only how they are rescaled"):
            read_dicom(paths[0])


def test_a_rescaling_that_is_left_out_where_it_changes_nothing(tmp_path: Path) -> None:
    paths = write_series(tmp_path, noise(), AFFINE, rescale=[(2.0, 0.0)] * 6)
    for path in paths[::2]:
        dataset = dcmread(path)
        del dataset.RescaleIntercept
        dataset.save_as(path)
    assert volume(paths).notices == ()


def table(entries: np.ndarray, first: int = 0, bits: int = 16) -> Dataset:
    item = Dataset()
    item.LUTDescriptor, item.ModalityLUTType = [len(entries), first, bits], "US"
    item.LUTData = entries.astype("<u2" if bits > 8 else "u1").tobytes()
    item["LUTDescriptor"].VR, item["LUTData"].VR = "US", "OW"
    return item


@pytest.mark.parametrize("syntax", [uid.ExplicitVRLittleEndian, uid.RLELossless])
def test_a_modality_table_of_every_slice(tmp_path: Path, syntax: str) -> None:
    data = noise(255, "uint8")
    tables = [{"ModalityLUTSequence": [table(np.arange(256) * (k + 1) + 7)]} for k in range(6)]
    paths = write_series(tmp_path, data, AFFINE, of_slice=tables, syntax=syntax)
    read = volume(paths)
    assert read.dtype == "uint16"
    assert np.array_equal(read.data, data * np.arange(1, 7).astype(np.uint16) + 7)
    for k in (0, 5):
        assert np.array_equal(read_dicom(paths[k]).frames[0].T, read.data[:, :, k])


def test_a_modality_table_that_is_incomplete(tmp_path: Path) -> None:
    data = noise(255, "uint8")
    short = table(np.arange(256))
    short.LUTData = short.LUTData[:100]
    for n, wrong in enumerate((short, table(np.arange(256), bits=40), Dataset())):
        paths = write_series(
            tmp_path / str(n), data, AFFINE, elements={"ModalityLUTSequence": [wrong]}
        )
        with pytest.raises(FileError, match=r"modality LUT of .* is incomplete"):
            read_dicom(paths[0])
        (refused, *_) = read_headers(paths).refused
        assert "is incomplete" in refused.message


def test_slices_with_and_without_a_table_are_no_volume(tmp_path: Path) -> None:
    paths = write_series(tmp_path, noise(255, "uint8"), AFFINE)
    changed(paths[2], ModalityLUTSequence=[table(np.arange(256))])
    (one,) = candidates(paths)
    assert "some of its slices only" in one.left_out


def test_bright_and_dark_small_values_at_one_place_are_stacks_of_their_own(tmp_path: Path) -> None:
    data, series = noise(most=3000, least=1000), uid.generate_uid(None)
    said = {"PhotometricInterpretation": "MONOCHROME1"}
    paths = write_series(tmp_path / "a", data, AFFINE, series_uid=series)
    paths += write_series(tmp_path / "b", data, AFFINE, series_uid=series, elements=said)
    assert [one.stack.first.inverted for one in candidates(paths)] == [False, True]


def test_a_codec_that_gives_other_numbers_than_promised(tmp_path: Path) -> None:
    data = noise(60_000)
    deep = write_series(tmp_path, data, AFFINE, syntax=uid.JPEGLSLossless)
    for path in deep:
        changed(path, BitsAllocated=8, BitsStored=8, HighBit=7)
    (one,) = candidates(deep)
    with pytest.raises(FileError, match="larger numbers than its header promises"):
        read_stack(one.stack)
    with pytest.raises(FileError, match="larger numbers than its header promises"):
        read_dicom(deep[0])


def test_a_codec_that_gives_more_bits_than_promised(tmp_path: Path) -> None:
    data = noise(60_000)
    paths = write_series(tmp_path, data, AFFINE, syntax=uid.JPEGLSLossless)
    for path in paths:
        changed(path, BitsStored=12, HighBit=11)
    read = volume(paths)
    assert np.array_equal(read.data, data)  # 16 bits hold them
    assert "larger numbers than the header" in read.notices[0]


@pytest.mark.parametrize("above", [0, 0x300])
def test_eight_bits_of_sixteen_never_wrap(tmp_path: Path, above: int) -> None:
    data = noise(255)
    paths = write_series(tmp_path, data | above, AFFINE, syntax=uid.RLELossless)
    for path in paths:
        changed(path, BitsStored=8, HighBit=7)
    read = volume(paths)
    assert read.dtype == "uint8"
    assert np.array_equal(read.data, data)
    assert ["more than the 8 bits that count" in said for said in read.notices] == [True][:above]
