"""Single DICOM images: frames, size, side and window as far as the file says, else a sentence."""

import contextlib
from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from brainviewer.core.errors import FileError
from brainviewer.core.geometry import Unit
from brainviewer.core.slices import Plane, SliceView
from brainviewer.files.dicom.reader import read_dicom
from brainviewer.files.image2d.folder import is_dicom

MR, SECONDARY = "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.7"


def dicom(
    path: Path,
    values: np.ndarray,
    tags: dict[str, str] | None = None,
    kind: str = MR,
    spacing: tuple[float, float, float] = (1, 1, 1),
    direction: tuple[float, ...] = (1, 0, 0, 0, 1, 0, 0, 0, 1),
) -> Path:
    """A file of values (rows, columns), or (frames, rows, columns)."""
    image = SimpleITK.GetImageFromArray(values if values.ndim == 3 else values[None])
    image.SetSpacing(spacing)
    image.SetDirection(direction)
    for key, value in {"0008|0016": kind, "0008|0060": "MR", **(tags or {})}.items():
        image.SetMetaData(key, value)
    writer = SimpleITK.ImageFileWriter()
    writer.SetImageIO("GDCMImageIO")
    writer.KeepOriginalImageUIDOn()
    writer.SetFileName(str(path))
    writer.Execute(image)
    return path


@pytest.fixture
def ramp() -> np.ndarray:
    return np.add.outer(np.arange(12) * 40, np.arange(20)).astype(np.int16)


def test_values_come_as_they_are_stored(tmp_path: Path, ramp: np.ndarray) -> None:
    image = read_dicom(dicom(tmp_path / "a.dcm", ramp))
    assert image.frames.dtype == np.int16
    assert np.array_equal(image.frames, ramp[None])
    assert image.grid.shape == (20, 12, 1)
    assert image.grid.as_stored


def test_spacing_and_side_are_those_of_the_file(tmp_path: Path, ramp: np.ndarray) -> None:
    sagittal = (0, 0, 1, 1, 0, 0, 0, -1, 0)
    path = dicom(tmp_path / "a.dcm", ramp, spacing=(0.25, 0.5, 1), direction=sagittal)
    grid = read_dicom(path).grid
    view = SliceView.of(grid, Plane.AXIAL)
    assert grid.unit is Unit.MM
    assert view.shape == (12, 20)
    assert view.pixel_spacing == pytest.approx((0.5, 0.25))
    # A sagittal slice: columns run to the back, rows to the feet.
    assert (view.letters.left, view.letters.right) == ("A", "P")
    assert (view.letters.top, view.letters.bottom) == ("S", "I")


def test_a_file_that_knows_no_size_counts_pixels(tmp_path: Path, ramp: np.ndarray) -> None:
    path = dicom(tmp_path / "a.dcm", ramp)
    assert read_dicom(path).grid.unit is Unit.MM
    # Pixel spacing and orientation under tags that mean nothing.
    content = path.read_bytes().replace(b"\x28\x00\x30\x00", b"\x28\x00\x32\x00")
    path.write_bytes(content.replace(b"\x20\x00\x37\x00", b"\x20\x00\x38\x00"))
    grid = read_dicom(path).grid
    assert grid.unit is Unit.PIXEL
    assert not grid.oriented


def test_frames_are_slices(tmp_path: Path, ramp: np.ndarray) -> None:
    frames = np.stack([ramp + n for n in range(3)]).astype(np.uint8)
    image = read_dicom(dicom(tmp_path / "a.dcm", frames, kind=SECONDARY))
    assert image.grid.shape == (20, 12, 3)
    assert np.array_equal(image.frames, frames)


def test_a_window_of_the_file_is_taken(tmp_path: Path, ramp: np.ndarray) -> None:
    tags = {"0028|1050": "100\\7", "0028|1051": "60\\9"}
    assert read_dicom(dicom(tmp_path / "a.dcm", ramp, tags)).shown == (70.0, 129.0)
    assert read_dicom(dicom(tmp_path / "b.dcm", ramp)).shown is None


def test_it_is_known_by_its_content(tmp_path: Path, ramp: np.ndarray) -> None:
    path = dicom(tmp_path / "a.dcm", ramp)
    assert is_dicom(path.rename(tmp_path / "IM_0001"))
    (tmp_path / "b").write_bytes(b"no image at all")
    assert not is_dicom(tmp_path / "b")
    assert not is_dicom(tmp_path / "gone")
    assert is_dicom(tmp_path / "gone.dcm")  # by its name


def test_what_is_no_image_is_said_in_a_sentence(tmp_path: Path, ramp: np.ndarray) -> None:
    whole = dicom(tmp_path / "a.dcm", ramp).read_bytes()
    cases = {"empty.dcm": b"", "text.dcm": b"hello", "head.dcm": bytes(128) + b"DICM" + b"x" * 50}
    cases["cut.dcm"] = whole[: len(whole) - 300]
    for name, content in cases.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(FileError, match=name) as caught:
            read_dicom(path)
        assert caught.value.advice
    with pytest.raises(FileError, match="There is no file"):
        read_dicom(tmp_path / "gone.dcm")
    with pytest.raises(FileError, match="is a folder"):
        read_dicom(tmp_path)


def test_the_header_decides_whether_it_is_opened(tmp_path: Path, ramp: np.ndarray) -> None:
    with pytest.raises(FileError, match=r"too small to show anything \(1 × 1 pixels\)"):
        read_dicom(dicom(tmp_path / "one.dcm", ramp[:1, :1]))
    path = dicom(tmp_path / "large.dcm", ramp)
    content = bytearray(path.read_bytes())
    for side, said in ((20_000, "20000 × 20000"), (100, "fewer pixels than its header promises")):
        for tag in (b"\x28\x00\x10\x00", b"\x28\x00\x11\x00"):
            place = content.index(tag) + 8
            content[place : place + 2] = side.to_bytes(2, "little")
        path.write_bytes(content)
        with pytest.raises(FileError, match=said):
            read_dicom(path)


def test_decoders_say_nothing_themselves(
    tmp_path: Path, ramp: np.ndarray, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.dcm"
    writer = SimpleITK.ImageFileWriter()
    writer.SetImageIO("GDCMImageIO")
    writer.UseCompressionOn()
    writer.SetCompressor("JPEG")
    writer.SetFileName(str(path))
    writer.Execute(SimpleITK.GetImageFromArray(np.tile(ramp, (9, 9)).astype(np.uint8)[None]))
    content = path.read_bytes()
    at = content.rindex(b"\xff\xda") + 40  # inside the compressed pixels
    path.write_bytes(content[:at] + bytes(60) + content[at + 60 :])
    with contextlib.suppress(FileError):
        read_dicom(path)
    assert capfd.readouterr() == ("", "")
