"""Every photometric interpretation, depth and compression of DICOM gives the values that are meant.

The values are known, since the files are written here; pydicom's own ``pixel_array`` is asked too.
"""

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from dicom_files import DEFLATED, NATIVE, compressed, header, native, save
from numpy.typing import NDArray
from pydicom import uid

from brainviewer.core.errors import FileError
from brainviewer.files.dicom.reader import DicomImage, read_dicom

LOSSLESS = (
    uid.JPEGLossless,
    uid.JPEGLosslessSV1,
    uid.JPEGLSLossless,
    uid.JPEGLSNearLossless,
    uid.JPEG2000Lossless,
    uid.JPEG2000,
    uid.HTJ2KLossless,
    uid.RLELossless,
)


def ramp(bits: int, signed: bool = False, frames: int = 2) -> NDArray[Any]:
    """(frames, 16, 24) values over the whole range, different in every frame and direction."""
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    values = np.linspace(low, high, frames * 16 * 24).reshape(frames, 16, 24)
    return np.rint(values).astype(f"{'i' if signed else 'u'}{1 if bits <= 8 else 2}")


def colours(frames: int = 2) -> NDArray[np.uint8]:
    """(frames, 16, 24, 3) smooth colours, the channels in different directions."""
    down, across = np.mgrid[0:16, 0:24]
    one = np.stack([across * 10, 255 - down * 15, (across + down) * 6], axis=-1)
    return np.stack([one, one[::-1]][:frames]).astype(np.uint8)


