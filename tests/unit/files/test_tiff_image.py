"""Every photometric interpretation, depth and compression of TIFF gives the pixels that are meant.

Values are known, since tifffile writes them here; what only libtiff writes comes from Pillow.
"""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from brainviewer.core.errors import FileError
from brainviewer.files.image2d.reader import Image2D, read_image2d

COMPRESSIONS = (None, "lzw", "deflate", "packbits", "zstd", "lzma")


def ramp(kind: str) -> NDArray[Any]:
    """(20, 32) values over the whole range of a number type, floats from -1 to 2."""
    dtype = np.dtype(kind)
    if dtype.kind == "f":
        return np.linspace(-1, 2, 640).reshape(20, 32).astype(dtype)
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    return np.linspace(low, high * (1 - 1e-9), 640).reshape(20, 32).astype(dtype)


def read(path: Path, values: Any, **options: Any) -> Image2D:
    tifffile.imwrite(path, values, **options)
    return read_image2d(path)


def rises(image: Image2D) -> bool:
    """Whether the pixels grow along the rows, over their whole range."""
    flat = image.pixels.ravel().astype(int)
    return bool(np.all(np.diff(flat) >= 0) and flat[-1] - flat[0] > 250)


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("kind", ["u1", "u2"])
@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_grey_is_kept_and_white_is_zero_once(
    tmp_path: Path, byteorder: str, compression: str | None, kind: str, photometric: str
) -> None:
    meant = ramp(kind)
    stored = meant if photometric == "minisblack" else np.iinfo(kind).max - meant
    options = {"photometric": photometric, "compression": compression, "byteorder": byteorder}
    image = read(tmp_path / "a.tif", stored, **options)
    assert image.pixels.dtype == np.dtype(kind)
    assert np.array_equal(image.pixels, meant)
    assert image.notices == ()


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("predictor", [False, True])
@pytest.mark.parametrize("kind", ["u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"])
@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_other_numbers_are_scaled_in_their_order_and_it_is_said(
    tmp_path: Path, byteorder: str, predictor: bool, kind: str, photometric: str
) -> None:
    meant = ramp(kind)
    stored = meant if photometric == "minisblack" else meant[::-1, ::-1]
    options = {"compression": "deflate", "predictor": 2} if predictor else {}
    if predictor and kind.startswith("f"):
        options["predictor"] = 3
    options |= {"byteorder": byteorder, "photometric": photometric}
    image = read(tmp_path / "a.tif", np.ascontiguousarray(stored), **options)
    assert image.pixels.dtype == np.uint16
    assert rises(image)
    assert (image.pixels.min(), image.pixels.max()) == (0, 65535)
    assert "scaled to 16 bits" in image.notices[0]


def test_whole_numbers_that_fit_stay_what_they_are(tmp_path: Path) -> None:
    values = (np.arange(640).reshape(20, 32) * 7).astype(np.int32)
    for n, kind in enumerate(("i4", "u4", "i2", "f4", "f8")):
        image = read(tmp_path / f"{n}.tif", values.astype(kind))
        assert np.array_equal(image.pixels, values)
        assert image.notices == ()


