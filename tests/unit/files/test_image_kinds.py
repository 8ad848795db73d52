"""Deep PNG, rare kinds of JPEG, and what is no image: opened with all bits, or named."""

import io
import struct
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from brainviewer.core.errors import FileError
from brainviewer.files.dicom.reader import read_dicom
from brainviewer.files.image2d.reader import read_image2d

GREY, RGB, GREY_ALPHA, RGBA = 0, 2, 4, 6


def png(path: Path, values: NDArray[np.uint16], colour: int, clear: bytes = b"") -> Path:
    """A PNG of 16 bits, written chunk by chunk."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], 16, colour, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + (chunk(b"tRNS", clear) if clear else b"")
    chunks += chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    return path


@pytest.fixture
def ramp() -> NDArray[np.uint16]:
    """(20, 50) with a thousand grey values."""
    return np.arange(1000, dtype=np.uint16).reshape(20, 50)


@pytest.mark.parametrize("colour", [GREY, RGB, GREY_ALPHA, RGBA])
def test_deep_grey_png_keeps_its_bits(
    tmp_path: Path, ramp: NDArray[np.uint16], colour: int
) -> None:
    layers = [ramp] * (3 if colour & 2 else 1)
    if colour & 4:
        layers.append(np.full_like(ramp, 65535))
    image = read_image2d(png(tmp_path / "a.png", np.dstack(layers), colour))
    assert np.array_equal(image.pixels, ramp)
    assert image.pixels.dtype == np.uint16
    assert image.notices == ()


def test_deep_colours_and_clear_parts_of_png(tmp_path: Path, ramp: NDArray[np.uint16]) -> None:
    colours = np.dstack([ramp * 60, ramp * 30, 60_000 - ramp])
    image = read_image2d(png(tmp_path / "a.png", colours, RGB))
    assert np.array_equal(image.pixels, colours >> 8)
    assert image.notices == ("Its colours have 16 bits and are shown with 8.",)
    half = np.full_like(ramp, 65535)
    half[:10] = 0
    image = read_image2d(png(tmp_path / "b.png", np.dstack([ramp, half]), GREY_ALPHA))
    assert np.array_equal(image.pixels[10:], ramp[10:])
    assert image.pixels[:10].max() == 0
    assert "transparent" in image.notices[0]
    image = read_image2d(png(tmp_path / "c.png", ramp, GREY, clear=b"\0\x07"))
    assert np.array_equal(image.pixels, np.where(ramp == 7, 0, ramp))
    image = read_image2d(png(tmp_path / "d.png", np.dstack([ramp] * 3), RGB, b"\0\x07" * 3))
    assert np.array_equal(image.pixels, np.where(ramp == 7, 0, ramp))


@pytest.mark.parametrize("missing", [1, 12, 60, 400])
def test_a_deep_png_that_is_cut_off_is_damaged(
    tmp_path: Path, ramp: NDArray[np.uint16], missing: int
) -> None:
    path = png(tmp_path / "a.png", ramp, GREY)
    path.write_bytes(path.read_bytes()[:-missing])
    if missing == 1:  # of the last checksum: every pixel is there
        assert np.array_equal(read_image2d(path).pixels, ramp)
    else:
        with pytest.raises(FileError, match="damaged or cut off"):
            read_image2d(path)


@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("kind", ["lossless", "near", "jp2", "j2k", "extended"])
def test_rare_kinds_of_jpeg(tmp_path: Path, bits: int, kind: str) -> None:
    values = np.linspace(0, 2**bits - 1, 1000).reshape(20, 50)
    stored = values.astype(np.uint8 if bits == 8 else np.uint16)
    if kind == "lossless":
        content = imagecodecs.jpeg8_encode(stored, lossless=True, bitspersample=bits)
    elif kind == "near":
        content = imagecodecs.jpegls_encode(stored)
    elif kind == "extended":
        stored, bits = stored >> max(bits - 12, 0), min(bits, 12)
        content = imagecodecs.jpeg8_encode(stored, level=100, bitspersample=bits)
    else:
        content = imagecodecs.jpeg2k_encode(
            stored, level=0, reversible=True, codecformat=kind, bitspersample=bits
        )
    (tmp_path / "a.jpg").write_bytes(content)
    image = read_image2d(tmp_path / "a.jpg")
    off = np.abs(image.pixels.astype(int) - stored.astype(int)).max()
    assert off <= (2**bits // 64 if kind == "extended" else 0)
    assert image.pixels.dtype == stored.dtype


def test_colours_of_jpeg_2000(tmp_path: Path, ramp: NDArray[np.uint16]) -> None:
    colours = np.dstack([ramp // 4, 255 - ramp // 4, ramp // 8]).astype(np.uint8)
    content = imagecodecs.jpeg2k_encode(colours, level=0, reversible=True, codecformat="jp2")
    (tmp_path / "a.jp2").write_bytes(content)
    assert np.array_equal(read_image2d(tmp_path / "a.jp2").pixels, colours)


NAMED = {
    "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100),
    "PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(100),
    "HTML": b"<!DOCTYPE html><html><body>Not found</body></html>",
    "Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n",
    "ZIP": b"PK\3\4" + bytes(100),
    "JPEG XL": b"\xff\x0a" + bytes(100),
    "text file": b"patient, class\n",
}


@pytest.mark.parametrize("said", NAMED)
@pytest.mark.parametrize("ending", [".jpg", ".png", ".tif", ".dcm"])
def test_what_is_no_image_is_named_for_what_it_is(tmp_path: Path, said: str, ending: str) -> None:
    path = tmp_path / f"scan{ending}"
    path.write_bytes(NAMED[said])
    with pytest.raises(FileError) as refused:
        (read_dicom if ending == ".dcm" else read_image2d)(path)
    assert said in refused.value.message
    assert "damaged" not in str(refused.value)
    assert refused.value.advice


def test_a_still_gif_opens_and_a_cut_one_is_damaged(tmp_path: Path) -> None:
    content = io.BytesIO()
    Image.fromarray(np.arange(400, dtype=np.uint16).reshape(20, 20).astype(np.uint8)).save(
        content, "GIF"
    )
    (tmp_path / "a.jpg").write_bytes(content.getvalue())
    assert read_image2d(tmp_path / "a.jpg").format == "GIF"
    (tmp_path / "b.gif").write_bytes(content.getvalue()[:40])
    with pytest.raises(FileError, match="damaged"):
        read_image2d(tmp_path / "b.gif")


def packed_png(
    path: Path, rows: NDArray[np.uint8], bits: int, colour: int, **chunks: bytes
) -> Path:
    """A PNG of at most 8 bits, of values (rows, columns) or (rows, columns, channels)."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    planes = (rows.reshape(len(rows), -1)[..., None] >> np.arange(bits - 1, -1, -1)) & 1
    lines = np.packbits(planes.reshape(len(rows), -1), axis=1)
    content = b"".join(b"\0" + line.tobytes() for line in lines)
    header = struct.pack(">IIBBBBB", rows.shape[1], rows.shape[0], bits, colour, 0, 0, 0)
    extra = b"".join(chunk(kind.encode(), value) for kind, value in chunks.items())
    body = chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(content))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b""))
    return path


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
@pytest.mark.parametrize("clear", [False, True])
def test_grey_png_of_few_bits(tmp_path: Path, bits: int, clear: bool) -> None:
    most = 2**bits - 1
    values = (np.arange(20 * 30) % (most + 1)).reshape(20, 30).astype(np.uint8)
    chunks = {"tRNS": struct.pack(">H", most)} if clear else {}
    image = read_image2d(packed_png(tmp_path / "a.png", values, bits, GREY, **chunks))
    expected = values * (255 // most)
    if clear:
        expected = np.where(values == most, 0, expected)
    assert np.array_equal(image.pixels, expected)
    assert ("transparent" in " ".join(image.notices)) == clear


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
@pytest.mark.parametrize("clear", [False, True])
def test_palettes_of_png(tmp_path: Path, bits: int, clear: bool) -> None:
    table = np.random.default_rng(0).integers(0, 256, (2**bits, 3)).astype(np.uint8)
    values = (np.arange(20 * 30) % 2**bits).reshape(20, 30).astype(np.uint8)
    chunks = {"PLTE": table.tobytes()} | ({"tRNS": b"\0"} if clear else {})
    image = read_image2d(packed_png(tmp_path / "a.png", values, bits, 3, **chunks))
    expected = table[values]
    if clear:
        expected = np.where((values == 0)[..., None], 0, expected)
    assert np.array_equal(image.pixels, expected)


@pytest.mark.parametrize("colour", [RGB, GREY_ALPHA, RGBA])
def test_channels_of_png(tmp_path: Path, colour: int) -> None:
    channels = {RGB: 3, GREY_ALPHA: 2, RGBA: 4}[colour]
    values = np.random.default_rng(0).integers(0, 256, (20, 30, channels)).astype(np.uint8)
    image = read_image2d(packed_png(tmp_path / "a.png", values, 8, colour))
    if colour == RGB:
        expected = values.astype(float)
    else:
        expected = values[..., :-1] * (values[..., -1:] / 255)
    if channels == 2:
        expected = expected[..., 0]
    assert np.abs(image.pixels - expected).max() <= 1


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP"])
def test_long_texts_and_profiles_of_png_are_no_damage(
    tmp_path: Path, ramp: NDArray[np.uint16], bits: int, kind: bytes
) -> None:
    values = ramp if bits == 16 else (ramp >> 8).astype(np.uint8)
    png = bytes(imagecodecs.png_encode(values))
    for megabytes, opens in ((3, True), (40, False)):
        content = b"k\0\0" + zlib.compress(bytes(megabytes << 20), 1)
        chunk = len(content).to_bytes(4, "big") + kind + content
        chunk += zlib.crc32(kind + content).to_bytes(4, "big")
        (tmp_path / "a.png").write_bytes(png[:33] + chunk + png[33:])
        if opens:
            np.testing.assert_array_equal(read_image2d(tmp_path / "a.png").pixels, values)
        else:
            with pytest.raises(FileError, match="too much text, or too large a colour profile"):
                read_image2d(tmp_path / "a.png")