def ycc(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Luma and colour differences (ITU-R BT.601)."""
    red, green, blue = (rgb[..., n].astype(float) for n in range(3))
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    parts = (luma, 128 + (blue - luma) / 1.772, 128 + (red - luma) / 1.402)
    return np.clip(np.rint(np.stack(parts, axis=-1)), 0, 255).astype(np.uint8)


def inner_colours(image: DicomImage, expected: NDArray[Any], off: int) -> None:
    assert image.frames.shape == expected.shape
    assert image.frames.dtype == np.uint8
    assert np.abs(image.frames.astype(int) - expected).max() <= off


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize(("bits", "signed"), [(8, False), (8, True), (12, False), (12, True),
                                              (16, False), (16, True), (10, False)])  # fmt: skip
@pytest.mark.parametrize("syntax", [*NATIVE, DEFLATED, *LOSSLESS], ids=lambda s: uid.UID(s).name)
def test_grey_values_are_the_stored_ones(
    tmp_path: Path, photometric: str, bits: int, signed: bool, syntax: uid.UID
) -> None:
    values = ramp(bits, signed)
    dataset = header(values, photometric, bits)
    pixels = compressed(values, syntax, bits) if syntax in LOSSLESS else native(values, syntax)
    path = save(tmp_path / "a.dcm", dataset, pixels, syntax)
    image = read_dicom(path)
    assert image.frames.dtype == values.dtype
    assert np.array_equal(image.frames, values)
    if syntax not in LOSSLESS:
        assert np.array_equal(image.frames, pydicom.dcmread(path).pixel_array)
    turned = image.shown is not None and image.shown[0] > image.shown[1]
    assert turned == (photometric == "MONOCHROME1")


@pytest.mark.parametrize("syntax", [uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit])
def test_lossy_grey(tmp_path: Path, syntax: uid.UID) -> None:
    bits = 8 if syntax == uid.JPEGBaseline8Bit else 12
    values = np.sort(ramp(bits).reshape(2, -1), axis=1).reshape(2, 16, 24)
    dataset = header(values, "MONOCHROME1", bits)
    image = read_dicom(save(tmp_path / "a.dcm", dataset, compressed(values, syntax, bits), syntax))
    assert image.frames.dtype == values.dtype
    assert np.abs(image.frames.astype(int) - values).max() <= 2**bits // 32


@pytest.mark.parametrize("order", [1, 2])
def test_both_orders_of_grey_look_the_same(tmp_path: Path, order: int) -> None:
    from brainviewer.app.opening.image2d import open_image2d
    from brainviewer.core.study import Modality
    from brainviewer.core.voi.voi_window import opening_window

    values = ramp(12, frames=1)
    seen, means = [], []
    for photometric, stored in (("MONOCHROME2", values), ("MONOCHROME1", 4095 - values)):
        dataset = header(stored, photometric, 12)
        if order == 2:
            middle = 1000 if photometric == "MONOCHROME2" else 4095 - 1000
            dataset.WindowCenter, dataset.WindowWidth = middle, 400
        study = open_image2d(save(tmp_path / f"{photometric}.dcm", dataset, stored.tobytes()))
        volume = study.volumes[Modality.IMAGE]
        seen.append(opening_window(volume).apply(volume.data))
        means.append(float(volume.data.mean()))
    assert np.abs(seen[0].astype(int) - seen[1]).max() <= 1
    assert means[0] + means[1] == pytest.approx(4095)


@pytest.mark.parametrize("syntax", [*NATIVE, DEFLATED], ids=lambda s: uid.UID(s).name)
@pytest.mark.parametrize("planar", [0, 1])
@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL"])
def test_native_colours(tmp_path: Path, syntax: uid.UID, planar: int, photometric: str) -> None:
    expected = colours()
    stored = expected if photometric == "RGB" else ycc(expected)
    dataset = header(stored, photometric, 8, PlanarConfiguration=planar)
    pixels = stored.transpose(0, 3, 1, 2) if planar else stored
    content = native(np.ascontiguousarray(pixels), syntax)
    inner_colours(read_dicom(save(tmp_path / "a.dcm", dataset, content, syntax)), expected, 2)


def test_colours_that_fraction_their_differences(tmp_path: Path) -> None:
    expected = np.repeat(colours()[:, :, ::2], 2, axis=2)
    luma, blue, red = np.moveaxis(ycc(expected), -1, 0)
    stored = np.stack([luma[..., ::2], luma[..., 1::2], blue[..., ::2], red[..., ::2]], axis=-1)
    dataset = header(expected, "YBR_FULL_422", 8)
    inner_colours(read_dicom(save(tmp_path / "a.dcm", dataset, stored.tobytes())), expected, 2)


@pytest.mark.parametrize(
    "syntax", [s for s in LOSSLESS if s != uid.HTJ2KLossless], ids=lambda s: uid.UID(s).name
)
def test_compressed_colours(tmp_path: Path, syntax: uid.UID) -> None:
    expected = colours()
    mixed = syntax in (uid.JPEG2000, uid.JPEG2000Lossless)
    dataset = header(expected, "YBR_RCT" if mixed else "RGB", 8)
    path = save(tmp_path / "a.dcm", dataset, compressed(expected, syntax, 8), syntax)
    inner_colours(read_dicom(path), expected, 0)


@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL_422", "YBR_FULL"])
@pytest.mark.parametrize("coded", ["jfif", "adobe", "bare"])
def test_lossy_colours_are_turned_into_rgb_once(
    tmp_path: Path, photometric: str, coded: str
) -> None:
    expected = colours(1)
    # What the codestream says of its colours counts; only a bare one is what the header says.
    as_rgb = coded == "adobe" or (coded == "bare" and photometric == "RGB")
    spaces = {"colorspace": "RGB", "outcolorspace": "RGB" if as_rgb else "YCBCR"}
    item = imagecodecs.jpeg8_encode(expected[0], level=100, subsampling="444", **spaces)
    if coded == "bare":
        for marker in (b"\xff\xe0", b"\xff\xee"):
            if (at := item.find(marker)) > 0:
                end = at + 2 + int.from_bytes(item[at + 2 : at + 4], "big")
                item = item[:at] + item[end:]
        if as_rgb:  # no hint in the numbers of the components either
            for tail in (b"\x11\0", b"\0"):
                named = tail.join((b"R", b"G", b"B"))
                item = item.replace(named, tail.join((b"\1", b"\2", b"\3")))
    dataset = header(expected, photometric, 8)
    path = save(tmp_path / "a.dcm", dataset, [item + bytes(len(item) % 2)], uid.JPEGBaseline8Bit)
    inner_colours(read_dicom(path), expected, 6)


def test_deep_colours_are_narrowed_and_it_is_said(tmp_path: Path) -> None:
    expected = colours()
    stored = expected.astype(np.uint16) << 4 | 7
    image = read_dicom(
        save(tmp_path / "a.dcm", header(stored, "RGB", 12), native(stored, NATIVE[1]))
    )
    inner_colours(image, expected, 0)
    assert "12 bits" in image.notices[0]


@pytest.mark.parametrize("syntax", [*NATIVE, uid.RLELossless], ids=lambda s: uid.UID(s).name)
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("stored_bits", [8, 16])
def test_palettes(tmp_path: Path, syntax: uid.UID, depth: int, stored_bits: int) -> None:
    first = 40
    values = (np.arange(2 * 16 * 24).reshape(2, 16, 24) % 200).astype(f"u{stored_bits // 8}")
    table = np.random.default_rng(1).integers(0, 256, (100, 3)).astype(np.uint8)
    dataset = header(values, "PALETTE COLOR")
    little = uid.UID(syntax).is_little_endian
    for n, colour in enumerate(("Red", "Green", "Blue")):
        entries = table[:, n].astype(np.uint16) * (257 if depth == 16 else 1)
        content = entries.astype("<u2" if little else ">u2").tobytes()
        if depth == 8:  # two in a word
            words = table[:, n].copy().view("<u2")
            content = words.astype("<u2" if little else ">u2").tobytes()
        setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [100, first, depth])
        setattr(dataset, f"{colour}PaletteColorLookupTableData", content)
        dataset[f"{colour}PaletteColorLookupTableData"].VR = "OW"
    native_syntax = syntax != uid.RLELossless
    pixels = native(values, syntax) if native_syntax else compressed(values, syntax, stored_bits)
    image = read_dicom(save(tmp_path / "a.dcm", dataset, pixels, syntax))
    expected = table[np.clip(values.astype(int) - first, 0, 99)]
    assert np.array_equal(image.frames, expected)
    assert image.notices == ()


def test_a_palette_in_segments(tmp_path: Path) -> None:
    values = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    dataset = header(values, "PALETTE COLOR")
    segments = [0, 2, 10, 20, 1, 98, 118, 2, 1, 0, 0, 1, 153, 255]
    expected = [10, 20, *range(21, 119), 10, 20]
    line = np.linspace(20, 255, 154)[1:]
    expected += [int(v) for v in np.rint(line)]
    for colour in ("Red", "Green", "Blue"):
        setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [len(expected), 0, 16])
        content = np.array(segments, "<u2").tobytes()
        setattr(dataset, f"Segmented{colour}PaletteColorLookupTableData", content)
    image = read_dicom(save(tmp_path / "a.dcm", dataset, values.tobytes()))
    wanted = [expected[min(v, len(expected) - 1)] for v in range(256)]
    assert image.frames[0, ..., 0].ravel().tolist() == wanted


@pytest.mark.parametrize("high", [11, 13, 15])
@pytest.mark.parametrize("signed", [False, True])
def test_only_the_bits_that_count_are_read(tmp_path: Path, high: int, signed: bool) -> None:
    values = ramp(12, signed)
    noise = np.random.default_rng(0).integers(0, 2**16, values.shape).astype(np.uint16)
    shift = high - 11
    mask = np.uint16(0xFFF << shift)
    stored = (values.view(np.uint16) << shift & mask) | (noise & ~mask)
    dataset = header(stored, bits=12, HighBit=high, PixelRepresentation=int(signed))
    image = read_dicom(save(tmp_path / "a.dcm", dataset, stored.tobytes()))
    assert np.array_equal(image.frames, values)


def test_single_bits_and_long_numbers(tmp_path: Path) -> None:
    mask = np.random.default_rng(0).integers(0, 2, (3, 9, 13)).astype(np.uint8)
    dataset = header(mask, bits=1, BitsAllocated=1, BitsStored=1, HighBit=0)
    content = np.packbits(mask.ravel(), bitorder="little").tobytes()
    assert np.array_equal(read_dicom(save(tmp_path / "m.dcm", dataset, content)).frames, mask)
    long = np.arange(9 * 13, dtype=np.uint32).reshape(1, 9, 13) * np.uint32(36_000_001)
    image = read_dicom(save(tmp_path / "l.dcm", header(long), long.tobytes()))
    assert image.frames.dtype == np.float32
    assert np.array_equal(image.frames, long.astype(np.float32))
    assert "seven digits" in image.notices[0]


@pytest.mark.parametrize(("element", "kind"), [("FloatPixelData", "<f4"),
                                               ("DoubleFloatPixelData", "<f8")])  # fmt: skip
def test_floating_point(tmp_path: Path, element: str, kind: str) -> None:
    values = np.linspace(-1, 1, 9 * 13).reshape(1, 9, 13).astype(kind)
    path = save(tmp_path / "a.dcm", header(values), values.tobytes(), element=element)
    assert np.allclose(read_dicom(path).frames, values)
    values[0, 3, 3] = np.nan
    with pytest.raises(FileError, match="no numbers"):
        read_dicom(save(tmp_path / "b.dcm", header(values), values.tobytes(), element=element))


@pytest.mark.parametrize(
    ("said", "notice"),
    [
        ("", "Its photometric interpretation is missing: large values are shown bright."),
        ("NONSENSE", "Its photometric interpretation says “NONSENSE”: large values"),
        ("RGB", "Its photometric interpretation says “RGB”: large values"),
        ("MONOCHROME1", ""),
    ],
)
def test_grey_of_which_nobody_says_what_is_bright_is_told(
    tmp_path: Path, said: str, notice: str
) -> None:
    values = np.arange(64, dtype=np.uint16).reshape(1, 8, 8)
    dataset = header(values, "MONOCHROME2", 16)
    dataset.PhotometricInterpretation = said
    image = read_dicom(save(tmp_path / "a.dcm", dataset, values.tobytes()))
    told = [one for one in image.notices if "photometric" in one]
    assert len(told) == bool(notice) and all(notice in one for one in told)
