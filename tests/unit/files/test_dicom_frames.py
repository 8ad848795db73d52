"""What a DICOM header says of each frame: values, windows, places; and what cannot be opened."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dicom_files import DEFLATED, MULTIFRAME, compressed, header, native, save
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from brainviewer.core.errors import FileError
from brainviewer.core.geometry import Unit
from brainviewer.files.dicom.reader import DicomImage, read_dicom

AXIAL, SAGITTAL = [1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, -1]


@pytest.fixture
def values() -> np.ndarray:
    """(3, 12, 20) different in every place."""
    return np.arange(3 * 12 * 20, dtype=np.uint16).reshape(3, 12, 20)


def item(**elements: Any) -> Dataset:
    dataset = Dataset()
    for keyword, value in elements.items():
        setattr(dataset, keyword, Sequence([value]) if isinstance(value, Dataset) else value)
    return dataset


def enhanced(path: Path, values: np.ndarray, groups: list[Dataset], **shared: Any) -> DicomImage:
    dataset = header(values, bits=16)
    dataset.PerFrameFunctionalGroupsSequence = Sequence(groups)
    dataset.SharedFunctionalGroupsSequence = Sequence([item(**shared)])
    return read_dicom(save(path, dataset, native(values, uid.ExplicitVRLittleEndian)))


def rescale(slope: float, intercept: float) -> Dataset:
    return item(RescaleSlope=slope, RescaleIntercept=intercept, RescaleType="US")


def test_frames_that_nothing_is_said_of_are_not_guessed(tmp_path: Path, values: np.ndarray) -> None:
    groups = [item(PixelValueTransformationSequence=rescale(2, 10))] * 2
    with pytest.raises(FileError, match="describes 2 of its 3 frames only"):
        enhanced(tmp_path / "a.dcm", values, groups)
    with pytest.raises(FileError, match="says 3 frames and describes 4"):
        enhanced(tmp_path / "b.dcm", values, groups * 2)


def test_each_frame_has_its_own_rescale(tmp_path: Path, values: np.ndarray) -> None:
    lines = [(1, 0), (2, 10), (0.5, -3)]
    groups = [item(PixelValueTransformationSequence=rescale(*line)) for line in lines]
    image = enhanced(tmp_path / "a.dcm", values, groups)
    expected = np.stack([v * s + i for v, (s, i) in zip(values.astype(float), lines, strict=True)])
    assert image.frames.dtype == np.float32
    assert np.array_equal(image.frames, expected.astype(np.float32))


def test_one_rescale_for_all_frames(tmp_path: Path, values: np.ndarray) -> None:
    group = rescale(1, -1024)
    image = enhanced(
        tmp_path / "a.dcm", values, [item()] * 3, PixelValueTransformationSequence=group
    )
    assert np.array_equal(image.frames, values.astype(int) - 1024)


def test_a_rescale_keeps_the_number_type_that_holds_it(tmp_path: Path, values: np.ndarray) -> None:
    cases = {(1, -1024, 12): np.int16, (2, 0, 12): np.uint16, (1, -1024, 16): np.float32,
             (0.5, 0, 12): np.float32, (1, 5, 8): np.uint16}  # fmt: skip
    for n, ((slope, intercept, bits), kind) in enumerate(cases.items()):
        dataset = header(values & (2**bits - 1), bits=bits)
        dataset.RescaleSlope, dataset.RescaleIntercept = slope, intercept
        pixels = (values & (2**bits - 1)).tobytes()
        image = read_dicom(save(tmp_path / f"{n}.dcm", dataset, pixels))
        assert image.frames.dtype == kind
        expected = (values & (2**bits - 1)).astype(float) * slope + intercept
        assert np.array_equal(image.frames, expected)


def test_values_beyond_all_numbers_are_refused(tmp_path: Path, values: np.ndarray) -> None:
    for n, (slope, intercept) in enumerate(((1e308, 0), (1, 1e300), (1e-3, 1e39))):
        dataset = header(values, RescaleSlope=f"{slope:.1e}", RescaleIntercept=f"{intercept:.1e}")
        with pytest.raises(FileError, match="no numbers"):
            read_dicom(save(tmp_path / f"{n}.dcm", dataset, values.tobytes()))


def test_a_modality_table_is_looked_up(tmp_path: Path) -> None:
    values = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    dataset = header(values)
    table = item(LUTDescriptor=[100, 50, 16], ModalityLUTType="US")
    table.LUTData = (3 * np.arange(100)).astype("<u2").tobytes()
    dataset.ModalityLUTSequence = Sequence([table])
    image = read_dicom(save(tmp_path / "a.dcm", dataset, values.tobytes()))
    assert np.array_equal(image.frames, 3 * np.clip(values.astype(int) - 50, 0, 99))


def test_windows_of_frames(tmp_path: Path, values: np.ndarray) -> None:
    def windows(*widths: float) -> list[Dataset]:
        return [
            item(FrameVOILUTSequence=item(WindowCenter=100, WindowWidth=width)) for width in widths
        ]

    assert enhanced(tmp_path / "a.dcm", values, windows(60, 60, 60)).shown == (70, 129)
    assert enhanced(tmp_path / "b.dcm", values, windows(60, 80, 60)).shown is None
    for width in (0.5, -4, 1e300):  # windows that show nothing
        assert enhanced(tmp_path / "c.dcm", values, windows(width, width, width)).shown is None


def placed(positions: list[list[float]], turns: list[list[float]]) -> list[Dataset]:
    return [
        item(
            PlanePositionSequence=item(ImagePositionPatient=position),
            PlaneOrientationSequence=item(ImageOrientationPatient=turn),
        )
        for position, turn in zip(positions, turns, strict=True)
    ]


@pytest.mark.parametrize("step", [-3.0, 3.0])
def test_frames_lie_where_they_say(tmp_path: Path, values: np.ndarray, step: float) -> None:
    groups = placed([[1, 2, n * step] for n in range(3)], [AXIAL] * 3)
    sizes = item(PixelSpacing=[0.5, 0.25])
    image = enhanced(tmp_path / "a.dcm", values, groups, PixelMeasuresSequence=sizes)
    affine = [[-0.25, 0, 0, -1], [0, -0.5, 0, -2], [0, 0, step, 0], [0, 0, 0, 1]]
    assert np.allclose(image.grid.affine, affine)
    assert image.grid.oriented
    assert image.grid.unit is Unit.MM


def test_frames_in_different_directions_have_no_sides(tmp_path: Path, values: np.ndarray) -> None:
    groups = placed([[0, 0, n] for n in range(3)], [AXIAL, SAGITTAL, AXIAL])
    sizes = item(PixelSpacing=[0.5, 0.25])
    image = enhanced(tmp_path / "a.dcm", values, groups, PixelMeasuresSequence=sizes)
    assert not image.grid.oriented
    assert image.grid.unit is Unit.MM
    assert "different directions" in image.notices[0]


def test_an_invalid_orientation_is_none_and_it_is_said(tmp_path: Path, values: np.ndarray) -> None:
    for n, turn in enumerate(([0] * 6, [1, 0, 0, 1, 0, 0])):
        dataset = header(values, PixelSpacing=[1, 1], ImageOrientationPatient=turn)
        image = read_dicom(save(tmp_path / f"{n}.dcm", dataset, values.tobytes()))
        assert not image.grid.oriented
        assert "orientation is invalid" in image.notices[0]


def test_positions_that_cannot_be_are_unknown(tmp_path: Path, values: np.ndarray) -> None:
    dataset = header(values, PixelSpacing=[1, 1], ImageOrientationPatient=AXIAL)
    dataset.ImagePositionPatient = ["1e300", "0", "0"]
    grid = read_dicom(save(tmp_path / "a.dcm", dataset, values.tobytes())).grid
    assert np.allclose(grid.affine[:3, 3], 0)


def test_sizes_that_cannot_be_are_unknown(tmp_path: Path, values: np.ndarray) -> None:
    for n, spacing in enumerate(([0, 1], [-1, 1], [1e9, 1], [1], [1e-6, 1e-6])):
        dataset = header(values, PixelSpacing=spacing, ImageOrientationPatient=AXIAL)
        image = read_dicom(save(tmp_path / f"{n}.dcm", dataset, values.tobytes()))
        assert image.grid.unit is Unit.PIXEL
        said = " × ".join(map(str, dataset["PixelSpacing"].value)) if n != 3 else "1.0"
        assert image.notices == (f"Its pixel spacing ({said} mm) cannot be and is not used.",)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.104.1"}, "without an image (Encapsulated PDF"),
        ({"DirectoryRecordSequence": Sequence([Dataset()])}, "lists what lies on a CD"),
    ],
)
def test_files_without_an_image_are_named(
    tmp_path: Path, values: np.ndarray, changed: dict[str, Any], said: str
) -> None:
    dataset = header(values, **changed)
    del dataset.Rows
    path = save(tmp_path / "a.dcm", dataset, b"")
    content = path.read_bytes()
    path.write_bytes(content[: content.rindex(b"\xe0\x7f\x10\x00")])
    with pytest.raises(FileError) as refused:
        read_dicom(path)
    assert said in refused.value.message


def test_a_file_that_ends_before_its_pixels(tmp_path: Path, values: np.ndarray) -> None:
    content = save(tmp_path / "a.dcm", header(values), values.tobytes()).read_bytes()
    (tmp_path / "b.dcm").write_bytes(content[: content.rindex(b"\xe0\x7f\x10\x00")])
    with pytest.raises(FileError, match="ends before its pixels"):
        read_dicom(tmp_path / "b.dcm")


def test_what_is_stored_in_an_unknown_way_is_named(tmp_path: Path, values: np.ndarray) -> None:
    cases = {
        "1.2.840.10008.1.2.4.100": ("video", {}),
        "1.2.840.10008.1.2.4.94": ("JPIP", {}),
        uid.ExplicitVRLittleEndian: ("12 bits per pixel", {"BitsAllocated": 12, "BitsStored": 12}),
    }
    for n, (syntax, (said, changed)) in enumerate(cases.items()):
        dataset = header(values, **changed)
        pixels = [bytes(8)] if not said.startswith("12") else bytes(2000)
        with pytest.raises(FileError, match=said):
            read_dicom(save(tmp_path / f"{n}.dcm", dataset, pixels, syntax))
    for n, samples in enumerate((2, 4)):
        deep = np.zeros((1, 12, 20, samples), np.uint8)
        dataset = header(deep, "ARGB")
        with pytest.raises(FileError, match=f"{samples} samples per pixel"):
            read_dicom(save(tmp_path / f"s{n}.dcm", dataset, deep.tobytes()))


def test_the_header_bounds_what_is_opened(tmp_path: Path, values: np.ndarray) -> None:
    small = np.zeros((1, 16, 16), np.uint8)
    for n, (rows, frames) in enumerate(((16, 2**31 - 1), (16, 2_100_000), (7000, 20))):
        items = compressed(small, uid.JPEG2000Lossless, 8)
        dataset = header(small, Rows=rows, Columns=rows, NumberOfFrames=frames)
        with pytest.raises(FileError, match="too large to open"):
            read_dicom(save(tmp_path / f"{n}.dcm", dataset, items, uid.JPEG2000Lossless))


def test_frames_that_are_not_there_are_not_looked_for(tmp_path: Path) -> None:
    small = np.zeros((1, 8, 8), np.uint8)
    dataset = header(small, NumberOfFrames=5_000_000)
    for n, syntax in enumerate((uid.JPEG2000Lossless, uid.ExplicitVRLittleEndian, DEFLATED)):
        pixels = compressed(small, syntax, 8) if n == 0 else small.tobytes()
        with pytest.raises(FileError, match="fewer pixels than its header promises"):
            read_dicom(save(tmp_path / f"{n}.dcm", dataset, pixels, syntax))


def test_compressed_images_of_another_size_or_number_are_damaged(tmp_path: Path) -> None:
    small = np.zeros((1, 16, 16), np.uint8)
    items = compressed(small, uid.JPEG2000Lossless, 8)
    for n, changed in enumerate(({"Rows": 32}, {"NumberOfFrames": 2})):
        dataset = header(small, **changed)
        with pytest.raises(FileError, match="damaged"):
            read_dicom(save(tmp_path / f"{n}.dcm", dataset, items, uid.JPEG2000Lossless))


def test_secondary_captures_count_pixels(tmp_path: Path, values: np.ndarray) -> None:
    dataset = header(values, SOPClassUID=MULTIFRAME)
    image = read_dicom(save(tmp_path / "a.dcm", dataset, values.tobytes()))
    assert np.array_equal(image.frames, values)
    assert image.grid.unit is Unit.PIXEL
    assert image.grid.shape == (20, 12, 3)