@pytest.mark.parametrize("bits", [1, 2, 4, 10, 12, 14])
@pytest.mark.parametrize("white", [False, True])
def test_odd_depths(tmp_path: Path, bits: int, white: bool) -> None:
    most = 2**bits - 1
    values = (np.arange(20 * 32).reshape(20, 32) % (most + 1)).astype(np.uint16)
    stored = most - values if white else values
    path = tmp_path / "a.tif"
    path.write_bytes(bare_tiff(stored, bits, photometric=0 if white else 1))
    image = read_image2d(path)
    expected = values if bits > 8 else values * (255 // most)
    assert np.array_equal(image.pixels, expected)


def bare_tiff(stored: NDArray[Any], bits: int, photometric: int) -> bytes:
    """An uncompressed TIFF of one strip whose numbers are packed bit by bit."""
    rows, columns = stored.shape
    planes = (stored[..., None] >> np.arange(bits - 1, -1, -1)) & 1
    strip = np.packbits(planes.reshape(rows, columns * bits), axis=1).tobytes()
    tags = {256: columns, 257: rows, 258: bits, 259: 1, 262: photometric, 273: 8, 277: 1,
            278: rows, 279: len(strip)}  # fmt: skip
    directory = struct.pack("<H", len(tags))
    for tag, value in tags.items():
        directory += struct.pack("<HHII", tag, 4, 1, value)
    return struct.pack("<2sHI", b"II", 42, 8 + len(strip)) + strip + directory + bytes(4)


def colours(kind: str) -> NDArray[Any]:
    down, across = np.mgrid[0:20, 0:32]
    eight = np.stack([across * 8, 255 - down * 12, (across + down) * 4], axis=-1).astype(np.uint8)
    return eight if kind == "u1" else eight.astype(kind) * np.dtype(kind).type(257)


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("kind", ["u1", "u2"])
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_colours(
    tmp_path: Path, byteorder: str, planar: str, kind: str, compression: str | None
) -> None:
    stored = colours(kind)
    if planar == "separate":
        stored = np.moveaxis(stored, -1, 0)
    options = {"photometric": "rgb", "planarconfig": planar, "compression": compression}
    image = read(tmp_path / "a.tif", stored, byteorder=byteorder, **options)
    assert np.array_equal(image.pixels, colours("u1"))
    assert image.notices == ((_NARROWED,) if kind == "u2" else ())


_NARROWED = "Its colours have 16 bits and are shown with 8."


def test_grey_colours_keep_their_bits(tmp_path: Path) -> None:
    grey = ramp("u2")
    image = read(tmp_path / "a.tif", np.dstack([grey] * 3), photometric="rgb")
    assert np.array_equal(image.pixels, grey)
    assert image.notices == ()


@pytest.mark.parametrize("kind", ["u1", "u2"])
@pytest.mark.parametrize("extra", ["unassalpha", "assocalpha", "unspecified"])
@pytest.mark.parametrize("grey", [False, True])
def test_alpha_stands_on_black(tmp_path: Path, kind: str, extra: str, grey: bool) -> None:
    most = np.iinfo(kind).max
    plain = ramp(kind)[..., None] if grey else colours(kind)
    alpha = np.full((20, 32, 1), most, kind)
    alpha[:10] = 0
    stored = plain.copy()
    if extra == "assocalpha":
        stored[:10] = 0
    photometric = "minisblack" if grey else "rgb"
    image = read(
        tmp_path / "a.tif", np.concatenate([stored, alpha], axis=2), photometric=photometric,
        extrasamples=[extra], planarconfig="contig",
    )  # fmt: skip
    expected = plain.copy()
    if extra != "unspecified":
        expected[:10] = 0
    if not grey and kind == "u2":
        expected = expected >> 8
    assert np.array_equal(image.pixels, expected[..., 0] if grey else expected)


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("shift", [0, 8])
def test_palettes(tmp_path: Path, byteorder: str, shift: int) -> None:
    table = np.random.default_rng(0).integers(0, 256, (3, 256)).astype(np.uint16)
    values = np.arange(20 * 32, dtype=np.uint16).reshape(20, 32).astype(np.uint8)
    options = {"photometric": "palette", "colormap": table << shift, "byteorder": byteorder}
    image = read(tmp_path / "a.tif", values, **options)
    assert np.array_equal(image.pixels, table.T[values].astype(np.uint8))


def test_inks(tmp_path: Path) -> None:
    expected = colours("u1")
    cmyk = np.asarray(Image.fromarray(expected).convert("CMYK"))
    for n, kind in enumerate(("u1", "u2")):
        stored = cmyk.astype(kind) * np.dtype(kind).type(1 if kind == "u1" else 257)
        image = read(tmp_path / f"{n}.tif", stored, photometric="separated")
        assert np.abs(image.pixels.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("compression", [None, "lzw"])
@pytest.mark.parametrize("each", [(1, 1), (2, 2)])
def test_luma_and_colour_differences(
    tmp_path: Path, compression: str | None, each: tuple[int, int]
) -> None:
    expected = colours("u1")
    stored = np.asarray(Image.fromarray(expected).convert("YCbCr"))
    path = tmp_path / "a.tif"
    options = {"extratags": [(530, "H", 2, each, True)], "compression": compression}
    tifffile.imwrite(path, stored, photometric="rgb", **options)
    content = path.read_bytes()
    tag = struct.pack("<HHI", 262, 3, 1)
    assert content.count(tag) == 1
    at = content.index(tag) + len(tag)
    path.write_bytes(content[:at] + struct.pack("<H", 6) + content[at + 2 :])
    if each == (2, 2):
        with pytest.raises(FileError, match="YCBCR"):
            read_image2d(path)
    else:
        assert np.abs(read_image2d(path).pixels.astype(int) - expected).max() <= 4


@pytest.mark.parametrize("photometric", ["minisblack", "rgb", "ycbcr"])
def test_jpeg_inside(tmp_path: Path, photometric: str) -> None:
    expected = colours("u1") if photometric != "minisblack" else ramp("u1")
    stored = expected
    if photometric == "ycbcr":
        stored = np.asarray(Image.fromarray(expected).convert("YCbCr"))
    image = read(
        tmp_path / "a.tif", stored, photometric=photometric, compression="jpeg",
        compressionargs={"level": 100},
    )  # fmt: skip
    assert np.abs(image.pixels.astype(int) - expected).max() <= 12


@pytest.mark.parametrize("kind", ["group3", "group4", "tiff_ccitt"])
def test_fax(tmp_path: Path, kind: str) -> None:
    values = np.random.default_rng(0).random((20, 32)) > 0.5
    Image.fromarray(values).save(tmp_path / "a.tif", compression=kind)
    image = read_image2d(tmp_path / "a.tif")
    assert np.array_equal(image.pixels, values * np.uint8(255))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_ways_to_lie(tmp_path: Path, orientation: int) -> None:
    values = ramp("u2")
    tags = [(274, "H", 1, orientation, True)]
    image = read(tmp_path / "a.tif", values, extratags=tags)
    turns = {1: values, 2: values[:, ::-1], 3: values[::-1, ::-1], 4: values[::-1], 5: values.T,
             6: np.rot90(values, -1), 7: np.rot90(values, 2).T, 8: np.rot90(values)}  # fmt: skip
    assert np.array_equal(image.pixels, turns[orientation])
    assert image.stored_size == (32, 20)


def test_stacks_tiles_and_large_files(tmp_path: Path) -> None:
    values = ramp("u2")
    for n, options in enumerate(({"bigtiff": True}, {"tile": (16, 16)}, {"rowsperstrip": 3})):
        assert np.array_equal(read(tmp_path / f"{n}.tif", values, **options).pixels, values)
    stack = np.stack([values, values[::-1], values])
    image = read(tmp_path / "stack.tif", stack, imagej=True)
    assert np.array_equal(image.pixels, values)
    assert "3 pages" in image.notices[0]


def test_channels_that_are_no_colours(tmp_path: Path) -> None:
    values = np.stack([ramp("u2")] * 5, axis=-1)
    image = read(tmp_path / "a.tif", values, photometric="minisblack", planarconfig="contig")
    assert np.array_equal(image.pixels, ramp("u2"))
    assert "5 channels" in image.notices[0]


def test_what_is_not_known_is_named(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", ramp("f4").astype(np.complex64))
    lab = Image.fromarray(colours("u1")).convert("RGB")
    Image.frombytes("LAB", lab.size, lab.tobytes()).save(tmp_path / "lab.tif")
    for name in ("a.tif", "lab.tif"):
        with pytest.raises(FileError, match="TIFF stored in a way that is not known here"):
            read_image2d(tmp_path / name)


def test_sixty_thousand_pages_are_a_notice(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", ramp("u1"))
    content = bytearray((tmp_path / "a.tif").read_bytes())
    place = struct.unpack_from("<I", content, 4)[0]
    count = struct.unpack_from("<H", content, place)[0]
    size = 2 + 12 * count
    directory = bytes(content[place : place + size])
    link, start = place + size, len(content)
    for n in range(60_000):
        struct.pack_into("<I", content, link, start + n * (size + 4))
        content += directory + bytes(4)
        link = len(content) - 4
    (tmp_path / "b.tif").write_bytes(content)
    assert "more than 10,000 pages" in read_image2d(tmp_path / "b.tif").notices[0]
    struct.pack_into("<I", content, link, start)  # and round in a circle
    (tmp_path / "c.tif").write_bytes(content)
    assert np.array_equal(read_image2d(tmp_path / "c.tif").pixels, ramp("u1"))


@pytest.mark.parametrize("kind", ["u4", "u8"])
def test_white_is_zero_of_many_bits_keeps_small_differences(tmp_path: Path, kind: str) -> None:
    values = np.arange(20 * 30).reshape(20, 30).astype(kind)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="miniswhite")
    pixels = read_image2d(tmp_path / "a.tif").pixels.astype(int)
    np.testing.assert_array_equal(pixels.ravel(), np.arange(20 * 30)[::-1])
