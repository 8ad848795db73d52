"""Images of every kind come out plain, and what is no image is refused in words."""

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from brainviewer.core.errors import FileError
from brainviewer.files.image2d import size_limits
from brainviewer.files.image2d.reader import read_image2d


@pytest.fixture
def scene() -> NDArray[np.uint8]:
    """(24, 40) grey with a bright upper left corner."""
    grey = np.add.outer(np.arange(24), np.arange(40)).astype(np.uint8)
    grey[:6, :10] = 250
    return grey


def saved(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)
    return path


@pytest.mark.parametrize("ending", ["png", "bmp", "tif", "gif"])
def test_grey_is_kept_as_it_is(tmp_path: Path, scene: NDArray[np.uint8], ending: str) -> None:
    image = read_image2d(saved(tmp_path / f"a.{ending}", Image.fromarray(scene)))
    assert image.pixels.dtype == np.uint8
    assert np.array_equal(image.pixels, scene)
    assert not image.coloured
    assert image.notices == ()
    assert image.stored_size == (40, 24)


@pytest.mark.parametrize("ending", ["jpg", "webp"])
def test_lossy_files_are_read(tmp_path: Path, scene: NDArray[np.uint8], ending: str) -> None:
    image = read_image2d(saved(tmp_path / f"a.{ending}", Image.fromarray(scene), quality=95))
    assert np.abs(image.grey().astype(int) - scene).mean() < 4


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "LA", "PA", "1"])
def test_grey_in_another_dress_is_grey(tmp_path: Path, mode: str) -> None:
    grey = np.zeros((16, 16), np.uint8)
    grey[4:9] = 255
    image = read_image2d(saved(tmp_path / "a.tif", Image.fromarray(grey).convert(mode)))
    assert np.array_equal(image.pixels, grey)


def test_colours_stay_and_have_a_grey(tmp_path: Path) -> None:
    red = np.zeros((16, 16, 3), np.uint8)
    red[..., 0] = 204  # of the palette that Pillow chooses
    for name, mode in (("a.png", "RGB"), ("p.png", "P"), ("c.tif", "CMYK")):
        image = read_image2d(saved(tmp_path / name, Image.fromarray(red).convert(mode)))
        assert image.coloured
        assert image.pixels[5, 5].tolist() == [204, 0, 0]
        assert image.grey()[5, 5] == 61
        assert np.array_equal(image.rgb(), red)


def test_deep_grey_keeps_its_bits(tmp_path: Path) -> None:
    deep = np.arange(256, dtype=np.uint16).reshape(16, 16) * 16
    for ending in ("png", "tif"):
        image = read_image2d(saved(tmp_path / f"a.{ending}", Image.fromarray(deep)))
        assert image.pixels.dtype == np.uint16
        assert np.array_equal(image.pixels, deep)
        assert (image.grey().min(), image.grey().max()) == (0, 255)
        assert np.array_equal(image.rgb()[..., 1], image.grey())


def test_floating_point_is_scaled_and_told(tmp_path: Path) -> None:
    values = np.linspace(-1, 1, 256, dtype=np.float32).reshape(16, 16)
    image = read_image2d(saved(tmp_path / "a.tif", Image.fromarray(values)))
    assert (image.pixels.min(), image.pixels.max()) == (0, 65535)
    assert "scaled" in image.notices[0]
    values[0, 0] = np.nan
    with pytest.raises(FileError, match="no numbers"):
        read_image2d(saved(tmp_path / "b.tif", Image.fromarray(values)))


def test_transparency_is_black_and_told(tmp_path: Path) -> None:
    layered = np.full((16, 16, 4), 255, np.uint8)
    layered[:8, :, 3] = 0
    image = read_image2d(saved(tmp_path / "a.png", Image.fromarray(layered)))
    assert image.pixels[:8].max() == 0
    assert image.pixels[8:].min() == 255
    assert "transparent" in image.notices[0]


