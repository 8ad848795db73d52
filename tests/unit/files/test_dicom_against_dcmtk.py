"""Every transfer syntax, written by dcmtk, gives the values that dcmtk itself reads from it.

dcmtk has no JPEG 2000: of that, GDCM (in SimpleITK) is asked, or the values that were written.
"""

import shutil
import subprocess
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray
from pydicom import dcmread, uid

from brainviewer.files.dicom.series.candidates import candidates_of
from brainviewer.files.dicom.series.headers import read_headers
from brainviewer.files.dicom.series.volume import read_stack
from brainviewer.files.stored_volume import StoredVolume
from tests.dicom_files import save
from tests.dicom_writer import write_series

with_dcmtk = pytest.mark.skipif(
    not all(map(shutil.which, ("dcmconv", "dcmcrle", "dcmcjpeg", "dcmcjpls"))),
    reason="Debian's dcmtk is not installed",
)
LOSSLESS = {
    "implicit": "dcmconv +ti",
    "explicit": "dcmconv +te",
    "big endian": "dcmconv +tb",
    "deflated": "dcmconv +td",
    "RLE": "dcmcrle",
    "JPEG lossless SV1": "dcmcjpeg +e1",
    "JPEG lossless": "dcmcjpeg +el +sv 1",
    "JPEG-LS": "dcmcjpls +el",
}
DECODERS = {"dcmconv": "dcmconv", "dcmcrle": "dcmdrle", "dcmcjpeg": "dcmdjpeg",
            "dcmcjpls": "dcmdjpls"}  # fmt: skip
SYNTAXES = {
    "dcmconv +ti": uid.ImplicitVRLittleEndian, "dcmconv +te": uid.ExplicitVRLittleEndian,
    "dcmconv +tb": uid.ExplicitVRBigEndian, "dcmconv +td": uid.DeflatedExplicitVRLittleEndian,
    "dcmcrle": uid.RLELossless, "dcmcjpeg +e1": uid.JPEGLosslessSV1,
    "dcmcjpeg +el": uid.JPEGLossless, "dcmcjpls +el": uid.JPEGLSLossless,
    "dcmcjpls +en": uid.JPEGLSNearLossless, "dcmcjpeg +eb": uid.JPEGBaseline8Bit,
    "dcmcjpeg +ee": uid.JPEGExtended12Bit,
}  # fmt: skip


NUMBERS = [(8, False), (12, False), (12, True), (16, False), (16, True)]


def smooth(bits: int, signed: bool = False) -> NDArray[np.integer]:
    """(32, 24, 2) a bump with noise, over the whole range."""
    i, j, k = np.mgrid[-1:1:32j, -1:1:24j, 0:2]
    bump = np.exp(-2 * (i**2 + j**2)) * (1 + 0.1 * k)
    bump += np.random.default_rng(5).normal(0, 0.01, bump.shape)
    scaled = (bump - bump.min()) / (bump.max() - bump.min()) * (2**bits - 1)
    kind = f"{'i' if signed else 'u'}{1 if bits <= 8 else 2}"
    return (np.rint(scaled).astype(int) - signed * 2 ** (bits - 1)).astype(kind)


def volume(paths: list[Path]) -> StoredVolume:
    (one,) = candidates_of(read_headers(paths).frames)
    return read_stack(one.stack)


def written(folder: Path, data: NDArray[np.integer], command: str, bits: int) -> list[Path]:
    """A series as dcmtk encodes it."""
    paths = []
    for path in write_series(folder / "plain", data, np.eye(4), bits=bits):
        paths.append(folder / path.name)
        subprocess.run([*command.split(), path, paths[-1]], check=True, capture_output=True)
    known = " ".join(command.split()[:2])
    assert dcmread(paths[0]).file_meta.TransferSyntaxUID == SYNTAXES[known]
    return paths


def decoded(paths: list[Path], command: str) -> NDArray[np.float64]:
    """The values that dcmtk decodes, after their rescaling."""
    slices = []
    for path in paths:
        plain = path.with_suffix(".plain")
        decoder = DECODERS[command.split(maxsplit=1)[0]]
        subprocess.run([decoder, "+te", path, plain], check=True, capture_output=True)
        dataset = dcmread(plain)
        kind = f"<{'i' if dataset.PixelRepresentation else 'u'}{dataset.BitsAllocated // 8}"
        pixels = np.frombuffer(dataset.PixelData, kind, dataset.Rows * dataset.Columns)
        line = float(dataset.get("RescaleSlope", 1)), float(dataset.get("RescaleIntercept", 0))
        slices.append(pixels.reshape(dataset.Rows, dataset.Columns).T * line[0] + line[1])
    return np.stack(slices, axis=-1)


