"""Millimetres only where a TIFF knows them; slide scanners' pyramids are told from images."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from brainviewer.core.errors import FileError
from brainviewer.core.geometry import Unit
from brainviewer.files.image2d.reader import Image2D, read_image2d

WIDE = np.tile(np.arange(40, dtype=np.uint8), (24, 1))
OME = '<?xml version="1.0"?><OME><Pixels PhysicalSizeX="0.25" PhysicalSizeY="0.5" {}/></OME>'


def tiff(
    folder: Path,
    resolution: tuple[float, float] | None = None,
    unit: int | None = None,
    description: str = "",
    orientation: int = 1,
) -> Image2D:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    if resolution:
        tags[282], tags[283] = resolution
    if unit is not None:
        tags[296] = unit
    if description:
        tags[270] = description
    tags[274] = orientation
    path = folder / "a.tif"
    Image.fromarray(WIDE).save(path, tiffinfo=tags)
    return read_image2d(path)


@pytest.mark.parametrize(
    ("resolution", "unit", "description", "expected"),
    [
        ((20.0, 10.0), 3, "", (1.0, 0.5, Unit.MM)),  # height from the second, in mm
        ((254.0, 254.0), 2, "", (0.1, 0.1, Unit.MM)),
        ((20000.0, 40000.0), 3, "", (0.25, 0.5, Unit.MICRON)),
        ((2.0, 2.0), 1, "ImageJ=1.53t\nunit=micron\n", (0.5, 0.5, Unit.MICRON)),
        ((4.0, 2.0), 1, "ImageJ=1.53t\nunit=mm\n", (0.5, 0.25, Unit.MM)),
        (None, None, OME.format(""), (0.5, 0.25, Unit.MICRON)),
        (
            None,
            None,
            OME.format('PhysicalSizeXUnit="mm" PhysicalSizeYUnit="mm"'),
            (0.5, 0.25, "mm"),
        ),
    ],
)
def test_sizes_that_the_file_knows(
    tmp_path: Path,
    resolution: tuple[float, float] | None,
    unit: int | None,
    description: str,
    expected: tuple[float, float, Unit],
) -> None:
    size = tiff(tmp_path, resolution, unit, description).pixel_size
    assert size is not None
    assert (size.height, size.width) == pytest.approx(expected[:2])
    assert size.unit == expected[2]


@pytest.mark.parametrize(
    ("resolution", "unit", "description"),
    [
        (None, None, ""),
        ((20.0, 20.0), 1, ""),  # without a unit
        ((1.0, 1.0), 2, ""),  # an inch a pixel
        ((20.0, 20.0), 1, "ImageJ=1.53t\nunit=pixel\n"),
        (None, None, '<OME><Pixels PhysicalSizeX="nan"/></OME>'),
    ],
)
def test_sizes_that_nobody_knows(
    tmp_path: Path, resolution: tuple[float, float] | None, unit: int | None, description: str
) -> None:
    assert tiff(tmp_path, resolution, unit, description).pixel_size is None


@pytest.mark.parametrize("dots", [72.0, 96.0])
def test_dots_of_a_screen_are_no_size_and_that_is_said(tmp_path: Path, dots: float) -> None:
    image = tiff(tmp_path, (dots, dots), 2)
    assert image.pixel_size is None
    assert "screen" in image.notices[0]


def test_an_image_on_its_side_is_turned_with_its_size(tmp_path: Path) -> None:
    image = tiff(tmp_path, (20.0, 10.0), 3, orientation=6)
    assert np.array_equal(image.pixels, np.rot90(WIDE, -1))
    assert image.pixel_size is not None
    assert (image.pixel_size.height, image.pixel_size.width) == pytest.approx((0.5, 1.0))


def test_dots_of_other_formats_are_a_size_on_paper(tmp_path: Path) -> None:
    for ending in ("jpg", "png", "bmp"):
        path = tmp_path / f"a.{ending}"
        Image.fromarray(WIDE).save(path, dpi=(254, 254))
        assert read_image2d(path).pixel_size is None


def test_a_slide_scanner_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="whole-slide") as caught:
        tiff(tmp_path, description="Aperio Image Library v11.2.1|MPP = 0.25")
    assert "Export the part" in caught.value.advice