def test_an_image_that_lies_on_its_side_is_turned(tmp_path: Path, scene: NDArray[np.uint8]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    path = saved(tmp_path / "a.png", Image.fromarray(scene), exif=exif)
    image = read_image2d(path)
    assert np.array_equal(image.pixels, np.rot90(scene, -1))
    assert image.stored_size == (40, 24)


def test_the_first_page_of_several(tmp_path: Path, scene: NDArray[np.uint8]) -> None:
    pages = [Image.fromarray(scene), Image.fromarray(255 - scene)]
    path = saved(tmp_path / "a.tif", pages[0], save_all=True, append_images=pages[1:])
    image = read_image2d(path)
    assert np.array_equal(image.pixels, scene)
    assert "2 pages" in image.notices[0]


@pytest.mark.parametrize("ending", ["gif", "png", "webp"])
def test_series_are_refused(tmp_path: Path, scene: NDArray[np.uint8], ending: str) -> None:
    pages = [Image.fromarray(scene), Image.fromarray(255 - scene)]
    path = saved(tmp_path / f"a.{ending}", pages[0], save_all=True, append_images=pages[1:])
    with pytest.raises(FileError, match="animation of 2"):
        read_image2d(path)


def test_files_that_hold_no_image(tmp_path: Path) -> None:
    contents = {"empty.jpg": b"", "text.jpg": b"patient,class\n", "noise.png": bytes(range(256))}
    said = {"empty.jpg": "empty file", "text.jpg": "not an image", "noise.png": "not an image"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FileError, match=said[name]) as refused:
            read_image2d(tmp_path / name)
        assert refused.value.advice
    with pytest.raises(FileError, match="no file"):
        read_image2d(tmp_path / "gone.jpg")
    with pytest.raises(FileError, match="folder"):
        read_image2d(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(FileError, match="no ordinary file"):
        read_image2d(tmp_path / "a.png")


@pytest.mark.parametrize("ending", ["jpg", "png", "tif", "webp", "bmp", "gif"])
@pytest.mark.parametrize("fraction", [0.15, 0.6])
def test_cut_off_files_are_refused(tmp_path: Path, ending: str, fraction: float) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (64, 64), np.uint8)
    # A compressed TIFF has its table of contents at its end.
    packed = {"compression": "tiff_lzw"} if ending == "tif" else {}
    path = saved(tmp_path / f"a.{ending}", Image.fromarray(noise), **packed)
    content = path.read_bytes()
    path.write_bytes(content[: int(fraction * len(content))])
    with pytest.raises(FileError, match="cut off"):
        read_image2d(path)


def test_decoders_say_nothing_themselves(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (64, 64), np.uint8)
    path = saved(tmp_path / "a.tif", Image.fromarray(noise), compression="tiff_lzw")
    content = bytearray(path.read_bytes())
    content[1000:1400] = bytes(range(255, 55, -1)) * 2
    path.write_bytes(content)
    with pytest.raises(FileError, match="damaged"):
        read_image2d(path)
    assert capfd.readouterr() == ("", "")


def test_tiny_images_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="1 × 1"):
        read_image2d(saved(tmp_path / "a.png", Image.new("L", (1, 1))))


@pytest.mark.parametrize("side", [9_000, 20_000, 2_000_000_000])
def test_a_bomb_is_refused_by_its_header(tmp_path: Path, side: int) -> None:
    """A few bytes that promise a gigantic image."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )  # fmt: skip

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000))
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows)
    path = tmp_path / "bomb.png"
    path.write_bytes(content + chunk(b"IEND", b""))
    with pytest.raises(FileError, match="too large"):
        read_image2d(path)


def test_the_limit_is_one_of_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size_limits, "MOST_PIXELS", 100)
    saved(tmp_path / "a.png", Image.new("L", (10, 10)))
    read_image2d(tmp_path / "a.png")
    with pytest.raises(FileError, match="10 × 11"):
        read_image2d(saved(tmp_path / "b.png", Image.new("L", (10, 11))))


def test_no_decoder_but_those_named(tmp_path: Path) -> None:
    content = io.BytesIO()
    Image.new("RGB", (20, 20)).save(content, "PPM")
    (tmp_path / "a.jpg").write_bytes(content.getvalue())
    with pytest.raises(FileError, match="a PNM image, which BrainViewer does not open"):
        read_image2d(tmp_path / "a.jpg")


@pytest.mark.parametrize("mode", ["L", "I;16"])
def test_a_png_that_does_not_fit_its_checksums_is_not_shown(tmp_path: Path, mode: str) -> None:
    grey = np.add.outer(np.arange(64), np.arange(64)).astype(
        np.uint16 if "16" in mode else np.uint8
    )
    path = saved(tmp_path / "a.png", Image.fromarray(grey), compress_level=0)
    whole = path.read_bytes()
    at = whole.index(b"IDAT") + 500
    for content, said in (
        (whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :], "damaged or cut off"),
        (whole[:-12], "its end is missing"),
        (whole[:at], "its end is missing"),
    ):
        path.write_bytes(content)
        with pytest.raises(FileError, match=said):
            read_image2d(path)
    path.write_bytes(whole + b"and more")
    assert np.array_equal(read_image2d(path).pixels, grey)


@pytest.mark.parametrize(
    "packed", [b"garbage", b"", zlib.compress(bytes(17) * 8), zlib.compress(b"")]
)
def test_a_png_without_all_its_pixels_is_not_shown_black(tmp_path: Path, packed: bytes) -> None:
    from tests.hostile.kinds.images import png

    path = tmp_path / "a.png"
    path.write_bytes(png(16, 16, pixels=packed))
    with pytest.raises(FileError, match="damaged or cut off"):
        read_image2d(path)
    path.write_bytes(png(16, 16, pixels=zlib.compress(bytes(17) * 16)))
    assert read_image2d(path).pixels.shape == (16, 16)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_whole_pngs_of_every_kind_are_read(tmp_path: Path, mode: str) -> None:
    for size in ((8, 8), (33, 17)):
        assert read_image2d(saved(tmp_path / "a.png", Image.new(mode, size))).pixels.size