@with_dcmtk
@pytest.mark.parametrize(("bits", "signed"), NUMBERS)
@pytest.mark.parametrize("command", LOSSLESS.values(), ids=LOSSLESS)
def test_without_loss(tmp_path: Path, command: str, bits: int, signed: bool) -> None:
    data = smooth(bits, signed)
    paths = written(tmp_path, data, command, bits)
    read = volume(paths)
    assert read.data.dtype == data.dtype
    assert np.array_equal(read.data, data)
    assert np.array_equal(read.data, decoded(paths, command))
    assert read.notices == ()


@with_dcmtk
@pytest.mark.parametrize("predictor", range(2, 8))
def test_every_predictor_of_lossless_jpeg(tmp_path: Path, predictor: int) -> None:
    data = smooth(12)
    paths = written(tmp_path, data, f"dcmcjpeg +el +sv {predictor}", 12)
    assert np.array_equal(volume(paths).data, data)


@with_dcmtk
@pytest.mark.parametrize(
    ("command", "bits", "differs", "off"),
    [
        ("dcmcjpeg +eb +q 95", 8, 1, 8),
        ("dcmcjpeg +ee +q 95", 8, 1, 8),
        ("dcmcjpeg +ee +q 95", 12, 1, 128),
        ("dcmcjpls +en +md 3", 8, 0, 3),
        ("dcmcjpls +en +md 3", 12, 0, 3),
        ("dcmcjpls +en +md 3", 16, 0, 3),
    ],
)
def test_with_loss(tmp_path: Path, command: str, bits: int, differs: int, off: int) -> None:
    """differs : from dcmtk's decoder, which may round otherwise; off : from what was written."""
    data = smooth(bits)
    paths = written(tmp_path, data, command, bits)
    read = volume(paths)
    assert np.abs(read.data - decoded(paths, command)).max() <= differs
    assert 0 < np.abs(read.data - data.astype(float)).max() <= off
    assert read.notices[0].startswith("Its pixels were compressed with loss (")


@pytest.mark.parametrize(("bits", "signed"), NUMBERS)
@pytest.mark.parametrize("syntax", [uid.JPEG2000Lossless, uid.JPEG2000], ids=lambda s: s.name)
def test_jpeg_2000_as_gdcm_reads_it(
    tmp_path: Path, syntax: uid.UID, bits: int, signed: bool
) -> None:
    data = smooth(bits, signed)
    paths = write_series(tmp_path, data, np.eye(4), bits=bits, syntax=syntax)
    read = volume(paths)
    assert np.array_equal(read.data, data)
    theirs = [SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(path))[0].T for path in paths]
    assert np.array_equal(read.data, np.stack(theirs, axis=-1))


@pytest.mark.parametrize(("bits", "signed"), NUMBERS)
def test_high_throughput_jpeg_2000(tmp_path: Path, bits: int, signed: bool) -> None:
    data = smooth(bits, signed)
    paths = write_series(tmp_path, data, np.eye(4), bits=bits, syntax=uid.HTJ2KLossless)
    assert np.array_equal(volume(paths).data, data)


@pytest.mark.parametrize("name", ["JPEG 2000", "High-Throughput JPEG 2000"])
def test_jpeg_2000_with_loss(tmp_path: Path, name: str) -> None:
    data = smooth(12)
    paths = write_series(tmp_path, data, np.eye(4), bits=12)
    for k, path in enumerate(paths):
        plain = np.ascontiguousarray(data[:, :, k].T)
        if name == "JPEG 2000":
            syntax = uid.JPEG2000
            item = imagecodecs.jpeg2k_encode(
                plain, level=50, codecformat="J2K", reversible=False, bitspersample=12
            )
        else:
            syntax = uid.HTJ2K
            item = imagecodecs.htj2k_encode(plain, level=0.0005, reversible=False)
        save(path, dcmread(path), [item + bytes(len(item) % 2)], syntax)
    read = volume(paths)
    assert 0 < np.abs(read.data - data.astype(float)).max() <= 64
    assert read.notices == (
        f"Its pixels may have been compressed with loss ({name}); the header does not say.",
    )
    if name == "JPEG 2000":
        theirs = [SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(path))[0].T for path in paths]
        assert np.abs(read.data - np.stack(theirs, axis=-1).astype(float)).max() <= 1
